// gradient_weights.hpp -- what one board's way back knows of weights: them transposed, and their gradients.
//
// A board's weights hold its latent. Their gradients are summed apart and, once a board, taken back through `modulate`: to
// those of the tables, which all boards share, and those of the latent's scale, shift and gate.
#pragma once
#include "denoise/board.hpp"
#include "denoise/tables.hpp"

namespace vmd {

template <class I>
class DenoiseGradientWeights : protected DenoiseBoard<I> {
  using Board = DenoiseBoard<I>;
  using Board::latent;

 protected:
  using F = typename I::F;
  using E = typename I::E;
  using Board::v, Board::deep;

 public:
  using Board::bytes, Board::modulate;

  DenoiseGradientWeights(const DenoiseView& view, void* memory)
      : Board(view, memory), mean_rows(v.group_rows[v.groups]), injected_rows(v.named ? 3 * v.V : 3) {
    const uintptr_t start = this->used;
    message_back = room<E>(deep(v.Mp) * v.Hp), self_update_back = room<E>(deep(v.Np) * v.Hp);
    update_back = room<E>(deep(v.Hp) * v.Np), group_updates_back = room<E>(v.groups * deep(v.Np) * v.Mp);
    gated_update = room<float>(v.Np * v.Hp), column = room<float>(widest()), share = room<float>(mean_rows);
    d_self_update = room<float>(v.Hp * v.Np), d_group_updates = room<float>(v.groups * v.Mp * v.Np);
    d_update = room<float>(v.Np * v.Hp), d_update_bias = room<float>(v.Hp);
    d_injected = room<float>(injected_rows * v.Np), d_injected_cell = room<float>(v.placed ? v.L * v.Np : 0);
    bytes += static_cast<int64_t>(this->used - start);
  }

  /// The transposed weights; after modulate.
  void transpose() {
    const float *scale = latent, *gate = latent + 2 * v.Np;
    for (int64_t m = 0; m < v.Mp; ++m) {
      for (int64_t h = 0; h < v.Hp; ++h) column[h] = v.message[h * v.Mp + m];
      pack_row<I>(column, m, deep(v.Mp), v.Hp, message_back);
    }
    for (int64_t n = 0; n < v.Np; ++n) {
      for (int64_t h = 0; h < v.Hp; ++h) column[h] = v.self_update[h * v.Np + n] * scale[n];
      pack_row<I>(column, n, deep(v.Np), v.Hp, self_update_back);
      for (int64_t g = 0; g < v.groups; ++g) {
        for (int64_t m = 0; m < v.Mp; ++m) column[m] = v.group_updates[(g * v.Mp + m) * v.Np + n] * scale[n];
        pack_row<I>(column, n, deep(v.Np), v.Mp, group_updates_back + g * deep(v.Np) * v.Mp);
      }
      this->centred(v.update + n * v.Hp, gate, gated_update + n * v.Hp);
    }
    for (int64_t h = 0; h < v.Hp; ++h) {
      for (int64_t n = 0; n < v.Np; ++n) column[n] = gated_update[n * v.Hp + h];
      pack_row<I>(column, h, deep(v.Hp), v.Np, update_back);
    }
    clear(share, mean_rows);
    for (int64_t l = 0; l < v.L; ++l) share[l] = 1.0f / static_cast<float>(v.V);
    for (int64_t u = 0; u < v.U; ++u)
      for (int64_t symbol = 0; symbol < v.V; ++symbol)
        share[v.unit_rows[u] + symbol] = 1.0f / static_cast<float>(v.unit_offsets[u + 1] - v.unit_offsets[u]);
  }

 protected:
  template <class T>
  VMD_INLINE T* room(int64_t n) {
    return this->template take<T>(n);
  }

  static VMD_INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
  static VMD_INLINE void clear(float* to, int64_t n) { __builtin_memset(to, 0, static_cast<uint64_t>(n) * sizeof(float)); }
  static VMD_INLINE void add(float* to, const F& more) { store_as(to, F(load_as<F>(to) + more)); }

