// denoise_team_memory.hpp -- a block's memory of the GPU's denoiser, and the weights in it; see denoise_team.hpp.
#pragma once
#include "denoise/fragments.hpp"
#include "denoise/lists.hpp"
#include "support/team.hpp"

namespace vmd {

/// Places of a [K,columns] matrix's numbers when a lane is to read what it needs of one tile of 8 columns at once.
template <int K>
VMD_HD constexpr int by_column(int k, int n) {
  return (((n / 8 * 32 + n % 8 * 4 + k % 8 / 2) * (K / 16) + k / 16) * 2 + k % 16 / 8) * 2 + k % 2;
}

/// The same when it is to read what it needs of 16 rows and two tiles of columns at once.
template <int columns>
VMD_HD constexpr int by_row(int k, int n) {
  return (((k / 16 * (columns / 16) + n / 16) * 32 + n % 8 * 4 + k % 8 / 2) * 4 + n % 16 / 8 * 2 + k % 16 / 8) * 2 +
         k % 2;
}

template <class Team, int H, int M, int N>
class DenoiseTeamMemory {
 public:
  /// Bytes of a block's memory.
  static VMD_HD int64_t bytes(const ListedView& listed) {
    char* const nowhere = reinterpret_cast<char*>(16);  // counted from, never read
    return DenoiseTeamMemory(listed, nowhere).memory_ - nowhere;
  }

  VMD_HD DenoiseTeamMemory(const ListedView& listed, void* memory)
      : c(listed), v(listed.view), memory_(static_cast<char*>(memory)) {
    take(messages_, c.tiles * kTile * M), take(means_, most(c.means * M, 2 * c.rows)), take(received_, c.means * N);
    take(message_, H * M), take(self_update_, H * N), take(group_updates_, static_cast<int>(v.groups) * M * N),
        take(update_, N * H);
    take(injected_, injected_rows() * N), take(update_bias_, H), take(message_bias_, M), take(readout_, H);
    take(latent_, static_cast<int>(2 * v.Np + v.Hp)), take(middle_, N), take(rows_, c.tiles * kTile);
    take(source_offsets_, c.means + 1), take(sources_, c.sources_size);
    take(link_offsets_, static_cast<int>(v.L) + 1), take(links_, c.links_size), take(chosen_, static_cast<int>(v.L));
  }

  /// What is the same for all boards.
  VMD_TEAM void start(Team& team) {
    team.each(H * M, [&](int i) {
      message_[by_column<H>(i / M, i % M)] = to_bf16(entry(v.message, i / M, i % M, v.Hp, v.Mp));
    });
    team.each(M, [&](int m) { message_bias_[m] = entry(v.message_bias, 0, m, 1, v.Mp); });
    team.each(H, [&](int h) { readout_[h] = entry(v.readout, 0, h, 1, v.Hp); });
    team.each(c.means + 1, [&](int i) { source_offsets_[i] = c.source_offsets[i]; });
    team.each(c.sources_size, [&](int i) { sources_[i] = c.sources[i]; });
    team.each(static_cast<int>(v.L) + 1, [&](int i) { link_offsets_[i] = c.link_offsets[i]; });
    team.each(c.links_size, [&](int i) { links_[i] = c.links[i]; });
  }

