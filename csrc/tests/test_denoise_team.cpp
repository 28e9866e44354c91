// test_denoise_team.cpp -- the GPU's denoiser, done by turns on the host: near the plainest loops in double.
//
// The body, its layouts and its products lane by lane are those of the CUDA file; only the threads and the multiplying
// itself differ (team.hpp, fragments.hpp). A whole solve equals its steps bit for bit. Rounding to bfloat16 leaves errors near half a percent, so errors are measured
// over whole boards; anything that is computed wrongly leaves errors of the logits' own size.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

#include "check.hpp"
#include "denoise/denoise_team.hpp"
#include "denoise/solve_team.hpp"
#include "denoise/weights.hpp"
#include "denoise_model.hpp"  // defines: Model, normal, rng, below, at
#include "kernels/candidates.hpp"
#include "some_peers.hpp"

using namespace vmd;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Logits of B boards as the kernel's block computes them, one after the other; `spent` [B] are their loops, if wanted.
template <int kWarps, int H, int M, int N>
Floats by_turns(const ListedView& listed, int64_t B, const int32_t* x, const float* z, int loops, uint32_t seed,
                const PeerLists& settle = {}, int* spent = nullptr, const DenoiseNoise& noise = {}, int64_t fade = 0) {
  using Block = Turns<32 * kWarps>;
  using Body = DenoiseTeam<Block, H, M, N>;
  CHECK(listed.rows <= Body::max_rows);
  std::vector<uint64_t> memory(at(Body::bytes(listed) / 8), 0x7fc07fc07fc07fc0u);  // NaN, until it is written
  Block team(seed);
  Body body(listed, memory.data());
  body.start(team);
  const DenoiseView& v = listed.view;
  Floats logits(at(B * v.L * v.V));
  for (int64_t b = 0; b < B; ++b) {
    if (b == 0 || v.D > 0) body.modulate(team, z + b * v.D);
    const int took = body.run(team, x + b * v.L, loops, settle, noise, b, fade);
    if (spent) spent[b] = took;
    std::copy(body.logits(), body.logits() + v.L * v.V, logits.begin() + b * v.L * v.V);
  }
  return logits;
}

double relative_error(const float* got, const Doubles& wanted) {
  double error = 0, size = 1e-3;
  for (size_t i = 0; i < wanted.size(); ++i) {
    error += std::pow(double{got[i]} - wanted[i], 2);
    size += wanted[i] * wanted[i];
  }
  return std::sqrt(error / size);
}

template <int kWarps, int H, int M, int N>
void test_boards_of_any_shape(int rounds) {
  double worst = 0, sum = 0;
  for (int round = 0; round < rounds; ++round) {
    const int64_t V = 1 + below(12), most = std::min<int64_t>(30, kWarps * 3 * kTile / V);
    const bool full = round % 3 == 0;
    const int64_t L = 1 + below(most);
    const Model model(L, V, {full ? H : 8 + below(H - 7), full ? M : 4 + below(M - 3), full ? N : 8 + below(N - 7),
                             below(3), below(4)}, round % 3);
    const auto& s = model.s;
    const Prepared prepared(s, model.weights());
    const Structure structure(L, V, model.units);
    const DenoiseLists lists(structure.view());
    const ListedView listed = lists.beside(prepared.view);
    const int64_t B = 3, loops = 1 + below(4), fade = some_fade(), C = s.L * s.V;
    std::vector<int32_t> x(at(B * s.L));
    for (int32_t& value : x) value = static_cast<int32_t>(below(s.V + 1)) - 1;
    const Floats z = normal(B * s.D, 1);
    const auto run = [&](int64_t first, int64_t n, uint32_t seed) {
      return by_turns<kWarps, H, M, N>(listed, n, x.data() + first * s.L, z.data() + first * s.D,
                                       static_cast<int>(loops), seed, {}, nullptr, {}, fade);
    };
    const Floats logits = run(0, B, 1);
    CHECK(logits == run(0, B, 2));  // whatever the order of the work
    for (int64_t b = 0; b < B; ++b) {
      const Floats alone = run(b, 1, 3);  // whatever else is in the batch
      CHECK(std::equal(alone.begin(), alone.end(), logits.begin() + b * C));
      const Doubles wanted = model.plain(x.data() + b * s.L, z.data() + b * s.D, loops, fade);
      const double error = relative_error(alone.data(), wanted);
      worst = std::max(worst, error), sum += error / static_cast<double>(B * rounds);
      CHECK(error < 0.05);
    }
  }
  std::printf("%d warps of width %d: relative error %.4f on average, %.4f at worst\n", kWarps, H, sum, worst);
  CHECK(sum < 0.01);
}

