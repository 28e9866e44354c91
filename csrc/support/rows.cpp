#include "support/rows.hpp"

#include <cstring>

namespace vmd {

bool copy_plain(const uint8_t* __restrict line, int64_t W, uint8_t* __restrict out) {
  constexpr uint8_t kFirst = '!', kLast = 127;
  uint8_t most = 0;  // above the first: what is below it is more than any
  for (int64_t i = 0; i < W; ++i) {
    const auto above = static_cast<uint8_t>(line[i] - kFirst);
    most = above > most ? above : most;
    out[i] = line[i];
  }
  return most <= kLast - kFirst && line[W] == '\n';
}

void weave(std::span<const Part> parts, size_t first, size_t n, uint8_t* out) {
  for (size_t row = first; row < first + n; ++row)
    for (const Part& part : parts) {
      std::memcpy(out, part.data + row * part.step, part.width);
      out += part.width;
    }
}

}  // namespace vmd
