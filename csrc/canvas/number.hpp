// number.hpp -- positive numbers of any size: a float64 mantissa and an exponent of its own.
//
// Meaning  m 2^e, m in [1, 2); zero has m = 0. A canvas of 256 cells multiplies as many chances, each perhaps e^-20:
//          between the weights of two states lie thousands of nats, more than float64 holds in one exponent.
// Exact    plain multiply and add of float64 in the order written, scaling by powers of two: results are those of a
//          float64 whose exponent has no end, so every device gives the same bits.
// Limits   logarithms are kept within 1e13, so that 65,536 cells of them add up within int64
// Twin     vmdsolve/canvas/reference.py:Number   Test  tests/canvas/test_law.py, csrc/tests/test_canvas.cpp
#pragma once
#include <cstdint>

#include "support/float64.hpp"  // defines: VMD_HD, VMD_INLINE, bits_as, exp_beside, log64

namespace vmd {

struct Number {
  double m;
  int64_t e;
};

constexpr int64_t kZeroExponent =
    -2'000'000'000'000'000'000;  // twice as far below as any other may be, and four times it is still an int64
constexpr double kLogLimit = 1e13;

VMD_HD VMD_INLINE Number number_zero() { return {0.0, kZeroExponent}; }

/// 2^n, -1022 <= n <= 1023.
VMD_HD VMD_INLINE double power_of_two(int64_t n) {
  return bits_as<double>(static_cast<uint64_t>(n + 1023) << 52);
}

/// m 2^e for any normal m > 0.
VMD_HD VMD_INLINE Number number(double m, int64_t e) {
  const uint64_t bits = bits_as<uint64_t>(m);
  return {bits_as<double>((bits & 0xfffffffffffffu) | 0x3ff0000000000000u),
          e + static_cast<int64_t>(bits >> 52) - 1023};
}

VMD_HD VMD_INLINE Number operator*(const Number& a, const Number& b) {
  return {a.m * b.m, a.e + b.e};
}  // m in [1, 4)

/// e^x.
VMD_HD VMD_INLINE Number number_of_log(double x) {
  if (!(x > -__builtin_inf())) return number_zero();
  double n;
  const double m = exp_beside(x < -kLogLimit ? -kLogLimit : x > kLogLimit ? kLogLimit : x, &n);
  return number(m, static_cast<int64_t>(n));
}

/// Its natural logarithm; -inf of zero.
VMD_HD VMD_INLINE double log_of(const Number& x) {
  if (x.m == 0) return -__builtin_inf();
  return log64(x.m) + static_cast<double>(x.e) * 0.69314718055994530942;
}

/// `a` as a float64 beside 2^e; 0 where it is too small to matter. For a below 2^1000 times that.
VMD_HD VMD_INLINE double beside(const Number& a, int64_t e) {
  const int64_t d = a.e - e;
  return a.m * power_of_two(d < -1022 ? -1022 : d > 1000 ? 1000 : d);
}

/// Sum of term(j) for first <= j < last, in that order; terms have m in [1, 8) or 0.
template <class Term>
VMD_HD VMD_INLINE Number sum_of(int64_t first, int64_t last, const Term& term) {
  int64_t j = first;
  Number t = number_zero();
  for (; j < last; ++j) {
    t = term(j);
    if (t.m != 0) break;
  }
  if (j >= last) return number_zero();
  int64_t base = t.e;
  double sum = t.m;  // 1 at least, so that what is 2^-1000 beside it adds nothing
  for (++j; j < last; ++j) {
    t = term(j);
    int64_t d = t.e - base;
    if (d > 900) {  // so much larger than the first: count from it
      sum = d > 1900 ? 0.0 : (sum * power_of_two(-(d / 2))) * power_of_two(-(d - d / 2));
      base = t.e;
      d = 0;
    }
    sum = sum + t.m * power_of_two(d < -1022 ? -1022 : d);
  }
  return number(sum, base);
}

}  // namespace vmd
