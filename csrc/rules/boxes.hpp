// boxes.hpp -- rules of rows, columns and boxes as boards of three bands: where each cell lies in them.
//
// Idea         a square of up to nine rows in bands of three, and for each symbol a word a band: bit 9 * row + column is
//              set <=> the symbol is still possible there. So a board is 27 words, which a few registers hold.
//                place of a cell   27 * band + 9 * row in its band + 3 * stack + column in its stack
//                lane of a symbol  4 * (symbol / 3) + symbol % 3: three symbols in each four lanes, the fourth is idle
//              Boxes of fewer rows or columns leave a part of the square idle. There, in each box without cells, one
//              place stands for every symbol, so that what holds for a whole square holds for these, too.
// Limits       boxes of 2 or 3 rows by 2 or 3 columns, as many of each as make a square; cells numbered row by row; any
//              units beside (diagonals, windows), up to kMost of them.
// Used by      search/box_path.hpp, which is compiled for one instruction set: nothing inline is defined here.
// Test         csrc/tests/test_boxes.cpp
#pragma once
#include <cstdint>

namespace vmd {

class Rules;

/// Which symbols are possible where: [band][lane], a bit for each of 27 places.
struct alignas(64) BoxBoard {
  uint32_t words[3][16];
};

struct BoxLayout {
  static constexpr int32_t kPlaces = 81, kMost = 16;

  /// A unit beside rows, columns and boxes.
  struct Unit {
    uint32_t places[3];
    bool full;  // every symbol must stand in it
  };

  BoxBoard start;                        // everything is possible
  alignas(64) uint32_t lanes[16];        // all bits in the lanes of symbols
  alignas(64) uint32_t only[9][16];      // all bits in the lane of one
  alignas(64) uint32_t others[9][16];    // all bits in the lanes of all others
  uint32_t cells[3];                     // places where there is a cell
  int32_t n;                             // rows, columns, symbols
  int32_t place_of[kPlaces];             // [n * n]
  int32_t cell_of[kPlaces];              // -1: there is none
  int32_t lane_of[9], symbol_of[16];
  uint32_t peers[kPlaces][3];
  int32_t units;
  Unit unit[kMost];
};

/// Lay the rules out; false: they are not of this form.
bool lay_out_boxes(const Rules& rules, BoxLayout& layout);

}  // namespace vmd
