// alphabet.hpp -- what the characters of a text stand for, where each stands for the value of a cell; and the way back.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace vmd {

constexpr int64_t kMostCells = 65536;  // of a text

class Alphabet {
 public:
  /// codes [256]: of each byte the value that it stands for, -1 for an open cell, less for none; bytes of 128 and more
  /// stand for none. first, second: two bytes that no text may hold both of; -1: there are none.
  Alphabet(const int8_t* codes, int first, int second);

  /// The values of a text of L <= kMostCells characters. False: it is none of these, and what `out` holds means nothing.
  bool read(const uint8_t* text, int64_t L, int32_t* out) const { return read(text, L, out, has_wide()); }

  /// The same, and whether a table is looked at 64 bytes at a time, which takes AVX-512 VBMI.
  bool read(const uint8_t* text, int64_t L, int32_t* out, bool wide) const;

  static bool has_wide();

 private:
  std::array<int8_t, 256> values_{};
  const int first_, second_;
};

class Signs {
 public:
  static constexpr size_t kMost = 127;  // symbols

  /// Value v is written as symbols [V <= kMost] has it, and any that is not below V as `open`.
  Signs(const uint8_t* symbols, size_t V, uint8_t open);

  /// The characters of n values; `wide` as of Alphabet.
  void write(const int32_t* values, int64_t n, uint8_t* out) const { write(values, n, out, Alphabet::has_wide()); }
  void write(const int32_t* values, int64_t n, uint8_t* out, bool wide) const;

 private:
  std::array<uint8_t, kMost + 1> signs_{};
};

}  // namespace vmd
