// test_search.cpp -- rules, search and generator against brute force; meant to run under sanitizers.
//
// tests/search/test_exact.py holds the wider comparisons; here are those that need C++: every engine, with limits so
// small that each of its stages is reached, every instruction set against the portable code, and that no input reads
// or writes outside its arrays.
#include <stdexcept>

#include "brute_force.hpp"
#include "search/candidate_search.hpp"
#include "search/generate.hpp"
#include "search/domain_model.hpp"
#include "search/lane_model.hpp"
#include "search/learn.hpp"
#include "search/stages.hpp"
#include "search/tabu.hpp"

namespace {

using vmd::Budget, vmd::Outcome, vmd::Search;

std::set<Values> enumerate(Search& search, const Values& givens, const float* marginals = nullptr) {
  std::set<Values> out;
  Values x(givens.size());
  search.start(givens.data(), marginals);
  for (;;) {
    Budget budget(1, -1);  // one node a call: stopping and resuming must lose nothing
    const Outcome outcome = search.next(budget, x.data());
    if (outcome == Outcome::exhausted) return out;
    if (outcome == Outcome::solution) CHECK(out.insert(x).second);
  }
}

/// Plain search that gives way after so many nodes to `Engine`.
template <class Engine>
vmd::StagedSearch staged_by(const Rules& rules, int64_t patience) {
  return {rules, std::make_unique<vmd::DepthFirst<vmd::DomainModel>>(rules), [&rules] { return std::make_unique<Engine>(rules); }, patience};
}

/// Every engine on random rules: plain, learning with few and with many failures between restarts, and handed over.
void random_rules_agree_with_brute_force() {
  Random random(1);
  int rich = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    Form form{draw(random, 1, 5), draw(random, 1, 4)};
    const bool only_different = draw(random, 0, 2) == 0;
    for (int64_t u = draw(random, 0, 5); u > 0; --u) add_random(form, only_different ? 0 : any_kind(random), random);
    if (draw(random, 0, 3) == 0)
      for (int64_t e = draw(random, 0, 8); e > 0 && form.L > 1; --e) {
        const auto a = static_cast<int32_t>(draw(random, 0, form.L - 2));
        form.add("AllDifferent", {a, static_cast<int32_t>(draw(random, a + 1, form.L - 1))});
      }
    Values givens;
    for (int32_t c = 0; c < form.L; ++c)
      givens.push_back(draw(random, 0, 3) == 0 ? static_cast<int32_t>(draw(random, 0, form.V - 1)) : vmd::kOpen);
    const Rules rules = form.rules();
    const auto expected = brute_force(rules, givens);
    rich += expected.size() > 64 ? 1 : 0;
    CHECK(enumerate(*vmd::make_search(rules), givens) == expected);
    vmd::DepthFirst<vmd::DomainModel> general(rules);
    CHECK(enumerate(general, givens) == expected);
    vmd::LearningSearch restless(rules, 1, 2), learning(rules);
    std::vector<float> marginals(static_cast<size_t>(form.L * form.V));
    for (float& m : marginals) m = static_cast<float>(draw(random, 0, 9));
    CHECK(enumerate(restless, givens, marginals.data()) == expected);
    CHECK(enumerate(learning, givens) == expected);
    auto staged = staged_by<vmd::LearningSearch>(rules, draw(random, 0, 4));
    CHECK(enumerate(staged, givens) == expected);
    if (!vmd::CandidateSearch::takes(rules)) continue;
    vmd::CandidateSearch candidates(rules), forgetful(rules, 1, 2);
    CHECK(enumerate(candidates, givens) == expected);
    CHECK(enumerate(forgetful, givens, marginals.data()) == expected);
    CHECK(enumerate(forgetful, givens) == expected);  // with local search
    auto handed_over = staged_by<vmd::CandidateSearch>(rules, draw(random, 0, 4));
    CHECK(enumerate(handed_over, givens) == expected);
  }
  CHECK(rich > 20);  // more solutions than are blocked one by one
}

