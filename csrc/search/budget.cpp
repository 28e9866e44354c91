// budget.cpp -- see budget.hpp.
#include "search/budget.hpp"

namespace vmd {

Deadline::Deadline(double seconds, Clock::time_point now) {
  if (seconds >= 0 && seconds < 1e9)  // longer than any process lives: no limit, and no overflow
    end_ = now + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

Budget::Budget(int64_t node_limit, Deadline deadline) : deadline_(deadline) {
  if (node_limit >= 0) nodes = node_limit;
}

bool Budget::look() {
  until_look_ = work_between_looks_;
  return --looks_left_ < 0 || late();
}

}  // namespace vmd
