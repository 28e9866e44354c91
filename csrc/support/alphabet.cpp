#include "support/alphabet.hpp"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#define VMD_X86 1
#include <immintrin.h>
#endif

namespace vmd {
namespace {

using Table = std::array<int8_t, 256>;

bool has(const uint8_t* text, int64_t L, int sign) {
  return sign >= 0 && std::memchr(text, sign, static_cast<size_t>(L)) != nullptr;
}

bool look_up(const Table& values, const uint8_t* text, int64_t L, int32_t* out) {
  constexpr int64_t kSome = 256;  // a table is looked at byte by byte, and all else is done many at once
  std::array<int8_t, kSome> some;
  for (int64_t begin = 0; begin < L; begin += kSome) {
    const int64_t n = std::min(kSome, L - begin);
    for (int64_t i = 0; i < n; ++i) some[static_cast<size_t>(i)] = values[text[begin + i]];
    bool none = false;
    for (int64_t i = 0; i < n; ++i) none |= some[static_cast<size_t>(i)] < -1;
    if (none) return false;
    for (int64_t i = 0; i < n; ++i) out[begin + i] = some[static_cast<size_t>(i)];
  }
  return true;
}

#if defined(VMD_X86)
/// The same: the first 128 values are two registers.
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) bool look_up_wide(const Table& values, const uint8_t* text,
                                                                         int64_t L, int32_t* out) {
  const __m512i low = _mm512_loadu_si512(values.data()), high = _mm512_loadu_si512(values.data() + 64);
  __mmask64 none = 0;
  for (int64_t begin = 0; begin < L; begin += 64) {
    const int64_t n = std::min<int64_t>(64, L - begin);
    const __mmask64 there = ~__mmask64{0} >> (64 - n);
    const __m512i bytes = _mm512_maskz_loadu_epi8(there, text + begin);
    const __m512i found = _mm512_permutex2var_epi8(low, bytes, high);
    none |= there & (_mm512_movepi8_mask(bytes) | _mm512_cmplt_epi8_mask(found, _mm512_set1_epi8(-1)));
    alignas(64) std::array<int8_t, 64> some;
    _mm512_store_si512(some.data(), found);
    for (int64_t i = 0; i < n; i += 16) {
      const __m128i quarter = _mm_load_si128(reinterpret_cast<const __m128i*>(some.data() + i));
      const auto these = static_cast<__mmask16>(there >> i);
      _mm512_mask_storeu_epi32(out + begin + i, these, _mm512_maskz_cvtepi8_epi32(these, quarter));
    }
  }
  return none == 0;
}

__attribute__((target("avx512f,avx512bw,avx512vbmi"))) void write_wide(const uint8_t* signs, const int32_t* values,
                                                                       int64_t n, uint8_t* out) {
  const __m512i low = _mm512_loadu_si512(signs), high = _mm512_loadu_si512(signs + 64), last = _mm512_set1_epi32(127);
  for (int64_t begin = 0; begin < n; begin += 64) {
    const __mmask64 there = ~__mmask64{0} >> (64 - std::min<int64_t>(64, n - begin));
    alignas(64) std::array<uint8_t, 64> some;
    for (int64_t i = 0; i < 64; i += 16) {
      const auto these = static_cast<__mmask16>(there >> i);
      const __m512i found = _mm512_maskz_min_epu32(these, _mm512_maskz_loadu_epi32(these, values + begin + i), last);
      _mm_store_si128(reinterpret_cast<__m128i*>(some.data() + i), _mm512_maskz_cvtepi32_epi8(these, found));
    }
    const __m512i told = _mm512_permutex2var_epi8(low, _mm512_load_si512(some.data()), high);
    _mm512_mask_storeu_epi8(out + begin, there, told);
  }
}
#endif

}  // namespace

bool Alphabet::has_wide() {
#if defined(VMD_X86)
  static const bool there = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                            __builtin_cpu_supports("avx512vbmi");
  return there;
#else
  return false;
#endif
}

Alphabet::Alphabet(const int8_t* codes, int first, int second) : first_(first), second_(second) {
  for (size_t byte = 0; byte < 256; ++byte) values_[byte] = byte < 128 ? codes[byte] : int8_t{-2};
}

bool Alphabet::read(const uint8_t* text, int64_t L, int32_t* out, [[maybe_unused]] bool wide) const {
#if defined(VMD_X86)
  const bool good = wide ? look_up_wide(values_, text, L, out) : look_up(values_, text, L, out);
#else
  const bool good = look_up(values_, text, L, out);
#endif
  return good && !(has(text, L, first_) && has(text, L, second_));
}

Signs::Signs(const uint8_t* symbols, size_t V, uint8_t open) {
  signs_.fill(open);
  std::copy_n(symbols, std::min(V, kMost), signs_.begin());
}

void Signs::write(const int32_t* values, int64_t n, uint8_t* out, [[maybe_unused]] bool wide) const {
#if defined(VMD_X86)
  if (wide) return write_wide(signs_.data(), values, n, out);
#endif
  for (int64_t i = 0; i < n; ++i) out[i] = signs_[std::min<size_t>(static_cast<uint32_t>(values[i]), kMost)];
}

}  // namespace vmd
