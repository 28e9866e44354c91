// test_kernels.cpp -- the kernels against the plainest loops, under sanitizers, without Python.
//
// The comparison with the specification is tests/kernels/test_kernels.py; here: no access outside an array for odd
// sizes, one lane equals many, refusal of bad values, the guard's law.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "kernels/candidates.hpp"
#include "kernels/conflicts.hpp"
#include "kernels/ranking.hpp"
#include "kernels/taken.hpp"
#include "kernels/unmask.hpp"
#include "some_peers.hpp"
#include "support/checks.hpp"

using namespace vmd;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
std::mt19937_64 rng(1);

int64_t below(int64_t n) { return static_cast<int64_t>(rng() % static_cast<uint64_t>(n)); }

/// Inputs and outputs of one call, each in an allocation of exactly its size.
struct Boards {
  Boards(int64_t B, int64_t L, int V)
      : some(L, rng), peers(some.peers(L)), logits(size(B * L * V)), x(size(B * L)), x_new(size(B * L)), n_keep(size(B)),
        candidates(size(B * L)), candidates_new(size(B * L)), key(size(B)), committed(new bool[size(B * L)]) {
    std::normal_distribution<float> normal(0, 3);
    for (auto& y : logits) y = below(20) ? normal(rng) : -kInfinity;
    for (auto& v : x) v = below(2) ? -1 : static_cast<int32_t>(below(V));
    for (auto& n : n_keep) n = static_cast<int32_t>(below(L + 3));
    for (auto& k : key) k = rng();
    allowed.assign(size(L), sets::full(V));
    CHECK(vmd::candidates({B, L, x.data(), allowed.data(), false, candidates.data()}, peers, 2));
    args.B = B, args.L = L, args.V = V;
    args.logits = logits.data(), args.x = x.data(), args.candidates = candidates.data();
    args.n_keep = n_keep.data(), args.key = key.data();
    args.rule = {Order::margin, true, 0, 0, kInfinity, 7, 3};
    args.x_new = x_new.data(), args.committed = committed.get(), args.candidates_new = candidates_new.data();
  }
  static size_t size(int64_t n) { return static_cast<size_t>(n); }

  SomePeers some;
  Peers peers;
  std::vector<float> logits;
  std::vector<int32_t> x, x_new, n_keep;
  std::vector<SymbolSet> candidates, candidates_new, allowed;
  std::vector<uint64_t> key;
  std::unique_ptr<bool[]> committed;
  UnmaskArgs args{};
};

void test_odd_sizes_and_the_guard() {
  for (int round = 0; round < 300; ++round) {
    const int64_t B = below(4), L = 1 + below(40);
    const int V = static_cast<int>(1 + below(64));
    Boards boards(B, L, V);
    boards.args.rule.order = kOrders[static_cast<size_t>(round) % std::size(kOrders)].order;
    boards.args.rule.temperature = round % 3 ? 0.0f : 1.0f;
    boards.args.rule.noise = round % 5 ? 0.0f : 0.5f;
    if (round % 7 == 0) boards.args.n_keep = nullptr, boards.args.rule.threshold = 0.1f;
    CHECK(unmask(boards.args, boards.peers, 1 + round % 3));
    const auto clash = std::make_unique<bool[]>(static_cast<size_t>(B * L));
    CHECK(conflicts({B, L, boards.x_new.data(), clash.get()}, boards.peers, 2));
    for (int64_t b = 0; b < B; ++b) {
      int64_t commits = 0;
      for (int64_t l = 0; l < L; ++l) {
        const auto i = static_cast<size_t>(b * L + l);
        commits += boards.committed[i];
        if (boards.x[i] >= 0) CHECK(!boards.committed[i] && boards.x_new[i] == boards.x[i]);
        if (boards.committed[i]) CHECK(!clash[i] && sets::has(boards.candidates[i], boards.x_new[i]));
      }
      if (boards.args.n_keep) CHECK(commits <= boards.n_keep[static_cast<size_t>(b)]);
    }
  }
}

void test_every_code_path_gives_the_same_bits() {
  for (int round = 0; round < 200; ++round) {
    Boards boards(2, 1 + below(60), static_cast<int>(1 + below(64)));
    boards.args.rule.order = kOrders[static_cast<size_t>(round) % std::size(kOrders)].order;
    boards.args.rule.temperature = round % 2 ? 0.0f : 1.5f;
    boards.args.rule.noise = round % 3 ? 0.0f : 1e-3f;
    CHECK(unmask(boards.args, boards.peers, 1));
    const auto x = boards.x_new;
    const auto candidates = boards.candidates_new;
    for (int path = 0; path < unmask_paths(); ++path) {
      CHECK(unmask(boards.args, boards.peers, 1, path));
      CHECK(x == boards.x_new && candidates == boards.candidates_new);
    }
  }
}

