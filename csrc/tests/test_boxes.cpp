// test_boxes.cpp -- boards of three bands: every path against each other and against brute force, on every shape.
#include "rules/boxes.hpp"

#include "brute_force.hpp"
#include "search/box_model.hpp"
#include "search/depth_first.hpp"

namespace {

using vmd::Budget, vmd::BoxLayout, vmd::Search;

/// Rows, columns and boxes of so many rows and columns, and what a variant adds.
Form square(int32_t rows, int32_t columns) {
  const int32_t n = rows * columns;
  Form form{n * n, n};
  for (int32_t i = 0; i < n; ++i) {
    Values row, column, box;
    for (int32_t k = 0; k < n; ++k) {
      row.push_back(n * i + k);
      column.push_back(n * k + i);
      const int32_t boxes = n / columns;  // side by side
      box.push_back(n * (i / boxes * rows + k / columns) + i % boxes * columns + k % columns);
    }
    for (const Values& unit : {box, column, row}) form.add("AllDifferent", unit);
  }
  return form;
}

void add_diagonals(Form& form) {
  const auto n = static_cast<int32_t>(form.V);
  Values down, up;
  for (int32_t i = 0; i < n; ++i) {
    down.push_back(n * i + i);
    up.push_back(n * i + n - 1 - i);
  }
  form.add("AllDifferent", down);
  form.add("AllDifferent", up);
}

void add_windows(Form& form) {
  for (const int32_t y : {1, 5})
    for (const int32_t x : {1, 5}) {
      Values window;
      for (int32_t i = 0; i < 9; ++i) window.push_back(9 * (y + i / 3) + x + i % 3);
      form.add("AllDifferent", window);
    }
}

std::vector<std::unique_ptr<Search>> paths(const Rules& rules) {
  std::vector<std::unique_ptr<Search>> out;
  for (const auto& [name, path] : vmd::box_paths())
    out.push_back(std::make_unique<vmd::DepthFirst<vmd::BoxModel>>(rules, *path));
  return out;
}

std::set<Values> enumerate(Search& search, const Values& givens, const float* marginals, size_t most) {
  std::set<Values> out;
  Values x(givens.size());
  search.start(givens.data(), marginals);
  while (out.size() < most) {
    Budget budget(1, -1);  // one node a call: stopping and resuming must lose nothing
    const auto outcome = search.next(budget, x.data());
    if (outcome == vmd::Outcome::exhausted) break;
    if (outcome == vmd::Outcome::solution) CHECK(out.insert(x).second);
  }
  return out;
}

/// Boards with few givens, some of them wrong, and whole ones with holes: the solutions that singles find.
void every_path_finds_what_singles_find(const Form& form, unsigned seed) {
  const Rules rules = form.rules();
  CHECK(rules.boxes() != nullptr);
  const auto singles = vmd::make_singles_search(rules);
  Random random(seed);
  const auto L = static_cast<size_t>(rules.L());
  std::vector<float> marginals(L * static_cast<size_t>(rules.V()));
  int none = 0, several = 0;
  for (int trial = 0; trial < 60; ++trial) {
    for (float& m : marginals) m = static_cast<float>(draw(random, 0, 99));
    Values givens(L, vmd::kOpen), whole(L);
    Budget endless;
    singles->start(givens.data(), marginals.data());
    CHECK(singles->next(endless, whole.data()) == vmd::Outcome::solution);
    const int64_t open = draw(random, 30, 70);  // in a hundred
    for (size_t c = 0; c < L; ++c)
      if (draw(random, 0, 99) >= open) givens[c] = whole[c];
    if (draw(random, 0, 2) == 0)
      givens[static_cast<size_t>(draw(random, 0, rules.L() - 1))] = static_cast<int32_t>(draw(random, 0, rules.V() - 1));
    const auto expected = enumerate(*singles, givens, nullptr, 300);
    none += expected.empty() ? 1 : 0;
    several += expected.size() > 1 ? 1 : 0;
    int64_t nodes = -1;
    for (const auto& path : paths(rules)) {
      const auto found = enumerate(*path, givens, nullptr, 300);
      CHECK(found.size() == expected.size());
      if (expected.size() < 300) CHECK(found == expected);
      CHECK(nodes < 0 || path->nodes() == nodes);
      nodes = path->nodes();
      if (expected.size() < 300) CHECK(enumerate(*path, givens, marginals.data(), 300) == expected);
    }
  }
  CHECK(none > 3 && several > 3);
}

/// The same symbol twice in a unit of an empty board, where nothing else shows that this cannot be.
void a_symbol_given_twice_is_seen_at_once(const Form& form) {
  const Rules rules = form.rules();
  Values givens(static_cast<size_t>(form.L), vmd::kOpen), out(givens);
  for (const vmd::Constraint& unit : rules.constraints())
    for (const int32_t a : unit.cells)
      for (const int32_t b : unit.cells) {
        if (a >= b) continue;
        givens[static_cast<size_t>(a)] = givens[static_cast<size_t>(b)] = b % rules.V();
        for (const auto& path : paths(rules)) {
          const auto found =
              vmd::count_solutions(*path, givens.data(), nullptr, 1, Budget(1, -1), rules.L(), out.data());
          CHECK(found.status == vmd::Status::unsatisfiable && found.nodes == 1);
        }
        givens[static_cast<size_t>(a)] = givens[static_cast<size_t>(b)] = vmd::kOpen;
      }
}

int64_t count(const Form& form) {
  const Rules rules = form.rules();
  const Values open(static_cast<size_t>(form.L), vmd::kOpen);
  Values first(open);
  const auto search = vmd::make_search(rules);
  const auto found = vmd::count_solutions(*search, open.data(), nullptr, -1, Budget(), rules.L(), first.data());
  CHECK(found.complete);
  return found.count;
}

/// What is no board of three bands is none, and what is one is laid out as it is.
void only_squares_of_boxes_are_laid_out() {
  const auto laid_out = [](const Form& form) { return form.rules().boxes() != nullptr; };
  for (const auto& [rows, columns] : {std::pair{2, 2}, {2, 3}, {3, 2}, {3, 3}}) CHECK(laid_out(square(rows, columns)));
  CHECK(!laid_out(square(2, 4)) && !laid_out(square(4, 4)) && !laid_out(square(1, 3)));
  Form colours = square(2, 2), shifted = square(3, 3), many = square(3, 3), less = square(3, 3), missing{81, 9};
  ++colours.V;
  for (int32_t& cell : shifted.cells) cell = (cell + 1) % 81;
  for (int32_t cell = 0; cell + 10 < 81; ++cell) many.add("AllDifferent", {cell, cell + 10});
  less.add("Less", {0, 1});
  for (size_t i = 0; i < 26; ++i)
    missing.add("AllDifferent", {shifted.cells.begin() + static_cast<int64_t>(9 * i),
                                 shifted.cells.begin() + static_cast<int64_t>(9 * i + 9)});
  for (const Form* form : {&colours, &shifted, &many, &less, &missing}) CHECK(!laid_out(*form));
}

}  // namespace

int main() {
  only_squares_of_boxes_are_laid_out();
  unsigned seed = 0;
  for (const auto& [rows, columns] : {std::pair{2, 2}, {2, 3}, {3, 2}, {3, 3}}) {
    Form form = square(rows, columns);
    every_path_finds_what_singles_find(form, ++seed);
    a_symbol_given_twice_is_seen_at_once(form);
    if (rows == 3 && columns == 3) add_windows(form);
    if (form.V > 4) add_diagonals(form);
    form.add("AllDifferent", {0, 3 * static_cast<int32_t>(form.V) + 2});
    every_path_finds_what_singles_find(form, ++seed);
    a_symbol_given_twice_is_seen_at_once(form);
  }
  CHECK(count(square(2, 2)) == 288);
  Form crossed = square(2, 2);
  add_diagonals(crossed);
  CHECK(count(crossed) == 48);
  std::puts("ok");
}
