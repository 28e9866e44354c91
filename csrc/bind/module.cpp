// module.cpp -- the Python module vmdsolve._native: one register function a group, nothing else.
#include <pybind11/pybind11.h>

#include "bind/made.hpp"  // defines: want_made

namespace vmd {
void register_automata(pybind11::module_& m);  // automata.cpp
void register_canvas(pybind11::module_& m);   // canvas.cpp
void register_check(pybind11::module_& m);    // check.cpp
void register_denoise(pybind11::module_& m);  // denoise.cpp
void register_gradient(pybind11::module_& m);  // gradient.cpp
void register_interrupt(pybind11::module_& m);  // interrupt.cpp
void register_kernels(pybind11::module_& m);  // kernels.cpp
void register_later(pybind11::module_& m);    // later.cpp
void register_lines(pybind11::module_& m);    // lines.cpp
void register_normal(pybind11::module_& m);   // normal.cpp
void register_rows(pybind11::module_& m);    // rows.cpp
void register_search(pybind11::module_& m);   // search.cpp
void register_support(pybind11::module_& m);  // support.cpp
}  // namespace vmd

PYBIND11_MODULE(_native, m) {
  m.doc() = "Native search and kernels of vmdsolve. Private: use vmdsolve.search and vmdsolve.kernels.";
#if defined(__clang__)
  m.attr("built_with") = "clang " __clang_version__;
#elif defined(__GNUC__)
  m.attr("built_with") = "g++ " __VERSION__;
#endif
  vmd::register_automata(m);
  vmd::register_canvas(m);
  vmd::register_check(m);
  vmd::register_denoise(m);
  vmd::register_gradient(m);
  vmd::register_interrupt(m);
  vmd::register_kernels(m);
  vmd::register_later(m);
  vmd::register_lines(m);
  vmd::register_normal(m);
  vmd::register_rows(m);
  vmd::register_search(m);
  vmd::register_support(m);
  vmd::want_made(m);
}
