// edges.hpp -- forward and backward over a grammar's edges: sums over all texts, marginals, joint draws, the best text.
//
// Meaning      cell i of L takes class c with weight exp(sums[i][c]); of all paths from `start` that end where the text
//              can still be completed in `left` tokens:
//                  Z        the sum of their weights         impossible  the first cell where no path is left, L where
//                                                                        none may end there, -1 where there is one
//                  offset   ln (sum of what stands around class c in cell i) - ln Z: ln marginal of a token less its y
//                  walk     classes along a path drawn in proportion to its weight
//                  best     classes along the heaviest path; the first edge and class on a tie
// Shapes       sums, bests [B,L,C] f64   start [B] i32   left [B] i64   log_z [B] f64   offset [B,L,C] f32
//              classes [B,L] i32, -1 where there is no path   key [B] u64
// Limits       L <= 65536, B (L + 1) times Q, C or N, and 16 more, <= 2^27: a gigabyte of each. Sums are kept within
//              1e13 (number.hpp).
// Cost         E for a cell, thrice (backward, forward, around sets), by scaled.hpp; but for edges that windows.hpp leaves
//              out there
// Parallelism  boards by threads
// Random       lattice.hpp: canvas_words
// Memory       room.hpp
// Exact        lattice.hpp; logarithms of results by float64.hpp
// Twin         vmdsolve/canvas/reference.py   Test  tests/canvas/test_native.py
// Source       Baum et al. 1970 and Viterbi 1967, on the product of cells and states.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "canvas/lattice.hpp"
#include "canvas/room.hpp"
#include "canvas/tables.hpp"

namespace vmd {

struct EdgePath;  // edges_path.hpp

constexpr int64_t kMaxLattice = 1 << 27;

GrammarView view_of(const Grammar& grammar);

/// The backward pass over B boards, kept for what is asked next.
class CanvasLattice {
 public:
  CanvasLattice(std::shared_ptr<const Grammar> grammar, int64_t B, int64_t L, std::vector<double> sums,
                const int32_t* start, const int64_t* left, int threads, int path = -1);  // path: sums.hpp

  ~CanvasLattice();

  const Grammar& grammar() const { return *g_; }
  int64_t B() const { return B_; }
  int64_t L() const { return L_; }
  void log_z(double* out) const;
  void impossible(int64_t* out) const;
  void offsets(float* out, int threads) const;
  void walk(uint64_t seed, const uint64_t* key, uint32_t turn, int32_t* classes, int threads) const;

 private:
  struct Board;

  const double* sums(int64_t b, int64_t i) const { return sums_.data() + (b * L_ + i) * view_.C; }
  double* sets(int64_t b, int64_t i) const { return values_.data() + (b * L_ + i) * N_; }
  double* beta(int64_t b, int64_t i) const { return values_.data() + B_ * L_ * N_ + (b * (L_ + 1) + i) * Q_; }
  Number z(int64_t b) const;
  void backward(int64_t b);
  void offsets_of(int64_t b, float* out) const;
  void walk_of(int64_t b, uint64_t seed, uint64_t key, uint32_t turn, int32_t* out) const;

  const std::shared_ptr<const Grammar> g_;
  const GrammarView view_;
  const EdgePath& path_;
  const int64_t B_, L_, N_, Q_;  // these two as lanes
  const std::vector<double> sums_;
  const std::vector<int32_t> start_;
  const std::vector<int64_t> left_;
  const Room values_;                            // [B,L,N] of sets, [B,L+1,Q] of states
  std::vector<std::unique_ptr<Board>> boards_;  // what else is known of each
};

/// The heaviest path of each board and its weight's logarithm, -inf and classes -1 where there is none.
void best_walk(const Grammar& grammar, int64_t B, int64_t L, const double* bests, const int32_t* start,
               const int64_t* left, int32_t* classes, double* score, int threads);

/// Bit t of out [R, ceil(V / 32)] is set where legal [R,C] holds for the class of token t.
void token_bits(const Grammar& grammar, int64_t R, const bool* legal, int32_t* out);

}  // namespace vmd
