// tiles.hpp -- products of matrices in tiles of 16 rows of 64 bytes: bfloat16 in, sums in float32.
//
// A unit of tiles holds eight and, by their number, loads, stores, clears and multiplies them:
//   C [16,16] += A [16,32] B [32,16], of each sum first its even k, then its odd k, the two added, then that to C
// AmxTiles (amx.hpp) is a CPU's; PlainTiles here is its twin, the same bits but for numbers below 1e-37.
// Each step of a product is done for kRows rows before the next step begins: what a tile stores is read long after.
#pragma once
#include "denoise/gemm.hpp"

namespace vmd {

constexpr int64_t kTile = 16;  // rows of a tile, and words of a row; a word is two bfloat16 or a float

/// What instruction sets have in common whose products are made of tiles. Packed: as gemm.hpp says, in pairs of k.
struct OfTiles {
  using F = f32x16;
  using E = uint16_t;
  static constexpr bool kTiles = true;
  static constexpr int64_t kRows = 32, kSlab = 64, kDepth = 32;
  static constexpr int kLanes = 16, kGroup = 2, kPanel = 1;
  static constexpr int64_t kPanelColumns = 64;

  /// To nearest, ties to even; subnormal numbers to zero, as the CPU's own rounding does.
  static VMD_INLINE E rounded(float x) {
    const uint32_t bits = bits_as<uint32_t>(x), size = bits & 0x7fffffffu;
    const uint32_t near = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    return static_cast<E>(size > 0x7f800000u ? bits >> 16 | 0x40u : size < 0x00800000u ? bits >> 16 & 0x8000u : near);
  }
  /// a * b + sum, rounded once.
  static VMD_INLINE F fused(const F& a, float b, const F& sum) {
    F out;
    for (int lane = 0; lane < kLanes; ++lane) out[lane] = __builtin_fmaf(a[lane], b, sum[lane]);
    return out;
  }
  static VMD_INLINE F relu(const F& x) { return x > 0.0f ? x : F{}; }
  static VMD_INLINE void store(E* to, const F& x) {
    for (int lane = 0; lane < kLanes; ++lane) to[lane] = rounded(x[lane]);
  }
  /// [16][2] of two rows of 16.
  static VMD_INLINE void store_pair(E* to, const F& first, const F& second) {
    for (int lane = 0; lane < kLanes; ++lane) to[2 * lane] = rounded(first[lane]), to[2 * lane + 1] = rounded(second[lane]);
  }
  /// The sum of each of 16 rows, by halves: the bits of DenoiseBoard::total.
  static VMD_INLINE F totals(const F (&rows)[kTile][1]) {
    F out;
    for (int r = 0; r < kTile; ++r) {
      float lanes[kTile];
      store_as(lanes, rows[r][0]);
      for (int half = kTile / 2; half > 0; half /= 2)
        for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
      out[r] = lanes[0];
    }
    return out;
  }
  static VMD_INLINE F widened(const E* from) {
    F out;
    for (int lane = 0; lane < kLanes; ++lane) out[lane] = bits_as<float>(static_cast<uint32_t>(from[lane]) << 16);
    return out;
  }
};

class PlainTiles {
 public:
  template <int t>
  VMD_INLINE void clear() {
    __builtin_memset(tiles_[t], 0, sizeof tiles_[t]);
  }
  /// Rows `stride` bytes apart.
  template <int t>
  VMD_INLINE void load(const void* from, int64_t stride) {
    for (int64_t r = 0; r < kTile; ++r) __builtin_memcpy(tiles_[t][r], static_cast<const char*>(from) + r * stride, 64);
  }
  template <int t>
  VMD_INLINE void store(void* to, int64_t stride) const {
    for (int64_t r = 0; r < kTile; ++r) __builtin_memcpy(static_cast<char*>(to) + r * stride, tiles_[t][r], 64);
  }
  template <int c, int a, int b>
  VMD_INLINE void multiply() {
    multiply(tiles_[c], tiles_[a], tiles_[b]);
  }
  /// to [16,16] = from [16,16] transposed, rows of `from` so many words apart.
  static void transpose(const uint32_t* from, int64_t stride, uint32_t* to) {
    for (int64_t i = 0; i < kTile; ++i)
      for (int64_t j = 0; j < kTile; ++j) to[j * kTile + i] = from[i * stride + j];
  }

