// denoise_model.hpp -- a denoiser of random weights and units for the tests, and the plainest loops in double.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "denoise/denoise.hpp"
#include "denoise/structure.hpp"
#include "some_peers.hpp"

namespace vmd {

inline std::mt19937_64 rng(1);
inline int64_t below(int64_t n) { return static_cast<int64_t>(rng() % static_cast<uint64_t>(n)); }
inline size_t at(int64_t i) { return static_cast<size_t>(i); }
/// From which loop on states fade: 0, never, or soon.
inline int64_t some_fade() { return below(2) ? 2 + below(3) : 0; }
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

inline Floats normal(int64_t n, double scale) {
  std::normal_distribution<double> draw(0, scale);
  Floats out(at(n));
  for (float& value : out) value = static_cast<float>(draw(rng));
  return out;
}

/// Random weights and units, each array in an allocation of exactly its size.
struct Model {
  Model(int64_t L, int64_t V, const DenoiseSizes& sizes, int64_t embedded) : s{L, V, sizes} {
    s.cells = embedded == 2 ? L : 0, s.symbols = embedded >= 1 ? V : 0;
    const double h = 1 / std::sqrt(double(s.H)), m = 1 / std::sqrt(double(s.M)), n = 1 / std::sqrt(double(s.N));
    state = normal(3 * s.H, 1), cell = normal(s.cells * s.H, 1), symbol = normal(s.symbols * s.H, 1);
    inject = normal(s.N * s.H, h), inject_bias = normal(s.N, 0.1), norm = normal(s.H, 1), norm_bias = normal(s.H, 0.1);
    message = normal(s.M * s.H, h), message_bias = normal(s.M, 0.1), self_update = normal(s.N * s.H, h);
    group_updates = normal((1 + s.R) * s.N * s.M, m), update = normal(s.H * s.N, n),
    update_bias = normal(s.H, 0.1);
    readout_norm = normal(s.H, 1), readout_norm_bias = normal(s.H, 0.1), readout = normal(s.H, h),
    readout_bias = normal(1, 1);
    modulate = normal((2 * s.N + s.H) * s.D, 0.2), modulate_bias = normal(s.D ? 2 * s.N + s.H : 0, 0.2);
    units.offsets = {0}, units.spans = {0};
    for (int64_t r = 0; r < s.R; ++r) {
      for (int64_t u = below(4); u > 0; --u) {  // a relation may have no unit
        const int64_t first = below(s.L), size = 1 + below(s.L - first);
        for (int64_t l = first; l < first + size; ++l) units.cells.push_back(l);
        units.offsets.push_back(static_cast<int64_t>(units.cells.size()));
      }
      units.spans.push_back(static_cast<int64_t>(units.offsets.size()) - 1);
    }
  }

  DenoiseWeights weights() const {
    const auto given = [](const Floats& f) { return f.empty() ? nullptr : f.data(); };
    return {state.data(),        given(cell),          given(symbol),
            inject.data(),       inject_bias.data(),   norm.data(),
            norm_bias.data(),    message.data(),       message_bias.data(),
            self_update.data(),  group_updates.data(), update.data(),
            update_bias.data(),  readout_norm.data(),  readout_norm_bias.data(),
            readout.data(),      readout_bias.data(),  given(modulate),
            given(modulate_bias)};
  }

