// test_team.cpp -- what the GPU's kernels do, done by turns on the host: equal to the CPU's kernels bit for bit.
//
// The bodies are those of the CUDA files; only the threads differ (team.hpp). Here: every order and option together,
// odd sizes, no access outside an array, whatever order the work is done in; refused boards; bfloat16.
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "support/bf16.hpp"
#include "check.hpp"
#include "kernels/held_team.hpp"
#include "kernels/unmask_team.hpp"

using namespace vmd;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
std::mt19937_64 rng(1);

int64_t below(int64_t n) { return static_cast<int64_t>(rng() % static_cast<uint64_t>(n)); }
size_t at(int64_t i) { return static_cast<size_t>(i); }

struct Outputs {
  explicit Outputs(int64_t n) : x(at(n), 99), sets(at(n), 99), committed(new bool[at(n)]), n_(n) {}
  bool operator==(const Outputs& other) const {
    return x == other.x && sets == other.sets && std::equal(committed.get(), committed.get() + n_, other.committed.get());
  }
  void into(UnmaskArgs& args) { args.x_new = x.data(), args.committed = committed.get(), args.candidates_new = sets.data(); }

  std::vector<int32_t> x;
  std::vector<uint64_t> sets;
  std::unique_ptr<bool[]> committed;

 private:
  int64_t n_;
};

/// Random inputs of one call, each in an allocation of exactly its size.
struct Inputs {
  Inputs(int64_t boards, int64_t cells, int symbols, int64_t per_cell, double fill)
      : B(boards), L(cells), P(per_cell), V(symbols), logits(at(B * L * V)), x(at(B * L)), peers(at(L * P), -1),
        n_keep(at(B)), sets(at(B * L)), allowed(at(B * L)), key(at(B)) {
    std::normal_distribution<float> normal(0, 3);
    const float odd[] = {0.0f, -0.0f, 1.0f, -kInfinity, 3e38f, -3e38f, 1e-40f};
    for (auto& y : logits) y = below(6) ? normal(rng) : odd[below(7)];
    for (auto& v : x) v = static_cast<double>(below(1000)) < 1000 * fill ? static_cast<int32_t>(below(V)) : -1;
    for (int64_t l = 0; l < L; ++l)
      for (int64_t i = 0; i < P; ++i) {  // symmetric: distance 1, 2, ... to either side
        const int64_t p = l + (i % 2 ? -1 : 1) * (i / 2 + 1);
        if (p >= 0 && p < L) peers[at(l * P + i)] = static_cast<int32_t>(p);
      }
    for (auto& n : n_keep) n = static_cast<int32_t>(below(L + 3));
    for (auto& k : key) k = rng();
    for (auto& set : allowed) set = (below(3) ? ~uint64_t{0} : rng()) & (~uint64_t{0} >> (64 - V));
    CHECK(candidates({B, L, P, x.data(), allowed.data(), true, peers.data(), sets.data()}, 1));
  }

  UnmaskArgs args(const UnmaskRule& rule, bool counted) const {
    UnmaskArgs a{};
    a.B = B, a.L = L, a.P = P, a.V = V, a.logits = logits.data(), a.x = x.data(), a.candidates = sets.data();
    a.peers = peers.data(), a.n_keep = counted ? n_keep.data() : nullptr, a.key = key.data(), a.rule = rule;
    return a;
  }

  int64_t B, L, P;
  int V;
  std::vector<float> logits;
  std::vector<int32_t> x, peers, n_keep;
  std::vector<uint64_t> sets, allowed, key;
};

/// As the launch does: memory of exactly the bytes asked for, a team a board.
template <int kThreads, class T>
void unmask_by_turns(const UnmaskArgs& a, const T* logits) {
  for (int64_t b = 0; b < a.B; ++b) {
    Turns<kThreads> team(static_cast<uint32_t>(rng()));
    std::vector<uint64_t> memory(at(UnmaskMemory::bytes(a.L, kThreads, a.V) / 8));
    unmask_board(team, a, logits, b, memory.data());
  }
}

UnmaskRule random_rule() {
  const float thresholds[] = {kInfinity, kInfinity, 0.3f, -1.0f, 2.0f}, temperatures[] = {0, 0, 0.5f, 1};
  return {static_cast<Order>(below(4)), below(3) > 0, temperatures[below(4)], below(2) ? 0.0f : 0.5f,
          thresholds[below(5)],         rng(),        static_cast<uint32_t>(rng())};
}

template <int kThreads>
void test_unmask_equals_the_cpu(int rounds, int64_t cells) {
  for (int round = 0; round < rounds; ++round) {
    const double fill = round % 7 == 0 ? 0 : round % 11 == 0 ? 1 : 0.4;
    const Inputs in(below(4), 1 + below(cells), static_cast<int>(1 + below(64)), below(7), fill);
    const UnmaskRule rule = random_rule();
    UnmaskArgs args = in.args(rule, rule.threshold == kInfinity || below(2));
    Outputs wanted(in.B * in.L), got(in.B * in.L);
    wanted.into(args);
    CHECK(unmask(args, 1));
    got.into(args);
    unmask_by_turns<kThreads>(args, in.logits.data());
    CHECK(got == wanted);
  }
}

