// determinise.cpp -- sets of places, found one by one from the start.
//
// A set holds only places that read something, or where a word may end: those on the way to them are left out, so that
// more sets are the same. Targets of a byte are looked up as they stand first, and free edges followed for new ones only.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "automata/dfa.hpp"
#include "support/stop.hpp"  // defines: stop_point

namespace vmd {
namespace {

using Places = std::vector<int32_t>;

struct PlacesHash {
  size_t operator()(const Places& places) const {
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (const int32_t place : places) hash = (hash ^ static_cast<uint32_t>(place)) * 0xff51afd7ed558ccdu ^ (hash >> 29);
    return hash;
  }
};

/// Edges by the place that they leave.
template <class Edge>
struct ByPlace {
  std::vector<int32_t> first;
  std::vector<Edge> edges;

  ByPlace(std::span<const Edge> given, int32_t states) : first(static_cast<size_t>(states) + 1), edges(given.size()) {
    for (const Edge& edge : given) ++first[static_cast<size_t>(edge.from) + 1];
    for (size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
    auto at = first;
    for (const Edge& edge : given) edges[static_cast<size_t>(at[static_cast<size_t>(edge.from)]++)] = edge;
  }
  std::span<const Edge> of(int32_t place) const {
    const auto p = static_cast<size_t>(place);
    return {edges.data() + first[p], static_cast<size_t>(first[p + 1] - first[p])};
  }
};

class Subsets {
 public:
  Subsets(const Nfa& nfa, const Limits& limits)
      : nfa_(nfa), limits_(limits), edges_(nfa.edges, nfa.states), free_(nfa.free, nfa.states),
        seen_(static_cast<size_t>(nfa.states), 0) {
    std::array<bool, 257> cut{};
    for (const Nfa::Edge& edge : nfa.edges) cut[static_cast<size_t>(edge.lo)] = cut[static_cast<size_t>(edge.hi) + 1] = true;
    int kind = 0;
    for (size_t byte = 0; byte < 256; ++byte) {
      if (byte > 0 && cut[byte]) ++kind;
      dfa_.kind[byte] = static_cast<uint8_t>(kind);
    }
    dfa_.kinds = kind + 1;
    targets_.resize(static_cast<size_t>(dfa_.kinds));
  }

  std::optional<Dfa> run() {
    add(closure({nfa_.start}, true), true);  // by itself: no other set sees what begins a word
    for (size_t q = 0; q < sets_.size(); ++q) {
      stop_point();
      if (!expand(q)) return std::nullopt;
    }
    return std::move(dfa_);
  }

 private:
  bool expand(size_t q) {
    for (const int32_t place : sets_[q]) {
      for (const Nfa::Edge& edge : edges_.of(place)) {
        const int last = dfa_.kind[static_cast<size_t>(edge.hi)];
        for (int kind = dfa_.kind[static_cast<size_t>(edge.lo)]; kind <= last; ++kind, ++work_)
          targets_[static_cast<size_t>(kind)].push_back(edge.to);
      }
    }
    for (int kind = 0; kind < dfa_.kinds; ++kind) {
      Places& targets = targets_[static_cast<size_t>(kind)];
      if (targets.empty()) continue;
      std::sort(targets.begin(), targets.end());
      targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
      auto found = by_targets_.find(targets);
      if (found == by_targets_.end()) {
        const Places set = closure(targets, false);
        const auto known = by_set_.find(set);
        const int32_t state = known != by_set_.end() ? known->second : add(set, false);
        work_ += static_cast<int64_t>(targets.size());
        found = by_targets_.emplace(targets, state).first;
      }
      dfa_.step[q * static_cast<size_t>(dfa_.kinds) + static_cast<size_t>(kind)] = found->second;
      targets.clear();
      if (dfa_.Q() > limits_.states || work_ > limits_.work) return false;
    }
    return true;
  }

  int32_t add(const Places& set, bool begin) {
    const auto state = static_cast<int32_t>(sets_.size());
    sets_.push_back(set);
    if (!begin) by_set_.emplace(set, state);
    dfa_.step.resize(dfa_.step.size() + static_cast<size_t>(dfa_.kinds), -1);
    dfa_.accepting.push_back(ends(set, begin));
    return state;
  }

  /// Calls `visit` with every place that free edges of these kinds lead to.
  template <class Visit>
  void follow(const Places& from, bool begin, bool end, const Visit& visit) {
    ++turn_;
    left_ = from;
    for (const int32_t place : left_) seen_[static_cast<size_t>(place)] = turn_;
    while (!left_.empty()) {
      const int32_t place = left_.back();
      left_.pop_back();
      ++work_;
      visit(place);
      for (const Nfa::FreeEdge& edge : free_.of(place)) {
        ++work_;
        const bool open = edge.kind == Nfa::kAlways || (edge.kind == Nfa::kBegin ? begin : end);
        if (!open || seen_[static_cast<size_t>(edge.to)] == turn_) continue;
        seen_[static_cast<size_t>(edge.to)] = turn_;
        left_.push_back(edge.to);
      }
    }
  }

  Places closure(const Places& from, bool begin) {
    Places set;
    follow(from, begin, false, [&](int32_t place) {
      bool kept = place == nfa_.final || !edges_.of(place).empty();
      for (const Nfa::FreeEdge& edge : free_.of(place)) kept = kept || edge.kind == Nfa::kEnd;
      if (kept) set.push_back(place);
    });
    std::sort(set.begin(), set.end());
    work_ += static_cast<int64_t>(set.size());
    return set;
  }

  bool ends(const Places& set, bool begin) {
    bool found = false;
    follow(set, begin, true, [&](int32_t place) { found = found || place == nfa_.final; });
    return found;
  }

  const Nfa& nfa_;
  const Limits limits_;
  const ByPlace<Nfa::Edge> edges_;
  const ByPlace<Nfa::FreeEdge> free_;
  Dfa dfa_;
  std::vector<Places> sets_, targets_;
  std::unordered_map<Places, int32_t, PlacesHash> by_set_, by_targets_;
  std::vector<int64_t> seen_;
  Places left_;
  int64_t turn_ = 0, work_ = 0;
};

}  // namespace

std::optional<Dfa> determinise(const Nfa& nfa, const Limits& limits) {
  std::optional<Dfa> dfa = Subsets(nfa, limits).run();
  if (dfa) dfa = minimise(*dfa);
  return dfa;
}

}  // namespace vmd
