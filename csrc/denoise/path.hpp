// path.hpp -- what the code paths of `denoise` share with the code that chooses among them.
//
// A path is one file compiled for one instruction set (CMakeLists.txt). It includes nothing of the standard library
// but <cstdint>, and calls nothing inline that is not forced: an inline function of it, compiled here for a wide machine,
// could be the one that the linker keeps. Members of classes made for its own instruction set, which no other file can
// name, are its own: what several passes call is compiled once.
#pragma once
#include <cstdint>

#include "denoise/noise_keys.hpp"  // defines: DenoiseNoise
#include "denoise/settled.hpp"     // defines: Settle

namespace vmd {

constexpr int64_t kLanesPadded = 16;  // widths are padded to this many channels, on every path
constexpr int64_t kTileRows = 12;     // rows that a product of vectors takes at once; rows of means are padded to it
constexpr int64_t kAlign = 64;        // bytes, of every array below and of a path's memory

/// Cells, symbols and units. Group 0 is a cell's symbols, group 1 + r relation r; a group's means are rows of one table.
struct StructureView {
  int64_t L, V, groups, U;
  const int64_t* group_rows;                             // [groups+1] first row of each, multiples of kTileRows
  const int64_t *unit_offsets, *unit_cells, *unit_rows;  // of unit u: its cells; the row of its symbol 0
  const int64_t *link_offsets, *link_rows;               // of cell l: unit_rows of its units
  const float* link_weights;                             // and 1 / how many units of that relation it has
};

/// Prepared weights. Matrices are row-major [in,out], padded with zeros: H, M, N to Hp, Mp, Np.
struct WeightsView {
  int64_t D, H, Hp, Mp, Np;
  bool named, placed;  // whether symbols, and cells, have embeddings
  const float *message, *message_bias;                             // [Hp,Mp], [Mp]
  const float *self_update, *group_updates;                        // [Hp,Np], [groups,Mp,Np]
  const float *update, *update_bias;                               // [Np,Hp], [Hp]
  const float *injected_state, *injected_symbol, *injected_cell;   // [3,Np]; if named [V,Np]; if placed [L,Np]
  const float *state, *symbol, *cell;                  // [3,Hp]; if named [V,Hp]; if placed [L,Hp]; centred
  const float *modulate, *modulate_bias;               // [D,2Np+Hp], [2Np+Hp]: scale, shift, gate
  const float* readout;                                // [Hp]
  float readout_bias;
};

/// A denoiser on boards of one structure.
struct DenoiseView : StructureView, WeightsView {};

/// Whether nobody waits for the call any more (support/stop.hpp); asked between loops.
using StopAsked = bool (*)();

/// Boards to evaluate, and what comes of them: `spent` [B] loops; `finished` [B], false where `ended` came first.
struct DenoiseBoards {
  const int32_t* x;
  const float* z;
  int64_t loops;
  Settle settle;
  float* logits;
  int32_t* spent;
  bool* finished;
  bool (*ended)(const void* end);  // asked between loops, with `end`
  const void* end;
  DenoiseNoise noise{};
  int64_t fade = 0;  // fade.hpp
};

/// A batch whose weights are learned; see gradient.hpp.
struct DenoiseStack {
  int64_t B;
  const int32_t* x;
  const float *tables, *latent;
  int64_t free, supervised;
  char* kept;
  StopAsked stop_asked;
  DenoiseNoise noise{};
  int64_t fade = 0;
};

/// Gradients of a batch, and the sums over some of its boards.
struct DenoiseGradients {
  const float* logits;
  float *tables, *latent;
};

struct DenoisePath {
  const char* name;
  bool rounds;                           // inputs of products, to bfloat16
  int64_t (*bytes)(const DenoiseView&);  // of memory that `run` needs, aligned to kAlign
  void (*run)(const DenoiseView&, const DenoiseBoards&, int64_t first, int64_t last, void* memory);
  int64_t (*gradient_bytes)(const DenoiseView&);  // of memory that `forward` and `backward` need, the same
  int64_t (*kept_bytes)(const DenoiseView&, int64_t supervised);
  void (*forward)(const DenoiseView&, const DenoiseStack&, float* logits, int64_t first, int64_t last, void* memory);
  void (*backward)(const DenoiseView&, const DenoiseStack&, const DenoiseGradients&, int64_t first, int64_t last,
                   void* memory);
};

extern const DenoisePath kDenoisePortable;  // path_portable.cpp
extern const DenoisePath kDenoiseAvx2;      // path_avx2.cpp
extern const DenoisePath kDenoiseAvx512;    // path_avx512.cpp
extern const DenoisePath kDenoiseBf16;      // path_bf16.cpp
extern const DenoisePath kDenoiseAmx;       // path_amx.cpp
extern const DenoisePath kDenoiseAmxTwin;   // path_amx_twin.cpp

}  // namespace vmd
