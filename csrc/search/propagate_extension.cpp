// propagate_extension.cpp -- filters over words: Table (listed) and Regular (accepted by an automaton).
#include <algorithm>

#include "search/propagate.hpp"

namespace vmd {

bool DomainModel::table(const Constraint& c) {
  if (c.cells.empty()) return c.params[0] > 0;  // the empty row is a tuple or not
  const CompiledTable& t = rules_.table(c);
  const auto words = static_cast<size_t>(t.words);
  // live: tuples all of whose values are still possible.
  if (scratch_.size() < words) scratch_.resize(words);
  std::fill_n(scratch_.begin(), words, ~uint64_t{0});
  for (size_t i = 0; i < c.cells.size(); ++i)
    for (size_t w = 0; w < words; ++w) {
      uint64_t possible = 0;
      for (uint64_t values = at(c.cells[i]); values != 0; values &= values - 1)
        possible |= t.support(i, std::countr_zero(values))[w];
      scratch_[w] &= possible;
    }
  for (size_t i = 0; i < c.cells.size(); ++i) {
    uint64_t left = 0;
    for (uint64_t values = at(c.cells[i]); values != 0; values &= values - 1) {
      const uint64_t* support = t.support(i, std::countr_zero(values));
      for (size_t w = 0; w < words; ++w)
        if ((support[w] & scratch_[w]) != 0) {
          left |= values & (~values + 1);
          break;
        }
    }
    if (!narrow(c.cells[i], left)) return false;
  }
  return true;
}

bool DomainModel::regular(const Constraint& c) {
  const Automaton& dfa = rules_.automaton(c);
  const size_t k = c.cells.size(), words = (static_cast<size_t>(dfa.states) + 63) / 64;
  const auto V = static_cast<size_t>(rules_.V());
  const auto next = [&](size_t state, int value) { return dfa.next[state * V + static_cast<size_t>(value)]; };
  if (scratch_.size() < (k + 1) * words) scratch_.resize((k + 1) * words);
  const auto layer = [&](size_t i) { return scratch_.data() + i * words; };
  const auto has = [](const uint64_t* set, size_t s) { return (set[s / 64] >> (s % 64) & 1) != 0; };
  const auto each = [words](const uint64_t* set, auto body) {
    for (size_t w = 0; w < words; ++w)
      for (uint64_t rest = set[w]; rest != 0; rest &= rest - 1)
        body(w * 64 + static_cast<size_t>(std::countr_zero(rest)));
  };

  // Forward: layer i holds the states reached by some possible word of i values.
  std::fill_n(scratch_.begin(), (k + 1) * words, uint64_t{0});
  layer(0)[dfa.start / 64] = uint64_t{1} << (dfa.start % 64);
  for (size_t i = 0; i < k; ++i)
    each(layer(i), [&](size_t state) {
      for (uint64_t values = at(c.cells[i]); values != 0; values &= values - 1) {
        const int32_t to = next(state, std::countr_zero(values));
        if (to >= 0) layer(i + 1)[to / 64] |= uint64_t{1} << (to % 64);
      }
    });

  // Backward: keep the states from which the end is reached, and the values on the way.
  bool accepted = false;
  each(layer(k), [&](size_t state) {
    if (dfa.accept[state] == 0) layer(k)[state / 64] &= ~(uint64_t{1} << (state % 64));
    else accepted = true;
  });
  if (!accepted) return false;
  for (size_t i = k; i-- > 0;) {
    uint64_t left = 0;
    each(layer(i), [&](size_t state) {
      uint64_t good = 0;
      for (uint64_t values = at(c.cells[i]); values != 0; values &= values - 1) {
        const int32_t to = next(state, std::countr_zero(values));
        if (to >= 0 && has(layer(i + 1), static_cast<size_t>(to))) good |= values & (~values + 1);
      }
      if (good == 0) layer(i)[state / 64] &= ~(uint64_t{1} << (state % 64));
      left |= good;
    });
    if (!narrow(c.cells[i], left)) return false;
  }
  return true;
}

}  // namespace vmd
