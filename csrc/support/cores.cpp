#include "support/cores.hpp"

#if defined(__linux__)
#include <sched.h>
#endif

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

namespace vmd {
namespace {

/// What a group of version 2 or 1 in `folder` is given; 0: no bound, or no such group.
double quota_in(const std::string& folder) {
  double quota = 0, period = 0;
  std::ifstream both(folder + "/cpu.max");  // "max 100000" is no bound, and reads as no number
  if (both >> quota >> period && quota > 0 && period > 0) return quota / period;
  std::ifstream time(folder + "/cpu.cfs_quota_us"), per(folder + "/cpu.cfs_period_us");
  if (time >> quota && per >> period && quota > 0 && period > 0) return quota / period;
  return 0;
}

int affinity() {
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());  // also where a cpu_set_t is too small
}

}  // namespace

double quota_of_groups(const std::string& root) {
  double least = 0;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // number:controllers:path, no controllers in version 2
    std::istringstream parts(line);
    std::string number, controllers, path;
    if (!std::getline(parts, number, ':') || !std::getline(parts, controllers, ':')) continue;
    std::getline(parts, path);
    const bool first = !controllers.empty();
    if (first && ("," + controllers + ",").find(",cpu,") == std::string::npos) continue;
    const std::string base = root + (first ? "/sys/fs/cgroup/cpu" : "/sys/fs/cgroup");
    while (true) {  // up to the root: a group has no more than those around it
      while (!path.empty() && path.back() == '/') path.pop_back();
      const double quota = quota_in(base + path);
      if (quota > 0 && (least == 0 || quota < least)) least = quota;
      if (path.empty()) break;
      path.erase(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    }
  }
  return least;
}

int cores() {
  static const double quota = quota_of_groups();
  const int allowed = affinity();
  return std::max(1, quota > 0 && quota < allowed ? static_cast<int>(quota) : allowed);
}

}  // namespace vmd
