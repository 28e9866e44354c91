// test_gradient.cpp -- the denoiser's way back on odd sizes against a difference quotient of the plainest loops in double,
// under sanitizers, without Python.
//
// The comparison with autograd, parameter by parameter, is tests/model/test_fused.py; here: no access outside an array on
// any path, equal bits whatever the threads, refusal of what does not fit.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "denoise/gradient.hpp"
#include "denoise/path.hpp"
#include "denoise/tables.hpp"

using namespace vmd;

namespace {

std::mt19937_64 rng(1);
int64_t below(int64_t n) { return static_cast<int64_t>(rng() % static_cast<uint64_t>(n)); }
size_t at(int64_t i) { return static_cast<size_t>(i); }
/// From which loop on states fade: 0, never, or soon.
int64_t some_fade() { return below(2) ? 2 + below(3) : 0; }
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

Floats normal(int64_t n) {
  std::normal_distribution<double> draw(0, 1);
  Floats out(at(n));
  for (float& value : out) value = static_cast<float>(draw(rng));
  return out;
}

struct Sizes : DenoiseSizes {
  int64_t L, V;
};

/// Sizes, units and one board's way through the loops.
struct Model {
  Model(const Sizes& sizes, int64_t embedded) : s(sizes) {
    s.cells = embedded == 2 ? s.L : 0, s.symbols = embedded >= 1 ? s.V : 0;
    view.L = s.L, view.V = s.V, view.H = s.H, view.groups = 1 + s.R;
    view.named = s.symbols > 0, view.placed = s.cells > 0;
    view.Hp = (s.H + 15) / 16 * 16, view.Mp = (s.M + 15) / 16 * 16, view.Np = (s.N + 15) / 16 * 16;
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

  /// Normal numbers where the tables hold weights, zeros where they are padded; states centred.
  Floats tables(double scale) const {
    Floats out(at(DenoiseTables<float>(view, nullptr).size));
    const DenoiseTables<float> t(view, out.data());
    const auto fill = [&](float* to, int64_t n, int64_t width, int64_t padded, int64_t of = 1, int64_t of_padded = 1) {
      std::normal_distribution<double> draw(0, scale);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t k = 0; k < of; ++k)
          for (int64_t j = 0; j < width; ++j) to[(i * of_padded + k) * padded + j] = static_cast<float>(draw(rng));
    };
    const int64_t V = s.symbols, L = s.cells;
    fill(t.message, 1, s.M, view.Mp, s.H, view.Hp), fill(t.message_bias, 1, s.M, view.Mp);
    fill(t.self_update, 1, s.N, view.Np, s.H, view.Hp),
        fill(t.group_updates, view.groups, s.N, view.Np, s.M, view.Mp);
    fill(t.update, 1, s.H, view.Hp, s.N, view.Np), fill(t.update_bias, 1, s.H, view.Hp);
    fill(t.injected_state, 3, s.N, view.Np), fill(t.injected_symbol, V, s.N, view.Np), fill(t.injected_cell, L, s.N, view.Np);
    fill(t.state, 3, s.H, view.Hp), fill(t.symbol, V, s.H, view.Hp), fill(t.cell, L, s.H, view.Hp);
    fill(t.readout, 1, s.H, view.Hp), fill(t.readout_bias, 1, 1, 1);
    for (float* const rows : {t.state, t.symbol, t.cell})
      for (int64_t i = 0; i < (rows == t.state ? 3 : rows == t.symbol ? V : L); ++i) {
        float sum = 0;
        for (int64_t j = 0; j < s.H; ++j) sum += rows[i * view.Hp + j];
        for (int64_t j = 0; j < s.H; ++j) rows[i * view.Hp + j] -= sum / static_cast<float>(s.H);
      }
    return out;
  }

  /// Scale, shift and gate of a board.
  Floats latent(double middle, double scale) const {
    Floats out(at(2 * view.Np + view.Hp));
    std::normal_distribution<double> draw(0, scale);
    for (int64_t j = 0; j < s.N; ++j) out[at(j)] = static_cast<float>(middle + draw(rng));
    for (int64_t j = 0; j < s.N; ++j) out[at(view.Np + j)] = static_cast<float>(draw(rng));
    for (int64_t j = 0; j < s.H; ++j) out[at(2 * view.Np + j)] = static_cast<float>(middle + draw(rng));
    return out;
  }

