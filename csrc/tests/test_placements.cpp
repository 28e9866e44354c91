// test_placements.cpp -- exact covers against all choices of options; search value by value against brute force.
#include "brute_force.hpp"
#include "search/candidate_search.hpp"
#include "search/exact_cover.hpp"
#include "search/placements.hpp"

namespace {

using vmd::Budget, vmd::ExactCover, vmd::Placements;

/// All that body() returns but `stopped`, whatever interrupts it: time that is over at random looks, few steps at a time.
template <class Outcome, class Body>
Outcome through(Random& random, Outcome stopped, Body body) {
  for (;;) {
    Budget budget;
    budget.late_at_look(draw(random, 0, 9));
    int64_t steps = draw(random, 0, 5);
    try {
      if (const Outcome outcome = body(budget, steps); outcome != stopped) return outcome;
      CHECK(steps == 0);
    } catch (const vmd::Late&) {
    }
  }
}

void every_cover_is_found_once() {
  Random random(3);
  int64_t found = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const auto items = static_cast<size_t>(draw(random, 0, 6)), wanted = static_cast<size_t>(draw(random, 0, static_cast<int64_t>(items)));
    const auto options = static_cast<size_t>(draw(random, 0, 9));
    const auto allowed = static_cast<uint64_t>(draw(random, 0, 1023));
    std::vector<Values> covers;
    ExactCover cover;
    cover.start(wanted, items);
    for (size_t o = 0; o < options; ++o) {
      Values its;
      for (size_t item = 0; item < items; ++item)
        if (draw(random, 0, 2) == 0) its.push_back(static_cast<int32_t>(item));
      if (std::none_of(its.begin(), its.end(), [&](int32_t item) { return static_cast<size_t>(item) < wanted; })) continue;
      covers.push_back(its);
      cover.add(its);
    }
    std::set<std::set<int32_t>> expected, got;
    for (uint64_t choice = 0; choice < uint64_t{1} << covers.size(); ++choice) {
      std::vector<int> times(items);
      std::set<int32_t> chosen;
      for (size_t o = 0; o < covers.size(); ++o)
        if ((choice >> o & 1) != 0) {
          chosen.insert(static_cast<int32_t>(o));
          for (const int32_t item : covers[o]) ++times[static_cast<size_t>(item)];
        }
      bool ok = (choice & ~allowed) == 0;
      for (size_t item = 0; item < items; ++item) ok = ok && times[item] <= 1 && (item >= wanted || times[item] == 1);
      if (ok) expected.insert(chosen);
    }
    cover.begin([&](int32_t option) { return (allowed >> option & 1) != 0; });
    while (through(random, ExactCover::Outcome::stopped,
                   [&](Budget& budget, int64_t& steps) { return cover.next(budget, steps); }) == ExactCover::Outcome::found)
      CHECK(got.insert({cover.chosen().begin(), cover.chosen().end()}).second);
    CHECK(got == expected);
    found += static_cast<int64_t>(got.size());
  }
  CHECK(found > 100);
}

std::vector<vmd::Decision> first_row(int32_t n) {
  std::vector<vmd::Decision> known;
  for (int32_t value = 0; value < n; ++value) known.push_back({value, value});
  return known;
}

/// A search value by value, interrupted at random, ends as one in one go; what it found breaks no rule.
Placements::Outcome outcome_of(const Rules& rules, Random& random) {
  CHECK(Placements::takes(rules));
  Placements once(rules), often(rules);
  once.start(first_row(rules.V()));
  often.start(first_row(rules.V()));
  Budget budget;
  int64_t steps = INT64_MAX;
  const Placements::Outcome outcome = once.run(budget, steps);
  CHECK(outcome == through(random, Placements::Outcome::going_on,
                           [&](Budget& some, int64_t& few) { return often.run(some, few); }));
  if (outcome != Placements::Outcome::found) return outcome;
  Values values;
  for (int32_t cell = 0; cell < rules.L(); ++cell) {
    CHECK(once.at(cell) == often.at(cell));
    values.push_back(once.at(cell));
  }
  for (const vmd::Constraint& c : rules.constraints()) CHECK(holds(c, values));
  for (const vmd::Decision& one : first_row(rules.V())) CHECK(values[static_cast<size_t>(one.cell)] == one.value);
  return outcome;
}