/// What peers lost, by cells or by units, is what the plainest loop says.
template <class Taken>
void test_taken_symbols(const Peers& peers, const SomePeers& some, int V, Taken taken) {
  const int64_t L = peers.L();
  std::vector<int32_t> x(static_cast<size_t>(L), -1);
  std::vector<SymbolSet> lost(x.size()), candidates(x.size(), sets::full(V)), out(x.size());
  for (int i = 0; i < 5; ++i) {
    const int64_t cell = below(L);
    if (x[static_cast<size_t>(cell)] >= 0) continue;
    const int symbol = static_cast<int>(below(V));
    const bool really = below(3) > 0;
    CHECK(taken.has(cell, symbol) == sets::has(lost[static_cast<size_t>(cell)], symbol));
    taken.take(cell, symbol, really);
    for (int64_t p = 0; p < L && really; ++p)
      if (some.linked(cell, p)) lost[static_cast<size_t>(p)] |= sets::one(symbol);
    if (really) x[static_cast<size_t>(cell)] = symbol;
  }
  taken.template remove_from<f32x4>(candidates.data(), x.data(), out.data());
  for (size_t l = 0; l < x.size(); ++l) CHECK(out[l] == (candidates[l] & (x[l] < 0 ? ~lost[l] : ~SymbolSet{0})));
}

void test_taken_symbols_by_cells_and_by_units() {
  for (int round = 0; round < 60; ++round) {
    const int64_t L = 1 + below(200);
    const SomePeers some(L, rng);
    const Peers peers = some.peers(L);
    const int V = static_cast<int>(1 + below(64));
    test_taken_symbols(peers, some, V, TakenFromCells(peers, V));
    test_taken_symbols(peers, some, V, TakenFromUnits(peers));
  }
}

void test_candidates_and_conflicts_are_those_of_the_plainest_loop() {
  for (int round = 0; round < 200; ++round) {
    Boards boards(below(20), 1 + below(30), static_cast<int>(1 + below(9)));
    const int64_t L = boards.args.L;
    const auto clash = std::make_unique<bool[]>(boards.x.size());
    CHECK(conflicts({boards.args.B, L, boards.x.data(), clash.get()}, boards.peers, 1));
    for (size_t i = 0; i < boards.x.size(); ++i) {
      const auto l = static_cast<int64_t>(i) % L;
      SymbolSet held = 0;
      for (int64_t p = 0; p < L; ++p)
        if (boards.some.linked(l, p)) held |= sets::of_value(boards.x[i - static_cast<size_t>(l) + static_cast<size_t>(p)]);
      const SymbolSet own = sets::of_value(boards.x[i]);
      CHECK(boards.candidates[i] == (own ? own : sets::full(boards.args.V) & ~held));
      CHECK(clash[i] == ((own & held) != 0));
    }
  }
}

void test_units_that_are_none_are_refused() {
  const auto refused = [](int64_t L, const std::vector<int32_t>& offsets, const std::vector<int32_t>& cells) {
    try {
      const Peers peers(L, offsets, cells);
    } catch (const std::invalid_argument&) {
      return true;
    }
    return false;
  };
  CHECK(!refused(3, {0, 2, 2, 3}, {0, 1, 2}) && !refused(1, {0}, {}));
  CHECK(refused(0, {0}, {}) && refused(kMaxCells + 1, {0}, {}) && refused(3, {}, {}));
  CHECK(refused(3, {1, 2}, {0, 1}) && refused(3, {0, 3}, {0, 1}) && refused(3, {0, 2, 1, 2}, {0, 1}));
  CHECK(refused(3, {0, 2}, {0, 3}) && refused(3, {0, 2}, {-1, 1}) && refused(3, {0, 2}, {1, 1}));
}

void test_a_unit_of_all_cells_and_a_star_take_little() {
  const auto L = static_cast<int32_t>(kMaxCells);
  std::vector<int32_t> all(static_cast<size_t>(L)), star, ends{0};
  for (int32_t l = 0; l < L; ++l) all[static_cast<size_t>(l)] = l;
  for (int32_t l = 1; l < L; ++l) star.insert(star.end(), {0, l}), ends.push_back(2 * l);
  const std::vector<int32_t> x(all.size(), 1);
  const auto clash = std::make_unique<bool[]>(all.size());
  for (const Peers& peers : {Peers(L, {0, L}, all), Peers(L, ends, star)}) {
    CHECK(conflicts({1, L, x.data(), clash.get()}, peers, 1));
    for (size_t i = 0; i < all.size(); ++i) CHECK(clash[i]);
  }
}

