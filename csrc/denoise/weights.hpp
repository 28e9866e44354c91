// weights.hpp -- weights and units in the form that the code paths of `denoise` read.
#pragma once
#include <cstdint>
#include <new>
#include <vector>

#include "denoise/denoise.hpp"
#include "denoise/path.hpp"

namespace vmd {

/// Memory aligned to kAlign, zeroed.
template <class T>
class Aligned {
 public:
  explicit Aligned(int64_t n = 0) : held_(static_cast<size_t>(n)) {}
  T* data() { return held_.data(); }
  const T* data() const { return held_.data(); }
  T& operator[](int64_t i) { return held_[static_cast<size_t>(i)]; }

 private:
  struct Allocator {
    using value_type = T;
    Allocator() = default;
    template <class Other>
    struct rebind {
      using other = Allocator;
    };
    T* allocate(size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t{kAlign})); }
    void deallocate(T* p, size_t) { ::operator delete(p, std::align_val_t{kAlign}); }
    bool operator==(const Allocator&) const { return true; }
  };
  std::vector<T, Allocator> held_;
};

/// Number `path` of denoise_paths(); throws std::invalid_argument where there is none.
const DenoisePath& supported_path(int path);  // denoise_cpu.cpp

/// Owns what a DenoiseView points to of sizes and units, and sets that part of it.
struct PreparedUnits {
  /// Throws std::invalid_argument for sizes outside the limits and units that do not fit.
  PreparedUnits(const DenoiseSizes& sizes, const DenoiseUnits& units, bool positions);
  PreparedUnits(const PreparedUnits&) = delete;
  PreparedUnits& operator=(const PreparedUnits&) = delete;

  DenoiseView view{};

 private:
  void take_units(const DenoiseSizes& s, const DenoiseUnits& units);

  std::vector<int64_t> group_rows, unit_offsets, unit_cells, unit_rows, link_offsets, link_rows;
  std::vector<float> link_weights;
};

/// The same for all of a DenoiseView.
struct Prepared : PreparedUnits {
  Prepared(const DenoiseSizes& sizes, const DenoiseWeights& weights, const DenoiseUnits& units);

 private:
  void take_weights(const DenoiseSizes& s, const DenoiseWeights& w);

  Aligned<float> speak, speak_bias, keep, hear, write, write_bias, told_state, told_symbol, told_cell, state, symbol,
      cell, modulate, modulate_bias, read;
};

}  // namespace vmd
