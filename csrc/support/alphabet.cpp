#include "support/alphabet.hpp"

#include <algorithm>
#include <cstring>

namespace vmd {
namespace {

bool has(const uint8_t* text, int64_t L, int sign) {
  return sign >= 0 && std::memchr(text, sign, static_cast<size_t>(L)) != nullptr;
}

}  // namespace

Alphabet::Alphabet(const int8_t* codes, int first, int second) : first_(first), second_(second) {
  for (size_t byte = 0; byte < 256; ++byte) values_[byte] = byte < 128 ? codes[byte] : int8_t{-2};
}

bool Alphabet::read(const uint8_t* text, int64_t L, int32_t* out) const {
  constexpr int64_t kSome = 256;  // a table is looked at byte by byte, and all else is done many at once
  std::array<int8_t, kSome> some;
  for (int64_t begin = 0; begin < L; begin += kSome) {
    const int64_t n = std::min(kSome, L - begin);
    for (int64_t i = 0; i < n; ++i) some[static_cast<size_t>(i)] = values_[text[begin + i]];
    bool none = false;
    for (int64_t i = 0; i < n; ++i) none |= some[static_cast<size_t>(i)] < -1;
    if (none) return false;
    for (int64_t i = 0; i < n; ++i) out[begin + i] = some[static_cast<size_t>(i)];
  }
  return !(has(text, L, first_) && has(text, L, second_));
}

}  // namespace vmd
