// weights.cpp -- what `denoise` computes once from the weights; denoise.hpp says why.
#include "denoise/weights.hpp"

#include <stdexcept>
#include <string>

#include "support/checks.hpp"  // defines: kMaxCells, kMaxSymbols

namespace vmd {
namespace {

int64_t padded(int64_t width) { return (width + kLanesPadded - 1) / kLanesPadded * kLanesPadded; }

void want(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(std::string("denoise: ") + what);
}

/// to [in, out padded to `columns`] = from [out,in] transposed, row i times factor[i] if there is one.
void transpose(const float* from, int64_t out, int64_t in, const float* factor, float* to, int64_t columns) {
  for (int64_t o = 0; o < out; ++o)
    for (int64_t i = 0; i < in; ++i) to[i * columns + o] = from[o * in + i] * (factor ? factor[i] : 1.0f);
}

/// sum over i of row[i] * x[i].
double dot(const float* row, const float* x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += double{row[i]} * double{x[i]};
  return sum;
}

/// to [n, columns] = each row of from [n,H] minus its mean.
void centre(const float* from, int64_t n, int64_t H, float* to, int64_t columns) {
  for (int64_t i = 0; i < n; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < H; ++j) sum += double{from[i * H + j]};
    for (int64_t j = 0; j < H; ++j)
      to[i * columns + j] = static_cast<float>(double{from[i * H + j]} - sum / static_cast<double>(H));
  }
}

}  // namespace

WeightsView widths_of(const DenoiseSizes& s) {
  for (const int64_t width : {s.H, s.M, s.N}) want(width >= 1 && width <= kMaxWidth, "H, M or N");
  want(s.D >= 0 && s.D <= kMaxWidth && s.R >= 0, "D or R");
  want(s.cells >= 0 && s.cells <= kMaxCells && s.symbols >= 0 && s.symbols <= kMaxSymbols, "cells or symbols");
  want(s.cells == 0 || s.symbols > 0, "cells without symbols");
  WeightsView view{};
  view.D = s.D, view.H = s.H, view.Hp = padded(s.H), view.Mp = padded(s.M), view.Np = padded(s.N);
  view.named = s.symbols > 0, view.placed = s.cells > 0;
  return view;
}

void want_same_shape(const DenoiseSizes& s, const StructureView& structure) {
  want(structure.groups == 1 + s.R, "relations of the structure");
  want(s.cells == 0 || structure.L == s.cells, "cells for the structure");
  want(s.symbols == 0 || structure.V == s.symbols, "symbols for the structure");
}

Prepared::Prepared(const DenoiseSizes& s, const DenoiseWeights& w) : view(widths_of(s)) {
  want((s.D > 0) == (w.modulate != nullptr), "modulate");
  want(view.placed == (w.cell != nullptr) && view.named == (w.symbol != nullptr), "cells or symbols");
  const int64_t Hp = view.Hp, Mp = view.Mp, Np = view.Np, groups = 1 + s.R;
  message = Aligned<float>(Hp * Mp), message_bias = Aligned<float>(Mp);
  transpose(w.message, s.M, s.H, w.norm, message.data(), Mp);
  for (int64_t m = 0; m < s.M; ++m)
    message_bias[m] =
        static_cast<float>(double{w.message_bias[m]} + dot(w.message + m * s.H, w.norm_bias, s.H));
  self_update = Aligned<float>(Hp * Np), group_updates = Aligned<float>(groups * Mp * Np);
  transpose(w.self_update, s.N, s.H, w.norm, self_update.data(), Np);
  for (int64_t g = 0; g < groups; ++g)
    transpose(w.group_updates + g * s.N * s.M, s.N, s.M, nullptr, group_updates.data() + g * Mp * Np, Np);
  update = Aligned<float>(Np * Hp), update_bias = Aligned<float>(Hp);
  transpose(w.update, s.H, s.N, nullptr, update.data(), Hp);
  for (int64_t h = 0; h < s.H; ++h) update_bias[h] = w.update_bias[h];

  injected_state = Aligned<float>(3 * Np), state = Aligned<float>(3 * Hp);
  centre(w.state, 3, s.H, state.data(), Hp);
  for (int64_t n = 0; n < s.N; ++n) {
    const double constant = double{w.inject_bias[n]} + dot(w.self_update + n * s.H, w.norm_bias, s.H);
    for (int64_t k = 0; k < 3; ++k)
      injected_state[k * Np + n] = static_cast<float>(constant + dot(w.inject + n * s.H, w.state + k * s.H, s.H));
  }
  const auto embed = [&](const float* from, int64_t n, Aligned<float>& to, Aligned<float>& injected) {
    to = Aligned<float>(n * Hp), injected = Aligned<float>(n * Np);
    centre(from, n, s.H, to.data(), Hp);
    for (int64_t k = 0; k < n; ++k)
      for (int64_t j = 0; j < s.N; ++j) injected[k * Np + j] = static_cast<float>(dot(w.inject + j * s.H, from + k * s.H, s.H));
  };
  embed(w.symbol, s.symbols, symbol, injected_symbol);
  embed(w.cell, s.cells, cell, injected_cell);

  const int64_t width = 2 * Np + Hp;
  modulate = Aligned<float>(s.D * width), modulate_bias = Aligned<float>(width);
  const int64_t target[3] = {0, Np, 2 * Np}, source[3] = {0, s.N, 2 * s.N}, size[3] = {s.N, s.N, s.H};
  for (int part = 0; part < 3; ++part)
    for (int64_t j = 0; j < size[part]; ++j) {
      const float one = part == 1 ? 0.0f : 1.0f;  // scale and gate are written as what they add to 1
      modulate_bias[target[part] + j] = one + (s.D > 0 ? w.modulate_bias[source[part] + j] : 0.0f);
      for (int64_t d = 0; d < s.D; ++d)
        modulate[d * width + target[part] + j] = w.modulate[(source[part] + j) * s.D + d];
    }

  readout = Aligned<float>(Hp);
  for (int64_t h = 0; h < s.H; ++h) readout[h] = w.readout_norm[h] * w.readout[h];
  view.readout_bias = static_cast<float>(double{w.readout_bias[0]} + dot(w.readout, w.readout_norm_bias, s.H));

  view.message = message.data(), view.message_bias = message_bias.data(), view.self_update = self_update.data(),
  view.group_updates = group_updates.data();
  view.update = update.data(), view.update_bias = update_bias.data(),
  view.injected_state = injected_state.data();
  view.injected_symbol = injected_symbol.data(), view.injected_cell = injected_cell.data(), view.state = state.data();
  view.symbol = symbol.data(), view.cell = cell.data(), view.modulate = modulate.data();
  view.modulate_bias = modulate_bias.data(), view.readout = readout.data();
}

}  // namespace vmd
