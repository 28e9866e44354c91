// float64.hpp -- exp and log of float64 that give the same bits on every device and in vectors of any width.
//
// Meaning  exp_beside(x, &n): e^x / 2^n in [0.7, 1.42) with a whole n, |x| <= 1e13; log64(x): ln x of a normal x > 0
// Exact    plain operations in the order written; no FMA, no libm
// Error    below 2 ulp, log64 also next to 1
// Source   Taylor's polynomials: of degree 13 for |r| < 0.35; of atanh, 20 terms of which half are 0, for |s| < 0.1716
// Twin     vmdsolve/canvas/reference.py:of_log   Test  csrc/tests/test_canvas.cpp
#pragma once
#include <cstdint>

#include "support/float32.hpp"  // defines: VMD_HD, VMD_INLINE, bits_as

namespace vmd {

/// The integers of a float64's width, and floats as many.
template <class D>
struct Lane64 {
  using I = int64_t;
  using Floats = float;
};

#if !defined(__CUDACC__)
using f64x2 = double __attribute__((vector_size(16)));
using f64x4 = double __attribute__((vector_size(32)));
using f64x8 = double __attribute__((vector_size(64)));
using f64x16 = double __attribute__((vector_size(128)));

template <>
struct Lane64<f64x4> {
  using I = int64_t __attribute__((vector_size(32)));
  using Floats = float __attribute__((vector_size(16)));
};
template <>
struct Lane64<f64x8> {
  using I = int64_t __attribute__((vector_size(64)));
  using Floats = float __attribute__((vector_size(32)));
};
template <>
struct Lane64<f64x16> {
  using I = int64_t __attribute__((vector_size(128)));
};
#endif

template <class D>
VMD_HD VMD_INLINE D exp_beside(const D& x, D* whole) {
  const D n = (x * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0;  // to an integer, as exp32 does
  const D r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
  D p = r * (1.0 / 6227020800.0) + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = (p * r) * r + r;
  *whole = n;
  return p + 1.0;
}

template <class D>
VMD_HD VMD_INLINE D log64(const D& x) {
  using I = typename Lane64<D>::I;
  // x = m 2^e with m in [sqrt(1/2), sqrt(2)), and e in the low bits of 1.5 * 2^52.
  const I bits = bits_as<I>(x), e = (bits - 0x3fe6a09e667f3bcdLL) >> 52;
  const D m = bits_as<D>(bits - (e << 52));
  const D n = bits_as<D>(e + 0x4338000000000000LL) - 6755399441055744.0;
  const D s = (m - 1.0) / (m + 1.0), z = s * s;
  D q = z * (1.0 / 19.0) + 1.0 / 17.0;
  q = q * z + 1.0 / 15.0;
  q = q * z + 1.0 / 13.0;
  q = q * z + 1.0 / 11.0;
  q = q * z + 1.0 / 9.0;
  q = q * z + 1.0 / 7.0;
  q = q * z + 1.0 / 5.0;
  q = q * z + 1.0 / 3.0;
  const D twice = s + s;
  return (twice + ((twice * z) * q + n * 1.90821492927058770002e-10)) + n * 0.693147180369123816490;
}

}  // namespace vmd
