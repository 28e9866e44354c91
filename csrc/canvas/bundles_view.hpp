// bundles_view.hpp -- the tokens of each class in each chunk of a vocabulary, as tables.hpp bundles them, plain.
#pragma once
#include <cstdint>

namespace vmd {

constexpr int kChunk = 256;   // tokens of a row that are taken at once, in the first cache; a byte says which
constexpr int kBundles = 4;  // sizes of bundles: 8, 4, 2, 1

/// Tokens of one class in one chunk, as many of them as all these bundles have.
struct BundleView {
  const int32_t* first;     // [chunks+1] those of each chunk
  const int32_t* of_class;  // of each
  const uint8_t* place;     // of its tokens, in the chunk
};

struct SideView {
  int64_t V, C;
  BundleView bundles[kBundles];
  const int32_t* many;  // classes whose float32 sums go to float64 now and then
  int64_t n_many;
};

}  // namespace vmd
