// board_weights.hpp -- a board's weights, for one instruction set: packed, with its latent inside.
#pragma once
#include "denoise/gemm.hpp"

namespace vmd {

template <class I>
class BoardWeights {
  using E = typename I::E;

 public:
  VMD_INLINE BoardWeights(const DenoiseView& view, void* memory) : v(view), used(reinterpret_cast<uintptr_t>(memory)) {
    message = take<E>(deep(v.Hp) * v.Mp), self_update = take<E>(deep(v.Hp) * v.Np);
    update = take<E>(deep(v.Np) * v.Hp), group_updates = take<E>(v.groups * deep(v.Mp) * v.Np);
    update_bias = take<float>(v.Hp), told = take<float>((v.named ? 3 * v.V : 3) * v.Np);
    injected_cell = take<float>(v.placed ? v.L * v.Np : 0);
    latent = take<float>(2 * v.Np + v.Hp), row = take<float>(v.Np > v.Hp ? v.Np : v.Hp);
  }

  /// The latent's scale, shift and gate into this board's weights; z has D numbers.
  void modulate(const float* z) {
    const int64_t width = 2 * v.Np + v.Hp;
    for (int64_t j = 0; j < width; ++j) latent[j] = v.modulate_bias[j];
    for (int64_t d = 0; d < v.D; ++d)
      for (int64_t j = 0; j < width; ++j) latent[j] += z[d] * v.modulate[d * width + j];
    const float *scale = latent, *shift = latent + v.Np, *gate = latent + 2 * v.Np;
    for (int64_t k = 0; k < v.Hp; ++k) pack_row<I>(v.message + k * v.Mp, k, deep(v.Hp), v.Mp, message);
    for (int64_t k = 0; k < v.Hp; ++k) pack_scaled(v.self_update, scale, k, v.Hp, self_update);
    for (int64_t g = 0; g < v.groups; ++g)
      for (int64_t k = 0; k < v.Mp; ++k)
        pack_scaled(v.group_updates + g * v.Mp * v.Np, scale, k, v.Mp, group_updates + g * deep(v.Mp) * v.Np);
    for (int64_t k = 0; k < v.Np; ++k) {
      centred(v.update + k * v.Hp, gate, row);
      pack_row<I>(row, k, deep(v.Np), v.Hp, update);
    }
    centred(v.update_bias, gate, update_bias);
    const int64_t symbols = v.named ? v.V : 1;
    for (int64_t s = 0; s < 3; ++s)
      for (int64_t y = 0; y < symbols; ++y)
        for (int64_t j = 0; j < v.Np; ++j) {
          const float of_symbol = v.named ? v.injected_symbol[y * v.Np + j] : 0.0f;
          told[(s * symbols + y) * v.Np + j] = scale[j] * (v.injected_state[s * v.Np + j] + of_symbol + shift[j]);
        }
    for (int64_t l = 0; v.placed && l < v.L; ++l)
      for (int64_t j = 0; j < v.Np; ++j) injected_cell[l * v.Np + j] = scale[j] * v.injected_cell[l * v.Np + j];
  }

 protected:
  /// The stride of rows of inputs of so many channels.
  static VMD_INLINE int64_t deep(int64_t width) { return (width + I::kDepth - 1) / I::kDepth * I::kDepth; }

  template <class T>
  VMD_INLINE T* take(int64_t n) {
    T* const out = reinterpret_cast<T*>(used);
    used += (static_cast<uintptr_t>(n) * sizeof(T) + kAlign - 1) / kAlign * kAlign;
    return out;
  }

  VMD_INLINE void pack_scaled(const float* matrix, const float* scale, int64_t k, int64_t K, E* packed) {
    for (int64_t j = 0; j < v.Np; ++j) row[j] = matrix[k * v.Np + j] * scale[j];
    pack_row<I>(row, k, deep(K), v.Np, packed);
  }

  /// to = from * gate minus its mean over the H channels; the padding stays zero.
  VMD_INLINE void centred(const float* from, const float* gate, float* to) const {
    float sum = 0;
    for (int64_t j = 0; j < v.H; ++j) sum += from[j] * gate[j];
    const float middle = sum / static_cast<float>(v.H);
    for (int64_t j = 0; j < v.Hp; ++j) to[j] = j < v.H ? from[j] * gate[j] - middle : 0.0f;
  }

  const DenoiseView& v;
  uintptr_t used;                                       // memory up to here is taken
  E *message, *self_update, *update, *group_updates;    // packed
  float *update_bias, *told, *injected_cell, *latent, *row;
};

}  // namespace vmd
