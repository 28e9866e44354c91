// check.cpp -- the judge of many boards, as a function on NumPy arrays.
#include <pybind11/pybind11.h>

#include <stdexcept>

#include "bind/arrays.hpp"
#include "bind/interrupt.hpp"
#include "check/accepts.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

constexpr int32_t kMostSymbols = 64;

void check_units(const Array<int32_t>& offsets, const Array<int32_t>& cells, int64_t L) {
  const auto starts = span_of(offsets);
  want(!starts.empty() && starts.front() == 0 && starts.back() == cells.size(), "offsets: wanted 0 to the number of cells");
  for (size_t i = 1; i < starts.size(); ++i) want(starts[i - 1] <= starts[i], "offsets: wanted numbers that rise");
  for (const int32_t cell : span_of(cells))
    if (cell < 0 || cell >= L)  // words are made for what is wrong alone: there are hundreds of cells
      throw std::invalid_argument("cells: wanted 0 to " + std::to_string(L - 1) + ", got " + std::to_string(cell));
}

Array<bool> accepts_py(int32_t V, const py::object& offsets_object, const py::object& cells_object,
                       const py::object& givens_object, const py::object& boards_object) {
  const auto offsets = owned(array_of<int32_t>(offsets_object, "offsets", {-1}));
  const auto cells = owned(array_of<int32_t>(cells_object, "cells", {-1}));
  const auto boards = array_of<int32_t>(boards_object, "boards", {-1, -1});
  const int64_t B = boards.shape(0), L = boards.shape(1);
  const bool per_board = py::isinstance<py::array>(givens_object) && py::reinterpret_borrow<py::array>(givens_object).ndim() == 2;
  const auto givens = array_of<int32_t>(givens_object, "givens", per_board ? Shape{B, L} : Shape{L});
  want(V >= 1 && V <= kMostSymbols, "V: wanted 1 to " + std::to_string(kMostSymbols) + ", got " + std::to_string(V));
  check_units(offsets, cells, L);
  Array<bool> out(B);
  const AcceptsArgs args{B, L, V, givens.data(), per_board, boards.data(), span_of(offsets), span_of(cells),
                         out.mutable_data()};
  released([&] { accepts(args); });
  return out;
}

}  // namespace

void register_check(py::module_& m) {
  using namespace pybind11::literals;
  m.def("accepts", &accepts_py, "V"_a, "offsets"_a, "cells"_a, "givens"_a, "boards"_a);
}

}  // namespace vmd
