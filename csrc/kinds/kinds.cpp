// kinds.cpp -- the list; each function is in the file of its name.
#include "kinds/kinds.hpp"

#include <array>

namespace vmd {

const Kind& all_different_kind();
const Kind& sum_kind();
const Kind& less_kind();
const Kind& count_kind();
const Kind& table_kind();
const Kind& regular_kind();
const Kind& linear_kind();
const Kind& connected_kind();

std::span<const Kind* const> kinds() {
  static const std::array all{&all_different_kind(), &sum_kind(),     &less_kind(),   &count_kind(),
                              &table_kind(),         &regular_kind(), &linear_kind(), &connected_kind()};
  return all;
}

}  // namespace vmd
