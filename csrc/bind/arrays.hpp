// arrays.hpp -- NumPy arrays as arguments: their types, and what is checked of them before any work.
//
// Two ways in  Array<T>, bound with noconvert: pybind11 refuses another dtype or layout with a TypeError; the shape is
//              checked by want_shape. Or py::object and array_of<T>: all is checked at once, refused in words.
//              Neither converts anything: a wrong dtype is the caller's mistake.
// Owned        work without the interpreter's lock indexes by copies (owned): the arrays stay the caller's, and another
//              of its threads may write to them meanwhile. Numbers that are only compared or added up are not copied.
// Aligned      a view into bytes may begin at any of them, and vector instructions may not: refused.
// Shapes       lists of sizes; -1 stands for any size.
#pragma once
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace vmd {

using Shape = std::vector<int64_t>;

template <class T>
using Array = pybind11::array_t<T, pybind11::array::c_style>;

inline void want(bool condition, const std::string& what) {
  if (!condition) throw std::invalid_argument(what);
}

inline bool aligned(const pybind11::array& array) {
  return (array.flags() & pybind11::detail::npy_api::NPY_ARRAY_ALIGNED_) != 0;
}

inline void want_aligned(const pybind11::array& array, const char* name) {
  want(aligned(array), std::string(name) + ": wanted numbers at whole multiples of their size; copy the array first");
}

inline Shape shape_of(const pybind11::array& array) { return {array.shape(), array.shape() + array.ndim()}; }

/// `[3, *]`
inline std::string shape_text(const Shape& shape) {
  std::string text = "[";
  for (const int64_t size : shape) {
    if (text.size() > 1) text += ", ";
    text += size < 0 ? "*" : std::to_string(size);
  }
  text += "]";
  return text;
}

inline bool has_shape(const pybind11::array& array, const Shape& shape) {
  bool same = array.ndim() == static_cast<pybind11::ssize_t>(shape.size());
  for (size_t i = 0; same && i < shape.size(); ++i)
    same = shape[i] < 0 || shape[i] == array.shape(static_cast<pybind11::ssize_t>(i));
  return same;
}

inline void want_shape(const pybind11::array& array, const Shape& shape, const char* name) {
  if (!has_shape(array, shape))
    throw std::invalid_argument(std::string("shape of ") + name + ": wanted " + shape_text(shape) + ", got " +
                                shape_text(shape_of(array)));
  want_aligned(array, name);
}

/// `object` as a C-contiguous array of T with this shape.
template <class T>
Array<T> array_of(const pybind11::object& object, const char* name, const Shape& shape) {
  namespace py = pybind11;
  const auto wanted = [&](const char* what) {  // only where something is wrong: dtypes take long to say their names
    return std::string(name) + ": wanted " + what + std::string(py::str(py::dtype::of<T>())) + " " + shape_text(shape) +
           ", C-contiguous, got ";
  };
  if (!py::isinstance<py::array>(object))
    throw std::invalid_argument(wanted("a NumPy array ") + std::string(py::str(py::type::of(object))));
  const auto array = py::reinterpret_borrow<py::array>(object);
  const bool contiguous = (array.flags() & py::array::c_style) != 0;
  if (!array.dtype().equal(py::dtype::of<T>()) || !contiguous || !has_shape(array, shape))
    throw std::invalid_argument(wanted("") + std::string(py::str(array.dtype())) + " " + shape_text(shape_of(array)) +
                                (contiguous ? "" : ", not C-contiguous"));
  want_aligned(array, name);
  return py::reinterpret_borrow<Array<T>>(array);
}

/// A copy that nobody else can change.
template <class T>
Array<T> owned(const Array<T>& array) {
  return Array<T>(shape_of(array), array.data());
}

template <class T>
std::span<const T> span_of(const Array<T>& array) {
  return {array.data(), static_cast<size_t>(array.size())};
}

}  // namespace vmd
