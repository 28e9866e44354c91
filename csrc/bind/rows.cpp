// rows.cpp -- rows of text, many at once and without an object for any: told apart, put together, and hashed.
//
// Even         uint8 [n, W]: n texts of one width
// XXH64        as the classes of hashlib: update() and digest(), for hashlib.file_digest as well
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "bind/arrays.hpp"
#include "bind/interrupt.hpp"
#include "support/rows.hpp"
#include "support/xxh64.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

using Byte = uint8_t;

constexpr int64_t kOften = 1024;  // rows, after which it is asked whether to stop

/// What an object holds, as long as this lives.
class Bytes {
 public:
  Bytes(const py::object& object, const char* name) {
    if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_SIMPLE) != 0) {
      PyErr_Clear();
      throw std::invalid_argument(std::string(name) + ": wanted bytes that lie side by side, got " +
                                  std::string(py::str(py::type::of(object))));
    }
  }
  ~Bytes() { PyBuffer_Release(&view_); }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  const Byte* data() const { return static_cast<const Byte*>(view_.buf); }
  int64_t size() const { return view_.len; }

 private:
  Py_buffer view_{};
};

/// The lines of a text, each ended by a newline; None where they are not even, or hold more than ASCII or blanks.
py::object even_lines(const py::bytes& bytes) {
  const std::string_view text = bytes;
  const size_t end = text.find('\n');
  const auto size = static_cast<int64_t>(text.size()), W = end == text.npos ? 0 : static_cast<int64_t>(end);
  if (W == 0 || size % (W + 1) != 0) return py::none();
  const int64_t n = size / (W + 1);
  Array<Byte> out({n, W});
  Byte* to = out.mutable_data();
  const bool even = released([&] {
    const auto* line = reinterpret_cast<const Byte*>(text.data());
    for (int64_t i = 0; i < n; ++i, line += W + 1, to += W) {
      if (i % kOften == 0) stop_point();
      if (!copy_plain(line, W, to)) return false;
    }
    return true;
  });
  return even ? py::object(out) : py::none();
}

/// n rows of these parts: bytes that stand in all of them, or uint8 [n, W] of which each has its own.
py::bytes woven(const py::list& parts, int64_t n) {
  constexpr int64_t kMost = int64_t{1} << 48;  // bytes
  want(n >= 0 && n <= kMost, "n: wanted a number of rows, got " + std::to_string(n));
  std::vector<Part> each;
  std::vector<py::object> held;  // another thread may change the list
  int64_t width = 0;
  for (const auto& part : parts) {
    held.push_back(py::reinterpret_borrow<py::object>(part));
    if (PyBytes_Check(part.ptr())) {
      const auto W = static_cast<size_t>(PyBytes_GET_SIZE(part.ptr()));
      each.push_back({reinterpret_cast<const Byte*>(PyBytes_AS_STRING(part.ptr())), W, 0});
    } else {
      const auto texts = array_of<Byte>(held.back(), "part", {n, -1});
      const auto W = static_cast<size_t>(texts.shape(1));
      each.push_back({texts.data(), W, W});
    }
    width += static_cast<int64_t>(each.back().width);
    want(width <= kMost / std::max<int64_t>(n, 1), "parts: their rows are more than memory holds");
  }
  auto out = py::reinterpret_steal<py::bytes>(PyBytes_FromStringAndSize(nullptr, n * width));
  if (!out) throw py::error_already_set();
  auto* to = reinterpret_cast<Byte*>(PyBytes_AS_STRING(out.ptr()));
  released([&] {
    for (int64_t first = 0; first < n; first += kOften) {
      stop_point();
      weave(each, static_cast<size_t>(first), static_cast<size_t>(std::min(kOften, n - first)), to + first * width);
    }
  });
  return out;
}

void update(Xxh64& hash, const py::object& object) {
  constexpr int64_t kSome = 1 << 20;
  const Bytes data(object, "data");
  Xxh64 ours = hash;  // two threads do not meet in one
  released([&] {
    for (int64_t at = 0; at < data.size(); at += kSome) {
      stop_point();
      ours.update(data.data() + at, static_cast<size_t>(std::min(kSome, data.size() - at)));
    }
  });
  hash = ours;
}

py::bytes digest(const Xxh64& hash) {
  std::array<char, 8> out{};
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(hash.digest() >> (56 - 8 * i));  // as it is printed
  return {out.data(), out.size()};
}

}  // namespace

void register_rows(py::module_& m);
void register_rows(py::module_& m) {
  using namespace pybind11::literals;
  m.def("even_lines", &even_lines, "text"_a);
  m.def("woven", &woven, "parts"_a, "n"_a);
  py::class_<Xxh64>(m, "XXH64")
      .def(py::init<uint64_t>(), "seed"_a = 0)
      .def_property_readonly("name", [](const Xxh64&) { return "xxh64"; })
      .def_property_readonly("digest_size", [](const Xxh64&) { return 8; })
      .def_property_readonly("block_size", [](const Xxh64&) { return 32; })
      .def("copy", [](const Xxh64& hash) { return hash; })
      .def("update", &update, "data"_a, py::pos_only())
      .def("digest", &digest)
      .def("hexdigest", [](const Xxh64& hash) { return digest(hash).attr("hex")(); });
}

}  // namespace vmd