/// Noise on states is what the CPU adds, for boards of any key; without keys, and of no size, it changes nothing.
void test_noise_is_the_cpus() {
  double worst = 0;
  for (int round = 0; round < 40; ++round) {
    const int64_t V = 1 + below(9), L = 1 + below(80 / V);
    const Model model(L, V, {8 + below(9), 4 + below(13), 8 + below(25), below(3), below(4)}, round % 3);
    const Prepared prepared(model.s, model.weights());
    const Structure structure(L, V, model.units);
    const DenoiseLists lists(structure.view());
    const ListedView listed = lists.beside(prepared.view);
    const int64_t B = 3;
    const int loops = static_cast<int>(1 + below(4));
    std::vector<int32_t> x(at(B * L));
    for (int32_t& value : x) value = static_cast<int32_t>(below(V + 1)) - 1;
    const Floats z = normal(B * model.s.D, 1);
    const std::vector<uint64_t> keys{rng(), round % 2 ? rng() : 0, rng()};  // 0: no noise
    const DenoiseNoise noise{keys.data(), round % 4 == 0 ? 0.0f : 1.0f, round % 4 == 1 ? 0.0f : 0.2f};
    const auto run = [&](const DenoiseNoise& some) {
      return by_turns<2, 16, 16, 32>(listed, B, x.data(), z.data(), loops, 1, {}, nullptr, some);
    };
    const Floats logits = run(noise);
    DenoiseRun how{loops};
    how.noise = noise;
    const Evaluated cpu(Denoise(model.s, model.weights()), structure, B, x.data(), z.data(), how);
    CHECK(cpu.good);
    const double error = relative_error(logits.data(), Doubles(cpu.logits.begin(), cpu.logits.end()));
    worst = std::max(worst, error);
    CHECK(error < 0.05);
    CHECK(run({}) == run({keys.data(), 0, 0}));
    CHECK((run({}) != logits) == (noise.begin > 0 || loops > 1));
  }
  std::printf("noise: relative error %.4f at worst\n", worst);
}

/// A board leaves at the first look that finds it settled, with the logits that so many loops give.
void test_boards_leave_as_they_settle() {
  int early = 0, whole = 0;
  for (int round = 0; round < 120; ++round) {
    const int64_t L = 1 + below(8), V = 2 + below(7);
    const Model model(L, V, {12, 10, 20, below(3), below(3)}, 2);
    const Prepared prepared(model.s, model.weights());
    const Structure structure(L, V, model.units);
    const DenoiseLists lists(structure.view());
    const ListedView listed = lists.beside(prepared.view);
    const SomePeers some(L, rng);
    std::vector<int32_t> x(at(L));
    for (int32_t& value : x) value = below(3) ? -1 : static_cast<int32_t>(below(V));
    const Floats z = normal(model.s.D, 1);
    const int loops = static_cast<int>(1 + below(10));
    int spent = 0;
    const Floats found = by_turns<2, 16, 16, 32>(listed, 1, x.data(), z.data(), loops, 1, some.lists(), &spent);
    for (int k = 0; k < spent;) {
      k = std::min(loops, (k / static_cast<int>(kSettleEvery) + 1) * static_cast<int>(kSettleEvery));
      const Floats logits = by_turns<2, 16, 16, 32>(listed, 1, x.data(), z.data(), k, 2);
      const bool settles = !some.list_cells.empty() && plainly_settled(some, x.data(), logits.data(), L, V);
      CHECK((k == spent) == (settles || k == loops));
      if (k == spent) CHECK(logits == found);
    }
    early += spent < loops, whole += spent == loops;
  }
  CHECK(early > 5 && whole > 5);
}

