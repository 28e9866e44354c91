// sums.hpp -- what a grammar wants to know of the logits, and what it has to say of them: whole rows of V numbers.
//
// Meaning      y = logit / temperature of an open cell; a held cell has y = 0 for the token that it holds, else -inf
//                  sums       out[row][c] = ln sum of exp(y) over tokens of class c
//                  bests      out[row][c] = max of y over tokens of class c
//                  marginals  out[row][t] = y + offset[row][class of t], and the entropy of those; offset of class 0:
//                             -inf
//                  tokens     of a class, one drawn in proportion to exp(y), or the first of the best
// Shapes       logits [R,V] f32 or bfloat16 (R rows are B boards of L cells)   held [R] i32, open < 0
//              sums, bests [R,C] f64   offset [R,C] f32   out [R,V] f32   entropy [R] f64, nats
// Memory       where many tokens live (tables.hpp), rows pass by once, sixteen of them side by side (sums_side.hpp): added
//              up by class beside the largest of the row's first live tokens. A sum so small beside that number that
//              tokens may be missing in it is taken again, beside its own largest; rows of which one rises above it by
//              60 are read again. Where few live, those alone are read.
// Exact        float32 sums of 32 chunks, float64 of these; the same bits on every path of the CPU and whatever rows
//              stand beside each other, within 2e-6 of the exact sum relatively, and 2^-23 of how far y lies from the row's
//              largest, or from 0. Draws within a class: exp32 beside the class's sum, float64 sums by parts of 64
//              tokens.
// Parallelism  rows by threads and vector lanes
// Twin         vmdsolve/canvas/reference.py   Test  tests/canvas/test_native.py
#pragma once
#include <cstdint>

#include "canvas/tables.hpp"
#include "support/bf16.hpp"  // defines: Bf16, to_float

namespace vmd {

/// Rows of logits, float32 unless `bf16`.
struct CanvasRows {
  int64_t R;
  const void* logits;
  bool bf16;
  const int32_t* held;
  float temperature;
};

/// False where a live token's logit, or that over the temperature, is NaN or +inf; outputs are then not to be used.
bool class_sums(const Grammar& grammar, const CanvasRows& rows, double* out, int threads, int path = -1);
bool class_bests(const Grammar& grammar, const CanvasRows& rows, double* out, int threads, int path = -1);
int canvas_paths();
struct CanvasPath;                        // sums_path.hpp
const CanvasPath& canvas_path(int path);  // -1: the fastest that this CPU can run

/// `out` or `entropy` may be null. What is impossible gets `floor` (-inf, or the least that a client bears).
void marginals(const Grammar& grammar, const CanvasRows& rows, const float* offset, float floor, float* out,
               double* entropy, int threads);

/// A token of class c of an open row. sum: ln of the class's sum, from class_sums; uniform in [0, 1).
int32_t draw_token(const Grammar& grammar, const CanvasRows& rows, int64_t row, int32_t c, double sum,
                   double uniform);
/// The first token of class c whose y is the largest.
int32_t best_token(const Grammar& grammar, const CanvasRows& rows, int64_t row, int32_t c);

}  // namespace vmd