  /// The logits of a board as vmdsolve/model/denoiser.py says them.
  Doubles plain(const int32_t* x, const float* z, int64_t loops, int64_t fade = 0) const {
    const int64_t C = s.L * s.V;
    const auto latent = [&](int64_t j) {
      double sum = s.D ? double{modulate_bias[at(j)]} : 0;
      for (int64_t d = 0; d < s.D; ++d) sum += double{modulate[at(j * s.D + d)]} * double{z[d]};
      return sum;
    };
    const auto normed = [&](const Doubles& h, int64_t i, const Floats& w, const Floats& b, int64_t j) {
      double mean = 0, square = 0;
      for (int64_t k = 0; k < s.H; ++k) mean += h[at(i * s.H + k)] / double(s.H);
      for (int64_t k = 0; k < s.H; ++k) square += std::pow(h[at(i * s.H + k)] - mean, 2) / double(s.H);
      return (h[at(i * s.H + j)] - mean) / std::sqrt(square + 1e-5) * double{w[at(j)]} + double{b[at(j)]};
    };
    Doubles h(at(C * s.H)), told(at(C * s.N)), n(h), m(at(C * s.M)), logits(at(C));
    for (int64_t i = 0; i < C; ++i) {
      const int64_t l = i / s.V, v = i % s.V, held = x[l] < 0 ? 0 : x[l] == v ? 1 : 2;
      for (int64_t j = 0; j < s.H; ++j) {
        h[at(i * s.H + j)] = double{state[at(held * s.H + j)]};
        if (!cell.empty()) h[at(i * s.H + j)] += double{cell[at(l * s.H + j)]};
        if (!symbol.empty()) h[at(i * s.H + j)] += double{symbol[at(v * s.H + j)]};
      }
      for (int64_t o = 0; o < s.N; ++o) {
        double sum = double{inject_bias[at(o)]} + latent(s.N + o) * (s.D > 0);
        for (int64_t j = 0; j < s.H; ++j) sum += double{inject[at(o * s.H + j)]} * h[at(i * s.H + j)];
        told[at(i * s.N + o)] = sum;
      }
    }
    for (int64_t loop = 0; loop < loops; ++loop) {
      for (int64_t i = 0; i < C; ++i) {
        for (int64_t j = 0; j < s.H; ++j) n[at(i * s.H + j)] = normed(h, i, norm, norm_bias, j);
        for (int64_t o = 0; o < s.M; ++o) {
          double sum = double{message_bias[at(o)]};
          for (int64_t j = 0; j < s.H; ++j) sum += double{message[at(o * s.H + j)]} * n[at(i * s.H + j)];
          m[at(i * s.M + o)] = std::max(0.0, sum);
        }
      }
      for (int64_t i = 0; i < C; ++i) {
        const int64_t l = i / s.V, v = i % s.V;
        Doubles a(told.begin() + i * s.N, told.begin() + (i + 1) * s.N);
        const auto hears = [&](int64_t group, double share, int64_t from) {
          for (int64_t o = 0; o < s.N; ++o)
            for (int64_t j = 0; j < s.M; ++j)
              a[at(o)] +=
                  share * double{group_updates[at((group * s.N + o) * s.M + j)]} * m[at(from * s.M + j)];
        };
        for (int64_t other = 0; other < s.V; ++other) hears(0, 1 / double(s.V), l * s.V + other);
        for (int64_t r = 0; r < s.R; ++r) {
          std::vector<int64_t> mine;
          for (int64_t u = units.spans[at(r)]; u < units.spans[at(r + 1)]; ++u)
            for (int64_t k = units.offsets[at(u)]; k < units.offsets[at(u + 1)]; ++k)
              if (units.cells[at(k)] == l) mine.push_back(u);
          for (const int64_t u : mine) {
            const int64_t size = units.offsets[at(u + 1)] - units.offsets[at(u)];
            for (int64_t k = units.offsets[at(u)]; k < units.offsets[at(u + 1)]; ++k)
              hears(1 + r, 1 / double(size) / double(mine.size()), units.cells[at(k)] * s.V + v);
          }
        }
        for (int64_t o = 0; o < s.N; ++o) {
          for (int64_t j = 0; j < s.H; ++j)
            a[at(o)] += double{self_update[at(o * s.H + j)]} * n[at(i * s.H + j)];
          a[at(o)] = std::max(0.0, a[at(o)] * (1 + latent(o) * (s.D > 0)));
        }
        for (int64_t j = 0; j < s.H; ++j) {
          double sum = double{update_bias[at(j)]};
          for (int64_t o = 0; o < s.N; ++o) sum += double{update[at(j * s.N + o)]} * a[at(o)];
          h[at(i * s.H + j)] += sum * (1 + latent(2 * s.N + j) * (s.D > 0));
        }
      }
      if (fade > 0 && loop + 1 >= fade)
        for (double& value : h) value *= 1 - 1 / double(fade);
    }
    for (int64_t i = 0; i < C; ++i) {
      logits[at(i)] = double{readout_bias[0]};
      for (int64_t j = 0; j < s.H; ++j)
        logits[at(i)] += double{readout[at(j)]} * normed(h, i, readout_norm, readout_norm_bias, j);
    }
    return logits;
  }

  struct Sizes : DenoiseSizes {
    Sizes(int64_t cells_there, int64_t symbols_there, const DenoiseSizes& others)
        : DenoiseSizes(others), L(cells_there), V(symbols_there) {}
    int64_t L, V;
  } s;
  Floats state, cell, symbol, inject, inject_bias, norm, norm_bias, message, message_bias, self_update,
      group_updates, update, update_bias, readout_norm, readout_norm_bias, readout, readout_bias, modulate,
      modulate_bias;
  DenoiseUnits units;
};

/// What the CPU's denoiser makes of boards.
struct Evaluated {
  Evaluated(const Denoise& denoise, const Structure& structure, int64_t B, const int32_t* x, const float* z,
            const DenoiseRun& how)
      : logits(at(B * structure.L() * structure.V()), 7), spent(at(B), 7), finished(std::make_unique<bool[]>(at(B))) {
    good = denoise.run(structure, B, x, z, how, {logits.data(), spent.data(), finished.get()});
  }

  Floats logits;
  std::vector<int32_t> spent;
  std::unique_ptr<bool[]> finished;
  bool good;
};

/// Whether a board settles by its logits, by the plainest loops.
inline bool plainly_settled(const SomePeers& peers, const int32_t* x, const float* logits, int64_t L, int64_t V) {
  const auto held = [&](int64_t l) {
    const float* of = logits + l * V;
    return x[l] >= 0 ? x[l] : static_cast<int32_t>(std::max_element(of, of + V) - of);
  };
  for (int64_t a = 0; a < L; ++a)
    for (int64_t b = 0; b < a; ++b)
      if (peers.linked(a, b) && held(a) == held(b)) return false;
  return true;
}

}  // namespace vmd
