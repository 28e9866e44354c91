// boxes.cpp -- see boxes.hpp.
#include "rules/boxes.hpp"

#include <algorithm>
#include <vector>

#include "rules/rules.hpp"

namespace vmd {
namespace {

using Cells = std::vector<int32_t>;

/// Rows, columns, and boxes of so many rows and columns.
std::vector<Cells> units_of(int32_t rows, int32_t columns) {
  const int32_t n = rows * columns;
  std::vector<Cells> units(static_cast<size_t>(3 * n));
  for (int32_t cell = 0; cell < n * n; ++cell) {
    const int32_t y = cell / n, x = cell % n;
    for (const int32_t unit : {y, n + x, 2 * n + y / rows * rows + x / columns})
      units[static_cast<size_t>(unit)].push_back(cell);
  }
  return units;
}

void place_cells(int32_t rows, int32_t columns, BoxLayout& layout) {
  const int32_t n = layout.n = rows * columns;
  std::fill(std::begin(layout.cell_of), std::end(layout.cell_of), -1);
  for (int32_t cell = 0; cell < n * n; ++cell) {
    const int32_t y = cell / n, x = cell % n;
    const int32_t place = 27 * (y / rows) + 9 * (y % rows) + 3 * (x / columns) + x % columns;
    layout.place_of[cell] = place;
    layout.cell_of[place] = cell;
    layout.cells[place / 27] |= uint32_t{1} << place % 27;
  }
  std::fill(std::begin(layout.symbol_of), std::end(layout.symbol_of), -1);
  for (int32_t v = 0; v < n; ++v) {
    const int32_t lane = layout.lane_of[v] = v / 3 * 4 + v % 3;
    layout.symbol_of[lane] = v;
    layout.lanes[lane] = layout.only[v][lane] = ~uint32_t{0};
    for (int32_t other = 0; other < n; ++other)
      if (other != v) layout.others[other][lane] = ~uint32_t{0};
    for (int32_t band = 0; band < 3; ++band) {
      uint32_t& word = layout.start.words[band][lane] = layout.cells[band];
      for (int32_t stack = 0; stack < 3; ++stack)  // there are `columns` bands and `rows` stacks
        if (band >= columns || stack >= rows) word |= uint32_t{1} << (9 * stack + 3 * stack + band);
    }
  }
}

void add_peers(const Cells& unit, BoxLayout& layout) {
  for (const int32_t a : unit)
    for (const int32_t b : unit) {
      const int32_t other = layout.place_of[b];
      if (a != b) layout.peers[layout.place_of[a]][other / 27] |= uint32_t{1} << other % 27;
    }
}

}  // namespace

bool lay_out_boxes(const Rules& rules, BoxLayout& layout) {
  const int32_t n = rules.V();
  if (n > 9 || rules.L() != n * n) return false;
  std::vector<Cells> given;
  for (const Constraint& c : rules.constraints()) {
    if (!c.kind->only_differ()) return false;
    if (c.cells.size() < 2) continue;
    given.emplace_back(c.cells.begin(), c.cells.end());
    std::sort(given.back().begin(), given.back().end());
  }
  std::sort(given.begin(), given.end());
  given.erase(std::unique(given.begin(), given.end()), given.end());
  for (int32_t rows = 2; rows <= 3; ++rows) {
    if (n % rows != 0 || n / rows < 2 || n / rows > 3) continue;
    const auto wanted = units_of(rows, n / rows);
    const auto is_given = [&](const Cells& unit) { return std::binary_search(given.begin(), given.end(), unit); };
    if (!std::all_of(wanted.begin(), wanted.end(), is_given)) continue;
    if (given.size() > wanted.size() + static_cast<size_t>(BoxLayout::kMost)) return false;
    layout = {};
    place_cells(rows, n / rows, layout);
    for (const Cells& cells : given) {
      add_peers(cells, layout);
      if (std::find(wanted.begin(), wanted.end(), cells) != wanted.end()) continue;
      BoxLayout::Unit& unit = layout.unit[layout.units++];
      unit.full = cells.size() == static_cast<size_t>(n);
      for (const int32_t cell : cells) {
        const int32_t place = layout.place_of[cell];
        unit.places[place / 27] |= uint32_t{1} << place % 27;
      }
    }
    return true;
  }
  return false;
}

}  // namespace vmd
