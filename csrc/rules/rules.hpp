// rules.hpp -- the constraints of a domain in native form: checked once, then read by every search.
//
// Meaning      L cells take values 0..V-1, and constraint u restricts the cells[offsets[u]..offsets[u+1]):
//                kind 0  AllDifferent  no two cells are equal                    params: none
//                kind 1  Sum           sum of (value + first) == total           params: total, first
//                kind 2  Less          value[a] < value[b], cells = a, b         params: none
//                kind 3  Count         low <= #cells with `symbol` <= high       params: symbol, low, high
//                kind 4  Table         the row of values is one of n tuples      params: n, n*k values
//                kind 5  Regular       the word of values is accepted            params: Q, start, Q accept
//                                      flags, Q*V next states (-1: dead)
//              AllDifferents of two cells are joined to those of cliques, which say the same and propagate more.
//              A domain (set of possible values) is a uint64 bitset: bit v set <=> value v is possible.
// Limits       1 <= V <= 64, 1 <= L <= 65536; everything is checked in the constructor, which throws
//              std::invalid_argument naming the constraint, so that no later code has to check again.
// Sharing      immutable after construction; any number of threads may read one Rules.
// Twin         vmdsolve/constraints.py   Test  tests/search/test_exact.py
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "rules/lanes.hpp"

namespace vmd {

enum class Kind : int32_t { all_different, sum, less, count, table, regular };

struct Constraint {
  Kind kind;
  std::span<const int32_t> cells;
  std::span<const int64_t> params;
  int32_t compiled;  // index of its table, automaton or value sets; -1 = none
};

/// Tuples turned sideways: bit t of support(i, v) is set <=> tuple t has value v at position i.
struct CompiledTable {
  int32_t V;
  int64_t words;               // uint64 words that hold one bit per tuple
  std::vector<uint64_t> bits;  // [k, V, words]
  const uint64_t* support(size_t position, int value) const {
    return bits.data() + (position * static_cast<size_t>(V) + static_cast<size_t>(value)) *
                             static_cast<size_t>(words);
  }
};

struct Automaton {
  int32_t states, start;
  std::vector<uint8_t> accept;  // [states]
  std::vector<int32_t> next;    // [states, V], -1 = dead
};

class Rules {
 public:
  Rules(int64_t L, int64_t V, std::span<const int32_t> kinds, std::span<const int64_t> cell_offsets,
        std::span<const int32_t> cells, std::span<const int64_t> param_offsets,
        std::span<const int64_t> params);
  Rules(const Rules&) = delete;  // the constraints point into the arrays kept here
  Rules& operator=(const Rules&) = delete;

  int32_t L() const { return L_; }
  int32_t V() const { return V_; }
  uint64_t all_values() const { return V_ == 64 ? ~uint64_t{0} : (uint64_t{1} << V_) - 1; }
  const std::vector<Constraint>& constraints() const { return constraints_; }
  const CompiledTable& table(const Constraint& c) const { return tables_[static_cast<size_t>(c.compiled)]; }
  const Automaton& automaton(const Constraint& c) const {
    return automata_[static_cast<size_t>(c.compiled)];
  }
  /// For a Sum whose cells all differ: the sets of as many values that have its total. Only if c.compiled >= 0.
  std::span<const uint64_t> value_sets(const Constraint& c) const {
    return value_sets_[static_cast<size_t>(c.compiled)];
  }
  /// The constraints on `cell`, ascending.
  std::span<const int32_t> of(int32_t cell) const {
    const auto c = static_cast<size_t>(cell);
    return std::span(unit_ids_).subspan(unit_offsets_[c], unit_offsets_[c + 1] - unit_offsets_[c]);
  }
  /// The board of bitsets for rules made of AllDifferent alone; null where it does not fit.
  const LaneLayout* lanes() const { return lanes_.get(); }

 private:
  void add_table(size_t u, Constraint& c);
  void add_automaton(size_t u, Constraint& c);
  void join_edges();        // cliques.cpp
  void index_units();
  void find_value_sets();   // sums.cpp

  int32_t L_, V_;
  std::vector<int32_t> cells_;
  std::vector<int64_t> params_;
  std::vector<Constraint> constraints_;
  std::vector<size_t> unit_offsets_;
  std::vector<int32_t> unit_ids_;
  std::vector<CompiledTable> tables_;
  std::vector<Automaton> automata_;
  std::vector<std::vector<int32_t>> cliques_;
  std::vector<std::vector<uint64_t>> value_sets_;
  std::map<std::vector<int64_t>, int32_t> seen_;  // equal tables and automata are compiled once
  std::unique_ptr<LaneLayout> lanes_;
};

}  // namespace vmd
