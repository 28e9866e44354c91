// lanes.cpp -- lays the units of rules that only say what differs out in lanes.
#include "rules/lanes.hpp"

#include <algorithm>

#include "rules/rules.hpp"
#include "support/sets.hpp"
#include "support/stop.hpp"

namespace vmd {
namespace {

constexpr int64_t kMaxBlocks = 32;

void set_bit(Block* blocks, int64_t bit) {
  blocks[bit / 512].words[bit % 512 / 64] |= uint64_t{1} << (bit % 64);
}

bool has_bit(const Block* blocks, size_t bit) { return (blocks[bit / 512].words[bit % 512 / 64] >> (bit % 64) & 1) != 0; }

}  // namespace

std::unique_ptr<LaneLayout> LaneLayout::build(const Rules& rules) {
  size_t widest = 1;
  std::vector<std::span<const int32_t>> units;
  std::vector<uint8_t> covered(static_cast<size_t>(rules.L()), 0);
  for (const Constraint& c : rules.constraints()) {
    if (!c.kind->only_differ()) return nullptr;
    if (c.cells.empty()) continue;
    units.push_back(c.cells);
    widest = std::max(widest, c.cells.size());
    for (const int32_t cell : c.cells) covered[static_cast<size_t>(cell)] = 1;
  }
  if (units.empty() || widest > size_t{kMaxSymbols} || widest > static_cast<size_t>(rules.V())) return nullptr;

  auto layout = std::make_unique<LaneLayout>();
  layout->L = rules.L();
  layout->V = rules.V();
  layout->lane_bits = widest <= 16 ? 16 : widest <= 32 ? 32 : 64;
  const int64_t lane = layout->lane_bits;
  // Cells that no unit names get a lane each, so that every cell has a bit.
  const auto loose = std::count(covered.begin(), covered.end(), uint8_t{0});
  const int64_t lanes = static_cast<int64_t>(units.size()) + loose;
  const int64_t n = (lanes * lane + 511) / 512;
  if (n > kMaxBlocks) return nullptr;
  layout->n = static_cast<int32_t>(n);
  const auto blocks = static_cast<size_t>(n), L = static_cast<size_t>(rules.L());
  layout->cell_of.assign(blocks * 512, -1);
  layout->bit_of.assign(L, -1);
  layout->bits.assign(L * blocks, Block{});
  layout->peers.assign(L * blocks, Block{});
  layout->cells.assign(blocks, Block{});
  layout->full.assign(blocks, Block{});

  const auto place = [&](int64_t bit, int32_t cell) {
    const auto c = static_cast<size_t>(cell);
    layout->cell_of[static_cast<size_t>(bit)] = cell;
    if (layout->bit_of[c] < 0) layout->bit_of[c] = bit;
    set_bit(&layout->bits[c * blocks], bit);
    set_bit(layout->cells.data(), bit);
  };
  int64_t start = 0;
  for (const auto& unit : units) {
    for (size_t i = 0; i < unit.size(); ++i) place(start + static_cast<int64_t>(i), unit[i]);
    if (unit.size() == static_cast<size_t>(rules.V()))
      for (int64_t i = 0; i < lane; ++i) set_bit(layout->full.data(), start + i);
    start += lane;
  }
  for (int32_t cell = 0; cell < rules.L(); ++cell)
    if (covered[static_cast<size_t>(cell)] == 0) {
      place(start, cell);
      start += lane;
    }

  for (const auto& unit : units) {
    stop_point();
    for (const int32_t a : unit)
      for (const int32_t b : unit) {
        if (a == b) continue;
        Block* row = &layout->peers[static_cast<size_t>(a) * blocks];
        const Block* other = &layout->bits[static_cast<size_t>(b) * blocks];
        for (size_t j = 0; j < blocks; ++j)
          for (int w = 0; w < 8; ++w) row[j].words[w] |= other[j].words[w];
      }
  }
  layout->find_partners(units);
  return layout;
}

void LaneLayout::find_partners(const std::vector<std::span<const int32_t>>& units) {
  const auto is_full = [this](const auto& of) { return of.size() == static_cast<size_t>(V); };
  if (lane_bits > 16 || std::none_of(units.begin(), units.end(), is_full)) return;  // 25x25: slower by half with it
  const size_t blocks = static_cast<size_t>(n), lanes = blocks * 512 / static_cast<size_t>(lane_bits);
  unit.assign(lanes * blocks, Block{});
  std::vector<std::vector<size_t>> units_of(static_cast<size_t>(L));
  for (size_t u = 0; u < units.size(); ++u)
    for (const int32_t cell : units[u]) {
      units_of[static_cast<size_t>(cell)].push_back(u);
      for (size_t j = 0; j < blocks; ++j)
        for (size_t w = 0; w < 8; ++w)
          unit[u * blocks + j].words[w] |= bits[static_cast<size_t>(cell) * blocks + j].words[w];
    }
  partner.assign(kMaxPartners * lanes, -1);
  outside.assign(kMaxPartners * blocks, Block{});
  std::vector<size_t> shared(units.size());
  for (size_t u = 0; u < units.size(); ++u) {
    stop_point();
    if (!is_full(units[u])) continue;
    std::fill(shared.begin(), shared.end(), 0);
    for (const int32_t cell : units[u])
      for (const size_t other : units_of[static_cast<size_t>(cell)]) ++shared[other];
    size_t found = 0;
    for (size_t other = 0; other < units.size() && found < kMaxPartners; ++other) {
      if (shared[other] < 2 || shared[other] == units[u].size()) continue;
      partner[found * lanes + u] = static_cast<int32_t>(other);
      ++found;
    }
    partners = std::max(partners, found);
  }
  partner.resize(partners * lanes);
  outside.resize(partners * blocks);
  for (size_t p = 0; p < partners; ++p)
    for (size_t u = 0; u < lanes; ++u)
      for (size_t i = 0; i < static_cast<size_t>(lane_bits); ++i) {
        const size_t bit = u * static_cast<size_t>(lane_bits) + i;
        const int32_t other = partner[p * lanes + u];
        if (other >= 0 && has_bit(&unit[static_cast<size_t>(other) * blocks], bit)) continue;
        set_bit(&outside[p * blocks], static_cast<int64_t>(bit));
      }
}

}  // namespace vmd
