// gradient_inputs.hpp -- numbers of the way back as inputs of products, for one instruction set.
#pragma once
#include "denoise/gradient_weights.hpp"
#include "denoise/outer.hpp"

namespace vmd {

template <class I>
class DenoiseGradientInputs : public DenoiseGradientWeights<I> {
  using Board = DenoiseBoard<I>;
  using Weights = DenoiseGradientWeights<I>;

 protected:
  using Board::kCopies, Board::kRows, Board::deep, Board::v, Board::mean;
  using typename Weights::E, typename Weights::F;

 public:
  using Weights::bytes;

  DenoiseGradientInputs(const DenoiseView& view, void* memory) : Weights(view, memory) {
    const uintptr_t start = this->used;
    const int64_t widest = kCopies ? this->widest() : 0;
    pairs = this->template take<E>(kSlab * widest), others = this->template take<E>(kSlab * widest);
    inputs_back = this->template take<E>(kRows * deep(widest));
    bytes += static_cast<int64_t>(this->used - start);
  }

 protected:
  static constexpr int64_t kSlab = I::kSlab;  // rows that sums of products are taken over at a time

  /// n rows of numbers as inputs of products.
  VMD_INLINE const E* rounded(const float* from, int64_t width, int64_t n) {
    if constexpr (kCopies) {
      const int64_t stride = deep(width);
      E* const first = inputs_back;
      for (int64_t i = 0; i < n; ++i) {
        E* to = first + i * stride;
        for (int64_t j = 0; j < width; j += I::kLanes) I::store(to + j, load_as<F>(from + i * width + j));
        for (int64_t j = width; j < stride; j += I::kLanes) I::store(to + j, F{});
      }
      return first;
    } else {
      return from;
    }
  }

  /// n rows of `width` channels, those of row i being numbers(i, channel), as inputs of add_outer in `to`; zeros behind them.
  template <class Numbers>
  VMD_INLINE void pair_rows(int64_t n, int64_t width, E* to, const Numbers& numbers) {
    for (int64_t i = 0; i < n; i += 2)
      for (int64_t j = 0; j < width; j += I::kLanes) I::store_pair(to + i * width + 2 * j, numbers(i, j), numbers(i + 1, j));
    for (int64_t i = n; i < deep(n); i += 2)
      for (int64_t j = 0; j < width; j += I::kLanes) I::store_pair(to + i * width + 2 * j, F{}, F{});
  }

  /// Rows as inputs of add_outer, in `to` if they are not that already.
  const E* paired(const float* from, int64_t n, int64_t width, E* to) {
    if constexpr (kCopies) {
      pair_rows(n, width, to,
                [&](int64_t i, int64_t j) __attribute__((always_inline)) { return load_as<F>(from + i * width + j); });
      return to;
    } else {
      return from;
    }
  }

  /// The same for rows of means.
  const E* paired_means(int64_t first, int64_t n) {
    const int64_t stride = deep(v.Mp);
    const E* const from = mean + first * stride;
    if constexpr (kCopies) {
      pair_rows(n, v.Mp, others, [&](int64_t i, int64_t j) __attribute__((always_inline)) {
        return I::widened(from + i * stride + j);
      });
      return others;
    } else {
      return from;
    }
  }

  /// sums [channels,columns] += a^T b over n rows.
  VMD_INLINE void outer(const E* a, int64_t channels, const E* b, int64_t columns, int64_t n, float* sums) {
    if constexpr (I::kTiles)
      outer_tiles<I>(this->tiles, a, channels, b, columns, deep(n), sums);
    else
      add_outer<I>(a, channels, b, columns, n / I::kGroup, sums);
  }

  E *pairs, *others;  // of a slab

 private:
  E* inputs_back;  // of a tile
};

}  // namespace vmd
