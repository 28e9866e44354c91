// gradient_path.hpp -- the loops of a batch forward and back, for one instruction set, and all of it as a DenoisePath.
#pragma once
#include "denoise/gradient_board.hpp"

namespace vmd {

/// The path of instruction set I.
template <class I>
int64_t gradient_bytes(const DenoiseView& view) {
  return DenoiseGradientBoard<I>(view, nullptr).bytes;
}

template <class I>
int64_t gradient_kept_bytes(const DenoiseView& view, int64_t supervised) {
  return DenoiseGradientBoard<I>(view, nullptr).kept_bytes(supervised);
}

template <class I>
void gradient_forward(const DenoiseView& units, const DenoiseStack& stack, float* logits, int64_t first,
                      int64_t last, void* memory) {
  DenoiseView view = with_tables(units, stack.tables);
  DenoiseGradientBoard<I> board(view, memory);
  const int64_t C = view.L * view.V, kept = board.kept_bytes(stack.supervised);
  for (int64_t b = first; b < last && !stack.stop_asked(); ++b) {
    view.modulate_bias = stack.latent + b * (2 * view.Np + view.Hp);
    board.modulate(nullptr);
    board.forward(stack.x + b * view.L, stack, b, logits + b * C, stack.kept + b * kept);
  }
}

template <class I>
void gradient_backward(const DenoiseView& units, const DenoiseStack& stack, const DenoiseGradients& d,
                       int64_t first, int64_t last, void* memory) {
  DenoiseView view = with_tables(units, stack.tables);
  DenoiseGradientBoard<I> board(view, memory);
  const DenoiseTables<float> sums(view, d.tables);
  const int64_t C = view.L * view.V, W = 2 * view.Np + view.Hp, kept = board.kept_bytes(stack.supervised);
  for (int64_t b = first; b < last && !stack.stop_asked(); ++b) {
    view.modulate_bias = stack.latent + b * W;
    board.modulate(nullptr);
    board.transpose();
    board.backward(stack.x + b * view.L, stack, d.logits + b * C, stack.kept + b * kept, sums, d.latent + b * W);
  }
}

template <class I>
constexpr DenoisePath denoise_path(const char* name) {
  return {name, sizeof(typename I::E) < sizeof(float), denoise_bytes<I>, denoise_boards<I>, gradient_bytes<I>, gradient_kept_bytes<I>, gradient_forward<I>,
          gradient_backward<I>};
}

}  // namespace vmd
