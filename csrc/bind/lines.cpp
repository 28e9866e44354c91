// lines.cpp -- values of boards from texts, a character a cell, many at once; and texts from values.
//
// Texts        a list or tuple of str, or uint8 [B, L]: their bytes
// Codes        int8 [256]: of each byte the value that it stands for, -1 for an open cell, less for none
// Refused      None: what is no such text. Who reads them one by one says in words what is wrong.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <string_view>

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

/// uint8 [B, L]: of each value the symbol that says it, or `open`.
Array<Byte> texts_of_values(const py::object& values_object, const py::bytes& symbols, int open) {
  const auto values = array_of<int32_t>(values_object, "values", {-1, -1});
  const std::string_view signs = symbols;
  want(signs.size() <= Signs::kMost, "symbols: wanted at most " + std::to_string(Signs::kMost));
  want(open >= 0 && open < 256, "open: wanted a byte");
  const Signs table(reinterpret_cast<const Byte*>(signs.data()), signs.size(), static_cast<Byte>(open));
  const int64_t B = values.shape(0), L = values.shape(1);
  Array<Byte> out({B, L});
  Byte* to = out.mutable_data();
  const int32_t* from = values.data();
  released([&] {
    constexpr int64_t kSome = 1 << 16;
    for (int64_t at = 0; at < B * L; at += kSome) {
      stop_point();
      table.write(from + at, std::min(kSome, B * L - at), to + at);
    }
  });
  return out;
}

}  // namespace

void register_lines(py::module_& m) {
  using namespace pybind11::literals;
  m.def("texts_of_values", &texts_of_values, "values"_a, "symbols"_a, "open"_a);
  m.def("values_of_texts", &values_of_texts, "texts"_a, "codes"_a, "L"_a, "first"_a = -1, "second"_a = -1);
}

}  // namespace vmd
