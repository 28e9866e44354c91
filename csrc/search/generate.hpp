// generate.hpp -- random problems with exactly one solution.
//
// Method       1. a full random solution: depth-first search with random preferences, restarted with fresh ones
//                 and more patience when it runs out of nodes;
//              2. givens are removed in random order while the solution stays the only one. When each remaining
//                 one has failed once, the problem is minimal: with fewer givens it could only fail again.
//                 Symmetric givens are removed in pairs, cell i with cell L - 1 - i.
// Randomness   Philox with key = seed and counter = (index of the problem, attempt, block): problem `index`
//              depends on the rules, the seed and its index alone.
// Not uniform  neither solutions nor problems are drawn uniformly; all have a positive chance.
// Test         tests/search/test_exact.py
#pragma once
#include <cstdint>

#include "search/search.hpp"

namespace vmd {

struct GenerateOptions {
  uint64_t seed = 0;
  /// Stop removing at this many givens; negative: only when no given can be removed. If that leaves more than
  /// wanted, further solutions are tried and the fewest givens found are returned.
  int64_t clues = -1;
  /// A given whose test needs more nodes than this is kept: then the problem may not be minimal. No 9x9 Sudoku
  /// comes near 100,000.
  int64_t test_nodes = 100'000;
  /// Solutions tried for a wanted number of givens.
  int64_t attempts = 32;
  /// Givens that half a turn of the board leaves where they are.
  bool symmetric = false;
  /// Late is thrown after it.
  Deadline deadline{};
};

/// Write problem `index` to problem [L] (kOpen where open) and its solution to solution [L]. Throws
/// std::invalid_argument if the rules have no solution, std::runtime_error if none was found in time.
void generate_one(Search& search, const Rules& rules, const GenerateOptions& options, int64_t index,
                  int32_t* problem, int32_t* solution);

}  // namespace vmd
