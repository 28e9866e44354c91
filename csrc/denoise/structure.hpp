// structure.hpp -- what a puzzle is to the denoiser: cells, symbols, and the units of R relations. No weights.
#pragma once
#include <cstdint>
#include <vector>

#include "denoise/path.hpp"  // defines: StructureView

namespace vmd {

/// Unit u has cells[offsets[u]] .. cells[offsets[u + 1] - 1]; relation r has the units spans[r] .. spans[r + 1] - 1.
/// weights[i]: what cells[i] takes of its unit's mean; empty: 1 / how many units of the relation it has.
struct DenoiseUnits {
  std::vector<int64_t> offsets, cells, spans;
  std::vector<float> weights{};
};

/// Checked when made, and never changed: any number of denoisers and threads may share it.
class Structure {
 public:
  /// Throws std::invalid_argument for sizes outside the limits and units that do not fit.
  Structure(int64_t L, int64_t V, const DenoiseUnits& units);
  Structure(const Structure&) = delete;
  Structure& operator=(const Structure&) = delete;

  int64_t L() const { return view_.L; }
  int64_t V() const { return view_.V; }
  int64_t R() const { return view_.groups - 1; }
  const StructureView& view() const { return view_; }

 private:
  void number_rows(const DenoiseUnits& units);
  void link_cells(const DenoiseUnits& units);

  StructureView view_{};
  std::vector<int64_t> group_rows_, unit_offsets_, unit_cells_, unit_rows_, link_offsets_, link_rows_;
  std::vector<float> link_weights_;
};

}  // namespace vmd
