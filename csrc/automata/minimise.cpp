// minimise.cpp -- the smallest automaton: states split into blocks and steps into bundles until neither splits the other.
#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "automata/dfa.hpp"
#include "support/stop.hpp"  // defines: stop_point

namespace vmd {
namespace {

using Numbers = std::vector<int32_t>;

size_t at(int64_t i) { return static_cast<size_t>(i); }

/// A set of 0..n-1 in parts, which are split into their marked and their other elements.
struct Parts {
  Numbers elements, place, part_of, first, past, marked, touched;
  int32_t count = 0;

  explicit Parts(int64_t n) : elements(at(n)), place(at(n)), part_of(at(n), 0) {
    std::iota(elements.begin(), elements.end(), 0);
    place = elements;
  }
  /// The elements at these places are a part from now on.
  void open(int32_t begin, int32_t end) {
    for (int32_t i = begin; i < end; ++i) part_of[at(elements[at(i)])] = count;
    first.push_back(begin), past.push_back(end), marked.push_back(0);
    ++count;
  }
  void mark(int32_t element) {
    const size_t part = at(part_of[at(element)]);
    const int32_t from = place[at(element)], to = first[part] + marked[part];
    if (from < to) return;  // it is marked
    std::swap(elements[at(from)], elements[at(to)]);
    place[at(elements[at(from)])] = from, place[at(elements[at(to)])] = to;
    if (marked[part]++ == 0) touched.push_back(static_cast<int32_t>(part));
  }
  void split() {
    for (const int32_t part : touched) {
      const int32_t begin = first[at(part)], middle = begin + marked[at(part)], end = past[at(part)];
      marked[at(part)] = 0;
      if (middle == end) continue;
      const bool left = middle - begin <= end - middle;  // the smaller half gets the new number
      if (left) first[at(part)] = middle;
      else past[at(part)] = middle;
      open(left ? begin : middle, left ? middle : end);
    }
    touched.clear();
  }
};

/// Kinds of bytes with equal columns made one, numbered by their first byte.
Dfa with_fewest_kinds(const Dfa& dfa) {
  std::map<Numbers, int> columns;
  Numbers kind_of(at(dfa.kinds), -1), kept;
  Dfa out;
  for (size_t byte = 0; byte < 256; ++byte) {
    const size_t kind = dfa.kind[byte];
    if (kind_of[kind] < 0) {
      Numbers column;
      for (int64_t q = 0; q < dfa.Q(); ++q) column.push_back(dfa.step[at(q * dfa.kinds) + kind]);
      kind_of[kind] = columns.emplace(std::move(column), static_cast<int>(columns.size())).first->second;
      if (at(kind_of[kind]) == kept.size()) kept.push_back(static_cast<int32_t>(kind));
    }
    out.kind[byte] = static_cast<uint8_t>(kind_of[kind]);
  }
  out.kinds = static_cast<int>(kept.size());
  out.accepting = dfa.accepting;
  for (int64_t q = 0; q < dfa.Q(); ++q)
    for (const int32_t kind : kept) out.step.push_back(dfa.step[at(q * dfa.kinds + kind)]);
  return out;
}

struct Step { int32_t from, kind, to; };

/// The steps between states that the start reaches and that reach acceptance, by kind.
std::vector<Step> useful(const Dfa& dfa) {
  std::vector<uint8_t> ahead(at(dfa.Q()), 0), behind(dfa.accepting);
  std::vector<Numbers> sources(at(dfa.Q()));
  Numbers queue{0};
  ahead[0] = 1;
  for (size_t i = 0; i < queue.size(); ++i) {
    for (int kind = 0; kind < dfa.kinds; ++kind) {
      const int32_t to = dfa.step[at(int64_t{queue[i]} * dfa.kinds + kind)];
      if (to < 0) continue;
      sources[at(to)].push_back(queue[i]);
      if (!std::exchange(ahead[at(to)], 1)) queue.push_back(to);
    }
  }
  Numbers back;
  for (const int32_t q : queue)
    if (behind[at(q)]) back.push_back(q);
  for (size_t i = 0; i < back.size(); ++i)
    for (const int32_t q : sources[at(back[i])])
      if (!std::exchange(behind[at(q)], 1)) back.push_back(q);
  std::vector<Step> steps;
  for (const int32_t q : queue) {
    for (int kind = 0; kind < dfa.kinds && behind[at(q)]; ++kind) {
      const int32_t to = dfa.step[at(int64_t{q} * dfa.kinds + kind)];
      if (to >= 0 && behind[at(to)]) steps.push_back({q, kind, to});
    }
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.kind < b.kind; });
  return steps;
}

/// Blocks of states that no word tells apart.
Parts blocks_of(const Dfa& dfa, const std::vector<Step>& steps) {
  const auto n = static_cast<int32_t>(steps.size());
  Parts blocks(dfa.Q()), bundles(n);
  blocks.open(0, static_cast<int32_t>(dfa.Q()));
  for (int64_t q = 0; q < dfa.Q(); ++q)
    if (dfa.accepting[at(q)]) blocks.mark(static_cast<int32_t>(q));
  blocks.split();
  for (int32_t i = 0, begin = 0; i < n; ++i) {  // at first a bundle is a kind of byte
    if (i + 1 < n && steps[at(i + 1)].kind == steps[at(i)].kind) continue;
    bundles.open(begin, i + 1);
    begin = i + 1;
  }
  Numbers first(at(dfa.Q() + 1), 0), incoming(steps.size());
  for (const Step& step : steps) ++first[at(step.to) + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  auto next = first;
  for (size_t i = 0; i < steps.size(); ++i) incoming[at(next[at(steps[i].to)]++)] = static_cast<int32_t>(i);
  int32_t block = 1;
  for (int32_t bundle = 0; bundle < bundles.count; ++bundle) {
    stop_point();
    for (int32_t i = bundles.first[at(bundle)]; i < bundles.past[at(bundle)]; ++i)
      blocks.mark(steps[at(bundles.elements[at(i)])].from);
    blocks.split();
    for (; block < blocks.count; ++block) {
      for (int32_t i = blocks.first[at(block)]; i < blocks.past[at(block)]; ++i) {
        const size_t q = at(blocks.elements[at(i)]);
        for (int32_t s = first[q]; s < first[q + 1]; ++s) bundles.mark(incoming[at(s)]);
      }
      bundles.split();
    }
  }
  return blocks;
}

}  // namespace

Dfa minimise(const Dfa& given) {
  const Dfa dfa = with_fewest_kinds(given);
  const std::vector<Step> steps = useful(dfa);
  const Parts blocks = blocks_of(dfa, steps);
  const size_t k = at(dfa.kinds);
  Numbers step(at(blocks.count) * k, -1), number(at(blocks.count), -1), queue{blocks.part_of[0]};
  for (const Step& s : steps) step[at(blocks.part_of[at(s.from)]) * k + at(s.kind)] = blocks.part_of[at(s.to)];
  number[at(queue[0])] = 0;
  Dfa out;
  out.kind = dfa.kind, out.kinds = dfa.kinds;
  for (size_t i = 0; i < queue.size(); ++i) {  // breadth first, which numbers one language in one way
    const size_t block = at(queue[i]);
    out.accepting.push_back(dfa.accepting[at(blocks.elements[at(blocks.first[block])])]);
    for (size_t kind = 0; kind < k; ++kind) {
      const int32_t to = step[block * k + kind];
      if (to >= 0 && number[at(to)] < 0) {
        number[at(to)] = static_cast<int32_t>(queue.size());
        queue.push_back(to);
      }
      out.step.push_back(to < 0 ? -1 : number[at(to)]);
    }
  }
  return with_fewest_kinds(out);
}

}  // namespace vmd