  /// sum(logits * d_logits) of one board, whose tables and latent are moved by `step` times a direction. Without
  /// gradient through the free loops: these do not move.
  double plain(const int32_t* x, const Floats& tables, const Floats& latent, const Floats& along, const Floats& aside,
               double step, int64_t free, int64_t supervised, int64_t fade, const float* d_logits,
               int64_t stride) const {
    const int64_t C = s.L * s.V, Hp = view.Hp, Mp = view.Mp, Np = view.Np;
    const DenoiseTables<const float> t(view, tables.data());
    double moved = free > 0 ? 0.0 : step;
    const auto of = [&](const float* place, int64_t i) {
      const float* const one = place + i;
      return double{*one} + moved * double{along[at(one - tables.data())]};
    };
    const auto z = [&](int64_t j) { return double{latent[at(j)]} + moved * double{aside[at(j)]}; };
    const auto held = [&](int64_t i) { return x[i / s.V] < 0 ? 0 : x[i / s.V] == i % s.V ? 1 : 2; };
    Doubles h(at(C * s.H)), n(h), m(at(C * s.M)), a(at(C * s.N));
    for (int64_t i = 0; i < C; ++i)
      for (int64_t j = 0; j < s.H; ++j) {
        h[at(i * s.H + j)] = of(t.state, held(i) * Hp + j);
        if (view.placed) h[at(i * s.H + j)] += of(t.cell, i / s.V * Hp + j);
        if (view.named) h[at(i * s.H + j)] += of(t.symbol, i % s.V * Hp + j);
      }
    const auto norm = [&] {
      for (int64_t i = 0; i < C; ++i) {
        double square = 0;
        for (int64_t j = 0; j < s.H; ++j) square += h[at(i * s.H + j)] * h[at(i * s.H + j)] / double(s.H);
        for (int64_t j = 0; j < s.H; ++j) n[at(i * s.H + j)] = h[at(i * s.H + j)] / std::sqrt(square + 1e-5);
      }
    };
    double out = 0;
    for (int64_t loop = 0; loop < free + supervised; ++loop) {
      if (loop == free) moved = step;
      norm();
      for (int64_t i = 0; i < C; ++i)
        for (int64_t o = 0; o < s.M; ++o) {
          double sum = of(t.message_bias, o);
          for (int64_t j = 0; j < s.H; ++j) sum += of(t.message, j * Mp + o) * n[at(i * s.H + j)];
          m[at(i * s.M + o)] = std::max(0.0, sum);
        }
      for (int64_t i = 0; i < C; ++i) {
        const int64_t l = i / s.V, v = i % s.V;
        for (int64_t o = 0; o < s.N; ++o) {
          double sum = of(t.injected_state, held(i) * Np + o) + z(Np + o);
          if (view.placed) sum += of(t.injected_cell, l * Np + o);
          if (view.named) sum += of(t.injected_symbol, v * Np + o);
          for (int64_t j = 0; j < s.H; ++j) sum += of(t.self_update, j * Np + o) * n[at(i * s.H + j)];
          a[at(i * s.N + o)] = sum;
        }
        const auto hears = [&](int64_t group, double share, int64_t from) {
          for (int64_t j = 0; j < s.M; ++j)
            for (int64_t o = 0; o < s.N; ++o)
              a[at(i * s.N + o)] +=
                  share * of(t.group_updates, (group * Mp + j) * Np + o) * m[at(from * s.M + j)];
        };
        for (int64_t other = 0; other < s.V; ++other) hears(0, 1 / double(s.V), l * s.V + other);
        for (int64_t r = 0; r < s.R; ++r) {
          std::vector<int64_t> mine;
          for (int64_t u = units.spans[at(r)]; u < units.spans[at(r + 1)]; ++u)
            for (int64_t k = units.offsets[at(u)]; k < units.offsets[at(u + 1)]; ++k)
              if (units.cells[at(k)] == l) mine.push_back(u);
          for (const int64_t u : mine)
            for (int64_t k = units.offsets[at(u)]; k < units.offsets[at(u + 1)]; ++k)
              hears(1 + r, 1 / double(units.offsets[at(u + 1)] - units.offsets[at(u)]) / double(mine.size()),
                    units.cells[at(k)] * s.V + v);
        }
      }
      for (int64_t i = 0; i < C; ++i) {
        Doubles step_of(at(s.H));
        double middle = 0;
        for (int64_t j = 0; j < s.H; ++j) {
          double sum = of(t.update_bias, j);
          for (int64_t o = 0; o < s.N; ++o)
            sum += of(t.update, o * Hp + j) * std::max(0.0, z(o) * a[at(i * s.N + o)]);
          step_of[at(j)] = sum * z(2 * Np + j);
          middle += step_of[at(j)] / double(s.H);
        }
        for (int64_t j = 0; j < s.H; ++j) h[at(i * s.H + j)] += step_of[at(j)] - middle;
      }
      if (fade > 0 && loop + 1 >= fade)
        for (double& value : h) value *= 1 - 1 / double(fade);
      norm();
      for (int64_t i = 0; loop >= free && i < C; ++i) {
        double logit = of(t.readout_bias, 0);
        for (int64_t j = 0; j < s.H; ++j) logit += of(t.readout, j) * n[at(i * s.H + j)];
        out += logit * double{d_logits[(loop - free) * stride + i]};
      }
    }
    return out;
  }

