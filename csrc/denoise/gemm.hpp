// gemm.hpp -- a tile of kTileRows rows times a packed matrix, sums held in registers.
//
// An instruction set I is OfVectors, or OfTiles (tiles.hpp), and says:
//   F, kLanes       a vector of floats, and how many
//   E, kGroup       what the inputs of a product are stored as, and how many of them one lane multiplies at once
//   kPanel          columns of a panel, in vectors;  rows(C): rows that fit the registers beside C vectors
//   load, spread    a vector of weights; a group of inputs in every lane
//   add_product     sum + product;  relu;  store: F as kLanes of E
// Packed: panels of kPanel vectors of columns (the last one narrower), each [K / kGroup][columns][kGroup].
#pragma once
#include "denoise/path.hpp"
#include "support/float32.hpp"  // defines: VMD_INLINE, load_as, store_as

namespace vmd {

/// What instruction sets have in common whose products are made of vectors.
struct OfVectors {
  static constexpr bool kTiles = false;
  static constexpr int64_t kRows = kTileRows, kSlab = 8 * kRows;  // rows at once: of a product; of sums of products
  static constexpr int64_t kDepth = 1;                            // rows of inputs are padded to a multiple of it
  struct Tiles {};
  /// a * b + sum, by FMA where the compiler may.
  template <class F>
  static VMD_INLINE F fused(const F& a, float b, const F& sum) {
    return sum + a * b;
  }
};

/// out(row, column, sums) for C vectors of columns from `column` on.
template <class I, int C, class Out>
VMD_INLINE void multiply_panel(const typename I::E* a, int64_t stride, const typename I::E* w, int64_t K,
                               int64_t column, const Out& out) {
  constexpr int R = I::rows(C);
  static_assert(kTileRows % R == 0);
  for (int64_t row = 0; row < kTileRows; row += R) {
    typename I::F sum[R][C] = {};
    const typename I::E* from = a + row * stride;
    const typename I::E* weights = w;
    for (int64_t k = 0; k < K; k += I::kGroup) {
      typename I::W weight[C];
#pragma GCC unroll 4
      for (int c = 0; c < C; ++c) weight[c] = I::load(weights + c * I::kLanes * I::kGroup);
#pragma GCC unroll 12
      for (int r = 0; r < R; ++r) {
        const typename I::W input = I::spread(from + r * stride);
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) sum[r][c] = I::add_product(sum[r][c], input, weight[c]);
      }
      from += I::kGroup;
      weights += C * I::kLanes * I::kGroup;
    }
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int c = 0; c < C; ++c) out(row + r, column + c * I::kLanes, sum[r][c]);
  }
}

/// out(row, column, sums) for a [kTileRows,K] times w [K,columns]; rows of a are `stride` apart.
template <class I, class Out>
VMD_INLINE void multiply(const typename I::E* a, int64_t stride, const typename I::E* w, int64_t K, int64_t columns,
                         const Out& out) {
  constexpr int64_t panel = I::kPanel * I::kLanes;
  int64_t column = 0;
  for (; column + panel <= columns; column += panel)
    multiply_panel<I, I::kPanel>(a, stride, w + K * column, K, column, out);
  const int64_t left = (columns - column) / I::kLanes;
  if constexpr (I::kPanel > 1)
    if (left == 1) multiply_panel<I, 1>(a, stride, w + K * column, K, column, out);
  if constexpr (I::kPanel > 2)
    if (left == 2) multiply_panel<I, 2>(a, stride, w + K * column, K, column, out);
  if constexpr (I::kPanel > 3)
    if (left == 3) multiply_panel<I, 3>(a, stride, w + K * column, K, column, out);
}

/// Pack row k of a matrix [K,columns] from floats.
template <class I>
VMD_INLINE void pack_row(const float* row, int64_t k, int64_t K, int64_t columns, typename I::E* packed) {
  constexpr int64_t panel = I::kPanel * I::kLanes;
  for (int64_t start = 0; start < columns; start += panel) {
    const int64_t width = columns - start < panel ? columns - start : panel;
    typename I::E* to = packed + K * start + k / I::kGroup * width * I::kGroup + k % I::kGroup;
    for (int64_t c = 0; c < width; ++c) to[c * I::kGroup] = I::rounded(row[start + c]);
  }
}

}  // namespace vmd