/// Latin squares with holes, most without completion: the same answer from every engine.
void proofs_agree() {
  Random random(3);
  int unsatisfiable = 0;
  for (int trial = 0; trial < 120; ++trial) {
    const int32_t n = 6;
    Form form = latin_square(n);
    for (int64_t u = trial % 2 == 0 ? 0 : draw(random, 1, 6); u > 0; --u) {
      const auto a = static_cast<int32_t>(draw(random, 0, n * n - 2));
      form.add("Less", {a, a + 1});
    }
    Values givens(static_cast<size_t>(n * n), vmd::kOpen), out(givens);
    for (int64_t i = draw(random, 6, 11); i > 0; --i)
      givens[static_cast<size_t>(draw(random, 0, n * n - 1))] = static_cast<int32_t>(draw(random, 0, n - 1));
    const Rules rules = form.rules();
    vmd::DepthFirst<vmd::DomainModel> general(rules);
    vmd::LearningSearch restless(rules, 1, 2), learning(rules);
    const auto count = [&](Search& search) {
      const auto found = vmd::count_solutions(search, givens.data(), nullptr, 200, Budget(), rules.L(), out.data());
      CHECK(found.complete || found.count == 200);
      return found.count;
    };
    const int64_t expected = count(general);
    CHECK(count(restless) == expected && count(learning) == expected);
    if (vmd::CandidateSearch::takes(rules)) {
      vmd::CandidateSearch candidates(rules), forgetful(rules, 1, 2);
      CHECK(count(candidates) == expected && count(forgetful) == expected);
    }
    unsatisfiable += expected == 0 ? 1 : 0;
  }
  CHECK(unsatisfiable > 20 && unsatisfiable < 110);
}

/// The solutions in order, and the nodes; `late`: each call is left off somewhere, at any look at the budget.
std::pair<std::vector<Values>, int64_t> run(Search& search, const Values& givens, Random* late) {
  std::vector<Values> out;
  Values x(givens.size());
  search.start(givens.data(), nullptr);
  for (int calls = 0;; ++calls) {
    Budget budget;
    if (late != nullptr) budget.late_at_look(draw(*late, 0, calls % 20 == 0 ? 2000 : 60));  // some come to an end
    const Outcome outcome = search.next(budget, x.data());
    if (outcome == Outcome::exhausted) return {out, search.nodes()};
    CHECK(outcome == Outcome::solution || outcome == Outcome::time_limit);
    if (outcome == Outcome::solution) out.push_back(x);
  }
}

