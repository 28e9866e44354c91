// unmask.hpp -- one denoising step: pick a symbol for every open cell, commit the most certain cells.
//
// Meaning      vmdsolve/kernels/reference.py:unmask, in which the operation stands as a naive loop. Here: the
//              rule of one cell (`choose`), for one lane or several side by side, and the random stream.
// Shapes       logits [B,L,V] f32   x, x_new [B,L] i32, open < 0   candidates, candidates_new [B,L] sets
//              n_keep [B] i32 or null   key [B] u64   committed [B,L] bool
// Limits       V <= 64, L <= 65536; values are checked before use (checks.hpp)
// Parallelism  cells are independent up to the commits, boards altogether. On the CPU a thread takes a board,
//              turns as many open cells sideways ([V][lane]) as a vector has lanes, and chooses for them at once.
// Exact        floats by float32.hpp and in the order written; sums run over ascending symbols. Decisions are
//              bit-equal on every device and do not depend on the batch or the number of threads.
// Random       word d % 4 of philox(counter = (key lo, key hi, step, cell + 65536 * (d / 4)), seed), where draw
//              d = 0 is the uniform of order `random`, 1 the order noise, 4 + v the Gumbel noise of symbol v. Draws
//              2 and 3 are free, and 68 to 261,887 but for 8 from 131,072 on, which are canvas/lattice.hpp's;
//              normal.hpp has what follows.
// Twin         vmdsolve/kernels/reference.py:unmask   Test  tests/kernels/test_kernels.py, csrc/tests/test_kernels.cpp
// Speed        benchmarks/torch_unmask.py is the same step in torch operations.
#pragma once
#include <cstdint>

#include "kernels/peers.hpp"
#include "support/float32.hpp"
#include "support/sets.hpp"

namespace vmd {

/// Which cells come first: what `choose` takes as confidence. All that knows an order stands here, in `choose` and in
/// its twin; Python has the names from this list.
enum class Order : int32_t { random, top_prob, margin, entropy };
struct OrderName {
  const char* name;
  Order order;
};
constexpr OrderName kOrders[] = {
    {"random", Order::random}, {"top_prob", Order::top_prob}, {"margin", Order::margin}, {"entropy", Order::entropy}};

struct UnmaskRule {
  Order order;
  bool guard;
  float temperature;  // 0: the symbol is the argmax
  float noise;        // 0: no order noise
  float threshold;    // +inf: no threshold
  uint64_t seed;
  uint32_t step;
};

constexpr int kDrawOrder = 0, kDrawNoise = 1, kDrawGumbel = 4;

/// Draws 4 * block .. 4 * block + 3 of a cell.
VMD_HD VMD_INLINE Words draw_words(const UnmaskRule& rule, uint64_t key, int32_t cell, int block) {
  const Words counter = {{static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32), rule.step,
                          static_cast<uint32_t>(cell) + (static_cast<uint32_t>(block) << 16)}};
  return philox(counter, static_cast<uint32_t>(rule.seed), static_cast<uint32_t>(rule.seed >> 32));
}

/// A uniform from a Philox word: one of the 2^23 odd multiples of 2^-24, exactly; never 0 or 1. (Adding 0.5
/// to the top 24 bits, as is often done, rounds the largest up to 1.)
template <class F>
VMD_HD VMD_INLINE F uniform32(const typename Lane<F>::U& word) {
  return (bits_as<F>((word >> 9) | 0x3f800000u) - 1.0f) + 5.9604645e-8f;  // [1, 2) moved down, plus 2^-24
}

/// Standard Gumbel noise from a uniform. On the uniforms above it lies in [-2.82, 16.64], so a symbol whose
/// score is more than 19.45 below the largest is never drawn (its probability is under 4e-9).
template <class F>
VMD_HD VMD_INLINE F gumbel32(const F& u) {
  return F{} - log32(F(F{} - log32(u)));
}

/// The symbol of one cell and how certain it is; confidence -inf where no symbol is legal.
///     logit(v)    F, -inf where v is not legal
///     uniform(d)  F, the uniform of draw d
template <class F, class Logit, class Uniform>
VMD_HD VMD_INLINE void choose(const UnmaskRule& rule, int V, const Logit& logit, const Uniform& uniform,
                              typename Lane<F>::I& symbol, F& confidence) {
  using I = typename Lane<F>::I;
  const F nothing = F{} - __builtin_inff();
  symbol = I{};
  F top = nothing;
  for (int v = 0; v < V; ++v) {
    const F y = logit(v);
    symbol = y > top ? I{} + v : symbol;  // strictly: the lowest symbol wins a tie
    top = y > top ? y : top;
  }
  const F base = top == nothing ? F{} : top;  // -inf - -inf is NaN; as `top > nothing`, GCC 12 -O1 crashes
  F chosen = top;                            // the chosen symbol's logit
  if (rule.temperature > 0) {
    F best = nothing;
    for (int v = 0; v < V; ++v) {
      const F y = logit(v);
      const F score = (y - base) / rule.temperature + gumbel32<F>(uniform(kDrawGumbel + v));
      symbol = score > best ? I{} + v : symbol;
      chosen = score > best ? y : chosen;
      best = score > best ? score : best;
    }
  }

  F sum{}, value{};
  switch (rule.order) {
    case Order::random:
      value = uniform(kDrawOrder);
      break;
    case Order::top_prob:
      for (int v = 0; v < V; ++v) sum = sum + exp32<F>(logit(v) - base);
      value = exp32<F>(chosen - base) / sum;
      break;
    case Order::margin: {
      F first{}, second{};
      for (int v = 0; v < V; ++v) {
        const F e = exp32<F>(logit(v) - base);
        const F lesser = e < first ? e : first;
        sum = sum + e;
        second = lesser > second ? lesser : second;
        first = e > first ? e : first;
      }
      value = (first - second) / sum;
      break;
    }
    case Order::entropy:  // sum p ln p = sum e d / sum - ln sum, with e = exp d: one logarithm a cell
      for (int v = 0; v < V; ++v) {
        const F d = logit(v) - base;
        const F e = exp32<F>(d);
        sum = sum + e;
        value = value + (e > 0.0f ? F(e * d) : F{});  // not 0 * -inf
      }
      value = value / sum - log32(sum);
      break;
  }
  if (rule.noise > 0) value = value + rule.noise * uniform(kDrawNoise);
  confidence = top > nothing ? value : nothing;
}

struct UnmaskArgs {
  int64_t B, L;
  int V;
  const float* logits;
  const int32_t* x;
  const SymbolSet* candidates;
  const int32_t* n_keep;  // null: the threshold alone decides
  const uint64_t* key;
  UnmaskRule rule;
  int32_t* x_new;
  bool* committed;
  SymbolSet* candidates_new;
};

/// False when an input holds a value outside the limits; the outputs are then not to be used.
/// `path` is for tests: 0 is the portable code, unmask_paths() - 1 the fastest that this CPU can run.
bool unmask(const UnmaskArgs& args, const Peers& peers, int threads, int path = -1);
int unmask_paths();

}  // namespace vmd
