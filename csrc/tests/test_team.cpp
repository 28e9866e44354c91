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

#include "check.hpp"
#include "kernels/held_team.hpp"
#include "kernels/unmask_team.hpp"
#include "some_peers.hpp"
#include "support/bf16.hpp"

using namespace vmd;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
std::mt19937_64 rng(1);

int64_t below(int64_t n) { return static_cast<int64_t>(rng() % static_cast<uint64_t>(n)); }
size_t at(int64_t i) { return static_cast<size_t>(i); }

struct Outputs {
  explicit Outputs(int64_t n) : x(at(n), 99), candidates(at(n), 99), committed(new bool[at(n)]), n_(n) {}
  bool operator==(const Outputs& other) const {
    return x == other.x && candidates == other.candidates &&
           std::equal(committed.get(), committed.get() + n_, other.committed.get());
  }
  void into(UnmaskArgs& args) { args.x_new = x.data(), args.committed = committed.get(), args.candidates_new = candidates.data(); }

  std::vector<int32_t> x;
  std::vector<SymbolSet> candidates;
  std::unique_ptr<bool[]> committed;

 private:
  int64_t n_;
};

/// Random inputs of one call, each in an allocation of exactly its size.
struct Inputs {
  Inputs(int64_t boards, int64_t cells, int symbols, double fill)
      : B(boards), L(cells), V(symbols), some(L, rng), peers(some.peers(L)), logits(at(B * L * V)), x(at(B * L)),
        n_keep(at(B)), candidates(at(B * L)), allowed(at(B * L)), key(at(B)) {
    std::normal_distribution<float> normal(0, 3);
    const float odd[] = {0.0f, -0.0f, 1.0f, -kInfinity, 3e38f, -3e38f, 1e-40f};
    for (auto& y : logits) y = below(6) ? normal(rng) : odd[below(7)];
    for (auto& v : x) v = static_cast<double>(below(1000)) < 1000 * fill ? static_cast<int32_t>(below(V)) : -1;
    for (auto& n : n_keep) n = static_cast<int32_t>(below(L + 3));
    for (auto& k : key) k = rng();
    for (auto& set : allowed) set = (below(3) ? ~SymbolSet{0} : rng()) & sets::full(V);
    CHECK(vmd::candidates({B, L, x.data(), allowed.data(), true, candidates.data()}, peers, 1));
  }

  UnmaskArgs args(const UnmaskRule& rule, bool counted) const {
    UnmaskArgs a{};
    a.B = B, a.L = L, a.V = V, a.logits = logits.data(), a.x = x.data(), a.candidates = candidates.data();
    a.n_keep = counted ? n_keep.data() : nullptr, a.key = key.data(), a.rule = rule;
    return a;
  }

  int64_t B, L;
  int V;
  SomePeers some;
  Peers peers;
  std::vector<float> logits;
  std::vector<int32_t> x, n_keep;
  std::vector<SymbolSet> candidates, allowed;
  std::vector<uint64_t> key;
};

/// As the launch does: memory of exactly the bytes asked for, a team a board.
template <int kThreads, class T>
void unmask_by_turns(const UnmaskArgs& a, const SomePeers& some, const T* logits) {
  for (int64_t b = 0; b < a.B; ++b) {
    Turns<kThreads> team(static_cast<uint32_t>(rng()));
    std::vector<uint64_t> memory(at(UnmaskMemory::bytes(a.L, kThreads, a.V) / 8));
    unmask_board(team, a, some.lists(), logits, b, memory.data());
  }
}

UnmaskRule random_rule() {
  const float thresholds[] = {kInfinity, kInfinity, 0.3f, -1.0f, 2.0f}, temperatures[] = {0, 0, 0.5f, 1};
  return {kOrders[below(std::size(kOrders))].order, below(3) > 0, temperatures[below(4)], below(2) ? 0.0f : 0.5f,
          thresholds[below(5)],         rng(),        static_cast<uint32_t>(rng())};
}

template <int kThreads>
void test_unmask_equals_the_cpu(int rounds, int64_t cells) {
  for (int round = 0; round < rounds; ++round) {
    const double fill = round % 7 == 0 ? 0 : round % 11 == 0 ? 1 : 0.4;
    const Inputs in(below(4), 1 + below(cells), static_cast<int>(1 + below(64)), fill);
    const UnmaskRule rule = random_rule();
    UnmaskArgs args = in.args(rule, rule.threshold == kInfinity || below(2));
    Outputs wanted(in.B * in.L), got(in.B * in.L);
    wanted.into(args);
    CHECK(unmask(args, in.peers, 1));
    got.into(args);
    unmask_by_turns<kThreads>(args, in.some, in.logits.data());
    CHECK(got == wanted);
  }
}

void test_bfloat16_equals_the_same_numbers_in_float32() {
  for (int round = 0; round < 60; ++round) {
    Inputs in(2, 1 + below(80), static_cast<int>(1 + below(64)), 0.3);
    std::vector<Bf16> halves;
    for (float& y : in.logits) {
      halves.push_back(y == -kInfinity ? Bf16{0xff80} : to_bf16(y));
      if (!(to_float(halves.back()) < kInfinity)) halves.back() = {0};
      y = to_float(halves.back());
    }
    UnmaskArgs args = in.args(random_rule(), true);
    Outputs wanted(in.B * in.L), got(in.B * in.L);
    wanted.into(args);
    CHECK(unmask(args, in.peers, 1));
    got.into(args);
    unmask_by_turns<32>(args, in.some, halves.data());
    CHECK(got == wanted);
  }
}

