// budget.cpp -- see budget.hpp.
#include "search/budget.hpp"

namespace vmd {

Budget::Budget(int64_t node_limit, double seconds) {
  if (node_limit >= 0) nodes = node_limit;
  if (seconds >= 0 && seconds < 1e9)  // longer than any process lives: no limit, and no overflow
    deadline_ = Clock::now() +
                std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

bool Budget::look() {
  until_look_ = work_between_looks_;
  return --looks_left_ < 0 || late();
}

}  // namespace vmd
