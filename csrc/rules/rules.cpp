// rules.cpp -- checks the native form of the rules and has it compiled.
#include "rules/rules.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "support/sets.hpp"
#include "support/stop.hpp"

namespace vmd {
namespace {

constexpr int64_t kMaxCells = 65536;

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

std::string got(int64_t n) { return ", got " + std::to_string(n); }

void check_offsets(std::span<const int64_t> offsets, size_t units, size_t items, const std::string& name) {
  if (offsets.size() != units + 1)
    refuse(name + " must have " + std::to_string(units + 1) + " entries (constraints + 1)" +
           got(static_cast<int64_t>(offsets.size())));
  if (offsets[0] != 0) refuse(name + "[0] must be 0" + got(offsets[0]));
  for (size_t u = 0; u < units; ++u)
    if (offsets[u + 1] < offsets[u])
      refuse(name + " must not decrease, but does after constraint " + std::to_string(u));
  if (offsets[units] != static_cast<int64_t>(items))
    refuse(name + " must end at " + std::to_string(items) + got(offsets[units]));
}

}  // namespace

Rules::Rules(std::span<const Kind* const> known, int64_t L, int64_t V, std::span<const int32_t> kinds,
             std::span<const int64_t> cell_offsets, std::span<const int32_t> cells,
             std::span<const int64_t> param_offsets, std::span<const int64_t> params) {
  if (L < 1 || L > kMaxCells) refuse("L must be in 1.." + std::to_string(kMaxCells) + got(L));
  if (V < 1 || V > kMaxSymbols) refuse("V must be in 1.." + std::to_string(kMaxSymbols) + got(V));
  if (kinds.size() > (size_t{1} << 30)) refuse("at most 2^30 constraints");
  check_offsets(cell_offsets, kinds.size(), cells.size(), "cell_offsets");
  check_offsets(param_offsets, kinds.size(), params.size(), "param_offsets");
  L_ = static_cast<int32_t>(L);
  V_ = static_cast<int32_t>(V);
  cells_.assign(cells.begin(), cells.end());
  params_.assign(params.begin(), params.end());

  std::vector<int64_t> last_seen(static_cast<size_t>(L), -1);  // constraint that last named the cell
  constraints_.reserve(kinds.size());
  for (size_t u = 0; u < kinds.size(); ++u) {
    stop_point();
    if (kinds[u] < 0 || static_cast<size_t>(kinds[u]) >= known.size())
      refuse("constraint " + std::to_string(u) + ": kind must be in 0.." + std::to_string(known.size() - 1) +
             got(kinds[u]));
    const auto slice = [u](auto& data, std::span<const int64_t> offsets) {
      return std::span(data).subspan(static_cast<size_t>(offsets[u]),
                                     static_cast<size_t>(offsets[u + 1] - offsets[u]));
    };
    const Kind& kind = *known[static_cast<size_t>(kinds[u])];
    const Draft draft{kind, u, V, slice(cells_, cell_offsets), slice(params_, param_offsets)};
    for (const int32_t cell : draft.cells) {
      draft.want_range("cells", cell, 0, L - 1);
      if (std::exchange(last_seen[static_cast<size_t>(cell)], static_cast<int64_t>(u)) ==
          static_cast<int64_t>(u))
        draft.refuse("names cell " + std::to_string(cell) + " twice");
    }
    kind.check(draft);
    constraints_.push_back({&kind, draft.cells, draft.params, kind.compile(draft, shelf_)});
  }
  join_edges();
  index_units();
  for (Constraint& c : constraints_) {
    stop_point();
    c.kind->relate(c, *this, shelf_);
  }
  shelf_.close();
  lanes_ = LaneLayout::build(*this);
  boxes_ = std::make_unique<BoxLayout>();
  if (!lay_out_boxes(*this, *boxes_)) boxes_.reset();
}

void Rules::index_units() {
  unit_offsets_.assign(static_cast<size_t>(L_) + 1, 0);
  for (const int32_t cell : cells_) ++unit_offsets_[static_cast<size_t>(cell) + 1];
  for (size_t c = 0; c < static_cast<size_t>(L_); ++c) unit_offsets_[c + 1] += unit_offsets_[c];
  unit_ids_.resize(cells_.size());
  auto next = unit_offsets_;
  for (size_t u = 0; u < constraints_.size(); ++u)
    for (const int32_t cell : constraints_[u].cells)
      unit_ids_[next[static_cast<size_t>(cell)]++] = static_cast<int32_t>(u);
  for (size_t c = 0; c < static_cast<size_t>(L_); ++c)  // edges were joined: the first constraint of the cell once more
    for (const size_t first = unit_offsets_[c]; next[c] < unit_offsets_[c + 1]; ++next[c]) unit_ids_[next[c]] = unit_ids_[first];
}

}  // namespace vmd
