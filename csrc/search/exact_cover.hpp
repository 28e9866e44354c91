// exact_cover.hpp -- options of which each covers some items: choose such that every item is covered, and none twice.
//
// Idea         Algorithm X (Knuth 2000): branch on the item that the fewest options are left for. What is left is a set of
//              bits a level, from which a choice takes the options of all items that it covers: nothing is undone.
// Items        the first `wanted` must be covered; the others may be, once.
// Exact        every choice of options is found once, in an order that depends on nothing else than what was added.
// Time         next() may throw Late; called again, it goes on as if it had never left off.
// Test         csrc/tests/test_placements.cpp
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "search/budget.hpp"

namespace vmd {

class ExactCover {
 public:
  enum class Outcome { found, exhausted, stopped };

  /// Nothing but items.
  void start(size_t wanted, size_t items);
  /// One option more, which covers these items.
  void add(std::span<const int32_t> items);
  size_t options() const { return ends_.size() - 1; }
  std::span<const int32_t> items_of(int32_t option) const {
    const auto o = static_cast<size_t>(option);
    return std::span(items_).subspan(ends_[o], ends_[o + 1] - ends_[o]);
  }
  /// Begin a search, in which these options alone may be chosen.
  template <class Allowed>
  void begin(const Allowed& allowed) {
    begin();
    for (size_t option = 0; option < options(); ++option)
      if (allowed(static_cast<int32_t>(option))) live_[option / 64] |= uint64_t{1} << option % 64;
  }
  /// Go on to the next choice; a step is one item that was branched on. stopped: no step is left.
  Outcome next(Budget& budget, int64_t& steps);
  /// What was found: numbers of options, as they were added.
  std::span<const int32_t> chosen() const { return chosen_; }

 private:
  void begin();
  int32_t scarcest() const;
  void choose(int32_t option);
  void mark(int32_t option, uint8_t covered);
  uint64_t* level(std::vector<uint64_t>& sets) const { return sets.data() + chosen_.size() * words_; }
  const uint64_t* level(const std::vector<uint64_t>& sets) const { return sets.data() + chosen_.size() * words_; }

  size_t wanted_ = 0, words_ = 0;
  std::vector<std::vector<uint64_t>> holders_;  // [items] the options that cover it
  std::vector<size_t> ends_{0};                 // [options + 1]
  std::vector<int32_t> items_;
  std::vector<uint8_t> covered_;            // [items]
  std::vector<int32_t> chosen_;
  std::vector<uint64_t> live_, untried_;    // [levels, words] options that are left; of the item branched on
  bool fresh_ = false;                      // no item was branched on yet at this level
};

}  // namespace vmd
