// tables.hpp -- the denoiser's weights as one row of floats, and gradients of them in the same order.
//
// These are the weights of a DenoiseView, from which the latent is still absent: norm's weight and bias are in
// message, self_update and injected, and readout_norm's in readout; matrices are [in,out], padded with zeros;
// states are centred over channels. vmdsolve/model/fused.py makes them from a denoiser's parameters by
// operations that torch differentiates.
#pragma once
#include "denoise/path.hpp"
#include "support/float32.hpp"  // defines: VMD_INLINE

namespace vmd {

template <class Float>
struct DenoiseTables {
  /// `first` may be null, to learn the size.
  VMD_INLINE DenoiseTables(const DenoiseView& v, Float* first) {
    Float* next = first;
    const auto take = [&next](int64_t n) {
      Float* const out = next;
      if (next) next += n;
      return out;
    };
    const int64_t V = v.named ? v.V : 0, L = v.placed ? v.L : 0;
    const int64_t sizes[] = {v.Hp * v.Mp, v.Mp, v.Hp * v.Np, v.groups * v.Mp * v.Np, v.Np * v.Hp, v.Hp, 3 * v.Np,
                             V * v.Np,    L * v.Np, 3 * v.Hp, V * v.Hp, L * v.Hp, v.Hp, 1};
    Float** const places[] = {&message,     &message_bias,   &self_update,     &group_updates, &update,
                              &update_bias, &injected_state, &injected_symbol, &injected_cell, &state,
                              &symbol,      &cell,           &readout,         &readout_bias};
    for (int i = 0; i < 14; ++i) *places[i] = take(sizes[i]), size += sizes[i];
  }

  int64_t size = 0;
  Float *message, *message_bias, *self_update, *group_updates, *update,
      *update_bias;  // [Hp,Mp], [Mp], [Hp,Np], [groups,Mp,Np], [Np,Hp], [Hp]
  Float *injected_state, *injected_symbol, *injected_cell;                    // [3,Np]; if named [V,Np]; if placed [L,Np]
  Float *state, *symbol, *cell;                                   // [3,Hp]; if named [V,Hp]; if placed [L,Hp]
  Float *readout, *readout_bias;                                  // [Hp], [1]
};

/// The view with these weights; its modulate_bias is then a board's scale, shift and gate.
VMD_INLINE DenoiseView with_tables(DenoiseView view, const float* tables) {
  const DenoiseTables<const float> t(view, tables);
  view.D = 0, view.modulate = nullptr;
  view.message = t.message, view.message_bias = t.message_bias, view.self_update = t.self_update,
  view.group_updates = t.group_updates;
  view.update = t.update, view.update_bias = t.update_bias, view.injected_state = t.injected_state;
  view.injected_symbol = t.injected_symbol, view.injected_cell = t.injected_cell, view.state = t.state;
  view.symbol = t.symbol, view.cell = t.cell, view.readout = t.readout, view.readout_bias = *t.readout_bias;
  return view;
}

}  // namespace vmd
