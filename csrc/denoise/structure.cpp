// structure.cpp -- units as rows of one table of means, and the rows that each cell is linked to.
#include "denoise/structure.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include "support/checks.hpp"  // defines: kMaxCells, kMaxSymbols

namespace vmd {
namespace {

int64_t whole_tiles(int64_t rows) { return (rows + kTileRows - 1) / kTileRows * kTileRows; }

void want(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(std::string("structure: ") + what);
}

int64_t at(const std::vector<int64_t>& list, int64_t i) { return list[static_cast<size_t>(i)]; }

}  // namespace

Structure::Structure(int64_t L, int64_t V, const DenoiseUnits& units) {
  want(L >= 1 && L <= kMaxCells && V >= 1 && V <= kMaxSymbols, "L or V");
  want(!units.offsets.empty() && !units.spans.empty(), "offsets or spans");
  const auto U = static_cast<int64_t>(units.offsets.size()) - 1, n = static_cast<int64_t>(units.cells.size());
  const auto R = static_cast<int64_t>(units.spans.size()) - 1;
  want(units.offsets.front() == 0 && units.offsets.back() == n, "offsets");
  want(units.spans.front() == 0 && units.spans.back() == U, "spans");
  for (int64_t r = 0; r < R; ++r) want(at(units.spans, r) <= at(units.spans, r + 1), "spans");
  for (int64_t u = 0; u < U; ++u) want(at(units.offsets, u) < at(units.offsets, u + 1), "a unit without cells");
  for (const int64_t l : units.cells) want(l >= 0 && l < L, "a cell of a unit");
  want(units.weights.empty() || units.weights.size() == units.cells.size(), "weights");
  for (const float weight : units.weights) want(std::isfinite(weight), "weights");

  view_.L = L, view_.V = V, view_.groups = 1 + R, view_.U = U;
  unit_offsets_ = units.offsets, unit_cells_ = units.cells;
  number_rows(units);
  link_cells(units);
  view_.group_rows = group_rows_.data();
  view_.unit_offsets = unit_offsets_.data(), view_.unit_cells = unit_cells_.data(), view_.unit_rows = unit_rows_.data();
  view_.link_offsets = link_offsets_.data(), view_.link_rows = link_rows_.data();
  view_.link_weights = link_weights_.data();
}

void Structure::number_rows(const DenoiseUnits& units) {
  group_rows_ = {0, whole_tiles(view_.L)};
  for (int64_t r = 0; r < R(); ++r) {
    int64_t row = group_rows_.back();
    for (int64_t u = at(units.spans, r); u < at(units.spans, r + 1); ++u, row += view_.V) unit_rows_.push_back(row);
    group_rows_.push_back(whole_tiles(row));
  }
}

void Structure::link_cells(const DenoiseUnits& units) {
  struct Link {
    int64_t row, relation;
    float weight;
  };
  const bool told = !units.weights.empty();
  std::vector<std::vector<Link>> links(static_cast<size_t>(view_.L));
  for (int64_t r = 0; r < R(); ++r)
    for (int64_t u = at(units.spans, r); u < at(units.spans, r + 1); ++u)
      for (int64_t i = at(units.offsets, u); i < at(units.offsets, u + 1); ++i)
        links[static_cast<size_t>(at(units.cells, i))].push_back(
            {at(unit_rows_, u), r, told ? units.weights[static_cast<size_t>(i)] : 0.0f});
  link_offsets_ = {0};
  std::vector<int64_t> count(static_cast<size_t>(R()));  // all 0 again after each cell
  for (const std::vector<Link>& mine : links) {
    for (const Link& link : mine) ++count[static_cast<size_t>(link.relation)];
    for (const Link& link : mine) {
      link_rows_.push_back(link.row);
      link_weights_.push_back(told ? link.weight : 1.0f / static_cast<float>(at(count, link.relation)));
    }
    for (const Link& link : mine) count[static_cast<size_t>(link.relation)] = 0;
    link_offsets_.push_back(static_cast<int64_t>(link_rows_.size()));
  }
}

}  // namespace vmd
