// denoise.hpp -- p(x0 | x_t, z): all loops of the weight-tied denoiser for a batch of boards, in one call.
//
// Meaning      vmdsolve/model/denoiser.py:Denoiser.forward, which is the specification, up to the rounding of
// sums. Shapes       x [B,L] i32, open = -1   z [B,D] f32   logits [B,L,V] f32 after the last loop; weights as
// in
//              DenoiseWeights, row-major [out,in] like torch's
// Settling     where peers are told, a board's last loop is the first that leaves it settled, looked at every
//              kSettleEvery loops (settled.hpp); its logits are those of that many loops.
// Limits       V <= 64, L <= 65536, widths H, M, N and D <= 4096; values of x are checked before use
// Parallelism  boards are independent. A thread takes one board: its candidates' states stay in L2, a tile of
//              kTileRows candidates in L1 and registers, and the weights with them.
// Exact        a board's logits depend on its x, z, noise and on the path alone: not on the batch, its order or the
//              number of threads. Paths differ in rounding: avx2 and avx512 give the same bits, portable has no
//              FMA; avx512-bf16 and amx round weights and the inputs of products to bfloat16 and sum in float32, amx
//              and amx-twin to the same bits.
// Twin         vmdsolve/model/denoiser.py   Test  tests/kernels/test_denoise.py, csrc/tests/test_denoise.cpp
// Speed        benchmarks/denoise.py
//
// What is done once instead of in every loop (weights.cpp, and for z in board.hpp):
//   - norm's weight and bias go into message and self_update; its 1 / deviation is a factor after the product.
//   - only norm reads the state, and norm does not see a constant added to all channels: embedding and update
//     are centred over channels, so the state has mean zero and norm needs its squares only.
//   - what is injected into a candidate is a row of a table; scale, shift and gate of z go into the board's own
//   weights.
// The layers: message; self_update, group_updates (of a cell's symbols, then of each relation), update;
// readout.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "denoise/noise_keys.hpp"  // defines: DenoiseNoise
#include "denoise/structure.hpp"
#include "kernels/counts.hpp"
#include "kernels/peers.hpp"

namespace vmd {

constexpr int64_t kMaxWidth = 4096;

/// Channels of a candidate, a message, a block; numbers of a latent; relations; how many cells and symbols have
/// embeddings: all, with those of the cells, or 0.
struct DenoiseSizes {
  int64_t H, M, N, D, R, cells = 0, symbols = 0;
};

/// The denoiser's weights as its state_dict has them; `cell` and `symbol` null without embeddings of them, `modulate`
/// and `modulate_bias` null without latent.
struct DenoiseWeights {
  const float *state;                                    // [3,H]
  const float *cell, *symbol;                            // [L,H], [V,H]
  const float *inject, *inject_bias;                     // [N,H], [N]
  const float *norm, *norm_bias;                         // [H]
  const float *message, *message_bias;                   // [M,H], [M]
  const float *self_update;                              // [N,H]
  const float *group_updates;         // [1+R,N,M]: of a cell's symbols, then of each relation
  const float *update, *update_bias;  // [H,N], [H]
  const float *readout_norm, *readout_norm_bias, *readout, *readout_bias;  // [H], [H], [H], [1]
  const float *modulate, *modulate_bias;                 // [2N+H,D], [2N+H]
};

/// How a call goes: the most loops; peers and counts, where boards leave the loops as they settle (settled.hpp), else
/// null; seconds for the whole call; threads, 0: one a core; `path`, a number below denoise_paths().size(); noise on
/// states; from which loop on these fade (fade.hpp), 0: never.
struct DenoiseRun {
  int64_t loops;
  const Peers* peers = nullptr;
  const Counts* counts = nullptr;
  double time_limit = std::numeric_limits<double>::infinity();
  int threads = 0, path = 0;
  DenoiseNoise noise{};
  int64_t fade = 0;
};

/// What comes of boards: logits [B,L,V] after `spent` [B] loops; `finished` [B], false where time ran out before.
struct DenoiseResults {
  float* logits;
  int32_t* spent;
  bool* finished;
};

struct Prepared;  // weights.hpp

/// Prepared weights, for boards of any structure; never changes, so threads may share it.
class Denoise {
 public:
  /// Throws std::invalid_argument for sizes outside the limits.
  Denoise(const DenoiseSizes& sizes, const DenoiseWeights& weights);
  ~Denoise();
  const DenoiseSizes& sizes() const { return sizes_; }

  /// Fill what comes of a call. False when x holds a value outside -1..V-1; nothing is then to be used.
  /// Throws std::invalid_argument where the structure has other relations, or other cells or symbols than have
  /// embeddings, or the peers or counts other cells.
  bool run(const Structure& structure, int64_t B, const int32_t* x, const float* z, const DenoiseRun& how,
           const DenoiseResults& out) const;

 private:
  DenoiseSizes sizes_;
  std::unique_ptr<const Prepared> prepared_;
};

/// Names of what this CPU can run: portable, avx2, avx512; then what rounds to bfloat16: amx-twin, avx512-bf16, amx.
std::vector<const char*> denoise_paths();

/// Those of them that round inputs of products to bfloat16.
std::vector<const char*> rounding_denoise_paths();

/// The fastest of those that do not round or, with `may_round`, of all, by what is known of this CPU: so a CPU always
/// gives the same bits. With AMX that is amx; vectors of bfloat16 beat float32 on AMD's CPUs, and lose to it on Intel's.
const char* fastest_denoise_path(bool may_round);

}  // namespace vmd
