// breed.hpp -- harder problems from given ones: a walk that keeps what exact search finds harder.
//
// Method       a round: 1. a given is opened, drawn at random;
//                       2. another is sought with which there is one solution again, not always the same: it is drawn
//                          among the values that just one of a few solutions has; after some tries in vain one is added
//                          that leaves several, and so on;
//                       3. givens are removed in random order while the solution stays the only one;
//                       4. what came out stays if its proof takes no fewer nodes than before, or than `level`; if fewer,
//                          with a chance of their share to the power of kPower, without which walks soon stand still.
//              So a problem climbs to its level, and then wanders among those that are at least as hard.
// Known        A solution that contradicts one given alone shows that this given is needed. Those that were met are kept
//              for it: that saves tests, and changes no outcome.
// Randomness   see draws.hpp; problem `index` depends on the rules, the seed, its index and itself. A walk of n rounds and
//              then m ends where one of n + m does.
// Test         tests/search/test_breed.py
#pragma once
#include <cstdint>

#include "search/search.hpp"

namespace vmd {

struct BreedOptions {
  uint64_t seed = 0;
  /// The round before the first: a walk can be taken up again.
  int64_t begun = 0;
  int64_t rounds = 0;
  /// The hardest problem of the walk, not the one where it ends.
  bool hardest = false;
  /// Nodes that one search may take: a round that would need more leaves the problem as it is.
  int64_t test_nodes = 100'000;
  /// Late is thrown after it.
  Deadline deadline{};
};

/// Change a problem [L] and its solution [L] in place; the nodes of its proof, or -1: the solution is not its only one.
int64_t breed_one(Search& search, const Rules& rules, const BreedOptions& options, int64_t index, int64_t level,
                  int32_t* problem, int32_t* solution);

}  // namespace vmd
