// test_regular.cpp -- the words of regular.hpp, under sanitizers, without Python.
//
// The comparison with the specification is tests/kernels/test_regular.py; here: no access outside an array for odd sizes,
// every path and number of threads gives the same bits, every word is accepted, bad automata are refused.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "check.hpp"
#include "kernels/regular.hpp"

using namespace vmd;

namespace {

std::mt19937_64 rng(1);

int64_t below(int64_t n) { return static_cast<int64_t>(rng() % static_cast<uint64_t>(n)); }
size_t size(int64_t n) { return static_cast<size_t>(n); }

/// Inputs and outputs of one call, each in an allocation of exactly its size.
struct Case {
  Case(int64_t B, int64_t L, int64_t n, int64_t Q, int V)
      : logits(size(B * L * V)), log_p(size(B * n * V)), x(size(B * L)), step(size(Q * V)), word(size(B * n)),
        cells(size(L)), candidates(size(B * L)), key(size(B)), accept(new bool[size(Q)]), found(new bool[size(B)]) {
    std::normal_distribution<float> normal(0, 5);
    for (auto& y : logits) y = below(20) ? normal(rng) : -std::numeric_limits<float>::infinity();
    for (auto& v : x) v = below(4) ? -1 : static_cast<int32_t>(below(V));
    for (auto& t : step) t = static_cast<int32_t>(below(Q + 1)) - 1;
    for (auto& s : candidates) s = rng() & sets::full(V);
    for (auto& k : key) k = rng();
    for (int64_t q = 0; q < Q; ++q) accept[size(q)] = below(2);
    std::iota(cells.begin(), cells.end(), 0);
    std::shuffle(cells.begin(), cells.end(), rng);
    a.B = B, a.L = L, a.n = n, a.Q = Q, a.V = V, a.start = static_cast<int32_t>(below(Q));
    a.logits = logits.data(), a.x = x.data(), a.candidates = candidates.data(), a.cells = cells.data();
    a.step = step.data(), a.accept = accept.get(), a.seed = 7, a.key = key.data(), a.turn = 3;
    a.word = word.data(), a.log_p = log_p.data(), a.found = found.get();
  }
  std::vector<float> logits, log_p;
  std::vector<int32_t> x, step, word, cells;
  std::vector<SymbolSet> candidates;
  std::vector<uint64_t> key;
  std::unique_ptr<bool[]> accept, found;
  RegularArgs a{};
};

void test_words_are_accepted_and_paths_agree() {
  int64_t words = 0;
  for (int round = 0; round < 300; ++round) {
    const int64_t B = below(20), L = 1 + below(12), n = 1 + below(L), Q = 1 + below(6);
    const int V = static_cast<int>(round % 10 ? 1 + below(7) : 64);
    Case c(B, L, n, Q, V);
    c.a.temperature = static_cast<float>(round % 3) * 0.5f;
    CHECK(regular(c.a, 1, 0));
    const auto word = c.word;
    const auto log_p = c.log_p;
    for (int path = 0; path < regular_paths(); ++path) {
      CHECK(regular(c.a, 1 + round % 3, path));
      CHECK(word == c.word && (log_p.empty() || !std::memcmp(log_p.data(), c.log_p.data(), log_p.size() * sizeof(float))));
    }
    for (int64_t b = 0; b < B; ++b) {
      int32_t q = c.a.start;
      for (int64_t i = 0; i < n; ++i) {
        const int32_t v = word[size(b * n + i)], held = c.x[size(b * L + c.cells[size(i)])];
        CHECK((v >= 0) == c.found[size(b)]);
        if (v < 0) continue;
        CHECK(held < 0 ? sets::has(c.candidates[size(b * L + c.cells[size(i)])], v) : held == v);
        q = q < 0 ? q : c.step[size(q * V + v)];
      }
      if (c.found[size(b)]) CHECK(q >= 0 && c.accept[size(q)]);
      words += c.found[size(b)];
    }
  }
  CHECK(words > 300);
}

void test_bad_automata_are_refused() {
  Case c(3, 4, 2, 3, 2);
  CHECK(regular(c.a, 1));
  const auto refused = [&](int32_t& value, int32_t wrong) {
    const int32_t before = value;
    value = wrong;
    CHECK(!regular(c.a, 1));
    value = before;
  };
  refused(c.step[1], 3), refused(c.step[5], -2), refused(c.a.start, 3), refused(c.a.start, -1);
  refused(c.cells[0], 4), refused(c.cells[1], c.cells[0]), refused(c.x[2], 2), refused(c.x[0], -2);
  c.logits[0] = std::numeric_limits<float>::quiet_NaN();
  CHECK(!regular(c.a, 1));
}

}  // namespace

int main() {
  test_words_are_accepted_and_paths_agree();
  test_bad_automata_are_refused();
  std::puts("ok");
}
