// interrupt.cpp -- vmdsolve._native.Stop: ends the native calls of the threads that heed it.
#include "bind/interrupt.hpp"

namespace py = pybind11;

namespace vmd {

void register_interrupt(py::module_& m);
void register_interrupt(py::module_& m) {
  py::class_<Stop, std::shared_ptr<Stop>>(m, "Stop")
      .def(py::init([] { return std::make_shared<Stop>(); }))
      .def("ask", [](Stop& stop) { stop.ask(); })
      .def("heed", [](std::shared_ptr<Stop> stop) { heeded_stop() = std::move(stop); });
}

}  // namespace vmd
