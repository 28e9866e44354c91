// regular.hpp -- a factorised distribution over words, conditioned on the word being accepted by an automaton.
//
// Meaning      cell i of n holds symbol v with weight exp(d[i][v]), independently; given that the word is accepted:
//              the marginals of every cell, and one word, drawn exactly or the most probable.
//                  beta[i][q] = ln sum over words from i on that lead from q to acceptance of their weight
//                             = ln sum_v exp(d[i][v] + beta[i+1][step[q][v]])              backward, float64
//              Conditioned on acceptance the states are a Markov chain that takes symbol v in state q with
//                  p(v | i, q) = exp(d[i][v] + beta[i+1][step[q][v]] - beta[i][q])
//              so the forward pass is one of plain probabilities: occupancy of states, marginals, draws.
//              Temperature divides d in draws; 0 puts max for ln sum exp: the most probable word.
// Shapes       logits [B,L,V] f32   x [B,L] i32, open < 0   candidates [B,L] sets   cells [n] i32, distinct
//              step [Q,V] i32, -1 = dead   accept [Q] bool   key [B] u64
//              word [B,n] i32   log_p [B,n,V] f32   found [B] bool: false where no word is accepted, then word is -1
// Limits       V <= 64, L <= 65536, Q <= 65536, (n + 1) Q <= 2^24: a gigabyte a thread, for eight boards. Any finite logit: d is kept to 1e30 below the best of its cell, so a
//              word exists wherever symbols and automaton leave one. Up to
//              1e8 below, float64 keeps the rest to 1e-8 nats. A cell's draw has 2^23 levels.
// Cost         O(n Q V) a board; states that no word of length n passes at position i are skipped there.
// Parallelism  boards side by side in vector lanes (the automaton is the same for all), groups of them by threads
// Exact        exp32 and log32; float64 adds, subtracts and compares only; sums over ascending states, then symbols.
//              Results are bit-equal to the reference and depend on neither batch nor threads.
// Random       draw 2 of the cell, see unmask.hpp
// Twin         vmdsolve/kernels/reference.py:regular   Test  tests/kernels/test_regular.py
// Source       Baum et al. 1970 and Viterbi 1967, on the product of positions and states.
#pragma once
#include <cstdint>

#include "support/sets.hpp"

namespace vmd {

constexpr int64_t kMaxStates = 1 << 16;
constexpr int64_t kMaxTable = 1 << 24;

struct RegularArgs {
  int64_t B, L, n, Q;
  int V;
  int32_t start;
  const float* logits;
  const int32_t* x;
  const SymbolSet* candidates;
  const int32_t* cells;
  const int32_t* step;
  const bool* accept;
  float temperature;
  uint64_t seed;
  const uint64_t* key;
  uint32_t turn;  // the denoising step, of the random counter
  int32_t* word;
  float* log_p;
  bool* found;
};

/// False when an input holds a value outside the limits; the outputs are then not to be used.
/// `path` is for tests: 0 is the portable code, regular_paths() - 1 the fastest that this CPU can run.
bool regular(const RegularArgs& args, int threads, int path = -1);
int regular_paths();

}  // namespace vmd
