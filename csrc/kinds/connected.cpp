// connected.cpp -- Connected: the cells that hold a value of a set are one group, joined by given edges; or none does.
// Params: n, the n values of the set, then two positions for every edge.
//
// Words        a *member* holds a value of the set; a cell is fixed where it must be one, possible where it can.
// Filter       exactly, in time linear in cells and edges: possible cells that no path joins to a fixed member are no
//              members; those without which two fixed members would be parted are members (Tarjan, SIAM J. Computing
//              1972). Without a fixed member there is nothing to say.
#include <algorithm>

#include "rules/rules.hpp"
#include "search/domain_model.hpp"
#include "support/sets.hpp"

namespace vmd {
namespace {

constexpr int32_t kNobody = -1;
constexpr int64_t kMost = int64_t{1} << 28;  // params

struct Joined final : Compiled {
  uint64_t members = 0;                 // the set
  std::vector<int32_t> offsets, nexts;  // [k + 1], positions joined to each
  int64_t words() const override { return static_cast<int64_t>(offsets.size() + nexts.size()) / 2; }
  int32_t size() const { return static_cast<int32_t>(offsets.size()) - 1; }
  std::span<const int32_t> next_to(int32_t i) const {
    const auto begin = static_cast<size_t>(offsets[static_cast<size_t>(i)]);
    return std::span(nexts).subspan(begin, static_cast<size_t>(offsets[static_cast<size_t>(i) + 1]) - begin);
  }
};

/// What each cell can be, by its domain.
struct State {
  const Joined& graph;
  std::span<const uint64_t> domains;  // [k]
  bool possible(int32_t i) const { return (domains[static_cast<size_t>(i)] & graph.members) != 0; }
  bool fixed(int32_t i) const { return possible(i) && (domains[static_cast<size_t>(i)] & ~graph.members) == 0; }
  int32_t first_fixed() const {
    for (int32_t i = 0; i < graph.size(); ++i)
      if (fixed(i)) return i;
    return kNobody;
  }
};

/// Where a walk into the depth was at each cell.
struct Visit {
  int32_t number = 0;        // in which order it was come to, from 1; 0: never
  int32_t low = 0;           // the least number that it or what lies behind it is joined to
  int32_t parent = kNobody;  // from where
  int32_t edge = 0;          // how many of its edges were looked at
  bool fixed = false;        // a fixed member lies there or behind it
  bool parts = false;        // without it fixed members would be parted
};

/// All possible cells that paths join to the root, which is a fixed member.
void walk(const State& state, int32_t root, std::vector<Visit>& visits) {
  visits.assign(static_cast<size_t>(state.graph.size()), {});
  const auto at = [&](int32_t i) -> Visit& { return visits[static_cast<size_t>(i)]; };
  int32_t count = 0;
  const auto come = [&](int32_t i, int32_t from) {
    ++count;
    at(i) = {count, count, from, 0, state.fixed(i), false};
  };
  come(root, kNobody);
  for (int32_t here = root; here != kNobody;) {
    Visit& visit = at(here);
    const auto nexts = state.graph.next_to(here);
    if (visit.edge < static_cast<int32_t>(nexts.size())) {
      const int32_t next = nexts[static_cast<size_t>(visit.edge++)];
      if (!state.possible(next)) continue;
      if (at(next).number == 0) {
        come(next, here);
        here = next;
      } else {
        visit.low = std::min(visit.low, at(next).number);
      }
      continue;
    }
    const int32_t back = visit.parent;
    if (back != kNobody) {
      Visit& before = at(back);
      before.low = std::min(before.low, visit.low);
      before.fixed |= visit.fixed;
      before.parts |= visit.fixed && visit.low >= before.number;  // of the root it says nothing new: it is fixed
    }
    here = back;
  }
}

class Connected final : public Kind {
  const char* name() const override { return "Connected"; }

  void check(const Draft& draft) const override {
    if (draft.params.empty()) draft.refuse("needs params: n, then n values, then two positions for every edge");
    const int64_t n = draft.params[0], more = static_cast<int64_t>(draft.params.size()) - 1;
    if (n < 0 || n > more || (more - n) % 2 != 0 || more > kMost)
      draft.refuse("n = " + std::to_string(n) + " values and pairs of positions do not match " + std::to_string(more) +
                   " params");
    draft.want_all("values", draft.params.subspan(1, static_cast<size_t>(n)), 0, draft.V - 1);
    draft.want_all("positions", draft.params.subspan(static_cast<size_t>(1 + n)), 0, draft.k() - 1);
  }

