// made.hpp -- objects whose __init__ never ran hold nothing, and are refused as arguments.
//
// T.__new__(T) gives such an object; where one is wanted, pybind11 would take raw memory in its place.
// None is no object either, but pybind11 passes it to member functions and pointers as null: take references.
#pragma once
#include <pybind11/pybind11.h>

#include <cstddef>

namespace vmd {

/// Of all classes of this module; called when all are registered.
inline void want_made(const pybind11::module_& m) {
  namespace py = pybind11;
  for (const auto& [name, object] : py::dict(m.attr("__dict__"))) {
    if (PyType_Check(object.ptr()) == 0) continue;
    py::detail::type_info* const ours = py::detail::get_type_info(reinterpret_cast<PyTypeObject*>(object.ptr()));
    if (ours != nullptr)
      ours->operator_new = [](size_t) -> void* {
        throw py::type_error("an object that was never made: its __init__ did not run");
      };
  }
}

}  // namespace vmd
