// board_inputs.hpp -- what a board's candidates are injected with and what they receive, for one instruction set.
#pragma once
#include "denoise/board_weights.hpp"

namespace vmd {

template <class I>
class BoardInputs : public BoardWeights<I> {
  using F = typename I::F;
  using Held = BoardWeights<I>;

 protected:
  using Held::Held, Held::v, Held::told, Held::injected_cell;
  static constexpr int kParts = kLanesPadded / I::kLanes;  // vectors that hold 16 channels

  static VMD_INLINE F floats(const float* from, int part) { return load_as<F>(from + part * I::kLanes); }

  /// 0 open; 1 the cell holds this symbol; 2 it holds another.
  static VMD_INLINE int64_t state_of(int32_t held, int64_t symbol) { return held < 0 ? 0 : held == symbol ? 1 : 2; }

  /// to [n,Np] = what n candidates of a cell, from a symbol on, are injected with, and what they receive of their cell
  /// and of the first K of its units; C times 16 channels from `j` on.
  template <int C, int K>
  VMD_INLINE void gather_rows(int32_t held, int64_t l, int64_t symbol, int64_t n, int64_t j, float* to) const {
    constexpr int parts = C * kParts;
    const int64_t Np = v.Np, V = v.V;
    const bool named = v.named, placed = v.placed;
    const float *const told_from = told + j, *const told_cell = injected_cell + l * Np + j;
    const float *symbols = received + l * Np + j, *before = nullptr, *units[K + 1];
    float weights[K + 1];
    for (int k = 0; k < K; ++k) {
      units[k] = received + (v.link_rows[v.link_offsets[l] + k] + symbol) * Np + j;
      weights[k] = v.link_weights[v.link_offsets[l] + k];
    }
    F told_here[parts] = {};
    for (int64_t r = 0; r < n; ++r) {
      const int64_t state_here = state_of(held, symbol + r);
      const float* own = told_from + (named ? state_here * V + symbol + r : state_here) * Np;
      if (own != before) {
#pragma GCC unroll 16
        for (int p = 0; p < parts; ++p) told_here[p] = floats(own, p) + floats(symbols, p);
        if (placed)
#pragma GCC unroll 16
          for (int p = 0; p < parts; ++p) told_here[p] += floats(told_cell, p);
        before = own;
      }
      F sum[parts];
#pragma GCC unroll 16
      for (int p = 0; p < parts; ++p) sum[p] = told_here[p];
#pragma GCC unroll 4
      for (int k = 0; k < K; ++k)
#pragma GCC unroll 16
        for (int p = 0; p < parts; ++p) sum[p] = I::fused(floats(units[k] + r * Np, p), weights[k], sum[p]);
#pragma GCC unroll 16
      for (int p = 0; p < parts; ++p) store_as(to + r * Np + j + p * I::kLanes, sum[p]);
    }
  }

  template <int C>
  VMD_INLINE void gather_cell(int32_t held, int64_t l, int64_t symbol, int64_t n, int64_t j, float* to) const {
    const int64_t links = v.link_offsets[l + 1] - v.link_offsets[l];
    if (links >= 3)
      gather_rows<C, 3>(held, l, symbol, n, j, to);
    else if (links == 2)
      gather_rows<C, 2>(held, l, symbol, n, j, to);
    else if (links == 1)
      gather_rows<C, 1>(held, l, symbol, n, j, to);
    else
      gather_rows<C, 0>(held, l, symbol, n, j, to);
    for (int64_t i = v.link_offsets[l] + 3; i < v.link_offsets[l + 1]; ++i) {
      const float* unit = received + (v.link_rows[i] + symbol) * v.Np + j;
      for (int64_t r = 0; r < n; ++r)
        for (int p = 0; p < C * kParts; ++p) {
          float* place = to + r * v.Np + j + p * I::kLanes;
          store_as(place, I::fused(floats(unit + r * v.Np, p), v.link_weights[i], load_as<F>(place)));
        }
    }
  }

  float* received;  // [group_rows,Np]
};

}  // namespace vmd
