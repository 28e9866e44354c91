// lines.cpp -- values of boards from texts, a character a cell, many at once.
//
// Texts        a list or tuple of str, or uint8 [B, L]: their bytes
// Codes        int8 [256]: of each byte the value that it stands for, -1 for an open cell, less for none
// Refused      None: what is no such text. Who reads them one by one says in words what is wrong.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>

#include "bind/arrays.hpp"
#include "bind/interrupt.hpp"
#include "support/alphabet.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

using Byte = uint8_t;

constexpr Py_ssize_t kAhead = 12;  // texts: they lie anywhere, and each would be waited for

/// Asks for the memory of a text that is looked at soon.
void fetch([[maybe_unused]] PyObject* text, [[maybe_unused]] int64_t L) {
#if defined(__GNUC__)
  const auto* at = reinterpret_cast<const char*>(text);
  const int64_t most = std::min<int64_t>(L + 48, 256);  // with what stands before a str's characters
  for (int64_t i = 0; i < most; i += 64) __builtin_prefetch(at + i);
#endif
}

/// The bytes of a str of L characters; null where it is none, or not of ASCII.
const Byte* bytes_of(PyObject* text, int64_t L) {
  if (!PyUnicode_Check(text) || PyUnicode_GetLength(text) != L) return nullptr;
  Py_ssize_t size = 0;
  const char* found = PyUnicode_AsUTF8AndSize(text, &size);
  if (found == nullptr) PyErr_Clear();  // half of a pair, which is no character
  return size == L ? reinterpret_cast<const Byte*>(found) : nullptr;
}

py::object values_of_texts(const py::object& texts, const py::object& codes_object, int64_t L, int first, int second) {
  const auto codes = array_of<int8_t>(codes_object, "codes", {256});
  want(L >= 1 && L <= kMostCells, "L: wanted 1 to " + std::to_string(kMostCells) + ", got " + std::to_string(L));
  for (const int sign : {first, second}) want(sign >= -1 && sign < 256, "signs: wanted bytes, or -1");
  const Alphabet alphabet(codes.data(), first, second);
  if (py::isinstance<py::array>(texts)) {
    const auto bytes = owned(array_of<Byte>(texts, "texts", {-1, L}));
    const int64_t B = bytes.shape(0);
    Array<int32_t> out({B, L});
    int32_t* to = out.mutable_data();
    const bool good = released([&] {
      for (int64_t b = 0; b < B; ++b) {
        if (b % 1024 == 0) stop_point();
        if (!alphabet.read(bytes.data() + b * L, L, to + b * L)) return false;
      }
      return true;
    });
    return good ? py::object(out) : py::none();
  }
  // No Python code runs from here on, so that the list stays what it is.
  want(PyList_Check(texts.ptr()) || PyTuple_Check(texts.ptr()), "texts: wanted a list of str, or their bytes");
  const Py_ssize_t B = PySequence_Fast_GET_SIZE(texts.ptr());
  PyObject* const* const items = PySequence_Fast_ITEMS(texts.ptr());
  for (Py_ssize_t b = 0; b < B; ++b) {  // before memory is asked for
    if (b + kAhead < B) fetch(items[b + kAhead], L);
    if (bytes_of(items[b], L) == nullptr) return py::none();
  }
  Array<int32_t> out({static_cast<int64_t>(B), L});
  for (Py_ssize_t b = 0; b < B; ++b)
    if (!alphabet.read(bytes_of(items[b], L), L, out.mutable_data() + b * L))
      return py::none();
  return out;
}

}  // namespace

void register_lines(py::module_& m) {
  using namespace pybind11::literals;
  m.def("values_of_texts", &values_of_texts, "texts"_a, "codes"_a, "L"_a, "first"_a = -1, "second"_a = -1);
}

}  // namespace vmd