/// A solve in one go equals evaluations and the CPU's steps by turns, bit for bit, whatever the plan.
void test_a_solve_is_its_steps() {
  constexpr int H = 16, M = 16, N = 32;
  using Block = Turns<64>;
  using Body = DenoiseTeam<Block, H, M, N>;
  int64_t filled = 0, stuck = 0, settled = 0;
  for (int round = 0; round < 160; ++round) {
    const int64_t cells = 1 + below(10), symbols = 1 + below(6);
    const Model model(cells, symbols, {12, 10, 20, below(3), below(3)}, round % 3);
    const auto& s = model.s;
    const Prepared prepared(s, model.weights());
    const Structure structure(cells, symbols, model.units);
    const DenoiseLists lists(structure.view());
    const ListedView listed = lists.beside(prepared.view);
    const int64_t B = 3, n = B * s.L;
    const SomePeers some(s.L, rng);
    const Peers peers = some.peers(s.L);
    const int V = static_cast<int>(s.V), loops = static_cast<int>(1 + below(4)), T = static_cast<int>(1 + below(5));
    std::vector<int32_t> x(at(n), -1), x_new(at(n)), nfe(at(B)), spent(at(B)), n_keep(1);
    for (int32_t& value : x) value = below(4) ? -1 : static_cast<int32_t>(below(V));
    std::vector<SymbolSet> allowed(at(n)), legal(at(s.L)), legal_new(at(s.L));
    std::vector<uint64_t> key(at(B));
    for (SymbolSet& set : allowed) set = (below(8) ? ~SymbolSet{0} : rng()) & sets::full(V);
    for (uint64_t& k : key) k = rng();
    const Floats z = normal(B * s.D, 1);
    Floats first(at(n * V)), logits(at(s.L * V));
    const float thresholds[] = {kInfinity, kInfinity, 0.3f};
    SolveArgs a{B, T, loops, x.data(), allowed.data(), z.data(), some.lists(), key.data(), {}, x_new.data(), nfe.data(),
                spent.data(), first.data(), below(2) ? some.lists() : PeerLists{},
               {below(2) ? key.data() : nullptr, 0.5f, 0.1f}, some_fade()};
    a.rule = {kOrders[at(round) % std::size(kOrders)].order, below(3) > 0, below(2) ? 0.0f : 1.0f, below(2) ? 0.0f : 0.5f,
              thresholds[below(3)],          rng(),        0};
    std::vector<uint64_t> memory(at((Body::bytes(listed) + UnmaskMemory::bytes(s.L, 0, V)) / 8 + 1));
    Block team(1);
    const UnmaskMemory m(memory.data(), s.L, 0, V);
    Body body(listed, reinterpret_cast<char*>(memory.data()) + UnmaskMemory::bytes(s.L, 0, V));
    body.start(team);
    for (int64_t b = 0; b < B; ++b) {
      body.modulate(team, z.data() + b * s.D);
      solve_board(team, body, a, b, static_cast<int>(s.L), V, m);

      std::vector<int32_t> now(x.begin() + b * s.L, x.begin() + (b + 1) * s.L), next(now);
      const auto committed = std::make_unique<bool[]>(at(s.L));
      int step = 0, applied = 0;
      for (; step < T; ++step) {
        CHECK(candidates({1, s.L, now.data(), allowed.data() + b * s.L, false, legal.data()}, peers, 1));
        int32_t open = 0;
        bool lost = false;
        for (size_t l = 0; l < now.size(); ++l) open += now[l] < 0, lost |= now[l] < 0 && legal[l] == 0;
        stuck += lost, filled += open == 0;
        if (open == 0 || lost) break;
        applied += body.run(team, now.data(), loops, a.settle, a.noise, b, a.fade);
        std::copy(body.logits(), body.logits() + s.L * V, logits.begin());
        if (step == 0) CHECK(std::equal(logits.begin(), logits.end(), first.begin() + b * s.L * V));
        n_keep[0] = (open + T - step - 1) / (T - step);
        const bool settles = a.settle.cells && plainly_settled(some, now.data(), logits.data(), s.L, V);
        if (settles) n_keep[0] = open;
        settled += settles && step + 1 < T;
        UnmaskArgs u{};
        u.B = 1, u.L = s.L, u.V = V, u.logits = logits.data(), u.x = now.data(), u.candidates = legal.data();
        u.n_keep = n_keep.data(), u.key = key.data() + b, u.rule = a.rule;
        u.rule.step = static_cast<uint32_t>(step);
        u.x_new = next.data(), u.committed = committed.get(), u.candidates_new = legal_new.data();
        CHECK(unmask(u, peers, 1));
        now = next;
      }
      CHECK(nfe[at(b)] == step && spent[at(b)] == applied);
      CHECK(std::equal(now.begin(), now.end(), x_new.begin() + b * s.L));
    }
    x[0] = V;  // a forbidden value
    solve_board(team, body, a, 0, static_cast<int>(s.L), V, m);
    CHECK(nfe[0] == 0);
    for (int64_t l = 0; l < s.L; ++l) CHECK(x_new[at(l)] == kForbidden);
  }
  CHECK(filled > 20 && stuck > 20 && settled > 5);  // all ends were met
}

