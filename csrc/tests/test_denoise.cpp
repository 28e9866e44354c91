// test_denoise.cpp -- the denoiser on odd sizes against the plainest loops in double, under sanitizers, without Python.
//
// The comparison with the specification is tests/kernels/test_denoise.py; here: no access outside an array on any path, equal
// bits whatever the batch and the threads, refusal of what does not fit.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
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
    const int64_t L = 1 + below(14), V = 1 + below(9);
    const Model model(L, V, {2 + below(40), 1 + below(40), 1 + below(70), below(3), below(4)}, round % 3);
    const auto& s = model.s;
    const Structure structure(L, V, model.units);
    const Denoise denoise(s, model.weights());
    const int64_t B = 3, loops = 1 + below(4), fade = some_fade(), C = s.L * s.V;
    std::vector<int32_t> x(at(B * s.L));
    for (int32_t& value : x) value = static_cast<int32_t>(below(s.V + 1)) - 1;
    const Floats z = normal(B * s.D, 1);
    for (size_t path = 0; path < paths.size(); ++path) {
      const bool rounds = path >= paths.size() - rounding_denoise_paths().size();  // they are the last
      DenoiseRun how{loops};
      how.path = static_cast<int>(path), how.threads = 1, how.fade = fade;
      const Evaluated all(denoise, structure, B, x.data(), z.data(), how);
      how.threads = 3;
      const Evaluated again(denoise, structure, B, x.data(), z.data(), how);
      const Floats& logits = all.logits;
      CHECK(all.good && again.good && logits == again.logits);
      for (int64_t b = 0; b < B; ++b) {
        const Evaluated one(denoise, structure, 1, x.data() + b * s.L, z.data() + b * s.D, how);
        const Floats& alone = one.logits;
        CHECK(one.good && one.finished[0] && one.spent[0] == loops);
        const Doubles wanted = model.plain(x.data() + b * s.L, z.data() + b * s.D, loops, fade);
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

/// Up to three counts of random symbols among random cells, most of which a board may meet by chance.
CountArrays some_counts(int64_t L, int64_t V) {
  CountArrays out{{0}, {}, {}, {}, {}};
  for (int64_t u = below(4); u > 0; --u) {
    for (int64_t cell = 0; cell < L; ++cell)
      if (below(2)) out.cells.push_back(static_cast<int32_t>(cell));
    out.offsets.push_back(static_cast<int32_t>(out.cells.size()));
    out.symbols.push_back(static_cast<int32_t>(below(V)));
    out.least.push_back(static_cast<int32_t>(below(2)));
    out.most.push_back(out.least.back() + static_cast<int32_t>(below(3)));
  }
  return out;
}

bool plainly_counted(const CountArrays& counts, const int32_t* x, const float* logits, int64_t V) {
  for (size_t u = 0; u < counts.symbols.size(); ++u) {
    int32_t n = 0;
    for (int32_t i = counts.offsets[u]; i < counts.offsets[u + 1]; ++i) {
      const int32_t cell = counts.cells[static_cast<size_t>(i)];
      const float* said = logits + cell * V;
      const auto likely = static_cast<int32_t>(std::max_element(said, said + V) - said);  // the first on a tie
      n += (x[cell] < 0 ? likely : x[cell]) == counts.symbols[u];
    }
    if (n < counts.least[u] || counts.most[u] < n) return false;
  }
  return true;
}

/// A board leaves at the first look that finds it settled, with the logits that so many loops give, on every path; what
/// time does not suffice for is said to be unfinished.
void test_boards_leave_as_they_settle() {
  const auto paths = static_cast<int>(denoise_paths().size());
  int64_t early = 0, whole = 0;
  for (int round = 0; round < 60; ++round) {
    const int64_t L = 1 + below(8), V = 2 + below(7), loops = 1 + below(14), B = 4;
    const Model model(L, V, {8, 8, 16, below(3), below(3)}, 2);
    const auto& s = model.s;
    const Structure structure(L, V, model.units);
    const Denoise denoise(s, model.weights());
    const SomePeers some(L, rng);
    const Peers peers = some.peers(L);
    const CountArrays counted = some_counts(L, V);
    const Counts counts(L, counted);
    std::vector<int32_t> x(at(B * L));
    for (int32_t& value : x) value = below(3) ? -1 : static_cast<int32_t>(below(V));
    const Floats z = normal(B * s.D, 1);
    DenoiseRun how{loops};
    how.path = static_cast<int>(below(paths)), how.threads = 1 + static_cast<int>(below(2)), how.peers = &peers, how.counts = &counts;
    const Evaluated found(denoise, structure, B, x.data(), z.data(), how);
    for (int64_t b = 0; b < B; ++b) {
      DenoiseRun plain{0};
      plain.path = how.path;
      for (bool leaves = false; !leaves;) {
        plain.loops = std::min(loops, (plain.loops / kSettleEvery + 1) * kSettleEvery);
        const Evaluated at_look(denoise, structure, 1, x.data() + b * L, z.data() + b * s.D, plain);
        const bool settles = (!some.cells.empty() || counts.U() > 0) &&
                             plainly_settled(some, x.data() + b * L, at_look.logits.data(), L, V) &&
                             plainly_counted(counted, x.data() + b * L, at_look.logits.data(), V);
        leaves = settles || plain.loops == loops;
        if (!leaves) continue;
        CHECK(found.finished[at(b)] && found.spent[at(b)] == plain.loops);
        CHECK(std::equal(at_look.logits.begin(), at_look.logits.end(), found.logits.begin() + b * L * V));
        early += plain.loops < loops, whole += plain.loops == loops;
      }
    }
    how.time_limit = 0;
    const Evaluated late(denoise, structure, B, x.data(), z.data(), how);
    CHECK(late.good && late.logits == Floats(at(B * L * V)));
    for (int64_t b = 0; b < B; ++b) CHECK(!late.finished[at(b)] && late.spent[at(b)] == 0);
    const Peers none(L, {0}, {});
    how.peers = &none, how.counts = nullptr, how.time_limit = 1e300;
    CHECK(Evaluated(denoise, structure, B, x.data(), z.data(), how).spent == std::vector<int32_t>(at(B), static_cast<int32_t>(loops)));
  }
  CHECK(early > 20 && whole > 20);  // both were met
}

bool refused(const std::function<void()>& make) {
  try {
    make();
  } catch (const std::invalid_argument&) {
    return true;
  }
  return false;
}

void test_structures_that_are_none_are_refused() {
  const auto none = [](int64_t L, int64_t V, const DenoiseUnits& units) {
    return refused([&] { const Structure structure(L, V, units); });
  };
  const DenoiseUnits good{{0, 2, 3}, {0, 1, 3}, {0, 2}};
  CHECK(!none(4, 3, good) && !none(4, 3, {{0}, {}, {0}}));
  CHECK(none(0, 3, good) && none(65537, 3, good) && none(4, 0, good) && none(4, 65, good));
  CHECK(none(4, 3, {{0, 2, 3}, {0, 1, 4}, {0, 2}}));   // no such cell
  CHECK(none(4, 3, {{0, 2, 3}, {0, -1, 3}, {0, 2}}));
  CHECK(none(4, 3, {{0, 3, 3}, {0, 1, 3}, {0, 2}}));   // a unit without cells
  CHECK(none(4, 3, {{0, 2, 4}, {0, 1, 3}, {0, 2}}));   // offsets beyond the cells
  CHECK(none(4, 3, {{0, 2, 3}, {0, 1, 3}, {0, 1}}));   // spans that miss a unit
  CHECK(none(4, 3, {{}, {}, {0}}) && none(4, 3, {{0}, {}, {}}));
  CHECK(!none(4, 3, {{0, 2, 3}, {0, 1, 3}, {0, 2}, {0.5f, 2.0f, -1.0f}}));
  CHECK(none(4, 3, {{0, 2, 3}, {0, 1, 3}, {0, 2}, {0.5f, 2.0f}}));  // weights of fewer cells
  CHECK(none(4, 3, {{0, 2, 3}, {0, 1, 3}, {0, 2}, {0.5f, 2.0f, std::numeric_limits<float>::infinity()}}));
}

/// One object of weights serves boards of different rules, and gives what an object of its own would give.
void test_weights_serve_every_structure() {
  const DenoiseSizes sizes{8, 6, 10, 2, 2};
  const Model one(9, 4, sizes, 0);
  const Denoise denoise(sizes, one.weights());
  for (int round = 0; round < 5; ++round) {
    Model other(1 + below(12), 1 + below(6), sizes, 0);
    const Structure structure(other.s.L, other.s.V, other.units);
    std::vector<int32_t> x(at(other.s.L), -1);
    const Floats z{0.5f, -0.5f};
    const Evaluated all(denoise, structure, 1, x.data(), z.data(), {2});
    const Floats& logits = all.logits;
    Model same = one;
    same.s.L = other.s.L, same.s.V = other.s.V, same.units = other.units;
    const Doubles wanted = same.plain(x.data(), z.data(), 2);
    for (size_t i = 0; i < wanted.size(); ++i) CHECK(std::abs(double{logits[i]} - wanted[i]) < 1e-3);
  }
  const auto run = [&](const Denoise& some, const Structure& structure) {
    const std::vector<int32_t> x(at(structure.L()), -1);
    const Floats z{0.5f, -0.5f};
    CHECK(Evaluated(some, structure, 1, x.data(), z.data(), {1}).good);
  };
  const Structure three(9, 4, {{0}, {}, {0, 0, 0, 0}}), two(9, 4, {{0}, {}, {0, 0, 0}}), small(8, 4, {{0}, {}, {0, 0, 0}});
  CHECK(!refused([&] { run(denoise, two); }) && refused([&] { run(denoise, three); }));  // of so many relations
  const Model placed(9, 4, sizes, 2);
  const Denoise of_cells(placed.s, placed.weights());
  CHECK(!refused([&] { run(of_cells, two); }) && refused([&] { run(of_cells, small); }));
  const Model named(9, 4, sizes, 1);
  const Denoise of_symbols(named.s, named.weights());
  const Structure fewer(9, 3, {{0}, {}, {0, 0, 0}});
  CHECK(!refused([&] { run(of_symbols, small); }) && refused([&] { run(of_symbols, fewer); }));
}

void test_what_does_not_fit_is_refused() {
  const DenoiseSizes s{5, 6, 7, 2, 1};
  const Model model(4, 3, s, 0);
  for (int field = 0; field < 5; ++field) {
    DenoiseSizes wrong = s;
    int64_t* const places[] = {&wrong.H, &wrong.M, &wrong.N, &wrong.D, &wrong.R};
    *places[field] = field < 3 ? 0 : -1;
    CHECK(refused([&] { const Denoise denoise(wrong, model.weights()); }));
  }
  const Structure structure(4, 3, {{0, 2, 3}, {0, 1, 3}, {0, 2}});
  const Denoise denoise(s, model.weights());
  std::vector<int32_t> x{-1, 0, 1, 2};
  const Floats z{0.5f, -0.5f};
  const auto good = [&](const DenoiseRun& how) { return Evaluated(denoise, structure, 1, x.data(), z.data(), how).good; };
  const Peers others(5, {0, 2}, {0, 4});
  DenoiseRun how{1};
  CHECK(good(how));
  how.peers = &others;
  CHECK(refused([&] { good(how); }));
  for (const int32_t bad : {3, -2, std::numeric_limits<int32_t>::min()}) {
    x[3] = bad;
    CHECK(!good({1}));
  }
}

}  // namespace

int main() {
  test_odd_sizes_on_every_path();
  test_boards_leave_as_they_settle();
  test_structures_that_are_none_are_refused();
  test_weights_serve_every_structure();
  test_what_does_not_fit_is_refused();
  std::puts("denoise: ok");
}
