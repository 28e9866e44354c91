// outer.hpp -- sums over rows of products of channels, a^T b: what gradients of weights are made of.
//
// Both matrices are *paired*: rows in groups of I::kGroup, each [channels][kGroup], so that one lane multiplies a group
// of rows at once. With kGroup = 1 that is row-major. See gemm.hpp for an instruction set I.
#pragma once
#include "denoise/gemm.hpp"

namespace vmd {

/// sums [., columns] += a^T b for C vectors of columns and all `channels` of a; b and sums point at the first column.
template <class I, int C>
VMD_INLINE void outer_panel(const typename I::E* a, int64_t channels, const typename I::E* b, int64_t columns,
                            int64_t groups, float* sums) {
  constexpr int most = I::rows(C), R = most >= 8 ? 8 : most >= 4 ? 4 : 2;
  static_assert(kLanesPadded % R == 0);
  for (int64_t channel = 0; channel < channels; channel += R) {
    typename I::F sum[R][C] = {};
    const typename I::E *from = a + channel * I::kGroup, *other = b;
    for (int64_t group = 0; group < groups; ++group) {
      typename I::W weight[C];
#pragma GCC unroll 4
      for (int c = 0; c < C; ++c) weight[c] = I::load(other + c * I::kLanes * I::kGroup);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        const typename I::W input = I::spread(from + r * I::kGroup);
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) sum[r][c] = I::add_product(sum[r][c], input, weight[c]);
      }
      from += channels * I::kGroup;
      other += columns * I::kGroup;
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int c = 0; c < C; ++c) {
        float* to = sums + (channel + r) * columns + c * I::kLanes;
        store_as(to, typename I::F(load_as<typename I::F>(to) + sum[r][c]));
      }
  }
}

/// sums [channels,columns] += a^T b over `groups` groups of rows; channels and columns are multiples of kLanesPadded.
template <class I>
VMD_INLINE void add_outer(const typename I::E* a, int64_t channels, const typename I::E* b, int64_t columns,
                          int64_t groups, float* sums) {
  constexpr int64_t panel = I::kPanel * I::kLanes;
  int64_t column = 0;
  for (; column + panel <= columns; column += panel)
    outer_panel<I, I::kPanel>(a, channels, b + column * I::kGroup, columns, groups, sums + column);
  const int64_t left = (columns - column) / I::kLanes;
  if constexpr (I::kPanel > 1)
    if (left == 1) outer_panel<I, 1>(a, channels, b + column * I::kGroup, columns, groups, sums + column);
  if constexpr (I::kPanel > 2)
    if (left == 2) outer_panel<I, 2>(a, channels, b + column * I::kGroup, columns, groups, sums + column);
  if constexpr (I::kPanel > 3)
    if (left == 3) outer_panel<I, 3>(a, channels, b + column * I::kGroup, columns, groups, sums + column);
}

}  // namespace vmd
