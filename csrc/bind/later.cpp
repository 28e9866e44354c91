// later.cpp -- objects of which most fields are made when they are looked at: what came of the problems of a batch.
//
// Later        a base class; an object of it may know who makes its fields (`make`) and its own number (`number`)
// copies       iterates over copies of one object, each with its number, and made when it is its turn
// fill         gives an object fields by name, whatever its class says of setting them
// Cost         a copy is one piece of memory and a reference to each field that is there. It is not tracked by the
//              collector until a field is made: what it holds before leads nowhere, and a batch holds thousands.
#include <pybind11/pybind11.h>

#include <cstring>
#include <utility>

namespace py = pybind11;

namespace vmd {
namespace {

struct Later {
  PyObject_HEAD
  PyObject* make;  // null: every field is there
  Py_ssize_t number;
};

struct Copies {
  PyObject_HEAD
  PyObject *one, *make;
  Py_ssize_t at, end;
};

PyTypeObject *later_type = nullptr, *copies_type = nullptr;

// Later ---------------------------------------------------------------------------------------------------

int later_traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(reinterpret_cast<Later*>(self)->make);
  Py_VISIT(Py_TYPE(self));
  return 0;
}

int later_clear(PyObject* self) {
  Py_CLEAR(reinterpret_cast<Later*>(self)->make);
  return 0;
}

void later_dealloc(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  later_clear(self);
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* later_make(PyObject* self, void*) {
  auto* const later = reinterpret_cast<Later*>(self);
  if (later->make == nullptr) {
    PyErr_SetString(PyExc_AttributeError, "nothing is made later: every field is there");
    return nullptr;
  }
  return Py_NewRef(later->make);
}

PyObject* later_number(PyObject* self, void*) { return PyLong_FromSsize_t(reinterpret_cast<Later*>(self)->number); }

PyGetSetDef later_fields[] = {{"_make", later_make, nullptr, nullptr, nullptr},
                              {"_number", later_number, nullptr, nullptr, nullptr},
                              {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyType_Slot later_slots[] = {{Py_tp_traverse, reinterpret_cast<void*>(later_traverse)},
                             {Py_tp_clear, reinterpret_cast<void*>(later_clear)},
                             {Py_tp_dealloc, reinterpret_cast<void*>(later_dealloc)},
                             {Py_tp_getset, later_fields},
                             {0, nullptr}};
PyType_Spec later_spec = {"vmdsolve._native.Later", sizeof(Later), 0,
                          Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, later_slots};

/// The fields that classes with __slots__ add behind those of Later: references, and nothing else.
std::pair<PyObject**, size_t> fields_of(PyObject* object) {
  const auto bytes = static_cast<size_t>(Py_TYPE(object)->tp_basicsize) - sizeof(Later);
  return {reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + sizeof(Later)), bytes / sizeof(PyObject*)};
}

// Copies --------------------------------------------------------------------------------------------------

int copies_traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(reinterpret_cast<Copies*>(self)->one);
  Py_VISIT(reinterpret_cast<Copies*>(self)->make);
  Py_VISIT(Py_TYPE(self));
  return 0;
}

int copies_clear(PyObject* self) {
  Py_CLEAR(reinterpret_cast<Copies*>(self)->one);
  Py_CLEAR(reinterpret_cast<Copies*>(self)->make);
  return 0;
}

void copies_dealloc(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  copies_clear(self);
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* copies_next(PyObject* self) {
  auto* const copies = reinterpret_cast<Copies*>(self);
  if (copies->at >= copies->end || copies->one == nullptr) return nullptr;
  Later* const made = PyObject_GC_New(Later, Py_TYPE(copies->one));
  if (made == nullptr) return nullptr;
  made->make = Py_NewRef(copies->make);
  made->number = copies->at++;
  const auto [from, n] = fields_of(copies->one);
  PyObject** const to = fields_of(reinterpret_cast<PyObject*>(made)).first;
  for (size_t i = 0; i < n; ++i) to[i] = Py_XNewRef(from[i]);
  return reinterpret_cast<PyObject*>(made);
}

PyType_Slot copies_slots[] = {{Py_tp_traverse, reinterpret_cast<void*>(copies_traverse)},
                              {Py_tp_clear, reinterpret_cast<void*>(copies_clear)},
                              {Py_tp_dealloc, reinterpret_cast<void*>(copies_dealloc)},
                              {Py_tp_iter, reinterpret_cast<void*>(PyObject_SelfIter)},
                              {Py_tp_iternext, reinterpret_cast<void*>(copies_next)},
                              {0, nullptr}};
PyType_Spec copies_spec = {"vmdsolve._native.Copies", sizeof(Copies), 0,
                           Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION, copies_slots};

py::object copies(const py::object& one, const py::object& make, Py_ssize_t begin, Py_ssize_t end) {
  PyTypeObject* const type = Py_TYPE(one.ptr());
  if (PyObject_TypeCheck(one.ptr(), later_type) == 0) throw py::type_error("one: wanted a Later");
  if (type->tp_itemsize != 0 || type->tp_dictoffset != 0 || type->tp_weaklistoffset != 0)
    throw py::type_error("one: wanted an object whose fields are slots");
  auto* const made = PyObject_GC_New(Copies, copies_type);
  if (made == nullptr) throw py::error_already_set();
  made->one = one.inc_ref().ptr();
  made->make = make.inc_ref().ptr();
  made->at = begin;
  made->end = end;
  PyObject_GC_Track(reinterpret_cast<PyObject*>(made));
  return py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(made));
}

void fill(const py::object& one, const py::dict& fields) {
  if (PyObject_TypeCheck(one.ptr(), later_type) == 0) throw py::type_error("one: wanted a Later");
  if (PyObject_GC_IsTracked(one.ptr()) == 0) PyObject_GC_Track(one.ptr());
  for (const auto& [name, value] : fields)
    if (PyObject_GenericSetAttr(one.ptr(), name.ptr(), value.ptr()) != 0) throw py::error_already_set();
}

PyTypeObject* type_of(PyType_Spec& spec) {
  PyObject* const type = PyType_FromSpec(&spec);
  if (type == nullptr) throw py::error_already_set();
  return reinterpret_cast<PyTypeObject*>(type);  // kept as long as the process lives
}

}  // namespace

void register_later(py::module_& m);
void register_later(py::module_& m) {
  using namespace pybind11::literals;
  later_type = type_of(later_spec);
  copies_type = type_of(copies_spec);
  m.attr("Later") = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(later_type));
  m.def("copies", &copies, "one"_a, "make"_a, "begin"_a, "end"_a);
  m.def("fill", &fill, "one"_a, "fields"_a);
}

}  // namespace vmd