/// A network that overflows is told from a board that holds what is none.
void test_a_solve_that_overflows_says_so() {
  constexpr int H = 16, M = 16, N = 32;
  using Block = Turns<64>;
  using Body = DenoiseTeam<Block, H, M, N>;
  Model model(4, 3, {12, 10, 20, 0, 1}, 0);
  model.readout_bias[0] = std::numeric_limits<float>::quiet_NaN();
  const Prepared prepared(model.s, model.weights());
  const Structure structure(4, 3, model.units);
  const DenoiseLists lists(structure.view());
  const ListedView listed = lists.beside(prepared.view);
  const SomePeers some(4, rng);
  const std::vector<int32_t> x{-1, 0, -1, 1};
  const std::vector<SymbolSet> allowed(4, sets::full(3));
  const uint64_t key = 7;
  std::vector<int32_t> x_new(4), nfe(1), spent(1);
  const SolveArgs a{1, 5, 1, x.data(), allowed.data(), nullptr, some.lists(), &key, {Order::margin, true, 0, 0, kInfinity, 1, 0},
                    x_new.data(), nfe.data(), spent.data(), nullptr, {}};
  std::vector<uint64_t> memory(at((Body::bytes(listed) + UnmaskMemory::bytes(4, 0, 3)) / 8 + 1));
  Block team(1);
  const UnmaskMemory m(memory.data(), 4, 0, 3);
  Body body(listed, reinterpret_cast<char*>(memory.data()) + UnmaskMemory::bytes(4, 0, 3));
  body.start(team);
  body.modulate(team, nullptr);
  solve_board(team, body, a, 0, 4, 3, m);
  CHECK((x_new == std::vector<int32_t>(4, kNoLogit)) && nfe[0] == 1);
}

}  // namespace

int main() {
  test_noise_is_the_cpus();
  test_boards_leave_as_they_settle();
  test_a_solve_is_its_steps();
  test_a_solve_that_overflows_says_so();
  test_boards_of_any_shape<2, 16, 16, 32>(30);
  test_boards_of_any_shape<4, 32, 32, 64>(20);
  std::puts("denoise team: ok");
}