template <class F>
void test_one_lane_equals_many() {
  using U = typename Lane<F>::U;
  for (int round = 0; round < 400; ++round) {
    const int V = static_cast<int>(1 + below(64));
    const UnmaskRule rule{kOrders[static_cast<size_t>(round) % std::size(kOrders)].order, true, round % 2 ? 0.7f : 0.0f, 0.1f, kInfinity, 5, 2};
    std::vector<F> logits(static_cast<size_t>(V));
    std::vector<U> words(static_cast<size_t>(V + kDrawGumbel));
    std::normal_distribution<float> normal(0, 5);
    for (auto& row : logits)
      for (int lane = 0; lane < lanes<F>; ++lane) row[lane] = below(8) ? normal(rng) : -kInfinity;
    for (auto& row : words)
      for (int lane = 0; lane < lanes<F>; ++lane) row[lane] = static_cast<uint32_t>(rng());
    typename Lane<F>::I symbols;
    F confidences;
    choose<F>(
        rule, V, [&](int v) __attribute__((always_inline)) { return logits[static_cast<size_t>(v)]; },
        [&](int d) __attribute__((always_inline)) { return uniform32<F>(words[static_cast<size_t>(d)]); },
        symbols, confidences);
    for (int lane = 0; lane < lanes<F>; ++lane) {
      int32_t symbol = -1;
      float confidence = 0;
      choose<float>(
          rule, V, [&](int v) { return logits[static_cast<size_t>(v)][lane]; },
          [&](int d) { return uniform32<float>(words[static_cast<size_t>(d)][lane]); }, symbol, confidence);
      CHECK(symbol == symbols[lane]);
      CHECK(bits_as<uint32_t>(confidence) == bits_as<uint32_t>(float{confidences[lane]}));
    }
  }
}

void test_float32_against_the_library() {
  for (int i = 0; i < 200000; ++i) {
    const float x = -80.0f * static_cast<float>(i) / 200000;
    CHECK(std::fabs(exp32(x) / std::exp(double{x}) - 1) < 1.8e-7);
    const float y = 0.001f + static_cast<float>(i) * 3e-4f;
    CHECK(std::fabs(log32(y) - std::log(double{y})) <= 1.8e-7 * std::fabs(std::log(double{y})));
  }
}

void test_ranking_is_a_sort() {
  for (const int64_t n : {1, 15, 16, 17, 81, 200, 5000}) {
    Ranking ranking(n);
    std::vector<float> values(static_cast<size_t>(n));
    for (auto& value : values) value = static_cast<float>(below(50)) - 25.0f;
    ranking.start(n, [&](int32_t slot) {
      const float value = values[static_cast<size_t>(slot)];
      return rank_key(ordered_bits(value == 0 && below(2) ? -0.0f : value), slot);
    });
    int64_t last = std::numeric_limits<int64_t>::max();
    for (int64_t i = 0; i < n; ++i) {
      const int64_t key = ranking.take();
      CHECK(key != kNoKey && key < last);
      CHECK(confidence_of(key) == values[static_cast<size_t>(slot_of(key))]);
      last = key;
    }
    CHECK(ranking.take() == kNoKey);
  }
}

void test_bad_values_are_refused() {
  Boards boards(3, 20, 5);
  CHECK(unmask(boards.args, boards.peers, 2));
  const auto refused_with = [&](auto& place, auto value) {
    const auto good = place;
    place = value;
    CHECK(!unmask(boards.args, boards.peers, 2));
    place = good;
    CHECK(unmask(boards.args, boards.peers, 2));
  };
  refused_with(boards.logits[299], std::numeric_limits<float>::quiet_NaN());
  refused_with(boards.logits[0], kInfinity);
  refused_with(boards.x[59], 5);
  refused_with(boards.x[0], -2);
  refused_with(boards.x[30], std::numeric_limits<int32_t>::min());
  refused_with(boards.candidates[59], sets::one(5));
  refused_with(boards.n_keep[2], -1);
}

}  // namespace

int main() {
  test_odd_sizes_and_the_guard();
  test_every_code_path_gives_the_same_bits();
  test_one_lane_equals_many<f32x4>();
  test_one_lane_equals_many<f32x8>();
  test_one_lane_equals_many<f32x16>();
  test_taken_symbols_by_cells_and_by_units();
  test_candidates_and_conflicts_are_those_of_the_plainest_loop();
  test_units_that_are_none_are_refused();
  test_a_unit_of_all_cells_and_a_star_take_little();
  test_float32_against_the_library();
  test_ranking_is_a_sort();
  test_bad_values_are_refused();
  std::puts("kernels: ok");
}
