// canvas_team.hpp -- sums, passes, draws and marginals of a canvas by teams: a block of a GPU a row, or a board.
//
//   sums       parts of 64 tokens of a class, a thread each: their largest, and the sum beside it; then classes
//   backward   cells from the last to the first: sets, then states, a thread each
//   offsets    cells from the first: sets and classes, then states
//   walk       one thread goes along the edges; tokens of its classes are drawn by parts again
//   write      tokens of a row, a thread each in turn
// The passes are those of lattice.hpp, so that from equal sums all is equal to the CPU bit for bit; sums themselves are
// taken in another order and lie within sums.hpp's error. States that no text reaches are not skipped: they change
// nothing.
// Twin  edges.cpp, sums.cpp   Test  csrc/tests/test_canvas.cpp, by turns on the host
#pragma once
#include <cmath>
#include <cstdint>

#include "canvas/lattice.hpp"
#include "support/bf16.hpp"
#include "support/team.hpp"  // defines: VMD_TEAM

namespace vmd {

/// What teams need of a grammar besides its edges.
struct TokensView {
  int64_t V;
  const int32_t* token_class;               // [V]
  const int32_t *token_first, *tokens;      // of each class
  const int32_t *class_parts, *part_first;  // [C+1] parts of each class; [parts+1] where in `tokens` they begin
};

struct CanvasPart {
  double sum;
  float top;
};

/// One call: B boards of L cells; arrays as in sums.hpp and edges.hpp, with room for the work.
struct CanvasTeamArgs {
  int64_t B, L;
  const void* logits;
  bool bf16;
  const int32_t* held;
  float over;  // 1 / temperature
  const int32_t* start;
  const int64_t* left;
  uint64_t seed;
  const uint64_t* key;
  uint32_t turn;
  float floor;
  int64_t parts;
  CanvasPart* part;               // [B L][parts]
  double* sums;                   // [B L][C]
  Number *classes, *sets, *beta;  // [B L][C], [B L][N], [B][L+1][Q]
  Number *alpha, *around;         // [B][2][Q], [B][N]
  int32_t* refused;               // [B] 0; 1 where a live logit is NaN or +inf
  double* log_z;                  // [B]
  float* offset;                  // [B L][C]
  float* out;                     // [B L][V], or null
  int32_t* text;                  // [B L], or null
};

template <class T, class Team>
VMD_TEAM void canvas_sums(Team& team, const GrammarView& g, const TokensView& tokens, const CanvasTeamArgs& a,
                          int64_t r) {
  constexpr float kNothing = -__builtin_inff();
  const T* const row = static_cast<const T*>(a.logits) + r * tokens.V;
  double* const out = a.sums + r * g.C;
  const int32_t held = a.held[r];
  if (held >= 0) {
    team.each(static_cast<int>(g.C), [&](int c) {
      out[c] = c > 0 && c == tokens.token_class[held] ? 0.0 : static_cast<double>(kNothing);
    });
    return;
  }
  CanvasPart* const part = a.part + r * a.parts;
  team.each(static_cast<int>(a.parts), [&](int i) {
    float top = kNothing;
    for (int32_t j = tokens.part_first[i]; j < tokens.part_first[i + 1]; ++j) {
      const float y = to_float(row[tokens.tokens[j]]) * a.over;
      if (!(y < __builtin_inff())) a.refused[r / a.L] = 1;
      top = y > top ? y : top;
    }
    double sum = 0;
    for (int32_t j = tokens.part_first[i]; j < tokens.part_first[i + 1] && top > kNothing; ++j)
      sum += static_cast<double>(exp32<float>(to_float(row[tokens.tokens[j]]) * a.over - top));
    part[i] = {sum, top};
  });
  team.each(static_cast<int>(g.C), [&](int c) {
    float top = kNothing;
    for (int32_t i = tokens.class_parts[c]; i < tokens.class_parts[c + 1]; ++i)
      top = part[i].top > top ? part[i].top : top;
    double sum = 0;
    for (int32_t i = tokens.class_parts[c]; i < tokens.class_parts[c + 1] && top > kNothing; ++i)
      sum += part[i].sum * static_cast<double>(exp32<float>(part[i].top - top));
    out[c] = top > kNothing ? static_cast<double>(top) + log(sum) : static_cast<double>(kNothing);
  });
}

template <class Team>
VMD_TEAM void canvas_backward(Team& team, const GrammarView& g, const CanvasTeamArgs& a, int64_t b) {
  const int N = static_cast<int>(g.N), Q = static_cast<int>(g.Q), C = static_cast<int>(g.C);
  Number* const beta = a.beta + b * (a.L + 1) * g.Q;
  team.each(
      Q, [&](int q) { beta[a.L * g.Q + q] = may_finish(g, q, 0, a.left[b]) ? Number{1.0, 0} : number_zero(); });
  for (int64_t i = a.L; i-- > 0;) {
    Number* const weights = a.classes + (b * a.L + i) * g.C;
    Number* const W = a.sets + (b * a.L + i) * g.N;
    const double* const sums = a.sums + (b * a.L + i) * g.C;
    team.each(C, [&](int c) { weights[c] = number_of_log(sums[c]); });
    team.each(N, [&](int n) { W[n] = weight_of_set(g, n, weights); });
    const Number* const onward = beta + (i + 1) * g.Q;
    team.each(Q, [&](int q) {
      beta[i * g.Q + q] = may_finish(g, q, a.L - i, a.left[b]) ? beta_of(g, q, W, onward) : number_zero();
    });
  }
  team.each(1, [&](int) { a.log_z[b] = log_of(beta[a.start[b]]); });
}

template <class Team>
VMD_TEAM void canvas_offsets(Team& team, const GrammarView& g, const CanvasTeamArgs& a, int64_t b) {
  const int N = static_cast<int>(g.N), Q = static_cast<int>(g.Q), C = static_cast<int>(g.C);
  const Number* const beta = a.beta + b * (a.L + 1) * g.Q;
  Number *here = a.alpha + b * 2 * g.Q, *next = here + g.Q;
  Number* const around = a.around + b * g.N;
  const double total = a.log_z[b];
  const bool none = beta[a.start[b]].m == 0;
  team.each(Q, [&](int q) { here[q] = q == a.start[b] ? Number{1.0, 0} : number_zero(); });
  for (int64_t i = 0; i < a.L; ++i) {
    const Number* const W = a.sets + (b * a.L + i) * g.N;
    float* const offset = a.offset + (b * a.L + i) * g.C;
    team.each(N, [&](int n) { around[n] = around_set(g, n, here, beta + (i + 1) * g.Q); });
    team.each(C, [&](int c) {
      const Number of = c == 0 || none ? number_zero() : around_class(g, c, around);
      offset[c] = of.m == 0 ? -__builtin_inff() : static_cast<float>(log_of(of) - total);
    });
    team.each(Q, [&](int q) {
      next[q] = may_finish(g, q, a.L - i - 1, a.left[b]) ? alpha_of(g, q, W, here) : number_zero();
    });
    Number* const was = here;
    here = next, next = was;
  }
}

/// Classes along a drawn path into `text`, for canvas_token to make tokens of; -1 where there is none.
template <class Team>
VMD_TEAM void canvas_walk(Team& team, const GrammarView& g, const CanvasTeamArgs& a, int64_t b) {
  team.each(1, [&](int) {
    const Number* const beta = a.beta + b * (a.L + 1) * g.Q;
    int64_t q = a.start[b];
    const bool found = beta[q].m != 0;
    for (int64_t i = 0; i < a.L; ++i) {
      a.text[b * a.L + i] = -1;
      if (!found) continue;
      const Words words = canvas_words(a.seed, a.key[b], a.turn, i, 0);
      const Number *const W = a.sets + (b * a.L + i) * g.N, *const weights = a.classes + (b * a.L + i) * g.C;
      const Number* const onward = beta + (i + 1) * g.Q;
      const int64_t e =
          drawn_of(g.edges.first[q], g.edges.first[q + 1], beta[i * g.Q + q], uniform53(words.w[0], words.w[1]),
                   [&](int64_t edge) { return edge_onward(g, edge, W, onward); });
      const int64_t n = g.set[e];
      const int64_t at = drawn_of(g.sets.first[n], g.sets.first[n + 1], W[n], uniform53(words.w[2], words.w[3]),
                                  [&](int64_t j) { return weights[g.sets.item[j]]; });
      a.text[b * a.L + i] = g.sets.item[at];
      q = g.next[e];
    }
  });
}

template <class T, class Team>
VMD_TEAM void canvas_token(Team& team, const GrammarView& g, const TokensView& tokens, const CanvasTeamArgs& a,
                           int64_t r) {
  const int32_t c = a.text[r];
  team.wait();  // all have read what one of them writes
  if (c < 0) return;
  if (a.held[r] >= 0) {
    team.each(1, [&](int) { a.text[r] = a.held[r]; });
    return;
  }
  const T* const row = static_cast<const T*>(a.logits) + r * tokens.V;
  const float beside = static_cast<float>(a.sums[r * g.C + c]);
  const auto chance = [&](int32_t j) {
    return static_cast<double>(exp32<float>(to_float(row[tokens.tokens[j]]) * a.over - beside));
  };
  CanvasPart* const part = a.part + r * a.parts;
  const int32_t first = tokens.class_parts[c], last = tokens.class_parts[c + 1];
  team.each(last - first, [&](int i) {
    double sum = 0;
    for (int32_t j = tokens.part_first[first + i]; j < tokens.part_first[first + i + 1]; ++j) sum += chance(j);
    part[first + i].sum = sum;
  });
  team.each(1, [&](int) {
    double total = 0, before = 0;
    for (int32_t i = first; i < last; ++i) total += part[i].sum;
    const Words words = canvas_words(a.seed, a.key[r / a.L], a.turn, r % a.L, 1);
    const double goal = uniform53(words.w[0], words.w[1]) * total;
    int32_t i = first, found = -1;
    while (i + 1 < last && !(before + part[i].sum > goal)) before += part[i++].sum;
    for (int32_t j = tokens.part_first[i]; j < tokens.token_first[c + 1] && !(before > goal); ++j) {
      const double p = chance(j);
      if (p > 0) found = j;
      before += p;
    }
    if (found < 0) {  // chances too small for float32: the best
      found = tokens.token_first[c];
      for (int32_t j = found + 1; j < tokens.token_first[c + 1]; ++j)
        if (to_float(row[tokens.tokens[j]]) > to_float(row[tokens.tokens[found]])) found = j;
    }
    a.text[r] = tokens.tokens[found];
  });
}

template <class T, class Team>
VMD_TEAM void canvas_write(Team& team, const GrammarView& g, const TokensView& tokens, const CanvasTeamArgs& a,
                           int64_t r) {
  const T* const row = static_cast<const T*>(a.logits) + r * tokens.V;
  const float* const offset = a.offset + r * g.C;
  const int32_t held = a.held[r];
  team.each(static_cast<int>(tokens.V), [&](int t) {
    const float beside = offset[tokens.token_class[t]];
    const float y = held < 0 ? to_float(row[t]) * a.over + beside : t == held ? 0.0f : -__builtin_inff();
    const float live = beside > -__builtin_inff() ? (y < 0 ? y : 0.0f) : beside;
    a.out[r * tokens.V + t] = live > a.floor ? live : a.floor;
  });
}

}  // namespace vmd