 private:
  using Tile = uint32_t[kTile][kTile];

  __attribute__((noinline)) static void multiply(Tile& sums, const Tile& left, const Tile& right) {
    float even[kTile][kTile], odd[kTile][kTile];
    for (int64_t k = 0; k < kTile; ++k)
      for (int64_t j = 0; j < kTile; ++j) even[k][j] = lower(right[k][j]), odd[k][j] = upper(right[k][j]);
    for (int64_t r = 0; r < kTile; ++r) {
      float evens[kTile] = {}, odds[kTile] = {};
      for (int64_t k = 0; k < kTile; ++k) {  // products of bfloat16 are exact: one rounding a sum, as with FMA
        const float low = lower(left[r][k]), high = upper(left[r][k]);
        for (int64_t j = 0; j < kTile; ++j) evens[j] += low * even[k][j], odds[j] += high * odd[k][j];
      }
      for (int64_t j = 0; j < kTile; ++j)
        sums[r][j] = bits_as<uint32_t>(bits_as<float>(sums[r][j]) + (evens[j] + odds[j]));
    }
  }

  static VMD_INLINE float lower(uint32_t word) { return bits_as<float>(word << 16); }
  static VMD_INLINE float upper(uint32_t word) { return bits_as<float>(word & 0xffff0000u); }

