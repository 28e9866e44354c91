// support.cpp -- what the machine gives: the number of cores.
#include <pybind11/pybind11.h>

#include "support/cores.hpp"

namespace vmd {

void register_support(pybind11::module_& m) {
  m.def("cores", &cores, "CPUs that this process may use, by affinity and by the quota of its control groups.");
}

}  // namespace vmd
