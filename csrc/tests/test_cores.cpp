// test_cores.cpp -- the quota of control groups of both versions, in made-up folders; and affinity.
#include <sched.h>

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "check.hpp"
#include "support/cores.hpp"
#include "support/threads.hpp"

namespace {

namespace fs = std::filesystem;

/// A root of files that is gone at the end.
struct Root {
  std::string path;
  Root() {
    path = (fs::temp_directory_path() / "vmdsolve-cores-XXXXXX").string();
    CHECK(mkdtemp(path.data()) != nullptr);
  }
  ~Root() { fs::remove_all(path); }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path + name).parent_path());
    std::ofstream(path + name) << text;
  }
  double quota() const { return vmd::quota_of_groups(path); }
};

void the_least_quota_of_all_groups_counts() {
  const Root root;
  CHECK(root.quota() == 0);
  root.put("/proc/self/cgroup", "0::/a/b\n");
  CHECK(root.quota() == 0);
  root.put("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  CHECK(root.quota() == 0);
  root.put("/sys/fs/cgroup/a/cpu.max", "250000 100000\n");
  CHECK(root.quota() == 2.5);
  root.put("/sys/fs/cgroup/a/b/cpu.max", "400000 100000\n");
  CHECK(root.quota() == 2.5);
  root.put("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  CHECK(root.quota() == 1.5);
}

void groups_of_version_1_are_known_by_their_controller() {
  const Root root;
  root.put("/proc/self/cgroup", "3:cpuset:/x\n2:cpu,cpuacct:/docker/abc\n1:name=systemd:/y\nnonsense\n");
  root.put("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000");  // inside, the container's group is the root
  root.put("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  CHECK(root.quota() == 3);
  root.put("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
  CHECK(root.quota() == 0);
  root.put("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "oops");
  CHECK(root.quota() == 0);
}

void no_more_threads_than_a_process_may_use() {
  cpu_set_t before, one;
  CHECK(sched_getaffinity(0, sizeof before, &before) == 0);
  CHECK(vmd::cores() <= CPU_COUNT(&before) && vmd::cores() >= 1);
  CPU_ZERO(&one);
  for (size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
  CHECK(vmd::cores() == 1);
  CHECK(vmd::thread_count(0) == 1);
  CHECK(vmd::thread_count(3) == 3);
  CHECK(vmd::thread_count(-1) == 1 && vmd::thread_count(INT_MAX) == vmd::kMaxThreads);
  sched_setaffinity(0, sizeof before, &before);
}

}  // namespace

int main() {
  the_least_quota_of_all_groups_counts();
  groups_of_version_1_are_known_by_their_controller();
  no_more_threads_than_a_process_may_use();
  std::puts("cores: ok");
}
