// kind.cpp -- refusals in words, and the explanation that always holds.
#include "rules/kind.hpp"

#include <algorithm>
#include <stdexcept>

#include "support/stop.hpp"

namespace vmd {

void Draft::refuse(const std::string& what) const {
  throw std::invalid_argument("constraint " + std::to_string(number) + " (" + kind.name() + "): " + what);
}

void Draft::want_params(int64_t wanted) const {
  if (static_cast<int64_t>(params.size()) != wanted)
    refuse("needs " + std::to_string(wanted) + " params, got " + std::to_string(params.size()));
}

void Draft::want_range(const char* what, int64_t value, int64_t low, int64_t high) const {
  if (value < low || value > high)
    refuse(std::string(what) + " must be in " + std::to_string(low) + ".." + std::to_string(high) + ", got " +
           std::to_string(value));
}

void Draft::want_all(const char* what, std::span<const int64_t> values, int64_t low, int64_t high) const {
  constexpr size_t kBlock = 1 << 16;  // between two looks
  for (; !values.empty(); values = values.subspan(std::min(kBlock, values.size()))) {
    stop_point();
    for (const int64_t value : values.first(std::min(kBlock, values.size()))) want_range(what, value, low, high);
  }
}

void Kind::blame_all(const Loss& loss, std::vector<Literal>& causes) {
  const auto& cells = loss.constraint.cells;
  for (size_t i = 0; i < cells.size(); ++i)
    if (cells[i] != loss.cell) causes.push_back({cells[i], loss.domains[i]});
}

}  // namespace vmd
