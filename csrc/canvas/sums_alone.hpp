// sums_alone.hpp -- class sums of one row, whose bundles lie side by side: a lane adds up the tokens of one of them.
//
// Exact    what sums_side.hpp adds up, in the same order, so that a row has the same sums alone and beside others
// Cost     half of what four rows side by side take
#pragma once
#include <cstdint>

#include "canvas/sums_side.hpp"  // defines: every_chunk, SideView, BundleView

namespace vmd {

/// A pass over one row of T: as many bundles side by side as F has lanes, each added up as above.
template <class F, class Of, class T>
class OneRow {
  static constexpr int kWidth = lanes<F>;

 public:
  static VMD_INLINE bool pass(const SideView& s, const T* const* rows, float over, const float* reference, float* room,
                              double* out, float* risen) {
    OneRow one{*rows, Of(over, F{} + *reference), room, out};
    every_chunk(s, one);
    *risen = 0;
    for (int lane = 0; lane < kWidth; ++lane)
      if (const float by = one.of_.risen()[lane]; !(by <= *risen)) *risen = by;
    return one.of_.good();
  }

  VMD_INLINE void clear(int64_t c) {
    room_[c] = Of::kNothing;
    out_[c] = static_cast<double>(Of::kNothing);
  }
  VMD_INLINE void fetch(int64_t begin) { chunk_ = row_ + begin; }
  template <int n>
  VMD_INLINE void bundles(const BundleView& b, int64_t k) {
    float tokens[n * kWidth], sums[kWidth];
    for (int32_t i = b.first[k]; i < b.first[k + 1]; i += kWidth) {
      const int32_t some = b.first[k + 1] - i < kWidth ? b.first[k + 1] - i : kWidth;
      const uint8_t* const place = b.place + int64_t{i} * n;
      for (int lane = 0; lane < kWidth; ++lane)
        for (int j = 0; j < n; ++j)
          tokens[j * kWidth + lane] = lane < some ? to_float(chunk_[place[lane * n + j]]) : -__builtin_inff();
      store_as(sums, bundle<n>(tokens));
      for (int lane = 0; lane < some; ++lane) {
        float& to = room_[b.of_class[i + lane]];
        to = Of::join(to, sums[lane]);
      }
    }
  }
  VMD_INLINE void flush(int64_t c) {
    out_[c] = Of::join(out_[c], static_cast<double>(room_[c]));
    room_[c] = Of::kNothing;
  }

 private:
  VMD_INLINE OneRow(const T* row, const Of& of, float* room, double* out) : row_(row), of_(of), room_(room), out_(out) {}

  /// Token i of each bundle and so on, n of them.
  template <int n>
  VMD_INLINE F bundle(const float* tokens) {
    if constexpr (n == 1)
      return of_.of(load_as<F>(tokens));
    else
      return Of::join(bundle<n / 2>(tokens), bundle<n / 2>(tokens + n / 2 * kWidth));
  }

  const T* const row_;
  const T* chunk_ = nullptr;
  Of of_;
  float* const room_;
  double* const out_;
};

}  // namespace vmd
