// box_path.hpp -- propagation and choice on boards of three bands, written once for vectors of any width.
//
// Idea         a lane is a symbol, and a step is taken for all symbols of a band, or of the board, at once; nothing is
//              done cell by cell. A round, for each symbol (see rules/boxes.hpp for words and places):
//                naked single    a cell with one symbol left: gone from the rest of the column
//                columns         in a stack, a symbol takes one column in each band, and another one in each: what is in
//                                none of the six ways to say so is gone (`match`). This is what people call pointing,
//                                claiming and double lines
//                hidden single   one place left in a column: all other symbols are gone from it
//                rows            in a band, a symbol takes one row in each box: the same again
//              A single of a row or box becomes one of a column by the other steps, so that singles are looked for in
//              columns alone. Rounds go on until nothing changes: so the order of steps does not matter for what is
//              left, nor does the width of vectors.
// Choice       of the cells with the fewest symbols the one whose symbols have most peers left: those in cells of two
//              count four times, for there they leave a single. The symbol with most of them first.
// Paths        a path is one file compiled for one instruction set (CMakeLists.txt). It includes nothing of the standard
//              library but <cstdint>, and calls nothing inline that is not forced.
// Test         csrc/tests/test_boxes.cpp, tests/search/test_boxes.py
#pragma once
#include <cstdint>

#include "rules/boxes.hpp"
#include "search/box_lanes.hpp"

namespace vmd {

enum class Closed : int32_t { clash, open, filled };

struct BoxChoice {
  int32_t place, lane;
};

/// Places that are gone from the lanes where `lanes` has all bits.
struct BoxEdit {
  uint32_t places[3];
  const uint32_t* lanes;
};

struct BoxPath {
  /// Take away what cannot be after an edit of `from`, and write what is left to `to`, unless there is a clash.
  Closed (*close)(const BoxLayout&, const BoxBoard& from, const BoxEdit&, BoxBoard& to);
  /// What to try next on a closed board that is open.
  BoxChoice (*choose)(const BoxLayout&, const BoxBoard&);
};

extern const BoxPath kBoxPortable;  // box_portable.cpp
extern const BoxPath kBoxAvx2;      // box_avx2.cpp
extern const BoxPath kBoxAvx512;    // box_avx512.cpp

template <int W>
class Boxes {
 public:
  static constexpr BoxPath path() { return {close, choose}; }

 private:
  using Lanes = BoxLanes<W>;
  using Vec = typename Lanes::Vec;
  static constexpr int kLanes = W / 4, kParts = W == 16 ? 3 : W == 32 ? 2 : 1;  // the last four lanes are idle
  static constexpr uint32_t kBand = (1u << 27) - 1, kRow = 0777, kThird = 0111111111;

  /// One word for each symbol.
  struct Words {
    Vec part[kParts];
  };

  static VMD_INLINE Vec all(uint32_t word) { return Vec{} + word; }

  // Functions of three bits: one instruction with AVX-512.
#if defined(__AVX512F__)
  template <int Table>
  static VMD_INLINE Vec bits(Vec a, Vec b, Vec c) {
    return reinterpret_cast<Vec>(_mm512_ternarylogic_epi32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b),
                                                           reinterpret_cast<__m512i>(c), Table));
  }
  static VMD_INLINE Vec any_of(Vec a, Vec b, Vec c) { return bits<0xfe>(a, b, c); }
  static VMD_INLINE Vec two_of(Vec a, Vec b, Vec c) { return bits<0xe8>(a, b, c); }
  static VMD_INLINE Vec where(Vec a, Vec b, Vec c) { return bits<0xca>(a, b, c); }
  static VMD_INLINE Vec or_and(Vec a, Vec b, Vec c) { return bits<0xa8>(a, b, c); }
  static VMD_INLINE Vec and_or(Vec a, Vec b, Vec c) { return bits<0xea>(a, b, c); }
  static VMD_INLINE Vec spare(Vec a, Vec b, Vec c) { return bits<0xd0>(a, b, c); }
#else
  static VMD_INLINE Vec any_of(Vec a, Vec b, Vec c) { return a | b | c; }
  static VMD_INLINE Vec two_of(Vec a, Vec b, Vec c) { return (a & b) | ((a | b) & c); }
  static VMD_INLINE Vec where(Vec a, Vec b, Vec c) { return (a & b) | (~a & c); }
  static VMD_INLINE Vec or_and(Vec a, Vec b, Vec c) { return (a | b) & c; }
  static VMD_INLINE Vec and_or(Vec a, Vec b, Vec c) { return (a & b) | c; }
  static VMD_INLINE Vec spare(Vec a, Vec b, Vec c) { return a & (b | ~c); }
