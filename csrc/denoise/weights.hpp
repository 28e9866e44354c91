// weights.hpp -- weights in the form that the code paths of `denoise` read.
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

/// The sizes alone of a WeightsView. Throws std::invalid_argument where they are outside the limits.
WeightsView widths_of(const DenoiseSizes& sizes);

/// Throws std::invalid_argument where a denoiser of these sizes is not one for boards of this structure.
void want_same_shape(const DenoiseSizes& sizes, const StructureView& structure);

/// Owns what a WeightsView points to.
struct Prepared {
  Prepared(const DenoiseSizes& sizes, const DenoiseWeights& weights);
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  WeightsView view{};

 private:
  Aligned<float> message, message_bias, self_update, group_updates, update, update_bias, injected_state,
      injected_symbol, injected_cell, state, symbol, cell, modulate, modulate_bias, readout;
};

}  // namespace vmd