  Tile tiles_[8];
};

/// Tiles of a matrix of inputs: rows of a tile are `bytes` apart; the next tile along k `step` numbers on, beside it `beside`.
struct Inputs {
  const uint16_t* first;
  int64_t bytes, step, beside;
  VMD_INLINE const uint16_t* at(int64_t k, int64_t other) const { return first + k * step + other * beside; }
};

/// Tiles of float sums, rows `bytes` apart.
struct Sums {
  float* first;
  int64_t bytes;
  VMD_INLINE float* at(int64_t row, int64_t column) const {
    return first + row * kTile * (bytes / 4) + column * kTile;
  }
};

/// sums = a w over so many tiles of k, or where not `fresh` sums += a w: for R by C tiles, of at most two by two.
template <int R, int C, bool fresh, class Tiles>
__attribute__((noinline)) void multiply_some(Tiles& tiles, const Inputs& a, const Inputs& w, const Sums& sums, int64_t steps) {
  const auto each = [&](const auto& one) __attribute__((always_inline)) {
    one.template operator()<0, 0>();
    if constexpr (C > 1) one.template operator()<0, 1>();
    if constexpr (R > 1) one.template operator()<1, 0>();
    if constexpr (R > 1 && C > 1) one.template operator()<1, 1>();
  };
  each([&]<int r, int c>() __attribute__((always_inline)) {
    if constexpr (fresh)
      tiles.template clear<2 * r + c>();
    else
      tiles.template load<2 * r + c>(sums.at(r, c), sums.bytes);
  });
  for (int64_t k = 0; k < steps; ++k) {
    tiles.template load<4>(a.at(k, 0), a.bytes);
    tiles.template load<6>(w.at(k, 0), w.bytes);
    if constexpr (R > 1) tiles.template load<5>(a.at(k, 1), a.bytes);
    if constexpr (C > 1) tiles.template load<7>(w.at(k, 1), w.bytes);
    each([&]<int r, int c>() __attribute__((always_inline)) { tiles.template multiply<2 * r + c, 4 + r, 6 + c>(); });
  }
  each([&]<int r, int c>() __attribute__((always_inline)) {
    tiles.template store<2 * r + c>(sums.at(r, c), sums.bytes);
  });
}

/// The same for one or two rows and columns of tiles, as many as there are.
template <bool fresh, class Tiles>
VMD_INLINE void multiply_some(Tiles& tiles, const Inputs& a, const Inputs& w, const Sums& sums, int64_t steps,
                              int64_t rows, int64_t columns) {
  if (rows > 1 && columns > 1)
    multiply_some<2, 2, fresh>(tiles, a, w, sums, steps);
  else if (rows > 1)
    multiply_some<2, 1, fresh>(tiles, a, w, sums, steps);
  else if (columns > 1)
    multiply_some<1, 2, fresh>(tiles, a, w, sums, steps);
  else
    multiply_some<1, 1, fresh>(tiles, a, w, sums, steps);
}

/// sums [n,columns] = a w, or where not `fresh` sums += a w, for n rows a [n,K] and packed w [K,columns], K in whole
/// tiles. Rows up to a whole tile are read and written.
template <class I, bool fresh>
VMD_INLINE void multiply_into(typename I::Tiles& tiles, const uint16_t* a, int64_t K, const uint16_t* w,
                              int64_t columns, int64_t n, float* sums) {
  const int64_t rows = (n + kTile - 1) / kTile, all = columns / kTile;
  for (int64_t c = 0; c < all; c += 2)
    for (int64_t r = 0; r < rows; r += 2)
      multiply_some<fresh>(tiles, Inputs{a + r * kTile * K, 2 * K, 2 * kTile, kTile * K},
                           Inputs{w + c * kTile * K, 64, 2 * kTile * kTile, kTile * K},
                           Sums{sums + r * kTile * columns + c * kTile, 4 * columns}, K / (2 * kTile), rows - r, all - c);
}

/// out(row, column, sums) for n rows a [n,K] times packed w [K,columns]; at most kRows rows, K in whole tiles. Rows up to
/// a whole tile are read. `sums` has room for kRows by kPanelColumns, the same for all products, so that it stays in L1.
template <class I, class Out>
VMD_INLINE void multiply_tiles(typename I::Tiles& tiles, const uint16_t* a, int64_t K, const uint16_t* w,
                               int64_t columns, int64_t n, float* sums, const Out& out) {
  constexpr int64_t panel = I::kPanelColumns;
  const int64_t rows = (n + kTile - 1) / kTile, all = columns / kTile, bytes = panel * 4;
  for (int64_t first = 0; first < all; first += 4) {
    const int64_t some = all - first < 4 ? all - first : 4;
    for (int64_t c = 0; c < some; c += 2)
      for (int64_t r = 0; r < rows; r += 2)
        multiply_some<true>(tiles, Inputs{a + r * kTile * K, 2 * K, 2 * kTile, kTile * K},
                            Inputs{w + (first + c) * kTile * K, 64, 2 * kTile * kTile, kTile * K},
                            Sums{sums + r * kTile * panel + c * kTile, bytes}, K / (2 * kTile), rows - r, some - c);
    const auto each = [&](int64_t r, int64_t c) __attribute__((always_inline)) {
      out(r, (first + c) * kTile, load_as<f32x16>(sums + r * panel + c * kTile));
    };
    if (some == 4)
      for (int64_t r = 0; r < n; ++r) each(r, 0), each(r, 1), each(r, 2), each(r, 3);
    else
      for (int64_t r = 0; r < n; ++r)
        for (int64_t c = 0; c < some; ++c) each(r, c);
  }
}

/// sums [channels,columns] += a^T b over n rows, both in pairs of rows (outer.hpp); at most kSlab rows, in whole tiles.
template <class I>
VMD_INLINE void outer_tiles(typename I::Tiles& tiles, const uint16_t* a, int64_t channels, const uint16_t* b,
                            int64_t columns, int64_t n, float* sums) {
  constexpr int64_t most = I::kSlab / (2 * kTile), words = kTile * kTile;
  alignas(64) uint32_t turned[2 * most * words];  // two tiles of channels, each along all rows
  const int64_t steps = n / (2 * kTile);
  for (int64_t first = 0; first < channels; first += 2 * kTile) {
    const int64_t some = channels - first > kTile ? 2 : 1;
    for (int64_t other = 0; other < some; ++other)
      for (int64_t k = 0; k < steps; ++k)
        I::Tiles::transpose(static_cast<const uint32_t*>(static_cast<const void*>(a)) + k * kTile * channels + first + other * kTile,
                        channels, turned + (other * most + k) * words);
    for (int64_t column = 0; column < columns; column += 2 * kTile)
      multiply_some<false>(
          tiles, Inputs{static_cast<const uint16_t*>(static_cast<const void*>(turned)), 64, 2 * words, 2 * most * words},
          Inputs{b + 2 * column, 4 * columns, 2 * kTile * columns, 2 * kTile},
          Sums{sums + first * columns + column, 4 * columns}, steps, some, columns - column > kTile ? 2 : 1);
  }
}

}  // namespace vmd
