// test_search.cpp -- rules, search and generator against brute force; meant to run under sanitizers.
//
// tests/test_search.py holds the wider comparisons; here are those that need C++: every instruction set takes
// the same decisions as the portable code, and no input reads or writes outside its arrays.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <stdexcept>

#include "generate.hpp"
#include "propagate.hpp"
#include "search_lanes.hpp"

namespace {

using vmd::Budget, vmd::Outcome, vmd::Rules, vmd::Search;
using Values = std::vector<int32_t>;

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      std::printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);       \
      std::exit(1);                                                             \
    }                                                                           \
  } while (false)

/// Rules under construction, in the five arrays of the native form.
struct Form {
  int64_t L, V;
  std::vector<int32_t> kinds{}, cells{};
  std::vector<int64_t> cell_offsets{0}, param_offsets{0}, params{};
  void add(int32_t kind, const Values& unit, const std::vector<int64_t>& numbers = {}) {
    kinds.push_back(kind);
    cells.insert(cells.end(), unit.begin(), unit.end());
    params.insert(params.end(), numbers.begin(), numbers.end());
    cell_offsets.push_back(static_cast<int64_t>(cells.size()));
    param_offsets.push_back(static_cast<int64_t>(params.size()));
  }
  Rules rules() const { return {L, V, kinds, cell_offsets, cells, param_offsets, params}; }
};

Form sudoku(int32_t n) {
  const int32_t N = n * n;
  Form form{N * N, N};
  for (int32_t i = 0; i < N; ++i) {
    Values row, column, box;
    for (int32_t k = 0; k < N; ++k) {
      row.push_back(N * i + k);
      column.push_back(N * k + i);
      box.push_back(N * (i / n * n + k / n) + i % n * n + k % n);
    }
    for (const Values& unit : {row, column, box}) form.add(0, unit);
  }
  return form;
}

bool holds(const vmd::Constraint& c, const Values& x) {
  std::vector<int64_t> word;
  for (const int32_t cell : c.cells) word.push_back(x[static_cast<size_t>(cell)]);
  const auto p = [&c](int64_t i) { return c.params[static_cast<size_t>(i)]; };
  const auto k = static_cast<int64_t>(word.size());
  int64_t number = 0;
  switch (c.kind) {
    case vmd::Kind::all_different: return std::set<int64_t>(word.begin(), word.end()).size() == word.size();
    case vmd::Kind::sum:
      for (const int64_t value : word) number += value + p(1);
      return number == p(0);
    case vmd::Kind::less: return word[0] < word[1];
    case vmd::Kind::count:
      for (const int64_t value : word) number += value == p(0) ? 1 : 0;
      return p(1) <= number && number <= p(2);
    case vmd::Kind::table:
      for (int64_t t = 0; t < p(0); ++t)
        if (std::equal(word.begin(), word.end(), c.params.begin() + 1 + t * k)) return true;
      return false;
    case vmd::Kind::regular: {
      const int64_t Q = p(0), V = (static_cast<int64_t>(c.params.size()) - 2 - Q) / Q;
      int64_t state = p(1);
      for (const int64_t value : word)
        if (state >= 0) state = p(2 + Q + state * V + value);
      return state >= 0 && p(2 + state) == 1;
    }
  }
  return false;
}

std::set<Values> brute_force(const Rules& rules, const Values& givens) {
  std::set<Values> out;
  Values x(givens.size(), 0);
  for (;;) {
    bool ok = true;
    for (size_t i = 0; i < x.size(); ++i) ok = ok && (givens[i] < 0 || givens[i] == x[i]);
    for (const auto& c : rules.constraints()) ok = ok && holds(c, x);
    if (ok) out.insert(x);
    size_t i = 0;
    while (i < x.size() && ++x[i] == rules.V()) x[i++] = 0;
    if (i == x.size()) return out;
  }
}

std::set<Values> enumerate(Search& search, const Values& givens) {
  std::set<Values> out;
  Values x(givens.size());
  search.start(givens.data(), nullptr);
  for (;;) {
    Budget budget(1, -1);  // one node a call: stopping and resuming must lose nothing
    const Outcome outcome = search.next(budget, x.data());
    if (outcome == Outcome::exhausted) return out;
    if (outcome == Outcome::solution) CHECK(out.insert(x).second);
  }
}

void random_rules_agree_with_brute_force() {
  std::mt19937 random(1);
  const auto draw = [&](int64_t low, int64_t high) { return std::uniform_int_distribution(low, high)(random); };
  for (int trial = 0; trial < 600; ++trial) {
    Form form{draw(1, 5), draw(1, 4)};
    const bool only_different = draw(0, 2) == 0;
    for (int64_t u = draw(0, 4); u > 0; --u) {
      Values all;
      for (int32_t c = 0; c < form.L; ++c) all.push_back(c);
      std::shuffle(all.begin(), all.end(), random);
      const int64_t k = draw(0, form.L);
      Values unit(all.begin(), all.begin() + k);
      std::vector<int64_t> numbers;
      switch (only_different ? 0 : draw(0, 5)) {
        case 0: form.add(0, unit); break;
        case 1: form.add(1, unit, {draw(0, k * form.V), draw(-1, 1)}); break;
        case 2: if (form.L > 1) form.add(2, {all[0], all[1]}); break;
        case 3: form.add(3, unit, {draw(0, form.V - 1), draw(0, 2), draw(0, 4)}); break;
        case 4:
          numbers.push_back(draw(0, 9));
          for (int64_t i = numbers[0] * k; i > 0; --i) numbers.push_back(draw(0, form.V - 1));
          form.add(4, unit, numbers);
          break;
        default:
          numbers = {draw(1, 3)};
          numbers.push_back(draw(0, numbers[0] - 1));
          for (int64_t q = 0; q < numbers[0]; ++q) numbers.push_back(draw(0, 1));
          for (int64_t i = numbers[0] * form.V; i > 0; --i) numbers.push_back(draw(-1, numbers[0] - 1));
          form.add(5, unit, numbers);
      }
    }
    Values givens;
    for (int32_t c = 0; c < form.L; ++c)
      givens.push_back(draw(0, 3) == 0 ? static_cast<int32_t>(draw(0, form.V - 1)) : vmd::kOpen);
    const Rules rules = form.rules();
    const auto expected = brute_force(rules, givens);
    CHECK(enumerate(*vmd::make_search(rules), givens) == expected);
    vmd::DepthFirst<vmd::DomainModel> general(rules);
    CHECK(enumerate(general, givens) == expected);
  }
}