  VMD_INLINE int64_t widest() const { return larger(v.Hp, larger(v.Mp, v.Np)); }

  void clear_gradients() {
    clear(d_self_update, v.Hp * v.Np), clear(d_group_updates, v.groups * v.Mp * v.Np),
        clear(d_update, v.Np * v.Hp);
    clear(d_update_bias, v.Hp), clear(d_injected, injected_rows * v.Np),
        clear(d_injected_cell, v.placed ? v.L * v.Np : 0);
  }

  /// From gradients of this board's weights to those of the tables and of its latent: the way back of `modulate`.
  void back_through_modulate(const DenoiseTables<float>& sums, float* d_latent) {
    const float *scale = latent, *shift = latent + v.Np, *gate = latent + 2 * v.Np;
    float *d_scale = d_latent, *d_shift = d_latent + v.Np, *d_gate = d_latent + 2 * v.Np;
    clear(d_latent, 2 * v.Np + v.Hp);
    scaled(v.self_update, d_self_update, v.Hp, v.Np, scale, sums.self_update, d_scale);
    scaled(v.group_updates, d_group_updates, v.groups * v.Mp, v.Np, scale, sums.group_updates, d_scale);
    for (int64_t k = 0; k < v.Np; ++k) centre(d_update + k * v.Hp);
    centre(d_update_bias);
    scaled(v.update, d_update, v.Np, v.Hp, gate, sums.update, d_gate);
    scaled(v.update_bias, d_update_bias, 1, v.Hp, gate, sums.update_bias, d_gate);
    const int64_t symbols = v.named ? v.V : 1;
    for (int64_t k = 0; k < injected_rows; ++k) {
      const int64_t s = k / symbols, y = k % symbols;
      for (int64_t j = 0; j < v.Np; ++j) {
        const float d = d_injected[k * v.Np + j], of_symbol = v.named ? v.injected_symbol[y * v.Np + j] : 0.0f;
        d_scale[j] += d * (v.injected_state[s * v.Np + j] + of_symbol + shift[j]);
        d_shift[j] += d * scale[j];
        sums.injected_state[s * v.Np + j] += d * scale[j];
        if (v.named) sums.injected_symbol[y * v.Np + j] += d * scale[j];
      }
    }
    if (v.placed) scaled(v.injected_cell, d_injected_cell, v.L, v.Np, scale, sums.injected_cell, d_scale);
  }

  const int64_t mean_rows, injected_rows;
  E *message_back, *self_update_back, *update_back,
      *group_updates_back;                             // packed, transposed, with this board's latent inside
  float* share;                                        // [mean_rows] 1 / cells of a mean
  float *d_self_update, *d_group_updates, *d_update, *d_update_bias, *d_injected,
      *d_injected_cell;  // of this board's weights

 private:
  /// Of matrix * factors (one a column), from its gradient d to those of the matrix and the factors.
  static void scaled(const float* matrix, const float* d, int64_t n, int64_t width, const float* factors,
                                float* d_matrix, float* d_factors) {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < width; j += I::kLanes) {
        const F d_j = load_as<F>(d + i * width + j);
        add(d_matrix + i * width + j, F(d_j * load_as<F>(factors + j)));
        add(d_factors + j, F(d_j * load_as<F>(matrix + i * width + j)));
      }
  }

  /// A row of H channels minus its mean, in place; the padding becomes zero.
  void centre(float* to) const {
    float sum = 0;
    for (int64_t j = 0; j < v.H; ++j) sum += to[j];
    const float middle = sum / static_cast<float>(v.H);
    for (int64_t j = 0; j < v.Hp; ++j) to[j] = j < v.H ? to[j] - middle : 0.0f;
  }

  float *gated_update, *column;  // [Np,Hp], the widest
};

}  // namespace vmd
