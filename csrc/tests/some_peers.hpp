// some_peers.hpp -- units of random cells for the tests, and every cell's peers by the plainest loops.
#pragma once
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "kernels/peers.hpp"

namespace vmd {

struct SomePeers {
  /// Up to 2 L units, most of them small.
  template <class Random>
  SomePeers(int64_t L, Random& random) : SomePeers(L, units_of(L, random)) {}

  SomePeers(int64_t L, const std::vector<std::set<int32_t>>& units) : offsets{0}, list_offsets{0} {
    std::vector<std::set<int32_t>> near(static_cast<size_t>(L));
    for (const auto& unit : units) {
      cells.insert(cells.end(), unit.begin(), unit.end());
      offsets.push_back(static_cast<int32_t>(cells.size()));
      for (const int32_t cell : unit)
        for (const int32_t other : unit)
          if (other != cell) near[static_cast<size_t>(cell)].insert(other);
    }
    for (const auto& mine : near) {
      list_cells.insert(list_cells.end(), mine.begin(), mine.end());
      list_offsets.push_back(static_cast<int32_t>(list_cells.size()));
    }
  }

  Peers peers(int64_t L) const { return Peers(L, offsets, cells); }
  PeerLists lists() const { return {list_offsets.data(), list_cells.data()}; }
  bool linked(int64_t cell, int64_t other) const {
    for (int32_t i = list_offsets[static_cast<size_t>(cell)]; i < list_offsets[static_cast<size_t>(cell + 1)]; ++i)
      if (list_cells[static_cast<size_t>(i)] == other) return true;
    return false;
  }

  std::vector<int32_t> offsets, cells, list_offsets, list_cells;

 private:
  template <class Random>
  static std::vector<std::set<int32_t>> units_of(int64_t L, Random& random) {
    std::vector<std::set<int32_t>> units(random() % static_cast<uint64_t>(2 * L + 1));
    for (auto& unit : units)
      for (uint64_t i = 1 + random() % (random() % 8 ? 4 : 12); i > 0; --i)
        unit.insert(static_cast<int32_t>(random() % static_cast<uint64_t>(L)));
    return units;
  }
};

}  // namespace vmd
