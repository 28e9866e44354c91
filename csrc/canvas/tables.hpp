// tables.hpp -- a grammar over tokens as the kernels want it: owned, checked, with its lists turned every way.
//
// Words        token 0..V-1; class: tokens that the grammar never tells apart, class 0 are those it never takes;
//              set: classes that an edge takes; edge: from a state by a set to the next state
// Shapes       token_class [V] i32   set_first [N+1], set_class [..] i32   edge_first [Q+1], edge_next, edge_set [E] i32
//              edge_weight [E] f32 natural logarithms, or null   least [Q] i32: fewest tokens until the text is complete
// Bundles      where many tokens live, whole rows are read, chunk by chunk: the tokens of a class in a chunk are bundles
//              of eight, four, two and one (sums_side.hpp). Where few live, they are picked. This is decided here.
// Limits       V, C, N <= 2^22, Q <= 2^20, E <= 2^26
// Test         tests/canvas/test_native.py
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "canvas/bundles_view.hpp"  // defines: BundleView, kChunk, kBundles
#include "canvas/lanes.hpp"  // defines: Lanes, Lists
#include "canvas/number.hpp"

namespace vmd {

constexpr int64_t kMaxTokens = 1 << 22;
constexpr int64_t kMaxClasses = 1 << 22;
constexpr int64_t kMaxGrammarStates = 1 << 20;
constexpr int64_t kMaxEdges = 1 << 26;
constexpr int64_t kMany = 1024;     // tokens of a class of which not all are added up as float32
constexpr size_t kSample = 64;      // tokens whose largest a row's sums are taken beside
constexpr int64_t kStretch = 1024;  // tokens whose log-marginals stay in the first cache
constexpr int kNear = 64;           // classes whose offsets four vectors hold
constexpr int64_t kPart = 64;  // tokens of a class whose chances are added up first, where one is drawn

/// Tokens of one class in one chunk, as many of them as all these bundles have.
struct Bundles {
  std::vector<int32_t> first;     // [chunks+1] those of each chunk
  std::vector<int32_t> of_class;  // of each
  std::vector<uint8_t> place;     // of its tokens, ascending, in the chunk
  BundleView view() const { return {first.data(), of_class.data(), place.data()}; }
};

struct Grammar {
  Grammar(std::span<const int32_t> token_class, std::span<const int32_t> set_first,
          std::span<const int32_t> set_class, std::span<const int32_t> edge_first,
          std::span<const int32_t> edge_next, std::span<const int32_t> edge_set, const float* edge_weight,
          std::span<const int32_t> least);  // std::invalid_argument, which names the array

  int64_t V, C, N, Q, E;
  std::vector<int32_t> token_class;
  Lists tokens;                          // of each class, ascending
  Lists sets;                            // classes of each set
  Lists of_class;                        // sets that each class is in
  Lists edges;                           // item: edge number, out of each state
  Lists into;                            // edges into each state
  Lists by_set;                          // edges by each set
  std::vector<int32_t> from, next, set;  // of edges
  std::vector<int32_t> pair_set;         // of each pair of a set and its class, as sets.item lists them
  Lists pairs_of_set, pairs_of_class;    // item: pair
  Lanes add_sets, add_classes;           // pairs: weights of classes into sets, what is around sets into classes
  Lanes backward, forward, around;       // edges: by where they begin, where they end, their set
  std::vector<Number> weight;            // of edges; empty: all are 1
  std::vector<double> log_weight;
  std::vector<int32_t> least;

  bool whole;                         // rows are read whole, by bundles; else tokens are picked
  Bundles bundles[kBundles];          // of 8, 4, 2 and 1; of all classes but 0; none unless `whole`
  std::vector<int32_t> many;          // classes of more than kMany tokens
  std::vector<int32_t> sample;        // the first live tokens, kSample at most
  std::vector<int32_t> picked;        // live tokens, ascending
  std::vector<int32_t> picked_class;  // the class of each
  std::vector<int32_t> near;          // the kNear - 1 largest classes, class 0 among them
  std::vector<uint8_t> ranks;         // [V] which of these; kNear - 1 = kFar: none
  std::vector<int32_t> far;           // tokens of none of these, ascending
  std::vector<int32_t> far_class;     // the class of each
  std::vector<int32_t> far_first;     // [stretches + 1] where in `far` each stretch begins

  Number weight_of(int64_t edge) const {
    return weight.empty() ? Number{1.0, 0} : weight[static_cast<size_t>(edge)];
  }

  /// Fewest tokens from `start` to each state; INT32_MAX: none leads there.
  std::vector<int32_t> soonest(int32_t start) const;
};

}  // namespace vmd
