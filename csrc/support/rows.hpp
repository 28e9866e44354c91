// rows.hpp -- rows of text of one width: looked at, and put together.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace vmd {

/// Copies a line of W characters; false: one of them is a blank, or not of ASCII, or the line does not end there.
bool copy_plain(const uint8_t* line, int64_t W, uint8_t* out);

/// One part of each row: a text that stands in all of them, or a column of texts.
struct Part {
  const uint8_t* data;
  size_t width, step;  // of a text; from that of a row to that of the next
};

/// n rows from `first` on, one after another.
void weave(std::span<const Part> parts, size_t first, size_t n, uint8_t* out);

}  // namespace vmd