/// A time limit decides how far a search comes, never which way it goes, wherever it leaves off.
void lateness_changes_nothing() {
  Random random(4);
  int64_t nodes = 0;
  const auto compare = [&](Search& search, const Values& givens) {
    const auto whole = run(search, givens, nullptr);
    nodes += whole.second;
    CHECK(run(search, givens, &random) == whole);
  };
  for (int trial = 0; trial < 300; ++trial) {
    Form form{draw(random, 4, 8), draw(random, 2, 3)};
    for (int64_t u = draw(random, 1, 8); u > 0; --u) add_random(form, any_kind(random), random);
    const Rules rules = form.rules();
    const Values open(static_cast<size_t>(form.L), vmd::kOpen);
    vmd::DepthFirst<vmd::DomainModel> general(rules);
    vmd::LearningSearch restless(rules, 1, 2), learning(rules);
    auto staged = staged_by<vmd::LearningSearch>(rules, draw(random, 0, 4));
    for (Search* search : {static_cast<Search*>(&general), static_cast<Search*>(&restless),
                           static_cast<Search*>(&learning), static_cast<Search*>(&staged)})
      compare(*search, open);
  }
  Form pigeons{8, 7};  // many failures, and clauses that are forgotten
  for (int64_t hole = 0; hole < 7; ++hole) pigeons.add("Count", {0, 1, 2, 3, 4, 5, 6, 7}, {hole, 0, 1});
  const Rules rules = pigeons.rules();
  vmd::LearningSearch learning(rules, 8, 20);
  compare(learning, Values(8, vmd::kOpen));
  const Rules lanes = sudoku(2).rules();
  compare(*vmd::make_search(lanes), Values(16, vmd::kOpen));
  auto handed_over = staged_by<vmd::CandidateSearch>(lanes, 0);
  vmd::CandidateSearch candidates(lanes), forgetful(lanes, 1, 2);
  for (Search* search : {static_cast<Search*>(&handed_over), static_cast<Search*>(&candidates), static_cast<Search*>(&forgetful)})
    compare(*search, Values(16, vmd::kOpen));
  CHECK(nodes > 20'000);
}

/// Colours of graphs, where all are alike: the first answer and the proof that there is none, and all the answers.
void alike_values_lose_nothing() {
  Random random(5);
  int without = 0;
  for (int trial = 0; trial < 400; ++trial) {
    Form form{draw(random, 4, 8), draw(random, 2, 3)};
    for (int32_t a = 0; a < form.L; ++a)
      for (int32_t b = a + 1; b < form.L; ++b)
        if (draw(random, 0, 2) == 0) form.add("AllDifferent", {a, b});
    const Rules rules = form.rules();
    const Values open(static_cast<size_t>(form.L), vmd::kOpen);
    const auto expected = brute_force(rules, open);
    vmd::CandidateSearch candidates(rules, 2, 4);
    CHECK(enumerate(candidates, open) == expected);
    const int32_t cell = static_cast<int32_t>(draw(random, 0, form.L - 1)), value = static_cast<int32_t>(draw(random, 0, form.V - 1));
    candidates.start(open.data(), nullptr);
    candidates.forbid(cell, value);
    Values x(open);
    std::set<Values> rest;
    for (Budget budget; candidates.next(budget, x.data()) == Outcome::solution;) rest.insert(x);
    CHECK(candidates.exhausted() && rest.size() == expected.size() - expected.size() / static_cast<size_t>(form.V));
    without += expected.empty() ? 1 : 0;
  }
  CHECK(without > 20 && without < 380);
}

/// The same nodes and solutions from the portable code as from the one chosen for this CPU.
template <class Model>
void instruction_sets_agree(const Rules& rules, const Values& givens) {
  const auto chosen = vmd::make_singles_search(rules);
  vmd::DepthFirst<Model> portable(rules, true);
  Values a(givens.size()), b(givens.size());
  const auto count = [&](Search& search, Values& out) {
    return vmd::count_solutions(search, givens.data(), nullptr, 50, Budget(3000, -1), rules.L(), out.data());
  };
  const auto x = count(*chosen, a), y = count(portable, b);
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
    edges.add("AllDifferent", {0, c});
    edges.add("AllDifferent", {c, c % 39 + 1});
  }
  instruction_sets_agree<vmd::LaneModel<uint16_t, 0, 16>>(edges.rules(), Values(40, vmd::kOpen));
  Values out(40), open(40, vmd::kOpen);
  const Rules rules = edges.rules();  // an odd wheel needs four colours
  const auto search = vmd::make_search(rules);
  const auto found = vmd::count_solutions(*search, open.data(), nullptr, -1, Budget(), 40, out.data());
  CHECK(found.status == vmd::Status::unsatisfiable && found.complete);
}

/// Of a Sudoku in which touching cells differ, too: many units that share cells, some of them three by three.
Rules kings() {
  Form form = sudoku(3);
  for (int32_t cell = 0; cell < 72; ++cell) {
    if (cell % 9 < 8) form.add("AllDifferent", {cell, cell + 10});
    if (cell % 9 > 0) form.add("AllDifferent", {cell, cell + 8});
  }
  return form.rules();
}

/// Pointing takes nothing that a solution has, saves nodes, and is the same for vectors of any width.
template <class T, int N>
void pointing_agrees(const Rules& rules, int64_t problems) {
  vmd::DepthFirst<vmd::LaneModel<T, N, 16>> narrow(rules), singles(rules, true);
  vmd::DepthFirst<vmd::LaneModel<T, N, 32>> middle(rules);
  vmd::DepthFirst<vmd::LaneModel<T, N, 64>> wide(rules);
  const auto L = static_cast<size_t>(rules.L());
  Values problem(L), solution(L), first(L);
  int64_t pointed = 0, plain = 0;
  for (int64_t i = 0; i < problems; ++i) {
    vmd::generate_one(singles, rules, {3}, i, problem.data(), solution.data());
    const auto count = [&](Search& search) {
      const auto found = vmd::count_solutions(search, problem.data(), nullptr, -1, Budget(), rules.L(), first.data());
      CHECK(found.count == 1 && found.complete && first == solution);
      return found.nodes;
    };
    const int64_t nodes = count(narrow);
    CHECK(count(middle) == nodes && count(wide) == nodes);
    pointed += nodes;
    plain += count(singles);
    for (size_t c = 0; c < L; c += 2) problem[c] = vmd::kOpen;  // and one with more solutions
    Budget few(300, -1), same(300, -1);
    narrow.start(problem.data(), nullptr);
    wide.start(problem.data(), nullptr);
    for (Values x(L), y(L);;) {
      const Outcome outcome = narrow.next(few, x.data());
      CHECK(wide.next(same, y.data()) == outcome && x == y && few.nodes == same.nodes);
      if (outcome != Outcome::solution) break;
    }
  }
  CHECK(pointed < plain);
}