void test_bfloat16_equals_the_same_numbers_in_float32() {
  for (int round = 0; round < 60; ++round) {
    Inputs in(2, 1 + below(80), static_cast<int>(1 + below(64)), 4, 0.3);
    std::vector<Bf16> halves;
    for (float& y : in.logits) {
      halves.push_back(y == -kInfinity ? Bf16{0xff80} : to_bf16(y));
      if (!(to_float(halves.back()) < kInfinity)) halves.back() = {0};
      y = to_float(halves.back());
    }
    UnmaskArgs args = in.args(random_rule(), true);
    Outputs wanted(in.B * in.L), got(in.B * in.L);
    wanted.into(args);
    CHECK(unmask(args, 1));
    got.into(args);
    unmask_by_turns<32>(args, halves.data());
    CHECK(got == wanted);
  }
}

void test_outputs_may_be_the_inputs() {
  Inputs in(3, 40, 9, 4, 0.3);
  UnmaskArgs args = in.args(random_rule(), true);
  Outputs wanted(in.B * in.L);
  wanted.into(args);
  CHECK(unmask(args, 1));
  args.x_new = in.x.data(), args.candidates_new = in.sets.data();
  const auto flags = std::make_unique<bool[]>(at(in.B * in.L));
  args.committed = flags.get();
  unmask_by_turns<32>(args, in.logits.data());
  CHECK(in.x == wanted.x && in.sets == wanted.sets);
}

void test_a_board_with_a_forbidden_value_is_refused_alone() {
  Inputs in(3, 20, 5, 4, 0.4);
  UnmaskArgs args = in.args({Order::margin, true, 0, 0, kInfinity, 1, 2}, true);
  Outputs wanted(60), got(60);
  wanted.into(args);
  CHECK(unmask(args, 1));
  got.into(args);
  const auto refused_with = [&](auto& place, auto value) {
    const auto good = place;
    place = value;
    unmask_by_turns<32>(args, in.logits.data());
    for (size_t i = 0; i < 60; ++i) {
      const bool refused = i / 20 == 1;
      CHECK(got.x[i] == (refused ? kRefused : wanted.x[i]) && got.sets[i] == (refused ? 0 : wanted.sets[i]));
      CHECK(got.committed[i] == (!refused && wanted.committed[i]));
    }
    place = good;
  };
  refused_with(in.logits[150], std::numeric_limits<float>::quiet_NaN());
  refused_with(in.logits[199], kInfinity);
  for (const int32_t value : {5, -2, 259, std::numeric_limits<int32_t>::min()}) refused_with(in.x[39], value);
  refused_with(in.sets[20], uint64_t{32});
  refused_with(in.n_keep[1], -1);
}

void test_candidates_and_conflicts_equal_the_cpu() {
  for (int round = 0; round < 150; ++round) {
    const Inputs in(below(20), 1 + below(round % 10 ? 60 : 400), static_cast<int>(1 + below(64)), below(9), 0.5);
    const int64_t n = in.B * in.L;
    const bool per_board = below(2);
    std::vector<uint64_t> wanted(at(n)), got(at(n), 99), own(at(held_bytes(in.L) / 8));
    const auto clash = std::make_unique<bool[]>(at(n)), same = std::make_unique<bool[]>(at(n));
    CandidatesArgs args{in.B, in.L, in.P, in.x.data(), in.allowed.data(), per_board, in.peers.data(), wanted.data()};
    if (in.B == 0 && !per_board) continue;
    CHECK(candidates(args, 1));
    CHECK(conflicts({in.B, in.L, in.P, in.x.data(), in.peers.data(), clash.get()}, 1));
    args.out = got.data();
    const ConflictsArgs other{in.B, in.L, in.P, in.x.data(), in.peers.data(), same.get()};
    for (int64_t first = 0; first < in.B; first += kHeldBoards) {
      Turns<256> team(static_cast<uint32_t>(rng()));
      candidates_boards(team, args, first, own.data());
      conflicts_boards(team, other, first, own.data());
    }
    CHECK(got == wanted);
    CHECK(std::equal(clash.get(), clash.get() + n, same.get()));
  }
  const std::vector<int32_t> x{3, -1, 64, -1, -2, 5, 1, 2}, peers{1, 0};  // boards 1 and 2 of 2 cells are no boards
  const std::vector<uint64_t> allowed{15, 15};
  std::vector<uint64_t> sets(8), own(at(held_bytes(2) / 8));
  bool clash[8];
  Turns<256> team(0);
  candidates_boards(team, {4, 2, 1, x.data(), allowed.data(), false, peers.data(), sets.data()}, 0, own.data());
  conflicts_boards(team, {4, 2, 1, x.data(), peers.data(), clash}, 0, own.data());
  CHECK((sets == std::vector<uint64_t>{8, 7, 0, 0, 0, 0, 2, 4}));
  for (int i = 0; i < 8; ++i) CHECK(clash[i] == (i / 2 == 1 || i / 2 == 2));
}

}  // namespace

int main() {
  test_unmask_equals_the_cpu<32>(400, 100);
  test_unmask_equals_the_cpu<256>(40, 1024);
  test_bfloat16_equals_the_same_numbers_in_float32();
  test_outputs_may_be_the_inputs();
  test_a_board_with_a_forbidden_value_is_refused_alone();
  test_candidates_and_conflicts_equal_the_cpu();
  std::puts("team: ok");
}
