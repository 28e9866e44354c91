// lists.hpp -- weights and units of the denoiser as the GPU's kernel reads them: what is prepared for the CPU
// (path.hpp), and who hears whom as lists of rows.
//
// A candidate is row l * V + v, in tiles of 16 rows. A mean is over the messages of a cell's symbols or of a
// unit's cells with one symbol; the means of one group (its own weights in `group_updates`) fill whole tiles of
// 16 rows, too.
#pragma once
#include <cstdint>
#include <vector>

#include "denoise/path.hpp"

namespace vmd {

constexpr int kTile = 16;

struct ListedView {
  DenoiseView view;                 // its pointers to floats lead to where the lists are; the others are not used
  int rows, tiles;                  // candidates, L * V, and tiles of them
  int means;                        // rows of means, a multiple of kTile
  int sources_size, links_size;
  const int32_t* source_offsets;    // [means+1]
  const uint16_t* sources;          // the candidates that mean row r is over: those from source_offsets[r] on
  const int32_t* link_offsets;      // [L+1]
  const uint32_t* links;            // of cell l: the mean row of symbol 0 of each of its units, and in the upper half
                                    // how many units of that relation it has
  const uint8_t* group_of_tile;     // [means/kTile]
};

/// The lists of a structure that outlives them, on the host. Candidates and means may not be more than a uint16 can number.
struct DenoiseLists {
  explicit DenoiseLists(const StructureView& structure);

  /// All together, where these lists and the weights' floats are.
  ListedView beside(const WeightsView& weights) const;

  StructureView structure;

  std::vector<int32_t> source_offsets, link_offsets;
  std::vector<uint16_t> sources;
  std::vector<uint32_t> links;
  std::vector<uint8_t> group_of_tile;
};

}  // namespace vmd
