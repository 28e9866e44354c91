// decision.hpp -- what search tries next: a value in a cell.
#pragma once
#include <cstdint>

namespace vmd {

struct Decision {
  int32_t cell, value;
};

}  // namespace vmd
