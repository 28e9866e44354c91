// test_canvas.cpp -- canvases without Python: numbers of any size, what the GPU's kernels do by turns on the host.
//
// The law itself is tested in tests/canvas/; here: sums of numbers against long double, the teams' passes equal to the
// CPU's bit for bit, no access outside an array.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "canvas/canvas_team.hpp"
#include "canvas/edges.hpp"
#include "canvas/parts.hpp"
#include "canvas/sums.hpp"
#include "canvas/sums_path.hpp"
#include "canvas/windows.hpp"
#include "check.hpp"

using namespace vmd;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
std::mt19937_64 rng(1);

int32_t below(int64_t n) { return static_cast<int32_t>(rng() % static_cast<uint64_t>(n)); }
size_t at(int64_t i) { return static_cast<size_t>(i); }

void test_sums_of_numbers_of_any_size() {
  std::uniform_real_distribution<double> uniform(-3000, 3000);
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> logs(at(1 + below(8)));
    const double spread = round % 3 ? 1.0 : 1e-3;
    for (double& x : logs) x = spread * uniform(rng);
    std::vector<Number> numbers;
    long double sum = 0;
    for (const double x : logs)
      numbers.push_back(number_of_log(x)), sum += std::exp(static_cast<long double>(x));
    const Number found =
        sum_of(0, static_cast<int64_t>(numbers.size()), [&](int64_t i) { return numbers[at(i)]; });
    CHECK(found.m >= 1 && found.m < 2);
    CHECK(std::abs(log_of(found) - static_cast<double>(std::log(sum))) < 1e-11 * 3000);
  }
  CHECK(number_of_log(-std::numeric_limits<double>::infinity()).m == 0);
  CHECK(sum_of(0, 0, [](int64_t) { return Number{1, 0}; }).m == 0);
}

void test_every_term_has_a_place_of_its_own() {
  for (int round = 0; round < 200; ++round) {
    const int32_t n = below(30), X = 1 + below(9);
    Lists rows{{0}, {}};
    std::vector<int32_t> x, y, owner;
    for (int32_t r = 0; r < n; ++r) {
      for (int32_t t = below(below(3) ? 4 : 40); t > 0; --t) owner.push_back(r), x.push_back(below(X)), y.push_back(below(9));
      rows.first.push_back(static_cast<int32_t>(owner.size()));
    }
    for (size_t t = 0; t < owner.size(); ++t) rows.item.push_back(static_cast<int32_t>(t));
    Lanes lanes(rows);
    lanes.wire(x, X, &y, 9);
    std::vector<double> factor(at(lanes.places()), 1.0), ones(at(X + 1), 1.0), y_ones(9, 1.0), sum(at(lanes.width()));
    std::vector<int32_t> outside(sum.size());
    ones[at(X)] = 0;
    for (int path = 0; path < canvas_paths(); ++path) {
      const auto added = [&](const std::vector<Eight>& eights, int64_t shift, int64_t held) {
        return canvas_path(path).edges.add(lanes.view(factor.data(), eights), ones.data(), y_ones.data(), shift, held,
                                           sum.data(), outside.data());
      };
      const auto terms_of = [&](int32_t r) { return static_cast<double>(rows.end(r) - rows.begin(r)); };
      added(lanes.eights, 0, kHeld);
      for (int32_t r = 0; r < n; ++r) CHECK(sum[at(lanes.lane[at(r)])] == terms_of(r));
      // Sums of 8 and more are outside 2^-2 .. 2^2 and stay; the others become a half. None of a lane that is not live.
      std::vector<Eight> some = lanes.eights;
      for (Eight& eight : some) eight.live = 0x5a;
      const Settled settled = added(some, 1, 1);
      int64_t large = 0, near = 0, exponents = 0;
      for (int32_t r = 0; r < n; ++r) {
        const int32_t lane = lanes.lane[at(r)];
        const double terms = (0x5a >> lane % kLanes & 1) != 0 ? terms_of(r) : 0.0;
        CHECK(sum[at(lane)] == (terms >= 8 ? terms : terms / 2));
        CHECK(std::count(outside.begin(), outside.begin() + settled.outside, lane) == (terms >= 8));
        large += terms >= 8;
        if (0 < terms && terms < 8) ++near, exponents += std::ilogb(terms) - 1;
      }
      CHECK(settled.outside == large && settled.count == near && settled.sum == exponents);
    }
    CHECK(lanes.places() <= 4 * static_cast<int64_t>(owner.size()));
    CHECK(lanes.width() > n && lanes.width() % kLanes == 0);
    for (size_t t = 0; t < owner.size(); ++t) {
      const int32_t place = lanes.place[t];
      CHECK(lanes.operands[at(place)] == (static_cast<uint64_t>(x[t]) | static_cast<uint64_t>(y[t]) << 32));
      CHECK(lanes.term[at(place)] == static_cast<int32_t>(t) && lanes.lane_at(place) == lanes.lane[at(owner[t])]);
      const auto has = [&](const Lists& lists, int32_t k) {
        return std::count(lists.item.begin() + lists.begin(k), lists.item.begin() + lists.end(k), place) == 1;
      };
      CHECK(has(lanes.of_x, x[t]) && has(lanes.of_y, y[t]));
    }
  }
}

