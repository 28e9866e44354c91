// rules.cpp -- checks the native form of the rules and compiles tables, automata and lanes.
#include "rules/rules.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace vmd {
namespace {

constexpr int64_t kMaxCells = 65536;
constexpr int64_t kMaxNumber = int64_t{1} << 40;        // totals: no sum over 65536 cells overflows
constexpr int64_t kMaxTableWords = int64_t{1} << 27;    // 1 GiB of compiled tuples in one Rules
constexpr int64_t kMaxAutomatonWork = int64_t{1} << 28; // (k + 1) * Q and Q * V

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::all_different: return "AllDifferent";
    case Kind::sum: return "Sum";
    case Kind::less: return "Less";
    case Kind::count: return "Count";
    case Kind::table: return "Table";
    case Kind::regular: return "Regular";
  }
  return "unknown";
}

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

[[noreturn]] void refuse(size_t u, Kind kind, const std::string& what) {
  refuse("constraint " + std::to_string(u) + " (" + name_of(kind) + "): " + what);
}

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

/// Number of params is exactly `wanted`.
void check_count(size_t u, const Constraint& c, size_t wanted) {
  if (c.params.size() != wanted)
    refuse(u, c.kind,
           "needs " + std::to_string(wanted) + " params" + got(static_cast<int64_t>(c.params.size())));
}

void check_range(size_t u, Kind kind, const char* what, int64_t value, int64_t low, int64_t high) {
  if (value < low || value > high)
    refuse(u, kind, std::string(what) + " must be in " + std::to_string(low) + ".." + std::to_string(high) +
                        got(value));
}

}  // namespace

Rules::Rules(int64_t L, int64_t V, std::span<const int32_t> kinds, std::span<const int64_t> cell_offsets,
             std::span<const int32_t> cells, std::span<const int64_t> param_offsets,
             std::span<const int64_t> params) {
  if (L < 1 || L > kMaxCells) refuse("L must be in 1.." + std::to_string(kMaxCells) + got(L));
  if (V < 1 || V > 64) refuse("V must be in 1..64" + got(V));
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
    if (kinds[u] < 0 || kinds[u] > 5)
      refuse("constraint " + std::to_string(u) + ": kind must be in 0..5" + got(kinds[u]));
    const auto slice = [u](auto& data, std::span<const int64_t> offsets) {
      return std::span(data).subspan(static_cast<size_t>(offsets[u]),
                                     static_cast<size_t>(offsets[u + 1] - offsets[u]));
    };
    Constraint c{static_cast<Kind>(kinds[u]), slice(cells_, cell_offsets), slice(params_, param_offsets), -1};
    for (const int32_t cell : c.cells) {
      check_range(u, c.kind, "cells", cell, 0, L - 1);
      if (std::exchange(last_seen[static_cast<size_t>(cell)], static_cast<int64_t>(u)) ==
          static_cast<int64_t>(u))
        refuse(u, c.kind, "names cell " + std::to_string(cell) + " twice");
    }
    const auto k = static_cast<int64_t>(c.cells.size());
    switch (c.kind) {
      case Kind::all_different: check_count(u, c, 0); break;
      case Kind::sum:
        check_count(u, c, 2);
        check_range(u, c.kind, "total", c.params[0], -kMaxNumber, kMaxNumber);
        check_range(u, c.kind, "first", c.params[1], -kMaxNumber, kMaxNumber);
        break;
      case Kind::less:
        check_count(u, c, 0);
        if (k != 2) refuse(u, c.kind, "needs 2 cells" + got(k));
        break;
      case Kind::count:
        check_count(u, c, 3);
        check_range(u, c.kind, "symbol", c.params[0], 0, V - 1);
        check_range(u, c.kind, "low", c.params[1], -kMaxNumber, kMaxNumber);
        check_range(u, c.kind, "high", c.params[2], -kMaxNumber, kMaxNumber);
        break;
      case Kind::table: add_table(u, c); break;
      case Kind::regular: add_automaton(u, c); break;
    }
    constraints_.push_back(c);
  }
  seen_.clear();
  join_edges();
  index_units();
  find_value_sets();
  lanes_ = LaneLayout::build(*this);
}

void Rules::add_table(size_t u, Constraint& c) {
  const auto k = static_cast<int64_t>(c.cells.size());
  if (c.params.empty()) refuse(u, c.kind, "needs params: n, then n*k values");
  const int64_t n = c.params[0];
  const auto given = static_cast<int64_t>(c.params.size()) - 1;
  if (n < 0 || n > kMaxNumber || n * k != given)
    refuse(u, c.kind, "n = " + std::to_string(n) + " tuples of " + std::to_string(k) +
                          " values do not match " + std::to_string(given) + " params");
  for (const int64_t value : c.params.subspan(1)) check_range(u, c.kind, "tuple values", value, 0, V_ - 1);

  std::vector<int64_t> key(c.params.begin(), c.params.end());
  key.push_back(k);  // n = 0 says nothing about k
  const auto [place, fresh] = seen_.try_emplace(std::move(key), static_cast<int32_t>(tables_.size()));
  c.compiled = place->second;
  if (!fresh) return;

  CompiledTable table{V_, (n + 63) / 64, {}};
  int64_t total = k * V_ * table.words;
  for (const auto& other : tables_) total += static_cast<int64_t>(other.bits.size());
  if (k > 0 && (table.words > kMaxTableWords / (k * V_) || total > kMaxTableWords))
    refuse(u, c.kind, "compiled tuples need more than 1 GiB; split the constraint");
  table.bits.assign(static_cast<size_t>(k * V_ * table.words), 0);
  for (int64_t t = 0; t < n; ++t)
    for (int64_t i = 0; i < k; ++i) {
      const int64_t value = c.params[static_cast<size_t>(1 + t * k + i)];
      table.bits[static_cast<size_t>((i * V_ + value) * table.words + t / 64)] |= uint64_t{1} << (t % 64);
    }
  tables_.push_back(std::move(table));
}

void Rules::add_automaton(size_t u, Constraint& c) {
  if (c.params.size() < 2) refuse(u, c.kind, "needs params: Q, start, Q accept flags, Q*V transitions");
  const int64_t Q = c.params[0];
  const auto k = static_cast<int64_t>(c.cells.size());
  check_range(u, c.kind, "Q", Q, 1, kMaxAutomatonWork / std::max<int64_t>(k + 1, V_));
  check_count(u, c, static_cast<size_t>(2 + Q + Q * V_));
  check_range(u, c.kind, "start", c.params[1], 0, Q - 1);

  std::vector<int64_t> key(c.params.begin(), c.params.end());
  key.push_back(-1);  // a key no table can have
  const auto [place, fresh] = seen_.try_emplace(std::move(key), static_cast<int32_t>(automata_.size()));
  c.compiled = place->second;
  if (!fresh) return;

  Automaton dfa{static_cast<int32_t>(Q), static_cast<int32_t>(c.params[1]), {}, {}};
  for (const int64_t flag : c.params.subspan(2, static_cast<size_t>(Q))) {
    check_range(u, c.kind, "accept flags", flag, 0, 1);
    dfa.accept.push_back(static_cast<uint8_t>(flag));
  }
  for (const int64_t state : c.params.subspan(static_cast<size_t>(2 + Q))) {
    check_range(u, c.kind, "transitions", state, -1, Q - 1);
    dfa.next.push_back(static_cast<int32_t>(state));
  }
  automata_.push_back(std::move(dfa));
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
}

}  // namespace vmd
