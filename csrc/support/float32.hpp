// float32.hpp -- exp and log in float32 whose every rounding is specified, for one value or several side by side.
//
// Meaning  exp32(x), x <= 0: e^x; 0 below -80 (a probability under 2e-35 counts as none; -inf gives 0; NaN
//          is not handled). log32(x), x >= 0 and finite: ln x; -inf for 0 and subnormal x.
// Exact    plain multiply, add and integer operations in the order written; no FMA (build with
//          -ffp-contract=off, nvcc with -fmad=false) and no libm, so every device gives the same bits.
//          exp32(0) = 1 and log32(1) = 0 exactly. No result that a caller uses is subnormal, so a thread that
//          flushes subnormals computes the same.
// Error    exp32 below 1.5 ulp on [-80, 0], log32 below 1.5 ulp, also next to 1 (tested against float64).
// Twin     vmdsolve/kernels/reference.py:exp32, log32   Test  tests/kernels/test_kernels.py
//
// Polynomials: minimax in relative error by Lawson's iteration, 3e-9 (exp) and 6e-9 (log), then rounded.
#pragma once
#include <cstdint>

#include "support/philox.hpp"  // defines: VMD_HD

#if defined(__CUDACC__)
#define VMD_INLINE inline
#else
// Forced, so that a function compiled for a wider instruction set gets its own copy of everything it calls.
#define VMD_INLINE inline __attribute__((always_inline))
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"  // no vector crosses a call: all of these functions are inlined
#endif
#endif

namespace vmd {

/// The integers of a float lane's width: what its bits and the outcome of a comparison are held in.
template <class F>
struct Lane {
  using I = int32_t;
  using U = uint32_t;
};

#if !defined(__CUDACC__)
// Vectors of the compiler, each as wide as some instruction set has them: GCC turns comparisons of vectors wider
// than the machine's into one instruction a lane.
using f32x4 = float __attribute__((vector_size(16)));
using f32x8 = float __attribute__((vector_size(32)));
using f32x16 = float __attribute__((vector_size(64)));

template <>
struct Lane<f32x4> {
  using I = int32_t __attribute__((vector_size(16)));
  using U = uint32_t __attribute__((vector_size(16)));
};
template <>
struct Lane<f32x8> {
  using I = int32_t __attribute__((vector_size(32)));
  using U = uint32_t __attribute__((vector_size(32)));
};
template <>
struct Lane<f32x16> {
  using I = int32_t __attribute__((vector_size(64)));
  using U = uint32_t __attribute__((vector_size(64)));
};

template <class F>
constexpr int lanes = static_cast<int>(sizeof(F) / sizeof(float));
constexpr int kMaxLanes = 16;
#endif

/// The same bits read as another type.
template <class To, class From>
VMD_HD VMD_INLINE To bits_as(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, from);
}

/// What stands at an address, however it is aligned; and to put it there.
template <class T>
VMD_INLINE T load_as(const void* from) {
  T out;
  __builtin_memcpy(&out, from, sizeof out);
  return out;
}

template <class T>
VMD_INLINE void store_as(void* to, const T& value) {
  __builtin_memcpy(to, &value, sizeof value);
}

template <class F>
VMD_HD VMD_INLINE F exp32(const F& x) {
  using U = typename Lane<F>::U;
  // Adding 1.5 * 2^23 rounds to an integer n (to nearest even) and leaves n in the low bits of the sum.
  const F shifted = x * 1.44269504f + 12582912.0f;
  const F n = shifted - 12582912.0f;
  const F r = (x - n * 0.693359375f) - n * -2.12194440e-4f;  // x - n ln 2; the first product is exact
  F q = r * 0.0013814467f + 0.008368781f;
  q = q * r + 0.041668393f;
  q = q * r + 0.1666652f;
  q = q * r + 0.49999994f;
  const F y = ((q * (r * r)) + r) + 1.0f;  // e^r in [0.7, 1.42]
  const F scaled = bits_as<F>(bits_as<U>(y) + (bits_as<U>(shifted) << 23));  // times 2^n, by the exponent
  return x < -80.0f ? F{} : scaled;
}

template <class F>
VMD_HD VMD_INLINE F log32(const F& x) {
  using I = typename Lane<F>::I;
  using U = typename Lane<F>::U;
  // x = m * 2^e with m in [sqrt(1/2), sqrt(2)); f = m - 1 is exact, which keeps accuracy next to 1.
  const U bits = bits_as<U>(x);
  const I e = bits_as<I>(bits - 0x3f3504f3u) >> 23;
  const F f = bits_as<F>(bits - (bits_as<U>(e) << 23)) - 1.0f;
#if defined(__CUDACC__)
  const F n = static_cast<F>(e);
#else
  // The twin of exp32's trick: e in the low bits of 1.5 * 2^23, which is e + 1.5 * 2^23 as a float.
  const F n = bits_as<F>(bits_as<U>(e) + 0x4b400000u) - 12582912.0f;
#endif
  F q = f * -0.07634497f + 0.12761576f;
  q = q * f + -0.13160183f;
  q = q * f + 0.14201757f;
  q = q * f + -0.16623357f;
  q = q * f + 0.20001227f;
  q = q * f + -0.2500082f;
  q = q * f + 0.3333333f;
  const F square = f * f;
  const F tail = ((q * f) * square + n * -2.12194440e-4f) - square * 0.5f;
  const F y = (f + tail) + n * 0.693359375f;
  return x < 1.17549435e-38f ? F{} - __builtin_inff() : y;
}

}  // namespace vmd