std::shared_ptr<const Grammar> some_grammar(int64_t V) {
  const int32_t most = below(4) ? 6 : 50;  // more sums than stand side by side, and one much longer than the others
  const int32_t C = 1 + below(most), Q = 1 + below(most), N = 1 + below(most);
  std::vector<int32_t> token_class(at(V)), set_first{0}, set_class, edge_first{0}, next, set, least;
  std::vector<float> weight;
  for (auto& c : token_class) c = below(C + 1);
  token_class.back() = C;
  for (int32_t n = 0; n < N; ++n) {
    for (int32_t c = 1; c <= C; ++c)
      if (below(2)) set_class.push_back(c);
    set_first.push_back(static_cast<int32_t>(set_class.size()));
  }
  for (int32_t q = 0; q < Q; ++q) {
    for (int32_t e = below(q == 0 ? 3 * most : 5); e > 0; --e)
      next.push_back(below(Q)), set.push_back(below(N)), weight.push_back(static_cast<float>(below(7)) - 3);
    edge_first.push_back(static_cast<int32_t>(next.size()));
    least.push_back(below(3));
  }
  return std::make_shared<const Grammar>(token_class, set_first, set_class, edge_first, next, set,
                                         below(2) ? weight.data() : nullptr, least);
}

/// Whether each state can be reached from `start` before each cell, [L+1][Q].
std::vector<std::vector<char>> reached(const Grammar& g, int32_t start, int64_t L) {
  std::vector<std::vector<char>> out(at(L + 1), std::vector<char>(at(g.Q)));
  out[0][at(start)] = 1;
  for (int64_t i = 0; i < L; ++i)
    for (size_t e = 0; e < at(g.E); ++e)
      if (out[at(i)][at(g.from[e])]) out[at(i + 1)][at(g.next[e])] = 1;
  return out;
}