#endif

  /// All bits of the lanes that have some.
  static VMD_INLINE Vec some(Vec x) { return reinterpret_cast<Vec>(x != 0); }

  static VMD_INLINE bool nonzero(Vec x) {
#if defined(__AVX512F__)
    const auto y = reinterpret_cast<__m512i>(x);
    return _mm512_test_epi32_mask(y, y) != 0;
#elif defined(__AVX2__)
    const auto y = reinterpret_cast<__m256i>(x);
    return _mm256_testz_si256(y, y) == 0;
#else
    return (x[0] | x[1] | x[2] | x[3]) != 0;
#endif
  }

  static VMD_INLINE void load(Words& to, const uint32_t* from) {
    for (int p = 0; p < kParts; ++p) to.part[p] = *reinterpret_cast<const Vec*>(from + p * kLanes);
  }
  static VMD_INLINE void store(uint32_t* to, const Words& from) {
    for (int p = 0; p < kParts; ++p) *reinterpret_cast<Vec*>(to + p * kLanes) = from.part[p];
  }

  /// The three fours of lanes side by side, from what each four has in its own.
  static VMD_INLINE void fours(const Words& x, Vec& a, Vec& b, Vec& c) {
    if constexpr (W == 16) {
      a = x.part[0], b = x.part[1], c = x.part[2];
    } else if constexpr (W == 32) {
      a = x.part[0];
      b = __builtin_shufflevector(x.part[0], x.part[0], 4, 5, 6, 7, 0, 1, 2, 3);
      c = __builtin_shufflevector(x.part[1], x.part[1], 0, 1, 2, 3, 0, 1, 2, 3);
    } else {
      a = x.part[0];
      b = __builtin_shufflevector(a, a, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 12, 13, 14, 15);
      c = __builtin_shufflevector(a, a, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15);
    }
  }

  // Over all symbols; the answer is in every lane of a symbol in parts 0.

  static VMD_INLINE Vec any(const Words& x) {
    Words one;
    for (int p = 0; p < kParts; ++p)
      one.part[p] = any_of(x.part[p], Lanes::next(x.part[p]), Lanes::next_but_one(x.part[p]));
    Vec a, b, c;
    fours(one, a, b, c);
    return any_of(a, b, c);
  }

  static VMD_INLINE void count(const Words& x, Vec& once, Vec& twice) {
    Words one, two;
    for (int p = 0; p < kParts; ++p) {
      const Vec a = x.part[p], b = Lanes::next(a), c = Lanes::next_but_one(a);
      one.part[p] = any_of(a, b, c);
      two.part[p] = two_of(a, b, c);
    }
    Vec a, b, c, d, e, f;
    fours(one, a, b, c);
    fours(two, d, e, f);
    once = any_of(a, b, c);
    twice = any_of(d, e, f) | two_of(a, b, c);
  }

  // Nine groups of three bits each, or three of nine

  /// In each group of 3 * S bits, the next S bits, and those after them, in the place of the first; and so on round.
  template <int S>
  static VMD_INLINE Vec turned(Vec x) {
    constexpr uint32_t kLast = S == 1 ? 0444444444 : 0700700700;
    return where(all(kLast), x << 2 * S, x >> S);
  }
  template <int S>
  static VMD_INLINE Vec turned_twice(Vec x) {
    constexpr uint32_t kLater = S == 1 ? 0666666666 : 0770770770;
    return where(all(kLater), x << S, x >> 2 * S);
  }
  /// Three squares of 3 x 3 bits: those of a square that are part of some three in different rows and columns of it.
  template <int S>
  static VMD_INLINE Vec match(Vec x) {
    const Vec a = turned<S>(x), b = turned_twice<S>(x);
    const Vec falling = or_and(b >> 18, b << 9, a >> 9 | a << 18);
    const Vec rising = or_and(a >> 18, a << 9, b >> 9 | b << 18);
    return or_and(falling, rising, x);
  }

  static VMD_INLINE Vec in_all_rows(Vec row) { return any_of(row, row << 9, row << 18); }

  /// What is left of one symbol's three words, and what of it is the only one in its column.
  struct Column {
    Vec fits[3], single[3], naked[3], gone;
    Vec clash;  // naked singles that are two in a column
  };
  static VMD_INLINE void columns(const Vec* x, const Vec* lone, Column& out) {
    Vec first[3], more[3];
    for (int band = 0; band < 3; ++band) {
      const Vec a = x[band], b = a >> 9, c = a >> 18;
      first[band] = any_of(a, b, c);
      more[band] = two_of(a, b, c);
      out.naked[band] = a & lone[band];
    }
    const Vec taken = where(all(kRow), first[0], where(all(kRow << 9), first[1] << 9, first[2] << 18)) & all(kBand);
    const Vec fit = match<1>(taken);
    const Vec a = fit & all(kRow), b = (fit >> 9) & all(kRow), c = fit >> 18;
    const Vec several =
        in_all_rows(and_or(more[2], c, and_or(more[1], b, more[0] & a)) | two_of(a, b, c));
    const Vec f = any_of(out.naked[0], out.naked[1], out.naked[2]);
    out.gone = in_all_rows(any_of(f, f >> 9, f >> 18) & all(kRow));
    const Vec kept[3] = {a, b, c};
    for (int band = 0; band < 3; ++band) {
      out.fits[band] = x[band] & in_all_rows(kept[band]);
      out.single[band] = out.fits[band] & ~several;
    }
    out.clash = f & several;
  }

  /// Match rows with boxes; which bits of the answer are missing where no match is left.
  static VMD_INLINE Vec rows(Vec* x) {
    const Vec a = any_of(x[0], x[0] >> 1, x[0] >> 2), b = any_of(x[1], x[1] >> 1, x[1] >> 2),
              c = any_of(x[2], x[2] >> 1, x[2] >> 2);
    const Vec taken = where(all(kThird), a, where(all(kThird << 1), b << 1, c << 2)) & all(kBand);
    const Vec fit = match<3>(taken);
    for (int band = 0; band < 3; ++band) {
      const Vec first = fit >> band & all(kThird);
      x[band] &= (first << 3) - first;  // all three of each
    }
    return ~any_of(fit, fit >> 9, fit >> 18) & all(kRow);
  }

  /// The units beside: naked singles are gone from the rest of a unit, and a symbol with one place left is single.
  static VMD_INLINE void beside(const BoxLayout::Unit& unit, const Vec* lone, Vec lanes, Vec* x, Vec* single, Vec* bad,
                                Vec* clash) {
    Vec here[3], one[3], has[3];
    for (int band = 0; band < 3; ++band) {
      here[band] = x[band] & all(unit.places[band]);
      one[band] = here[band] & lone[band];
      has[band] = some(here[band]);
    }
    const Vec several = two_of(has[0], has[1], has[2]) | some(any_of(here[0] & (here[0] - 1), here[1] & (here[1] - 1),
                                                                     here[2] & (here[2] - 1)));
    const Vec naked = some(any_of(one[0], one[1], one[2]));
    for (int band = 0; band < 3; ++band) {
      *clash |= one[band] & several;
      x[band] = spare(x[band], one[band], naked & all(unit.places[band]));
      if (unit.full) single[band] |= here[band] & ~several;
    }
    if (unit.full) *bad |= ~any_of(has[0], has[1], has[2]) & lanes;
  }

  static Closed close(const BoxLayout& layout, const BoxBoard& from, const BoxEdit& edit, BoxBoard& to) {
    Words x[3], lanes, edited;
    load(lanes, layout.lanes);
    load(edited, edit.lanes);
    for (int band = 0; band < 3; ++band) {
      load(x[band], from.words[band]);
      for (int p = 0; p < kParts; ++p) x[band].part[p] &= ~(edited.part[p] & all(edit.places[band]));
    }
    const Vec cells[3] = {all(layout.cells[0]), all(layout.cells[1]), all(layout.cells[2])};
    for (;;) {
      Vec once[3], twice[3], lone[3];
      for (int band = 0; band < 3; ++band) {
        count(x[band], once[band], twice[band]);
        lone[band] = once[band] & ~twice[band];
      }
      Vec bad = any_of(cells[0] & ~once[0], cells[1] & ~once[1], cells[2] & ~once[2]) & lanes.part[0];
      Vec clash{}, changed{};
      Column column[kParts];
      Words single[3];
      for (int p = 0; p < kParts; ++p) {
        const Vec symbol[3] = {x[0].part[p], x[1].part[p], x[2].part[p]};
        columns(symbol, lone, column[p]);
        for (int unit = 0; unit < layout.units; ++unit)
          beside(layout.unit[unit], lone, lanes.part[p], column[p].fits, column[p].single, &bad, &clash);
        for (int band = 0; band < 3; ++band) single[band].part[p] = column[p].single[band];
      }
      Vec decided[3];
      for (int band = 0; band < 3; ++band) decided[band] = any(single[band]);
      for (int p = 0; p < kParts; ++p) {
        const Column& c = column[p];
        Vec left[3];
        for (int band = 0; band < 3; ++band)
          left[band] = spare(spare(c.fits[band], c.naked[band], c.gone), c.single[band], decided[band]);
        bad |= rows(left) & lanes.part[p];
        for (int band = 0; band < 3; ++band) {
          changed |= left[band] ^ x[band].part[p];
          x[band].part[p] = left[band];
        }
      }
      if (nonzero(bad)) return Closed::clash;
      if (nonzero(changed)) continue;
      // Two of a symbol that are alone in their cells, and in one unit: each spared the other.
      for (int p = 0; p < kParts; ++p) clash |= column[p].clash;
      if (nonzero(clash)) return Closed::clash;
      for (int band = 0; band < 3; ++band) store(to.words[band], x[band]);
      const Vec open = any_of(twice[0] & cells[0], twice[1] & cells[1], twice[2] & cells[2]);
      return nonzero(open & lanes.part[0]) ? Closed::open : Closed::filled;
    }
  }

  /// Lanes of a band whose word has some of these bits.
  static VMD_INLINE uint32_t lanes_with(const uint32_t* words, uint32_t bit) {
#if defined(__AVX512F__)
    return _mm512_test_epi32_mask(_mm512_load_si512(words), _mm512_set1_epi32(static_cast<int32_t>(bit)));
#else
    uint32_t out = 0;
    for (uint32_t lane = 0; lane < 12; ++lane) out |= uint32_t{(words[lane] & bit) != 0} << lane;
    return out;
#endif
  }

  /// Cells with two symbols left.
  static VMD_INLINE void pairs_of(const BoxLayout& layout, const BoxBoard& board, uint32_t* out) {
    for (int band = 0; band < 3; ++band) {
      Words x, one, two, three;
      load(x, board.words[band]);
      for (int p = 0; p < kParts; ++p) {
        const Vec a = x.part[p], b = Lanes::next(a), c = Lanes::next_but_one(a);
        one.part[p] = any_of(a, b, c);
        two.part[p] = two_of(a, b, c);
        three.part[p] = a & b & c;
      }
      Vec a, b, c, d, e, f, g, h, i;
      fours(one, a, b, c);
      fours(two, d, e, f);
      fours(three, g, h, i);
      const Vec twice = any_of(d, e, f) | two_of(a, b, c);
      const Vec thrice = any_of(g, h, i) | (a & b & c) | or_and(a, b, f) | or_and(a, c, e) | or_and(b, c, d);
      out[band] = (twice & ~thrice)[0] & layout.cells[band];
    }
  }

  /// The same where there are none: cells with three; if there are none, with four; and so on.
  static void fewest(const BoxLayout& layout, const BoxBoard& board, uint32_t* out) {
    uint32_t least[11][3] = {};  // cells with at least so many
    for (int band = 0; band < 3; ++band) {
      least[0][band] = layout.cells[band];
      for (int lane = 0; lane < 12; ++lane)
        for (int k = 9; k > 0; --k) least[k][band] |= least[k - 1][band] & board.words[band][lane];
    }
    for (int k = 3; k <= 9; ++k) {
      for (int band = 0; band < 3; ++band) out[band] = least[k][band] & ~least[k + 1][band];
      if ((out[0] | out[1] | out[2]) != 0) return;
    }
  }

  static BoxChoice choose(const BoxLayout& layout, const BoxBoard& board) {
    uint32_t pairs[3];
    pairs_of(layout, board, pairs);
    if ((pairs[0] | pairs[1] | pairs[2]) == 0) fewest(layout, board, pairs);
    BoxBoard paired;
    for (int band = 0; band < 3; ++band)
      for (int lane = 0; lane < 12; ++lane) paired.words[band][lane] = board.words[band][lane] & pairs[band];
    // How many peers a symbol has left.
    const auto peers_of = [&](int32_t place, int32_t lane) {
      int32_t sum = 0;
      for (int b = 0; b < 3; ++b) {
        const uint32_t peers = layout.peers[place][b];
        sum += __builtin_popcount(board.words[b][lane] & peers) + 3 * __builtin_popcount(paired.words[b][lane] & peers);
      }
      return sum;
    };
    int32_t best = -1;  // sum and place in one number, without a branch that nobody could foresee
    for (int band = 0; band < 3; ++band)
      for (uint32_t rest = pairs[band]; rest != 0; rest &= rest - 1) {
        const int32_t bit = __builtin_ctz(rest), place = 27 * band + bit;
        int32_t sum = 0;
        for (uint32_t lanes = lanes_with(board.words[band], 1u << bit); lanes != 0; lanes &= lanes - 1)
          sum += peers_of(place, __builtin_ctz(lanes));
        const int32_t key = sum * 128 + 127 - place;
        best = key > best ? key : best;
      }
    const int32_t place = 127 - best % 128;
    int32_t most = -1, first = -1;
    for (uint32_t lanes = lanes_with(board.words[place / 27], 1u << place % 27); lanes != 0; lanes &= lanes - 1) {
      const int32_t lane = __builtin_ctz(lanes), sum = peers_of(place, lane);
      if (sum > most) most = sum, first = lane;
    }
    return {place, first};
  }
};

}  // namespace vmd
