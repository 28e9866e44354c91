// brute_force.hpp -- random rules, and every solution of theirs by trying all boards.
#pragma once
#include <algorithm>
#include <random>
#include <set>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "kinds/kinds.hpp"
#include "rules/rules.hpp"
#include "search/search.hpp"

using vmd::Rules;
using Values = std::vector<int32_t>;

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
  void add(std::string_view kind, const Values& unit, const std::vector<int64_t>& numbers = {}) {
    const auto known = vmd::kinds();
    const auto place = std::find_if(known.begin(), known.end(), [&](const vmd::Kind* k) { return kind == k->name(); });
    CHECK(place != known.end());
    add(static_cast<int32_t>(place - known.begin()), unit, numbers);
  }
  Rules rules() const { return {vmd::kinds(), L, V, kinds, cell_offsets, cells, param_offsets, params}; }
};

inline Form sudoku(int32_t n) {
  const int32_t N = n * n;
  Form form{N * N, N};
  for (int32_t i = 0; i < N; ++i) {
    Values row, column, box;
    for (int32_t k = 0; k < N; ++k) {
      row.push_back(N * i + k);
      column.push_back(N * k + i);
      box.push_back(N * (i / n * n + k / n) + i % n * n + k % n);
    }
    for (const Values& unit : {row, column, box}) form.add("AllDifferent", unit);
  }
  return form;
}

/// The rules of a Latin square of n by n.
inline Form latin_square(int32_t n) {
  Form form{n * n, n};
  for (int32_t i = 0; i < n; ++i) {
    Values row, column;
    for (int32_t k = 0; k < n; ++k) {
      row.push_back(n * i + k);
      column.push_back(n * k + i);
    }
    form.add("AllDifferent", row);
    form.add("AllDifferent", column);
  }
  return form;
}

/// The rule of each kind, said once more.
inline bool holds(const vmd::Constraint& c, const Values& x) {
  std::vector<int64_t> word;
  for (const int32_t cell : c.cells) word.push_back(x[static_cast<size_t>(cell)]);
  const auto p = [&c](int64_t i) { return c.params[static_cast<size_t>(i)]; };
  const auto k = static_cast<int64_t>(word.size());
  const std::string_view kind = c.kind->name();
  int64_t number = 0;
  if (kind == "AllDifferent") return std::set<int64_t>(word.begin(), word.end()).size() == word.size();
  if (kind == "Sum") {
    for (const int64_t value : word) number += value + p(1);
    return number == p(0);
  }
  if (kind == "Linear") {
    const bool own = static_cast<int64_t>(c.params.size()) > 2 + k;
    for (int64_t i = 0; i < k; ++i) {
      const int64_t value = word[static_cast<size_t>(i)];
      number += p(2 + i) * (own ? p(2 + k + value) : value);
    }
    return p(0) == 0 ? number == p(1) : p(0) == 1 ? number != p(1) : number <= p(1);
  }
  if (kind == "Less") return word[0] < word[1];
  if (kind == "Count") {
    for (const int64_t value : word) number += value == p(0) ? 1 : 0;
    return p(1) <= number && number <= p(2);
  }
  if (kind == "Table") {
    for (int64_t t = 0; t < p(0); ++t)
      if (std::equal(word.begin(), word.end(), c.params.begin() + 1 + t * k)) return true;
    return false;
  }
  if (kind == "Connected") {
    const auto member = [&](int64_t i) {
      return std::count(c.params.begin() + 1, c.params.begin() + 1 + p(0), word[static_cast<size_t>(i)]) > 0;
    };
    std::set<int64_t> group;
    for (int64_t i = 0; i < k && group.empty(); ++i)
      if (member(i)) group.insert(i);
    for (size_t before = 0; before != group.size();) {
      before = group.size();
      for (size_t e = static_cast<size_t>(1 + p(0)); e < c.params.size(); e += 2)
        for (const auto& [a, b] : {std::pair(c.params[e], c.params[e + 1]), std::pair(c.params[e + 1], c.params[e])})
          if (group.count(a) > 0 && member(b)) group.insert(b);
    }
    for (int64_t i = 0; i < k; ++i)
      if (member(i) && group.count(i) == 0) return false;
    return true;
  }
  CHECK(kind == "Regular");
  const int64_t Q = p(0), V = (static_cast<int64_t>(c.params.size()) - 2 - Q) / Q;
  int64_t state = p(1);
  for (const int64_t value : word)
    if (state >= 0) state = p(2 + Q + state * V + value);
  return state >= 0 && p(2 + state) == 1;
}

inline std::set<Values> brute_force(const Rules& rules, const Values& givens) {
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

using Random = std::mt19937;
inline int64_t draw(Random& random, int64_t low, int64_t high) {
  return std::uniform_int_distribution(low, high)(random);
}

inline int64_t any_kind(Random& random) { return draw(random, 0, static_cast<int64_t>(vmd::kinds().size()) - 1); }

/// Add a constraint of the kind with this number on random cells.
inline void add_random(Form& form, int64_t number, Random& random) {
  Values all;
  for (int32_t c = 0; c < form.L; ++c) all.push_back(c);
  std::shuffle(all.begin(), all.end(), random);
  const int64_t k = draw(random, 0, form.L);
  const Values unit(all.begin(), all.begin() + k);
  std::vector<int64_t> numbers;
  const std::string_view kind = vmd::kinds()[static_cast<size_t>(number)]->name();
  if (kind == "AllDifferent") {
    form.add(kind, unit);
  } else if (kind == "Sum") {
    form.add(kind, unit, {draw(random, 0, k * form.V), draw(random, -1, 1)});
  } else if (kind == "Linear") {
    numbers = {draw(random, 0, 2), draw(random, -9, 9)};
    for (int64_t i = k + (draw(random, 0, 1) == 0 ? 0 : form.V); i > 0; --i) numbers.push_back(draw(random, -3, 3));
    form.add(kind, unit, numbers);
  } else if (kind == "Less") {
    if (form.L > 1) form.add(kind, {all[0], all[1]});
  } else if (kind == "Count") {
    form.add(kind, unit, {draw(random, 0, form.V - 1), draw(random, 0, 2), draw(random, 0, 4)});
  } else if (kind == "Table") {
    numbers.push_back(draw(random, 0, 9));
    for (int64_t i = numbers[0] * k; i > 0; --i) numbers.push_back(draw(random, 0, form.V - 1));
    form.add(kind, unit, numbers);
  } else if (kind == "Connected") {
    for (int64_t v = 0; v < form.V; ++v)
      if (draw(random, 0, 1) == 0) numbers.push_back(v);
    numbers.insert(numbers.begin(), static_cast<int64_t>(numbers.size()));
    for (int64_t i = k == 0 ? 0 : 2 * draw(random, 0, 6); i > 0; --i) numbers.push_back(draw(random, 0, k - 1));
    form.add(kind, unit, numbers);
  } else {
    CHECK(kind == "Regular");
    numbers = {draw(random, 1, 3)};
    numbers.push_back(draw(random, 0, numbers[0] - 1));
    for (int64_t q = 0; q < numbers[0]; ++q) numbers.push_back(draw(random, 0, 1));
    for (int64_t i = numbers[0] * form.V; i > 0; --i) numbers.push_back(draw(random, -1, numbers[0] - 1));
    form.add(kind, unit, numbers);
  }
}