  /// The latent's scale, shift and gate into the weights; z has D numbers.
  VMD_TEAM void modulate(Team& team, const float* z) {
    const int Np = static_cast<int>(v.Np), width = static_cast<int>(2 * v.Np + v.Hp);
    team.each(width, [&](int j) {
      float sum = v.modulate_bias[j];
      for (int64_t d = 0; d < v.D; ++d) sum = multiply_add(z[d], v.modulate[d * width + j], sum);
      latent_[j] = sum;
    });
    const float *scale = latent_, *shift = latent_ + Np, *gate = latent_ + 2 * Np;
    team.each(N + 1, [&](int k) {  // the mean over channels of what a hidden channel writes; last, of the bias
      const float* row = k == N ? v.update_bias : v.update + k * v.Hp;
      float sum = 0;
      for (int64_t h = 0; h < v.H && (k < Np || k == N); ++h) sum = multiply_add(row[h], gate[h], sum);
      const float middle = sum / static_cast<float>(v.H);
      if (k < N) middle_[k] = middle;
      if (k == N)
        for (int h = 0; h < H; ++h) update_bias_[h] = h < v.H ? multiply_add(row[h], gate[h], -middle) : 0.0f;
    });
    team.each(H * N, [&](int i) {
      const int k = i / N, n = i % N;
      self_update_[by_column<H>(k, n)] =
          to_bf16(n < Np ? entry(v.self_update, k, n, v.Hp, v.Np) * scale[n] : 0.0f);
    });
    team.each(static_cast<int>(v.groups) * M * N, [&](int i) {
      const int g = i / (M * N), k = i / N % M, n = i % N;
      const float* weights = v.group_updates + g * v.Mp * v.Np;
      group_updates_[g * M * N + by_column<M>(k, n)] =
          to_bf16(n < Np ? entry(weights, k, n, v.Mp, v.Np) * scale[n] : 0.0f);
    });
    team.each(N * H, [&](int i) {
      const int k = i / H, h = i % H;
      const bool real = k < Np && h < v.H;
      update_[by_row<H>(k, h)] =
          to_bf16(real ? multiply_add(v.update[k * v.Hp + h], gate[h], -middle_[k]) : 0.0f);
    });
    team.each(injected_rows() * N, [&](int i) {
      const int row = i / N, n = i % N;
      float told = 0;
      if (n < Np) {
        told = v.injected_state[(v.named ? row / v.V : row) * Np + n] + shift[n];
        if (v.named) told += v.injected_symbol[row % v.V * Np + n];
        told *= scale[n];
      }
      injected_[(n / kChunk * injected_rows() + row) * kChunk + place_in_chunk(n)] = told;
    });
  }

 protected:
  static constexpr int kChunk = 16;  // channels of `hidden` worked on at once: the depth of one product

  template <class T>
  VMD_HD void take(T*& array, int n) {
    array = reinterpret_cast<T*>(memory_);  // no detour over integers: a GPU's compiler must see that it is shared memory
    memory_ += (n * static_cast<int>(sizeof(T)) + 15) / 16 * 16;
  }

  static VMD_HD int most(int a, int b) { return a > b ? a : b; }

  VMD_HD int injected_rows() const { return v.named ? 3 * static_cast<int>(v.V) : 3; }

  /// matrix[k][n] of a matrix [rows,columns]; zero beyond.
  static VMD_TEAM float entry(const float* matrix, int k, int n, int64_t rows, int64_t columns) {
    return k < rows && n < columns ? matrix[k * columns + n] : 0.0f;
  }

  /// Where channel n stands in its chunk: lane t of a quad has the channels 2t, 2t + 1, 2t + 8 and 2t + 9 of it.
  static VMD_HD int place_in_chunk(int n) { return n % 8 / 2 * 4 + n % 16 / 8 * 2 + n % 2; }

  const ListedView& c;
  const DenoiseView& v;
  char* memory_;  // what is not taken yet
  Bf16 *messages_, *means_, *received_;          // [rows,M], [means,M] or a float a row; [N/16][means][16]
  Bf16 *message_, *self_update_, *group_updates_,
      *update_;  // by_column, the last by_row; with the board's latent inside
  float *injected_, *update_bias_, *message_bias_, *readout_, *latent_,
      *middle_;                               // [N/16][injected_rows][16], ...
  uint32_t* rows_;                            // of each candidate: cell, symbol << 16, state << 24
  int32_t *source_offsets_, *link_offsets_;
  uint16_t* sources_;
  uint32_t* links_;
  uint8_t* chosen_;  // [L] a symbol each
};

}  // namespace vmd