void test_outputs_may_be_the_inputs() {
  Inputs in(3, 40, 9, 0.3);
  UnmaskArgs args = in.args(random_rule(), true);
  Outputs wanted(in.B * in.L);
  wanted.into(args);
  CHECK(unmask(args, in.peers, 1));
  args.x_new = in.x.data(), args.candidates_new = in.candidates.data();
  const auto flags = std::make_unique<bool[]>(at(in.B * in.L));
  args.committed = flags.get();
  unmask_by_turns<32>(args, in.some, in.logits.data());
  CHECK(in.x == wanted.x && in.candidates == wanted.candidates);
}

void test_a_board_with_a_forbidden_value_is_refused_alone_and_says_why() {
  Inputs in(3, 20, 5, 0.4);
  UnmaskArgs args = in.args({Order::margin, true, 0, 0, kInfinity, 1, 2}, true);
  Outputs wanted(60), got(60);
  wanted.into(args);
  CHECK(unmask(args, in.peers, 1));
  got.into(args);
  const auto refused_with = [&](auto& place, auto value, int32_t why = kForbidden) {
    const auto good = place;
    place = value;
    unmask_by_turns<32>(args, in.some, in.logits.data());
    for (size_t i = 0; i < 60; ++i) {
      const bool refused = i / 20 == 1;
      CHECK(got.x[i] == (refused ? why : wanted.x[i]));
      CHECK(got.candidates[i] == (refused ? 0 : wanted.candidates[i]));
      CHECK(got.committed[i] == (!refused && wanted.committed[i]));
    }
    place = good;
  };
  refused_with(in.logits[150], std::numeric_limits<float>::quiet_NaN(), kNoLogit);
  refused_with(in.logits[199], kInfinity, kNoLogit);
  refused_with(in.x[39], kNoLogit, kNoLogit);  // as it came out of the step before
  for (const int32_t value : {5, -2, 259, std::numeric_limits<int32_t>::min()}) refused_with(in.x[39], value);
  refused_with(in.candidates[20], sets::one(5));
  refused_with(in.n_keep[1], -1);
}

void test_candidates_and_conflicts_equal_the_cpu() {
  for (int round = 0; round < 150; ++round) {
    const Inputs in(below(20), 1 + below(round % 10 ? 60 : 400), static_cast<int>(1 + below(64)), 0.5);
    const int64_t n = in.B * in.L;
    const bool per_board = below(2);
    std::vector<SymbolSet> wanted(at(n)), got(at(n), 99), own(at(held_bytes(in.L) / 8));
    const auto clash = std::make_unique<bool[]>(at(n)), same = std::make_unique<bool[]>(at(n));
    CandidatesArgs args{in.B, in.L, in.x.data(), in.allowed.data(), per_board, wanted.data()};
    if (in.B == 0 && !per_board) continue;
    CHECK(candidates(args, in.peers, 1));
    CHECK(conflicts({in.B, in.L, in.x.data(), clash.get()}, in.peers, 1));
    args.out = got.data();
    const ConflictsArgs other{in.B, in.L, in.x.data(), same.get()};
    for (int64_t first = 0; first < in.B; first += kHeldBoards) {
      Turns<256> team(static_cast<uint32_t>(rng()));
      candidates_boards(team, args, in.some.lists(), first, own.data());
      conflicts_boards(team, other, in.some.lists(), first, own.data());
    }
    CHECK(got == wanted);
    CHECK(std::equal(clash.get(), clash.get() + n, same.get()));
  }
  const std::vector<int32_t> x{3, -1, 64, -1, -2, 5, 1, 2};  // boards 1 and 2 of 2 cells are no boards
  const SomePeers pair(2, {{0, 1}});
  const std::vector<SymbolSet> allowed{15, 15};
  std::vector<SymbolSet> legal(8), own(at(held_bytes(2) / 8));
  bool clash[8];
  Turns<256> team(0);
  candidates_boards(team, {4, 2, x.data(), allowed.data(), false, legal.data()}, pair.lists(), 0, own.data());
  conflicts_boards(team, {4, 2, x.data(), clash}, pair.lists(), 0, own.data());
  CHECK((legal == std::vector<SymbolSet>{8, 7, 0, 0, 0, 0, 2, 4}));
  for (int i = 0; i < 8; ++i) CHECK(clash[i] == (i / 2 == 1 || i / 2 == 2));
}

}  // namespace

int main() {
  test_unmask_equals_the_cpu<32>(400, 100);
  test_unmask_equals_the_cpu<256>(40, 1024);
  test_bfloat16_equals_the_same_numbers_in_float32();
  test_outputs_may_be_the_inputs();
  test_a_board_with_a_forbidden_value_is_refused_alone_and_says_why();
  test_candidates_and_conflicts_equal_the_cpu();
  std::puts("team: ok");
}