  Sizes s;
  DenoiseView view{};
  DenoiseUnits units;
};

void test_odd_sizes_on_every_path() {
  const std::vector<const char*> paths = denoise_paths();
  int rounded = 0, bent = 0;
  for (int round = 0; round < 40; ++round) {
    const int64_t cells = 1 + below(14), symbols = 1 + below(9);
    const Model model({{3 + below(40), 1 + below(40), 1 + below(70), 0, below(4)}, cells, symbols}, round % 3);
    const Sizes& s = model.s;
    const DenoiseGradient kernel(std::make_shared<Structure>(cells, symbols, model.units), s);
    const int64_t B = 3, free = below(3), supervised = 1 + below(3), C = s.L * s.V, W = kernel.latent();
    const int64_t fade = some_fade();
    const Floats tables = model.tables(0.3), along = model.tables(1), d_logits = normal(supervised * B * C);
    CHECK(static_cast<int64_t>(tables.size()) == kernel.tables());
    std::vector<int32_t> x(at(B * s.L));
    for (int32_t& value : x) value = static_cast<int32_t>(below(s.V + 1)) - 1;
    Floats latents, asides;
    double wanted = 0, wanted_value = 0;
    for (int64_t b = 0; b < B; ++b) {
      const Floats latent = model.latent(1, 0.3), aside = model.latent(0, 1);
      latents.insert(latents.end(), latent.begin(), latent.end()), asides.insert(asides.end(), aside.begin(), aside.end());
      const auto value = [&](double step) {
        return model.plain(x.data() + b * s.L, tables, latent, along, aside, step, free, supervised, fade,
                           d_logits.data() + b * C, B * C);
      };
      wanted += (value(1e-6) - value(-1e-6)) / 2e-6, wanted_value += value(0);
    }
    for (size_t i = 0; i < paths.size(); ++i) {
      const int path = static_cast<int>(i);
      const bool rounds = i >= paths.size() - rounding_denoise_paths().size();  // they are the last
      std::vector<char> kept(at(B * kernel.kept_bytes(supervised, path)));
      const DenoiseStack stack{B, x.data(), tables.data(), latents.data(), free, supervised, kept.data(), nullptr, {}, fade};
      Floats logits(at(supervised * B * C)), d_tables(tables.size()), d_latent(at(B * W)), again(tables.size());
      CHECK(kernel.forward(stack, logits.data(), 1, path));
      kernel.backward(stack, d_logits.data(), d_tables.data(), d_latent.data(), 1, path);
      kernel.backward(stack, d_logits.data(), again.data(), d_latent.data(), 3, path);
      CHECK(d_tables == again);
      double got = 0, got_value = 0, size = 1;
      for (size_t k = 0; k < tables.size(); ++k) got += double{d_tables[k]} * double{along[k]};
      for (size_t k = 0; k < latents.size(); ++k) got += double{d_latent[k]} * double{asides[k]};
      for (size_t k = 0; k < logits.size(); ++k) got_value += double{logits[k]} * double{d_logits[k]};
      for (const float d : d_tables) size += double{d} * double{d};
      CHECK(std::abs(got_value - wanted_value) < (rounds ? 0.2 : 1e-3) * (1 + std::abs(wanted_value)) * 10);
      const double off = std::abs(got - wanted) / std::sqrt(size);
      if (rounds) {
        ++rounded, bent += off >= 0.3;
      } else {
        CHECK(off < 2e-3);
      }
    }
  }
  CHECK(bent * 10 <= rounded);  // a state that is rounded over a bend of the activation has another slope
}

void test_noise_hangs_on_keys_alone() {
  const std::vector<const char*> paths = denoise_paths();
  const Model model({{13, 7, 21, 0, 2}, 6, 5}, 2);
  const DenoiseGradient kernel(std::make_shared<Structure>(6, 5, model.units), model.s);
  const int64_t B = 3, supervised = 2, C = 30;
  const Floats tables = model.tables(0.3);
  std::vector<int32_t> x(at(B * 6), -1);
  Floats latents;
  for (int64_t b = 0; b < B; ++b) {
    const Floats latent = model.latent(1, 0);
    latents.insert(latents.end(), latent.begin(), latent.end());
  }
  const std::vector<uint64_t> keys{5, ~uint64_t{0}, 5};
  Floats first;
  for (size_t i = 0; i < paths.size(); ++i) {
    const int path = static_cast<int>(i);
    std::vector<char> kept(at(B * kernel.kept_bytes(supervised, path)));
    const auto logits = [&](const DenoiseNoise& noise, int threads) {
      Floats out(at(supervised * B * C));
      const DenoiseStack stack{B, x.data(), tables.data(), latents.data(), 2, supervised, kept.data(), nullptr, noise};
      CHECK(kernel.forward(stack, out.data(), threads, path));
      return out;
    };
    const Floats plain = logits({}, 1), stirred = logits({keys.data(), 1.0f, 0.1f}, 1);
    CHECK(logits({keys.data(), 1.0f, 0.1f}, 3) == stirred && logits({keys.data(), 0.0f, 0.0f}, 1) == plain);
    CHECK(stirred != plain && logits({keys.data(), 0.0f, 0.1f}, 1) != plain);
    CHECK(std::vector<float>(stirred.begin(), stirred.begin() + C) ==
          std::vector<float>(stirred.begin() + 2 * C, stirred.begin() + 3 * C));  // boards 0 and 2 share their key
    if (first.empty()) first = stirred;
    const bool rounds = i >= paths.size() - rounding_denoise_paths().size();  // they are the last
    for (size_t k = 0; k < first.size(); ++k)
      CHECK(std::abs(first[k] - stirred[k]) < (rounds ? 0.3f : 1e-3f) * (1 + std::abs(first[k])));
  }
}

void test_what_does_not_fit_is_refused() {
  const auto structure = std::make_shared<Structure>(4, 3, DenoiseUnits{{0, 2, 3}, {0, 1, 3}, {0, 2}});
  const auto refused = [&](const DenoiseSizes& sizes) {
    try {
      const DenoiseGradient kernel(structure, sizes);
    } catch (const std::invalid_argument&) {
      return true;
    }
    return false;
  };
  CHECK(!refused({5, 6, 7, 0, 1}) && !refused({5, 6, 7, 0, 1, 4, 3}) && !refused({5, 6, 7, 0, 1, 0, 3}));
  CHECK(refused({0, 6, 7, 0, 1}) && refused({5, 0, 7, 0, 1}) && refused({5, 6, 0, 0, 1}));
  CHECK(refused({5, 6, 7, 0, 1, 4, 0}) && refused({5, 6, 7, 0, 1, 5, 3}) && refused({5, 6, 7, 0, 1, 0, 2}));
  const DenoiseGradient kernel(structure, {5, 6, 7, 0, 1});
  std::vector<int32_t> x{-1, 0, 1, 2};
  const Floats tables(at(kernel.tables())), latent(at(kernel.latent()));
  std::vector<char> kept(at(kernel.kept_bytes(1, 0)));
  Floats logits(12);
  const DenoiseStack stack{1, x.data(), tables.data(), latent.data(), 0, 1, kept.data(), nullptr};
  CHECK(kernel.forward(stack, logits.data(), 1, 0));
  for (const int32_t bad : {3, -2, std::numeric_limits<int32_t>::min()}) {
    x[3] = bad;
    CHECK(!kernel.forward(stack, logits.data(), 1, 0));
  }
}

}  // namespace

int main() {
  test_odd_sizes_on_every_path();
  test_noise_hangs_on_keys_alone();
  test_what_does_not_fit_is_refused();
  std::puts("gradient: ok");
}
