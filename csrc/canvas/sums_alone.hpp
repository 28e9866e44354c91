// sums_alone.hpp -- class sums of one row, whose bundles lie side by side: a lane adds up the tokens of one of them.
//
// Exact    what sums_side.hpp adds up, in the same order, so that a row has the same sums alone and beside others
// Cost     half of what four rows side by side take
#pragma once
#include <cstdint>

#include "canvas/sums_side.hpp"  // defines: SidePass, SideView, BundleView, kChunk, kFlush

namespace vmd {

/// A pass over one row: as many bundles side by side as F has lanes, each added up as above.
template <class F, class Of>
struct OneRow {
  using Doubles = typename Of::Doubles;
  static constexpr int kWidth = lanes<F>;

  /// Token i of each bundle and so on, n of them.
  template <int n>
  static VMD_INLINE F bundle(Of& of, const float* tokens) {
    if constexpr (n == 1)
      return of.of(load_as<F>(tokens));
    else
      return Of::join(bundle<n / 2>(of, tokens), bundle<n / 2>(of, tokens + n / 2 * kWidth));
  }
  template <int n, class T>
  static VMD_INLINE void bundles(Of& of, const T* chunk, const BundleView& b, int64_t k, float* room) {
    float tokens[n * kWidth], sums[kWidth];
    for (int32_t i = b.first[k]; i < b.first[k + 1]; i += kWidth) {
      const int32_t some = b.first[k + 1] - i < kWidth ? b.first[k + 1] - i : kWidth;
      const uint8_t* const place = b.place + int64_t{i} * n;
      for (int lane = 0; lane < kWidth; ++lane)
        for (int j = 0; j < n; ++j)
          tokens[j * kWidth + lane] = lane < some ? to_float(chunk[place[lane * n + j]]) : -__builtin_inff();
      store_as(sums, bundle<n>(of, tokens));
      for (int lane = 0; lane < some; ++lane) {
        float& to = room[b.of_class[i + lane]];
        to = Of::join(to, sums[lane]);
      }
    }
  }
  static VMD_INLINE void flush(int64_t c, float* room, double* out) {
    out[c] = Of::join(out[c], static_cast<double>(room[c]));
    room[c] = Of::kNothing;
  }

  template <class T>
  static VMD_INLINE bool pass(const SideView& s, const T* const* rows, float over, const float* reference,
                              float* room, double* out, float* top) {
    Of of{F{} + over, F{} + *reference, F{} - __builtin_inff()};
    for (int64_t c = 0; c < s.C; ++c) {
      room[c] = Of::kNothing;
      out[c] = static_cast<double>(Of::kNothing);
    }
    for (int64_t k = 0; k * kChunk < s.V; ++k) {
      const T* const chunk = *rows + k * kChunk;
      bundles<8>(of, chunk, s.bundles[0], k, room);
      bundles<4>(of, chunk, s.bundles[1], k, room);
      bundles<2>(of, chunk, s.bundles[2], k, room);
      bundles<1>(of, chunk, s.bundles[3], k, room);
      if (k % kFlush == kFlush - 1)
        for (int64_t i = 0; i < s.n_many; ++i) flush(s.many[i], room, out);
    }
    for (int64_t c = 0; c < s.C; ++c) flush(c, room, out);
    *top = of.top[0];
    for (int lane = 1; lane < kWidth; ++lane) *top = of.top[lane] > *top ? of.top[lane] : *top;
    return of.good();
  }
};

}  // namespace vmd
