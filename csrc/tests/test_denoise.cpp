// test_denoise.cpp -- the denoiser on odd sizes against the plainest loops in double, under sanitizers, without Python.
//
// The comparison with the specification is tests/test_denoise.py; here: no access outside an array on any path, equal
// bits whatever the batch and the threads, refusal of what does not fit.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "denoise.hpp"

using namespace vmd;

// Not assert: release builds must check too.
#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);    \
      std::exit(1);                                                            \
    }                                                                          \
  } while (false)

namespace {

std::mt19937_64 rng(1);
int64_t below(int64_t n) { return static_cast<int64_t>(rng() % static_cast<uint64_t>(n)); }
size_t at(int64_t i) { return static_cast<size_t>(i); }
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

Floats normal(int64_t n, double scale) {
  std::normal_distribution<double> draw(0, scale);
  Floats out(at(n));
  for (float& value : out) value = static_cast<float>(draw(rng));
  return out;
}

/// Random weights and units, each array in an allocation of exactly its size.
struct Model {
  explicit Model(const DenoiseSizes& sizes, bool positions) : s(sizes) {
    const double h = 1 / std::sqrt(double(s.H)), m = 1 / std::sqrt(double(s.M)), n = 1 / std::sqrt(double(s.N));
    state = normal(3 * s.H, 1), cell = normal(positions ? s.L * s.H : 0, 1), symbol = normal(positions ? s.V * s.H : 0, 1);
    inject = normal(s.N * s.H, h), inject_bias = normal(s.N, 0.1), norm = normal(s.H, 1), norm_bias = normal(s.H, 0.1);
    speak = normal(s.M * s.H, h), speak_bias = normal(s.M, 0.1), keep = normal(s.N * s.H, h);
    hear = normal((1 + s.R) * s.N * s.M, m), write = normal(s.H * s.N, n), write_bias = normal(s.H, 0.1);
    read_norm = normal(s.H, 1), read_norm_bias = normal(s.H, 0.1), read = normal(s.H, h), read_bias = normal(1, 1);
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
    return {state.data(), given(cell),       given(symbol),     inject.data(),    inject_bias.data(),
            norm.data(),  norm_bias.data(),  speak.data(),      speak_bias.data(), keep.data(),
            hear.data(),  write.data(),      write_bias.data(), read_norm.data(), read_norm_bias.data(),
            read.data(),  read_bias.data(),  given(modulate),   given(modulate_bias)};
  }

  /// The logits of a board as vmdsolve/model/denoiser.py says them.
  Doubles plain(const int32_t* x, const float* z, int64_t loops) const {
    const int64_t C = s.L * s.V, U = static_cast<int64_t>(units.offsets.size()) - 1;
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
        if (!cell.empty()) h[at(i * s.H + j)] += double{cell[at(l * s.H + j)]} + double{symbol[at(v * s.H + j)]};
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
          double sum = double{speak_bias[at(o)]};
          for (int64_t j = 0; j < s.H; ++j) sum += double{speak[at(o * s.H + j)]} * n[at(i * s.H + j)];
          m[at(i * s.M + o)] = std::max(0.0, sum);
        }
      }
      for (int64_t i = 0; i < C; ++i) {
        const int64_t l = i / s.V, v = i % s.V;
        Doubles a(told.begin() + i * s.N, told.begin() + (i + 1) * s.N);
        const auto hears = [&](int64_t group, double share, int64_t from) {
          for (int64_t o = 0; o < s.N; ++o)
            for (int64_t j = 0; j < s.M; ++j)
              a[at(o)] += share * double{hear[at((group * s.N + o) * s.M + j)]} * m[at(from * s.M + j)];
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
          for (int64_t j = 0; j < s.H; ++j) a[at(o)] += double{keep[at(o * s.H + j)]} * n[at(i * s.H + j)];
          a[at(o)] = std::max(0.0, a[at(o)] * (1 + latent(o) * (s.D > 0)));
        }
        for (int64_t j = 0; j < s.H; ++j) {
          double sum = double{write_bias[at(j)]};
          for (int64_t o = 0; o < s.N; ++o) sum += double{write[at(j * s.N + o)]} * a[at(o)];
          h[at(i * s.H + j)] += sum * (1 + latent(2 * s.N + j) * (s.D > 0));
        }
      }
      CHECK(U == static_cast<int64_t>(units.spans.back()));
    }
    for (int64_t i = 0; i < C; ++i) {
      logits[at(i)] = double{read_bias[0]};
      for (int64_t j = 0; j < s.H; ++j) logits[at(i)] += double{read[at(j)]} * normed(h, i, read_norm, read_norm_bias, j);
    }
    return logits;
  }

  DenoiseSizes s;
  Floats state, cell, symbol, inject, inject_bias, norm, norm_bias, speak, speak_bias, keep, hear, write, write_bias,
      read_norm, read_norm_bias, read, read_bias, modulate, modulate_bias;
  DenoiseUnits units;
};

