// parts.hpp -- parts of 64 tokens of each class, as teams take them (canvas_team.hpp).
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "canvas/tables.hpp"

namespace vmd {

struct Parts {
  explicit Parts(const Grammar& g) {
    of_class.push_back(0);
    for (int64_t c = 0; c < g.C; ++c) {
      for (int64_t i = g.tokens.begin(c); c > 0 && i < g.tokens.end(c); i += kPart)
        first.push_back(static_cast<int32_t>(i));
      of_class.push_back(static_cast<int32_t>(first.size()));
    }
    first.push_back(static_cast<int32_t>(g.V));
  }
  int64_t size() const { return static_cast<int64_t>(first.size()) - 1; }

  std::vector<int32_t> of_class;  // [C+1] parts of each class
  std::vector<int32_t> first;     // [parts+1] where in the tokens by class each begins
};

}  // namespace vmd
