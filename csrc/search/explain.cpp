// explain.cpp -- see explain.hpp.
#include "search/explain.hpp"

#include <algorithm>

namespace vmd {
namespace {

int32_t lowest(uint64_t domain) { return std::countr_zero(domain); }
int32_t highest(uint64_t domain) { return 63 - std::countl_zero(domain); }
uint64_t up_to(int32_t value) { return ~uint64_t{0} >> (63 - value); }
uint64_t from(int32_t value) { return ~uint64_t{0} << value; }

}  // namespace

void Explainer::explain(const Constraint& c, int32_t cell, uint64_t removed, int32_t when,
                        std::vector<Literal>& causes) {
  domains_.clear();
  for (const int32_t other : c.cells) domains_.push_back(model_.before(other, when));
  switch (c.kind) {
    case Kind::all_different: return all_different(c, cell, removed, causes);
    case Kind::sum:
      if (bounds_of_sum(c, cell, removed, causes)) return;
      break;
    case Kind::less: return less(c, cell, causes);
    case Kind::count: return count(c, cell, removed, causes);
    case Kind::table:
    case Kind::regular: break;
  }
  everything(c, cell, causes);
}

void Explainer::everything(const Constraint& c, int32_t cell, std::vector<Literal>& causes) const {
  for (size_t i = 0; i < c.cells.size(); ++i)
    if (c.cells[i] != cell) causes.push_back({c.cells[i], domains_[i]});
}

void Explainer::all_different(const Constraint& c, int32_t cell, uint64_t removed, std::vector<Literal>& causes) {
  // The other cells; with `cell` at value v they have no matching, and a Hall set says why.
  std::array<int32_t, 64> cells;  // a unit of more cells than values failed before any decision
  std::array<uint64_t, 64> domains;
  std::array<int8_t, 64> hint;
  hint.fill(Matching::kNone);
  uint64_t left = removed;
  for (size_t i = 0; i < c.cells.size() && left != 0; ++i) {  // one decided cell says it best
    if (c.cells[i] == cell || (domains_[i] & ~left) != 0 || (domains_[i] & (domains_[i] - 1)) != 0) continue;
    causes.push_back({c.cells[i], domains_[i]});
    left &= ~domains_[i];
  }
  while (left != 0 || cell < 0) {
    const uint64_t v = left & (~left + 1);
    int n = 0;
    for (size_t i = 0; i < c.cells.size(); ++i) {
      if (c.cells[i] == cell) continue;
      const auto k = static_cast<size_t>(n++);
      cells[k] = c.cells[i];
      domains[k] = domains_[i] & ~v;
    }
    matching_.build(domains.data(), n, hint.data());
    const uint64_t values = matching_.seen() | v;  // of one more cell than there are of these, without v
    for (uint64_t rest = matching_.reached(); rest != 0; rest &= rest - 1)
      causes.push_back({cells[static_cast<size_t>(lowest(rest))], values});
    if (cell < 0) return;
    left &= ~values;
  }
}

bool Explainer::bounds_of_sum(const Constraint& c, int32_t cell, uint64_t removed,
                              std::vector<Literal>& causes) const {
  const int64_t total = c.params[0] - static_cast<int64_t>(c.cells.size()) * c.params[1];
  int64_t low = 0, high = 0;  // of the other cells
  for (size_t i = 0; i < c.cells.size(); ++i) {
    if (c.cells[i] == cell) continue;
    low += lowest(domains_[i]);
    high += highest(domains_[i]);
  }
  const int64_t most = cell < 0 ? 0 : lowest(removed), least = cell < 0 ? 0 : highest(removed);
  const bool too_great = low + most > total, too_small = high + least < total;
  if (!too_great && !too_small) return false;
  for (size_t i = 0; i < c.cells.size(); ++i)
    if (c.cells[i] != cell)
      causes.push_back({c.cells[i], too_great ? from(lowest(domains_[i])) : up_to(highest(domains_[i]))});
  return true;
}

void Explainer::less(const Constraint& c, int32_t cell, std::vector<Literal>& causes) const {
  if (cell != c.cells[0]) causes.push_back({c.cells[0], from(lowest(domains_[0]))});
  if (cell != c.cells[1]) causes.push_back({c.cells[1], up_to(highest(domains_[1]))});
}

void Explainer::count(const Constraint& c, int32_t cell, uint64_t removed, std::vector<Literal>& causes) const {
  const uint64_t symbol = uint64_t{1} << c.params[0];
  // The symbol is removed, or fails, because others have it; all else because others cannot have it.
  int64_t must = 0;
  for (size_t i = 0; i < c.cells.size(); ++i) must += domains_[i] == symbol && c.cells[i] != cell ? 1 : 0;
  const bool full = cell < 0 ? must > c.params[2] : removed == symbol;
  for (size_t i = 0; i < c.cells.size(); ++i) {
    if (c.cells[i] == cell) continue;
    if (full && domains_[i] == symbol) causes.push_back({c.cells[i], symbol});
    if (!full && (domains_[i] & symbol) == 0) causes.push_back({c.cells[i], ~symbol});
  }
}

}  // namespace vmd