/// The same nodes and solutions from the portable code as from the one chosen for this CPU.
template <class Model>
void instruction_sets_agree(const Rules& rules, const Values& givens) {
  const auto chosen = vmd::make_search(rules);
  vmd::DepthFirst<Model> portable(rules);
  Values a(givens.size()), b(givens.size());
  const auto run = [&](Search& search, Values& out) {
    return vmd::count_solutions(search, givens.data(), nullptr, 50, Budget(3000, -1), rules.L(), out.data());
  };
  const auto x = run(*chosen, a), y = run(portable, b);
  CHECK(a == b && x.count == y.count && x.nodes == y.nodes && x.status == y.status);
}

void every_lane_type_agrees() {
  instruction_sets_agree<vmd::LaneModel<uint16_t, 1, 16>>(sudoku(3).rules(), Values(81, vmd::kOpen));
  instruction_sets_agree<vmd::LaneModel<uint16_t, 1, 32>>(sudoku(3).rules(), Values(81, vmd::kOpen));
  instruction_sets_agree<vmd::LaneModel<uint16_t, 2, 16>>(sudoku(4).rules(), Values(256, vmd::kOpen));
  instruction_sets_agree<vmd::LaneModel<uint32_t, 0, 16>>(sudoku(5).rules(), Values(625, vmd::kOpen));
  instruction_sets_agree<vmd::LaneModel<uint64_t, 0, 16>>(sudoku(6).rules(), Values(1296, vmd::kOpen));
  Form edges{40, 3};  // a wheel of 39: many units of two cells
  for (int32_t c = 1; c < 40; ++c) {
    edges.add(0, {0, c});
    edges.add(0, {c, c % 39 + 1});
  }
  instruction_sets_agree<vmd::LaneModel<uint16_t, 0, 16>>(edges.rules(), Values(40, vmd::kOpen));
  Values out(40), open(40, vmd::kOpen);
  const Rules rules = edges.rules();  // an odd wheel needs four colours
  const auto search = vmd::make_search(rules);
  const auto found = vmd::count_solutions(*search, open.data(), nullptr, -1, Budget(), 40, out.data());
  CHECK(found.status == vmd::Status::unsatisfiable && found.complete);
}

void generator_makes_minimal_problems() {
  const Rules rules = sudoku(3).rules();
  const auto search = vmd::make_search(rules);
  Values problem(81), solution(81), again(81), out(81);
  for (int64_t index = 0; index < 5; ++index) {
    vmd::generate_one(*search, rules, {7}, index, problem.data(), solution.data());
    const auto count = [&](const Values& givens) {
      return vmd::count_solutions(*search, givens.data(), nullptr, 2, Budget(), 81, out.data()).count;
    };
    CHECK(count(problem) == 1 && out == solution);
    for (size_t c = 0; c < 81; ++c) {
      if (problem[c] == vmd::kOpen) continue;
      Values fewer = problem;
      fewer[c] = vmd::kOpen;
      CHECK(count(fewer) == 2);
    }
    vmd::generate_one(*vmd::make_search(rules), rules, {7}, index, again.data(), out.data());
    CHECK(again == problem && out == solution);
  }
}

/// Random numbers in random places: either refused, or searched without harm.
void nonsense_is_refused() {
  std::mt19937 random(2);
  const auto draw = [&](int64_t low, int64_t high) { return std::uniform_int_distribution(low, high)(random); };
  int refused = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    Form form{draw(0, 4), draw(0, 4)};
    for (int64_t u = draw(0, 3); u > 0; --u) {
      Values unit;
      std::vector<int64_t> numbers;
      for (int64_t i = draw(0, 3); i > 0; --i) unit.push_back(static_cast<int32_t>(draw(-1, 4)));
      for (int64_t i = draw(0, 9); i > 0; --i) numbers.push_back(draw(0, 9) == 0 ? INT64_MIN : draw(-1, 3));
      form.add(static_cast<int32_t>(draw(-1, 6)), unit, draw(0, 1) == 0 ? numbers : std::vector<int64_t>{});
    }
    const auto units = static_cast<int64_t>(form.kinds.size());
    if (draw(0, 9) == 0) form.cell_offsets[static_cast<size_t>(draw(0, units))] = draw(-9, 9);
    try {
      const Rules rules = form.rules();
      enumerate(*vmd::make_search(rules), Values(static_cast<size_t>(form.L), vmd::kOpen));
    } catch (const std::invalid_argument&) {
      ++refused;
    }
  }
  CHECK(refused > 1000 && refused < 19900);
}

}  // namespace

int main() {
  random_rules_agree_with_brute_force();
  every_lane_type_agrees();
  generator_makes_minimal_problems();
  nonsense_is_refused();
  std::puts("ok");
}