void test_what_a_text_may_come_to_matters_and_no_more_of_a_chain() {
  for (int round = 0; round < 300; ++round) {
    auto grammar = some_grammar(8);
    const Grammar& g = *grammar;
    const int64_t L = 1 + below(12), left = below(3);
    const int32_t start = below(g.Q);
    const auto here = reached(g, start, L);
    const Windows states = windows_of_states(g, start, L, left), edges = windows_of_edges(g, states);
    for (int64_t i = 0; i <= L; ++i)
      for (size_t q = 0; q < at(g.Q); ++q)
        CHECK(states.has(q, i) || !here[at(i)][q] || g.least[q] > L - i + left);
    for (const Lanes* lanes : {&g.backward, &g.forward, &g.around})
      for (const bool downwards : {false, true}) {
        LiveSteps steps(*lanes, edges, L, downwards);
        for (int64_t turn = 0; turn < L; ++turn) {
          const int64_t i = downwards ? L - 1 - turn : turn;
          steps.move_to(i);
          for (size_t e = 0; e < at(g.E); ++e) {
            if (!edges.has(e, i)) continue;
            const int32_t place = lanes->place[e];
            const int32_t lane = lanes->lane_at(place);
            const Eight& eight = steps.eights()[at(lane / kLanes)];
            CHECK((eight.first * kLanes <= place && place < eight.last * kLanes) ||
                  (eight.rest_first <= place && place < eight.rest_last));
            CHECK((eight.live >> lane % kLanes & 1) != 0);
          }
        }
      }
  }
  // A chain: each state matters before one cell alone, and each edge in one; steps are looked at four cells at once.
  constexpr int32_t kEdges = 12;
  std::vector<int32_t> first, next, least;
  for (int32_t q = 0; q <= kEdges; ++q) first.push_back(q), next.push_back(q + 1), least.push_back(kEdges - q);
  first.push_back(kEdges), next.pop_back();
  const Grammar chain(std::vector<int32_t>{1}, std::vector<int32_t>{0, 1}, std::vector<int32_t>{1}, first, next,
                      std::vector<int32_t>(kEdges, 0), nullptr, least);
  const Windows states = windows_of_states(chain, 0, kEdges, 0), edges = windows_of_edges(chain, states);
  LiveSteps steps(chain.around, edges, kEdges, false);  // one set, whose edges are the rest of an eight
  for (int32_t i = 0; i < kEdges; ++i) {
    CHECK(states.first[at(i)] == i && states.last[at(i)] == i && edges.first[at(i)] == i && edges.last[at(i)] == i);
    steps.move_to(i);
    CHECK(steps.eights()[0].rest_last - steps.eights()[0].rest_first == 4 && steps.eights()[0].live == 1);
  }
}

/// The arrays of one call by turns, each of exactly its size.
struct ByTurns {
  ByTurns(const Grammar& grammar, const CanvasRows& rows, int64_t boards, int64_t cells)
      : g(grammar), view(view_of(g)), B(boards), L(cells), list(g) {
    const int64_t parts = list.size();
    tokens = {g.V,
              g.token_class.data(),
              g.tokens.first.data(),
              g.tokens.item.data(),
              list.of_class.data(),
              list.first.data()};
    part.resize(at(B * L * parts)), sums.resize(at(B * L * g.C)), offset.resize(at(B * L * g.C));
    classes.resize(at(B * L * g.C)), sets.resize(at(B * L * g.N)), beta.resize(at(B * (L + 1) * g.Q));
    alpha.resize(at(2 * B * g.Q)), around.resize(at(B * g.N)), refused.resize(at(B)), log_z.resize(at(B));
    out.resize(at(B * L * g.V)), text.resize(at(B * L));
    a = {B,
         L,
         rows.logits,
         rows.bf16,
         rows.held,
         1.0f / rows.temperature,
         nullptr,
         nullptr,
         9,
         nullptr,
         4,
         -kInfinity,
         parts,
         part.data(),
         sums.data(),
         classes.data(),
         sets.data(),
         beta.data(),
         alpha.data(),
         around.data(),
         refused.data(),
         log_z.data(),
         offset.data(),
         out.data(),
         text.data()};
  }
  template <class Body>
  void each(int64_t n, const Body& body) {
    for (int64_t i = 0; i < n; ++i) {
      Turns<64> team(static_cast<uint32_t>(rng()));
      body(team, i);
    }
  }

  const Grammar& g;
  GrammarView view;
  int64_t B, L;
  Parts list;
  TokensView tokens;
  std::vector<int32_t> refused, text;
  std::vector<CanvasPart> part;
  std::vector<double> sums, log_z;
  std::vector<float> offset, out;
  std::vector<Number> classes, sets, beta, alpha, around;
  CanvasTeamArgs a;
};

