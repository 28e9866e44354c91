// lists.cpp -- who hears whom, as lists of rows; lists.hpp says which.
#include "denoise/lists.hpp"

#include <cstddef>

namespace vmd {

DenoiseLists::DenoiseLists(const StructureView& view) : structure(view) {
  const int64_t V = view.V;
  // The CPU numbers means too, but fills other tiles: row `first` + i of its group g is row `begin[g]` + i of ours.
  std::vector<int64_t> begin(static_cast<std::size_t>(view.groups)), size(begin.size());
  const auto group_of = [&](int64_t row) {
    int64_t g = 0;
    while (row >= view.group_rows[g + 1]) ++g;
    return static_cast<std::size_t>(g);
  };
  size[0] = view.L;
  for (int64_t u = 0; u < view.U; ++u) size[group_of(view.unit_rows[u])] += V;
  int64_t rows = 0;
  for (std::size_t g = 0; g < size.size(); ++g) {
    begin[g] = rows;
    const int64_t tiles = (size[g] + kTile - 1) / kTile;
    group_of_tile.insert(group_of_tile.end(), static_cast<std::size_t>(tiles), static_cast<uint8_t>(g));
    rows += tiles * kTile;
  }
  const auto ours = [&](int64_t row) {
    const std::size_t g = group_of(row);
    return begin[g] + row - view.group_rows[g];
  };

  std::vector<std::vector<uint16_t>> lists(static_cast<std::size_t>(rows));
  for (int64_t l = 0; l < view.L; ++l)
    for (int64_t v = 0; v < V; ++v) lists[static_cast<std::size_t>(l)].push_back(static_cast<uint16_t>(l * V + v));
  for (int64_t u = 0; u < view.U; ++u)
    for (int64_t v = 0; v < V; ++v)
      for (int64_t i = view.unit_offsets[u]; i < view.unit_offsets[u + 1]; ++i)
        lists[static_cast<std::size_t>(ours(view.unit_rows[u]) + v)].push_back(
            static_cast<uint16_t>(view.unit_cells[i] * V + v));
  source_offsets = {0};
  for (const auto& list : lists) {
    sources.insert(sources.end(), list.begin(), list.end());
    source_offsets.push_back(static_cast<int32_t>(sources.size()));
  }

  link_offsets = {0};
  for (int64_t l = 0; l < view.L; ++l) {
    for (int64_t i = view.link_offsets[l]; i < view.link_offsets[l + 1]; ++i) {
      uint32_t same = 0;  // units of the cell in the same relation
      for (int64_t k = view.link_offsets[l]; k < view.link_offsets[l + 1]; ++k)
        same += group_of(view.link_rows[k]) == group_of(view.link_rows[i]);
      links.push_back(static_cast<uint32_t>(ours(view.link_rows[i])) | same << 16);
    }
    link_offsets.push_back(static_cast<int32_t>(links.size()));
  }
}

ListedView DenoiseLists::beside(const WeightsView& weights) const {
  ListedView t{};
  t.view = {structure, weights};
  t.rows = static_cast<int>(structure.L * structure.V), t.tiles = (t.rows + kTile - 1) / kTile;
  t.means = static_cast<int>(source_offsets.size()) - 1;
  t.sources_size = static_cast<int>(sources.size()), t.links_size = static_cast<int>(links.size());
  t.source_offsets = source_offsets.data(), t.sources = sources.data(), t.link_offsets = link_offsets.data();
  t.links = links.data(), t.group_of_tile = group_of_tile.data();
  return t;
}

}  // namespace vmd