void test_odd_sizes_on_every_path() {
  const std::vector<const char*> paths = denoise_paths();
  for (int round = 0; round < 60; ++round) {
    const DenoiseSizes s{1 + below(14), 1 + below(9), 2 + below(40), 1 + below(40), 1 + below(70), below(3), below(4)};
    const Model model(s, round % 2 == 0);
    const Denoise denoise(s, model.weights(), model.units);
    const int64_t B = 3, loops = 1 + below(2), C = s.L * s.V;
    std::vector<int32_t> x(at(B * s.L));
    for (int32_t& value : x) value = static_cast<int32_t>(below(s.V + 1)) - 1;
    const Floats z = normal(B * s.D, 1);
    for (size_t path = 0; path < paths.size(); ++path) {
      const bool rounds = std::strcmp(paths[path], "avx512-bf16") == 0;
      Floats logits(at(B * C)), again(at(B * C)), alone(at(C));
      CHECK(denoise.run(B, x.data(), z.data(), loops, logits.data(), 1, static_cast<int>(path)));
      CHECK(denoise.run(B, x.data(), z.data(), loops, again.data(), 3, static_cast<int>(path)));
      CHECK(logits == again);
      for (int64_t b = 0; b < B; ++b) {
        CHECK(denoise.run(1, x.data() + b * s.L, z.data() + b * s.D, loops, alone.data(), 1, static_cast<int>(path)));
        const Doubles wanted = model.plain(x.data() + b * s.L, z.data() + b * s.D, loops);
        double largest = 1;
        for (const double value : wanted) largest = std::max(largest, std::abs(value));
        for (int64_t i = 0; i < C; ++i) {
          CHECK(alone[at(i)] == logits[at(b * C + i)]);
          CHECK(std::abs(double{alone[at(i)]} - wanted[at(i)]) < (rounds ? 0.25 : 2e-4) * largest);
        }
      }
    }
  }
}

void test_what_does_not_fit_is_refused() {
  const DenoiseSizes s{4, 3, 5, 6, 7, 2, 1};
  Model model(s, false);
  const auto refused = [&](const DenoiseSizes& sizes, const DenoiseUnits& units) {
    try {
      const Denoise denoise(sizes, model.weights(), units);
    } catch (const std::invalid_argument&) {
      return true;
    }
    return false;
  };
  const DenoiseUnits good{{0, 2, 3}, {0, 1, 3}, {0, 2}};
  CHECK(!refused(s, good));
  CHECK(refused(s, {{0, 2, 3}, {0, 1, 4}, {0, 2}}));   // no such cell
  CHECK(refused(s, {{0, 2, 3}, {0, -1, 3}, {0, 2}}));
  CHECK(refused(s, {{0, 3, 3}, {0, 1, 3}, {0, 2}}));   // a unit without cells
  CHECK(refused(s, {{0, 2, 4}, {0, 1, 3}, {0, 2}}));   // offsets beyond the cells
  CHECK(refused(s, {{0, 2, 3}, {0, 1, 3}, {0, 1}}));   // spans that miss a unit
  CHECK(refused(s, {{0, 2, 3}, {0, 1, 3}, {0, 2, 2}}));
  for (int field = 0; field < 7; ++field) {
    DenoiseSizes wrong = s;
    int64_t* const places[] = {&wrong.L, &wrong.V, &wrong.H, &wrong.M, &wrong.N, &wrong.D, &wrong.R};
    *places[field] = field < 5 ? 0 : -1;
    CHECK(refused(wrong, good));
  }
  const Denoise denoise(s, model.weights(), good);
  std::vector<int32_t> x{-1, 0, 1, 2};
  const Floats z{0.5f, -0.5f};
  Floats logits(12);
  CHECK(denoise.run(1, x.data(), z.data(), 1, logits.data(), 1, 0));
  for (const int32_t bad : {3, -2, std::numeric_limits<int32_t>::min()}) {
    x[3] = bad;
    CHECK(!denoise.run(1, x.data(), z.data(), 1, logits.data(), 1, 0));
  }
}

}  // namespace

int main() {
  test_odd_sizes_on_every_path();
  test_what_does_not_fit_is_refused();
  std::puts("denoise: ok");
}