template <class T>
void test_teams_give_what_the_cpu_gives() {
  int possible = 0;
  for (int round = 0; round < 150; ++round) {
    constexpr float kScales[] = {3, 60, 900, 20'000};  // weights beyond any float64
    const float scale = kScales[round % 4];
    std::normal_distribution<float> normal(0, scale);
    const int64_t B = 1 + below(3), L = 1 + below(round % 10 == 9 ? 300 : round % 4 ? 6 : 40);
    const int64_t V = 1 + below(round % 5 ? 40 : 900), R = B * L;
    const auto grammar = some_grammar(V);
    const Grammar& g = *grammar;
    std::vector<T> logits(at(R * V));
    for (auto& y : logits) {
      const float x = below(20) ? normal(rng) : -kInfinity;
      if constexpr (sizeof(T) == 2)
        y = x > -kInfinity ? to_bf16(x) : T{0xff80};
      else
        y = x;
    }
    std::vector<int32_t> held(at(R)), start(at(B)), text(at(R));
    std::vector<int64_t> left(at(B));
    std::vector<uint64_t> key(at(B));
    for (auto& h : held) h = below(5) ? -1 : below(V);
    for (auto& q : start) q = below(g.Q);
    for (auto& n : left) n = below(3);
    for (auto& k : key) k = rng();
    const CanvasRows rows{R, logits.data(), sizeof(T) == 2, held.data(), 0.8f};
    ByTurns turns(g, rows, B, L);
    CanvasTeamArgs& a = turns.a;
    a.start = start.data(), a.left = left.data(), a.key = key.data();

    std::vector<double> sums(at(R * g.C));
    CHECK(class_sums(g, rows, sums.data(), 1));
    turns.each(R, [&](auto& team, int64_t r) { canvas_sums<T>(team, turns.view, turns.tokens, a, r); });
    for (size_t i = 0; i < sums.size(); ++i)
      CHECK(sums[i] == turns.sums[i] || std::abs(sums[i] - turns.sums[i]) < 1e-5f * scale);
    turns.sums = sums;  // the same from here on, to the last bit
    a.sums = turns.sums.data();

    turns.each(B, [&](auto& team, int64_t b) { canvas_backward(team, turns.view, a, b); });
    turns.each(B, [&](auto& team, int64_t b) { canvas_offsets(team, turns.view, a, b); });
    turns.each(B, [&](auto& team, int64_t b) { canvas_walk(team, turns.view, a, b); });
    std::vector<double> log_z(at(B));
    std::vector<float> offset(at(R * g.C)), out(at(R * V));
    for (int path = 0; path < canvas_paths(); ++path) {
      const CanvasLattice lattice(grammar, B, L, sums, start.data(), left.data(), 1, path);
      lattice.log_z(log_z.data());
      lattice.offsets(offset.data(), 1);
      lattice.walk(9, key.data(), 4, text.data(), 1);
      CHECK(log_z == turns.log_z && offset == turns.offset && text == turns.text);
    }
    for (const double z : log_z) possible += std::isfinite(z);

    for (int64_t r = 0; r < R; ++r)
      if (const int32_t c = text[at(r)]; c >= 0) {
        const Words words = canvas_words(9, key[at(r / L)], 4, r % L, 1);
        text[at(r)] = draw_token(g, rows, r, c, sums[at(r * g.C + c)], uniform53(words.w[0], words.w[1]));
      }
    turns.each(R, [&](auto& team, int64_t r) { canvas_token<T>(team, turns.view, turns.tokens, a, r); });
    CHECK(text == turns.text);
    marginals(g, rows, offset.data(), -kInfinity, out.data(), nullptr, 1);
    turns.each(R, [&](auto& team, int64_t r) { canvas_write<T>(team, turns.view, turns.tokens, a, r); });
    CHECK(out == turns.out);
    CHECK(turns.refused == std::vector<int32_t>(at(B)));
    if (round % 10 == 0 && held[0] < 0 && g.token_class.back() != 0) {
      if constexpr (sizeof(T) == 4)
        logits[at(V - 1)] = std::numeric_limits<float>::quiet_NaN();
      else
        logits[at(V - 1)] = T{0x7fc0};
      turns.each(R, [&](auto& team, int64_t r) { canvas_sums<T>(team, turns.view, turns.tokens, a, r); });
      CHECK(turns.refused[0] == 1 && !class_sums(g, rows, sums.data(), 1));
    }
  }
  CHECK(possible > 50);
}

}  // namespace

int main() {
  test_sums_of_numbers_of_any_size();
  test_every_term_has_a_place_of_its_own();
  test_what_a_text_may_come_to_matters_and_no_more_of_a_chain();
  test_teams_give_what_the_cpu_gives<float>();
  test_teams_give_what_the_cpu_gives<Bf16>();
  std::puts("canvas: ok");
}