  const Compiled* compile(const Draft& draft, Shelf& shelf) const override {
    std::vector<int64_t> key(draft.params.begin(), draft.params.end());
    key.push_back(draft.k());
    return shelf.get(*this, std::move(key), [&] {
      auto joined = std::make_unique<Joined>();
      const auto n = static_cast<size_t>(draft.params[0]), k = static_cast<size_t>(draft.k());
      for (const int64_t value : draft.params.subspan(1, n)) joined->members |= sets::one(static_cast<int>(value));
      const auto ends = draft.params.subspan(1 + n);
      joined->offsets.assign(k + 1, 0);
      for (const int64_t end : ends) ++joined->offsets[static_cast<size_t>(end) + 1];
      for (size_t i = 0; i < k; ++i) joined->offsets[i + 1] += joined->offsets[i];
      joined->nexts.resize(ends.size());
      std::vector<int32_t> place(joined->offsets.begin(), joined->offsets.end() - 1);
      for (size_t i = 0; i < ends.size(); ++i)
        joined->nexts[static_cast<size_t>(place[static_cast<size_t>(ends[i])]++)] = static_cast<int32_t>(ends[i ^ 1]);
      return joined;
    });
  }

  Queue queue() const override { return kCostly; }

  bool filter(DomainModel& model, const Constraint& c) const override {
    const auto& graph = compiled<Joined>(c);
    const size_t k = c.cells.size();
    uint64_t* const held = model.scratch(k);
    for (size_t i = 0; i < k; ++i) held[i] = model.at(c.cells[i]);
    const State state{graph, {held, k}};
    const int32_t root = state.first_fixed();
    if (root == kNobody) return true;
    model.spend(static_cast<int64_t>(4 * k + 2 * graph.nexts.size()));
    static thread_local std::vector<Visit> visits;
    walk(state, root, visits);
    for (size_t i = 0; i < k; ++i)
      if (visits[i].number == 0 && state.fixed(static_cast<int32_t>(i))) return false;
    for (size_t i = 0; i < k; ++i) {
      if (!state.possible(static_cast<int32_t>(i))) continue;
      if (visits[i].number == 0) model.narrow(c.cells[i], ~graph.members);  // something is left: it is not fixed
      if (visits[i].number != 0 && visits[i].parts) model.narrow(c.cells[i], graph.members);
    }
    return true;
  }

  /// Two fixed members, and the cells around one of them that are no members. A cell that lost the set was as good as
  /// fixed: had it been one, it would have been parted from another. One that lost all else was as good as no member.
  void explain(const Loss& loss, std::vector<Literal>& causes) const override {
    const Constraint& c = loss.constraint;
    const auto& graph = compiled<Joined>(c);
    std::vector<uint64_t> domains(loss.domains.begin(), loss.domains.end());
    int32_t from = kNobody;
    for (size_t i = 0; i < domains.size(); ++i) {
      if (c.cells[i] != loss.cell) continue;
      domains[i] = loss.removed;
      from = static_cast<int32_t>(i);
    }
    const State state{graph, domains};
    if (from == kNobody || !state.fixed(from)) from = state.first_fixed();
    if (from == kNobody) return blame_all(loss, causes);
    std::vector<Visit> visits;
    walk(state, from, visits);
    const auto seen = [&](int32_t i) { return visits[static_cast<size_t>(i)].number != 0; };
    int32_t other = 0;
    while (other < graph.size() && (seen(other) || !state.fixed(other))) ++other;
    if (other == graph.size()) return blame_all(loss, causes);  // a part of what was removed
    const auto blame = [&](int32_t i, uint64_t values) {
      if (c.cells[static_cast<size_t>(i)] != loss.cell) causes.push_back({c.cells[static_cast<size_t>(i)], values});
    };
    blame(from, graph.members);
    blame(other, graph.members);
    for (int32_t i = 0; i < graph.size(); ++i) {
      const auto nexts = graph.next_to(i);
      if (!state.possible(i) && std::any_of(nexts.begin(), nexts.end(), seen)) blame(i, ~graph.members);
    }
  }
};

}  // namespace

const Kind& connected_kind();
const Kind& connected_kind() {
  static const Connected kind;
  return kind;
}

}  // namespace vmd
