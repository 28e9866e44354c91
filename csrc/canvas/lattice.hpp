// lattice.hpp -- one layer of a canvas: the sums over edges that all passes are made of, for a thread of any device.
//
// Meaning      W_i[n]     sum of the weights, at cell i, of the classes of set n
//              beta_i[q]  = sum over edges e out of q of W_i[set e] weight[e] beta_{i+1}[next e]       backward
//              alpha_i[q] = sum over edges e into q of alpha_{i-1}[from e] W_{i-1}[set e] weight[e]    forward
//              A_i[n]     = sum over edges e by set n of alpha_i[from e] weight[e] beta_{i+1}[next e]
//              O_i[c]     = sum over sets n that class c is in of A_i[n]; a token's marginal is its weight times O / Z
//              One kind of sum, over lists of edges sorted by where they begin, where they end, by their set.
// Exact        number.hpp: sums in the order of the lists, so host, device and reference give the same bits
// Twin         vmdsolve/canvas/reference.py   Test  tests/canvas/test_native.py
#pragma once
#include <cstdint>

#include "canvas/number.hpp"

namespace vmd {

/// Rows of a list, on any device.
struct ListView {
  const int32_t *first, *item;
};

/// A grammar's lists (tables.hpp), on any device. weight: of edges, null where all are 1.
struct GrammarView {
  int64_t C, N, Q;
  ListView sets, of_class, edges, into, by_set;
  const int32_t *from, *next, *set;
  const Number* weight;
  const int32_t* least;
};

VMD_HD VMD_INLINE Number weighted(const GrammarView& g, const Number& product, int64_t edge) {
  return g.weight ? product * g.weight[edge] : product;
}

template <class Numbers>
VMD_HD VMD_INLINE Number weight_of_set(const GrammarView& g, int64_t n, const Numbers& classes) {
  return sum_of(g.sets.first[n], g.sets.first[n + 1], [&](int64_t i) { return classes[g.sets.item[i]]; });
}

template <class First, class Second>
VMD_HD VMD_INLINE Number edge_onward(const GrammarView& g, int64_t e, const First& W,
                                     const Second& beta_next) {
  return weighted(g, W[g.set[e]] * beta_next[g.next[e]], e);
}

/// beta of state q, whose edges lie one after the other.
template <class First, class Second>
VMD_HD VMD_INLINE Number beta_of(const GrammarView& g, int64_t q, const First& W, const Second& beta_next) {
  return sum_of(g.edges.first[q], g.edges.first[q + 1],
                [&](int64_t e) { return edge_onward(g, e, W, beta_next); });
}

/// alpha of state q after a cell of weights W.
template <class First, class Second>
VMD_HD VMD_INLINE Number alpha_of(const GrammarView& g, int64_t q, const First& W, const Second& alpha) {
  return sum_of(g.into.first[q], g.into.first[q + 1], [&](int64_t i) {
    const int64_t e = g.into.item[i];
    return weighted(g, alpha[g.from[e]] * W[g.set[e]], e);
  });
}

template <class First, class Second>
VMD_HD VMD_INLINE Number around_set(const GrammarView& g, int64_t n, const First& alpha,
                                    const Second& beta_next) {
  return sum_of(g.by_set.first[n], g.by_set.first[n + 1], [&](int64_t i) {
    const int64_t e = g.by_set.item[i];
    return weighted(g, alpha[g.from[e]] * beta_next[g.next[e]], e);
  });
}

template <class Numbers>
VMD_HD VMD_INLINE Number around_class(const GrammarView& g, int64_t c, const Numbers& A) {
  return sum_of(g.of_class.first[c], g.of_class.first[c + 1], [&](int64_t i) { return A[g.of_class.item[i]]; });
}

/// Whether state q can be passed with `cells` tokens to go in the canvas and `left` after it.
VMD_HD VMD_INLINE bool may_finish(const GrammarView& g, int64_t q, int64_t cells, int64_t left) {
  return g.least[q] <= cells + left;
}

/// Item j of first .. last - 1, with the chance term(j) / total, where total is their sum_of; -1 if that is 0.
template <class Term>
VMD_HD VMD_INLINE int64_t drawn_of(int64_t first, int64_t last, const Number& total, double uniform,
                                   const Term& term) {
  if (total.m == 0) return -1;
  const double goal = uniform * total.m;
  double sum = 0;
  int64_t found = -1;
  for (int64_t j = first; j < last; ++j) {
    const Number t = term(j);
    if (t.m == 0) continue;
    sum = sum + beside(t, total.e);
    found = j;
    if (sum > goal) break;
  }
  return found;
}

/// One of 2^53 numbers in [0, 1).
VMD_HD VMD_INLINE double uniform53(uint32_t high, uint32_t low) {
  return static_cast<double>((static_cast<uint64_t>(high) << 32 | low) >> 11) * (1.0 / 9007199254740992.0);
}

/// The words of a cell that are drawn with: block 0 for edge and class, block 1 for the token.
VMD_HD VMD_INLINE Words canvas_words(uint64_t seed, uint64_t key, uint32_t turn, int64_t cell, uint32_t block) {
  const Words counter{{static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32), turn,
                       static_cast<uint32_t>(cell) | (0x8000u + block) << 16}};
  return philox(counter, static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32));
}

}  // namespace vmd
