// box_model.cpp -- which paths there are.
#include "search/box_model.hpp"

namespace vmd {

const std::vector<NamedBoxPath>& box_paths() {
  static const std::vector<NamedBoxPath> paths = [] {
    std::vector<NamedBoxPath> out{{"portable", &kBoxPortable}};
#if defined(__x86_64__)
    const bool bits = __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    if (bits && __builtin_cpu_supports("avx2")) out.push_back({"avx2", &kBoxAvx2});
    if (bits && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
      out.push_back({"avx512", &kBoxAvx512});
#endif
    return out;
  }();
  return paths;
}

}  // namespace vmd