/// Latin squares of order 3 and 4 with more cells that differ: none is lost, none is claimed.
void searching_by_value_agrees_with_brute_force() {
  Random random(4);
  int found = 0, none = 0;
  for (int trial = 0; trial < 150; ++trial) {
    const int32_t n = 3;
    Form form = latin_square(n);
    for (int64_t more = draw(random, 0, 4); more > 0; --more) {
      const auto a = static_cast<int32_t>(draw(random, 0, n * n - 1)), b = static_cast<int32_t>(draw(random, 0, n * n - 1));
      if (a != b) form.add("AllDifferent", {a, b});
    }
    const Rules rules = form.rules();
    Values givens(static_cast<size_t>(n * n), vmd::kOpen);
    for (int32_t value = 0; value < n; ++value) givens[static_cast<size_t>(value)] = value;
    const bool expected = !brute_force(rules, givens).empty();
    CHECK(outcome_of(rules, random) == (expected ? Placements::Outcome::found : Placements::Outcome::none));
    ++(expected ? found : none);
    // As a part of search that learns: all solutions of the blank board, each once.
    vmd::CandidateSearch search(rules, 1, 2);
    Values out(givens.size());
    const vmd::Found all =
        vmd::count_solutions(search, Values(givens.size(), vmd::kOpen).data(), nullptr, -1, Budget(), rules.L(), out.data());
    CHECK(all.complete && all.count == static_cast<int64_t>(brute_force(rules, Values(givens.size(), vmd::kOpen)).size()));
  }
  CHECK(found > 20 && none > 20);
}

/// The board of queens of order n.
Form queens(int32_t n) {
  Form form = latin_square(n);
  for (const bool down : {true, false})
    for (int32_t start = 1 - n; start < n; ++start) {
      Values unit;
      for (int32_t row = 0; row < n; ++row)
        if (const int32_t column = start + row; column >= 0 && column < n)
          unit.push_back((down ? row : n - 1 - row) * n + column);
      if (unit.size() > 1) form.add("AllDifferent", unit);
    }
  return form;
}

/// n colours suffice for orders 1, 5, 7 and 11 up to 11 (Vasquez, J. Heuristics 2004).
void boards_of_queens() {
  Random random(5);
  for (int32_t n = 4; n <= 11; ++n) {
    const bool can = n == 5 || n == 7 || n == 11;
    CHECK(outcome_of(queens(n).rules(), random) == (can ? Placements::Outcome::found : Placements::Outcome::none));
  }
  const Rules ten = queens(10).rules(), eleven = queens(11).rules();
  Values out(121);
  for (const Rules* rules : {&ten, &eleven}) {
    vmd::CandidateSearch search(*rules);
    const vmd::Found found = vmd::count_solutions(search, Values(121, vmd::kOpen).data(), nullptr, 1, Budget(20'000, -1), rules->L(), out.data());
    CHECK(found.status == (rules == &ten ? vmd::Status::unsatisfiable : vmd::Status::solved));
  }
}

void what_is_too_much_is_left_alone() {
  Random random(6);
  CHECK(outcome_of(latin_square(12).rules(), random) == Placements::Outcome::too_many);
  Form edges{3, 3};
  edges.add("AllDifferent", {0, 1});
  CHECK(!Placements::takes(edges.rules()));
}

}  // namespace

int main() {
  every_cover_is_found_once();
  searching_by_value_agrees_with_brute_force();
  boards_of_queens();
  what_is_too_much_is_left_alone();
  std::puts("ok");
}