/// Graphs with a hidden colouring: local search finds one, wherever it is left off, and finds none where there is none.
void local_search_finds_colours() {
  Random random(6);
  for (int trial = 0; trial < 40; ++trial) {
    Form form{30, 3};
    for (int32_t a = 0; a < 30; ++a)
      for (int32_t b = a + 1; b < 30; ++b)
        if (a % 3 != b % 3 && draw(random, 0, 3) == 0) form.add("AllDifferent", {a, b});
    const Rules rules = form.rules();
    Values givens(30, vmd::kOpen);
    givens[0] = 0;
    vmd::DomainModel model(rules);
    model.start(givens.data());
    Budget budget;
    CHECK(model.propagate(budget));
    vmd::Tabu tabu(rules), late(rules);
    int64_t moves = 100'000, left = moves;
    CHECK(tabu.run(model, budget, moves));
    for (const vmd::Constraint& c : rules.constraints())
      for (size_t i = 0; i < c.cells.size(); ++i)
        for (size_t j = 0; j < i; ++j) CHECK(tabu.at(c.cells[i]) != tabu.at(c.cells[j]));
    CHECK(tabu.at(0) == 0);
    for (bool found = false; !found;) {
      Budget some;
      some.late_at_look(draw(random, 0, 20));
      try {
        found = late.run(model, some, left);
      } catch (const vmd::Late&) {
      }
    }
    CHECK(left == moves);
    for (int32_t cell = 0; cell < 30; ++cell) CHECK(tabu.at(cell) == late.at(cell));
  }
  Form edges{4, 3};
  for (int32_t a = 0; a < 4; ++a) edges.add("AllDifferent", {a, (a + 1) % 4});
  edges.add("AllDifferent", {0, 2});
  edges.add("AllDifferent", {1, 3});
  const Rules rules = edges.rules(), none = Form{4, 3}.rules();
  vmd::DomainModel model(none);
  model.start(Values(4, vmd::kOpen).data());
  vmd::Tabu tabu(rules);
  Budget budget;
  int64_t moves = 500;
  CHECK(!tabu.run(model, budget, moves) && moves == 0);
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
  Random random(2);
  int refused = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    Form form{draw(random, 0, 4), draw(random, 0, 4)};
    for (int64_t u = draw(random, 0, 3); u > 0; --u) {
      Values unit;
      std::vector<int64_t> numbers;
      for (int64_t i = draw(random, 0, 3); i > 0; --i) unit.push_back(static_cast<int32_t>(draw(random, -1, 4)));
      for (int64_t i = draw(random, 0, 9); i > 0; --i) numbers.push_back(draw(random, 0, 9) == 0 ? INT64_MIN : draw(random, -1, 3));
      form.add(static_cast<int32_t>(draw(random, -1, 6)), unit, draw(random, 0, 1) == 0 ? numbers : std::vector<int64_t>{});
    }
    const auto units = static_cast<int64_t>(form.kinds.size());
    if (draw(random, 0, 9) == 0) form.cell_offsets[static_cast<size_t>(draw(random, 0, units))] = draw(random, -9, 9);
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
  proofs_agree();
  lateness_changes_nothing();
  alike_values_lose_nothing();
  every_lane_type_agrees();
  pointing_agrees<uint16_t, 1>(sudoku(3).rules(), 12);
  pointing_agrees<uint16_t, 0>(kings(), 6);
  local_search_finds_colours();
  generator_makes_minimal_problems();
  nonsense_is_refused();
  std::puts("ok");
}
