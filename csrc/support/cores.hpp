// cores.hpp -- how many CPUs this process may use: the one number behind "as many threads as there are cores".
#pragma once
#include <string>

namespace vmd {

/// CPUs that the calling thread may run on (affinity), and no more than the time that its control groups are given
/// (their quota, as containers have, rounded down); 1 at least.
int cores();

/// CPUs' worth of time that the control groups of this process are given, versions 1 and 2; 0: no bound. Files are
/// looked for below `root`, which only tests name.
double quota_of_groups(const std::string& root = "");

}  // namespace vmd
