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
#include <vector>

#include "kernels/candidates.hpp"
#include "check.hpp"
#include "support/checks.hpp"
#include "kernels/conflicts.hpp"
#include "kernels/ranking.hpp"
#include "kernels/taken.hpp"
#include "kernels/unmask.hpp"

using namespace vmd;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
std::mt19937_64 rng(1);

int64_t below(int64_t n) { return static_cast<int64_t>(rng() % static_cast<uint64_t>(n)); }

/// Inputs and outputs of one call, each in an allocation of exactly its size.
struct Boards {
  Boards(int64_t B, int64_t L, int V, int64_t P)
      : logits(size(B * L * V)), x(size(B * L)), x_new(size(B * L)), peers(size(L * P), -1), n_keep(size(B)),
        sets(size(B * L)), sets_new(size(B * L)), key(size(B)), committed(new bool[size(B * L)]) {
    std::normal_distribution<float> normal(0, 3);
    for (auto& y : logits) y = below(20) ? normal(rng) : -kInfinity;
    for (auto& v : x) v = below(2) ? -1 : static_cast<int32_t>(below(V));
    for (int64_t l = 0; l < L; ++l)  // symmetric: distance 1, 2, ... to either side
      for (int64_t i = 0; i < P; ++i) {
        const int64_t p = l + (i % 2 ? -1 : 1) * (i / 2 + 1);
        if (p >= 0 && p < L) peers[size(l * P + i)] = static_cast<int32_t>(p);
      }
    for (auto& n : n_keep) n = static_cast<int32_t>(below(L + 3));
    for (auto& k : key) k = rng();
    allowed.assign(size(L), V == 64 ? ~uint64_t{0} : (uint64_t{1} << V) - 1);
    CHECK(candidates({B, L, P, x.data(), allowed.data(), false, peers.data(), sets.data()}, 2));
    args.B = B, args.L = L, args.P = P, args.V = V;
    args.logits = logits.data(), args.x = x.data(), args.candidates = sets.data(), args.peers = peers.data();
    args.n_keep = n_keep.data(), args.key = key.data();
    args.rule = {Order::margin, true, 0, 0, kInfinity, 7, 3};
    args.x_new = x_new.data(), args.committed = committed.get(), args.candidates_new = sets_new.data();
  }
  static size_t size(int64_t n) { return static_cast<size_t>(n); }

  std::vector<float> logits;
  std::vector<int32_t> x, x_new, peers, n_keep;
  std::vector<uint64_t> sets, sets_new, key, allowed;
  std::unique_ptr<bool[]> committed;
  UnmaskArgs args{};
};

void test_odd_sizes_and_the_guard() {
  for (int round = 0; round < 300; ++round) {
    const int64_t B = below(4), L = 1 + below(40), P = 2 * below(3);
    const int V = static_cast<int>(1 + below(64));
    Boards boards(B, L, V, P);
    boards.args.rule.order = static_cast<Order>(round % 4);
    boards.args.rule.temperature = round % 3 ? 0.0f : 1.0f;
    boards.args.rule.noise = round % 5 ? 0.0f : 0.5f;
    if (round % 7 == 0) boards.args.n_keep = nullptr, boards.args.rule.threshold = 0.1f;
    CHECK(unmask(boards.args, 1 + round % 3));
    const auto clash = std::make_unique<bool[]>(static_cast<size_t>(B * L));
    CHECK(conflicts({B, L, P, boards.x_new.data(), boards.peers.data(), clash.get()}, 2));
    for (int64_t b = 0; b < B; ++b) {
      int64_t commits = 0;
      for (int64_t l = 0; l < L; ++l) {
        const auto i = static_cast<size_t>(b * L + l);
        commits += boards.committed[i];
        if (boards.x[i] >= 0) CHECK(!boards.committed[i] && boards.x_new[i] == boards.x[i]);
        if (boards.committed[i]) CHECK(!clash[i] && (boards.sets[i] >> boards.x_new[i] & 1));
      }
      if (boards.args.n_keep) CHECK(commits <= boards.n_keep[static_cast<size_t>(b)]);
    }
  }
}

void test_every_code_path_gives_the_same_bits() {
  for (int round = 0; round < 200; ++round) {
    Boards boards(2, 1 + below(60), static_cast<int>(1 + below(64)), 4);
    boards.args.rule.order = static_cast<Order>(round % 4);
    boards.args.rule.temperature = round % 2 ? 0.0f : 1.5f;
    boards.args.rule.noise = round % 3 ? 0.0f : 1e-3f;
    CHECK(unmask(boards.args, 1));
    const auto x = boards.x_new;
    const auto sets = boards.sets_new;
    for (int path = 0; path < unmask_paths(); ++path) {
      CHECK(unmask(boards.args, 1, path));
      CHECK(x == boards.x_new && sets == boards.sets_new);
    }
  }
}

void test_peers_one_by_one_equal_sets_of_peers() {
  for (int round = 0; round < 30; ++round) {
    const int64_t L = 1 + below(300), P = 1 + below(5), beyond = PeerSets::kMaxSetCells + 1;
    std::vector<int32_t> peers(static_cast<size_t>(beyond * P), -1);
    for (auto& p : peers) p = below(4) ? static_cast<int32_t>(below(L)) : -1;
    const PeerSets small(peers.data(), L, P), large(peers.data(), beyond, P);
    std::vector<uint64_t> set(static_cast<size_t>(small.words)), same(static_cast<size_t>(large.words));
    for (int i = 0; i < 10; ++i) {
      const int64_t cell = below(L);
      const uint64_t mask = below(3) ? ~uint64_t{0} : 0;
      small.add(cell, set.data(), mask);
      large.add(cell, same.data(), mask);
      for (size_t w = 0; w < same.size(); ++w) CHECK(same[w] == (w < set.size() ? set[w] : 0));
    }
  }
}

template <class F>
void test_one_lane_equals_many() {
  using U = typename Lane<F>::U;
  for (int round = 0; round < 400; ++round) {
    const int V = static_cast<int>(1 + below(64));
    const UnmaskRule rule{static_cast<Order>(round % 4), true, round % 2 ? 0.7f : 0.0f, 0.1f, kInfinity, 5, 2};
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
  Boards boards(3, 20, 5, 2);
  CHECK(unmask(boards.args, 2));
  const auto refused_with = [&](auto& place, auto value) {
    const auto good = place;
    place = value;
    CHECK(!unmask(boards.args, 2));
    place = good;
    CHECK(unmask(boards.args, 2));
  };
  refused_with(boards.logits[299], std::numeric_limits<float>::quiet_NaN());
  refused_with(boards.logits[0], kInfinity);
  refused_with(boards.x[59], 5);
  refused_with(boards.x[0], -2);
  refused_with(boards.x[30], std::numeric_limits<int32_t>::min());
  refused_with(boards.sets[59], uint64_t{32});
  refused_with(boards.peers[39], 20);
  refused_with(boards.peers[0], 0);
  refused_with(boards.n_keep[2], -1);
}

}  // namespace

int main() {
  test_odd_sizes_and_the_guard();
  test_every_code_path_gives_the_same_bits();
  test_one_lane_equals_many<f32x4>();
  test_one_lane_equals_many<f32x8>();
  test_one_lane_equals_many<f32x16>();
  test_peers_one_by_one_equal_sets_of_peers();
  test_float32_against_the_library();
  test_ranking_is_a_sort();
  test_bad_values_are_refused();
  std::puts("kernels: ok");
}
