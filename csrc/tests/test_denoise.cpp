// test_denoise.cpp -- the denoiser on odd sizes against the plainest loops in double, under sanitizers, without Python.
//
// The comparison with the specification is tests/kernels/test_denoise.py; here: no access outside an array on any path, equal
// bits whatever the batch and the threads, refusal of what does not fit.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "denoise_model.hpp"  // defines: Model, normal, rng, below, at

using namespace vmd;

namespace {

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
