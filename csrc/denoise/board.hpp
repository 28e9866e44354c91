// board.hpp -- one board through all loops, for one instruction set; see denoise.hpp for the meaning.
//
// A loop is four passes over tiles of candidates, cell by cell, V rows a cell:
//   message   from the states and their 1 / deviation
//   average   means of messages over each cell's symbols and each unit's cells
//   receive   those means times their weights: a table of rows
//   update    injected + what the cell and its units received + self_update * state; relu; times update: added
//   to the state
#pragma once
#include "denoise/gemm.hpp"

namespace vmd {

template <class I>
class DenoiseBoard {
  using F = typename I::F;
  using E = typename I::E;

 protected:
  static constexpr int kParts = kLanesPadded / I::kLanes;  // vectors that hold 16 channels
  static constexpr bool kCopies = sizeof(E) != sizeof(float);  // inputs of products are not the floats themselves
  static constexpr int64_t kRows = kTileRows;                  // that find_factors takes at once

 public:
  VMD_INLINE DenoiseBoard(const DenoiseView& view, void* memory)
      : v(view), rows(view.L * view.V), padded((rows + kTileRows - 1) / kTileRows * kTileRows) {
    const int64_t mean_rows = v.group_rows[v.groups], injected_rows = v.positions ? 3 * v.V : 3;
    used = reinterpret_cast<uintptr_t>(memory);
    const uintptr_t start = used;
    message = take<E>(v.Hp * v.Mp), self_update = take<E>(v.Hp * v.Np), update = take<E>(v.Np * v.Hp);
    group_updates = take<E>(v.groups * v.Mp * v.Np);
    update_bias = take<float>(v.Hp), told = take<float>(injected_rows * v.Np);
    injected_cell = take<float>(v.positions ? v.L * v.Np : 0);
    latent = take<float>(2 * v.Np + v.Hp), row = take<float>(v.Np > v.Hp ? v.Np : v.Hp);
    state = take<float>(padded * v.Hp), copy = take<E>(kCopies ? padded * v.Hp : 0);
    factor = take<float>(padded), messages = take<float>(padded * v.Mp);
    mean = take<E>(mean_rows * v.Mp), received = take<float>(mean_rows * v.Np);
    base = take<float>(kTileRows * v.Np), hidden = take<E>(kTileRows * v.Np), chosen = take<uint8_t>(v.L);
    bytes = static_cast<int64_t>(used - start);
  }

  /// The latent's scale, shift and gate into this board's weights; z has D numbers.
  VMD_INLINE void modulate(const float* z) {
    const int64_t width = 2 * v.Np + v.Hp;
    for (int64_t j = 0; j < width; ++j) latent[j] = v.modulate_bias[j];
    for (int64_t d = 0; d < v.D; ++d)
      for (int64_t j = 0; j < width; ++j) latent[j] += z[d] * v.modulate[d * width + j];
    const float *scale = latent, *shift = latent + v.Np, *gate = latent + 2 * v.Np;
    for (int64_t k = 0; k < v.Hp; ++k) pack_row<I>(v.message + k * v.Mp, k, v.Hp, v.Mp, message);
    for (int64_t k = 0; k < v.Hp; ++k) pack_scaled(v.self_update, scale, k, v.Hp, self_update);
    for (int64_t g = 0; g < v.groups; ++g)
      for (int64_t k = 0; k < v.Mp; ++k)
        pack_scaled(v.group_updates + g * v.Mp * v.Np, scale, k, v.Mp, group_updates + g * v.Mp * v.Np);
    for (int64_t k = 0; k < v.Np; ++k) {
      centred(v.update + k * v.Hp, gate, row);
      pack_row<I>(row, k, v.Np, v.Hp, update);
    }
    centred(v.update_bias, gate, update_bias);
    const int64_t symbols = v.positions ? v.V : 1;
    for (int64_t s = 0; s < 3; ++s)
      for (int64_t y = 0; y < symbols; ++y)
        for (int64_t j = 0; j < v.Np; ++j) {
          const float of_symbol = v.positions ? v.injected_symbol[y * v.Np + j] : 0.0f;
          told[(s * symbols + y) * v.Np + j] = scale[j] * (v.injected_state[s * v.Np + j] + of_symbol + shift[j]);
        }
    for (int64_t l = 0; v.positions && l < v.L; ++l)
      for (int64_t j = 0; j < v.Np; ++j) injected_cell[l * v.Np + j] = scale[j] * v.injected_cell[l * v.Np + j];
  }

  /// Board b of `boards`: as many loops as it takes to settle, or all, or as many as there is time for.
  VMD_INLINE void run(const DenoiseBoards& boards, int64_t b) {
    const int32_t* x = boards.x + b * v.L;
    float* logits = boards.logits + b * rows;
    int64_t loop = 0;
    bool finished = false;
    embed(x);
    while (!finished && !boards.ended(boards.end)) {
      apply(x, state);
      ++loop;
      finished = loop == boards.loops;
      if (!boards.settle.cells || finished || loop % kSettleEvery) continue;
      readout(logits);
      finished = settled(boards.settle, x, logits, v.L, v.V, chosen);
    }
    readout(logits);
    boards.spent[b] = static_cast<int32_t>(loop);
    boards.finished[b] = finished;
  }

  int64_t bytes;

 protected:
  /// One loop: `next`, which may be `state`, from `state`.
  VMD_INLINE void apply(const int32_t* x, float* next) {
    for (int64_t first = 0; first < padded; first += kTileRows) message_tile(first);
    average_messages();
    receive();
    for (int64_t first = 0; first < padded; first += kTileRows) update_tile(x, first, next);
    state = next;
  }

  /// Logits [L,V] of the states as they are.
  VMD_INLINE void readout(float* logits) const {
    for (int64_t i = 0; i < rows; ++i) {
      F dot[kParts] = {};
      for (int64_t j = 0; j < v.Hp; j += kLanesPadded)
        for (int p = 0; p < kParts; ++p) dot[p] += floats(state + i * v.Hp + j, p) * floats(v.readout + j, p);
      logits[i] = total(dot) * factor[i] + v.readout_bias;
    }
  }

  template <class T>
  VMD_INLINE T* take(int64_t n) {
    T* const out = reinterpret_cast<T*>(used);
    used += (static_cast<uintptr_t>(n) * sizeof(T) + kAlign - 1) / kAlign * kAlign;
    return out;
  }

  static VMD_INLINE F floats(const float* from, int part) { return load_as<F>(from + part * I::kLanes); }

  /// The sum of 16 lanes, by halves: the same bits whatever the width of a vector.
  static VMD_INLINE float total(const F (&parts)[kParts]) {
    using F8 = float __attribute__((vector_size(32)));
    using F4 = float __attribute__((vector_size(16)));
    F8 halves[2];
    __builtin_memcpy(halves, parts, sizeof halves);
    const F8 t8 = halves[0] + halves[1];
    const F4 t4 = __builtin_shufflevector(t8, t8, 0, 1, 2, 3) + __builtin_shufflevector(t8, t8, 4, 5, 6, 7);
    const F4 t2 = t4 + __builtin_shufflevector(t4, t4, 2, 3, 2, 3);
    return t2[0] + t2[1];
  }

  VMD_INLINE void pack_scaled(const float* matrix, const float* scale, int64_t k, int64_t K, E* packed) {
    for (int64_t j = 0; j < v.Np; ++j) row[j] = matrix[k * v.Np + j] * scale[j];
    pack_row<I>(row, k, K, v.Np, packed);
  }

  /// to = from * gate minus its mean over the H channels; the padding stays zero.
  VMD_INLINE void centred(const float* from, const float* gate, float* to) const {
    float sum = 0;
    for (int64_t j = 0; j < v.H; ++j) sum += from[j] * gate[j];
    const float middle = sum / static_cast<float>(v.H);
    for (int64_t j = 0; j < v.Hp; ++j) to[j] = j < v.H ? from[j] * gate[j] - middle : 0.0f;
  }

  /// 0 open; 1 the cell holds this symbol; 2 it holds another.
  static VMD_INLINE int64_t state_of(int32_t held, int64_t symbol) { return held < 0 ? 0 : held == symbol ? 1 : 2; }

  VMD_INLINE void embed(const int32_t* x) {
    for (int64_t i = 0; i < padded; ++i) {
      const int64_t l = i < rows ? i / v.V : 0, symbol = i % v.V;
      const float* from = v.state + state_of(x[l], symbol) * v.Hp;
      for (int64_t j = 0; j < v.Hp; ++j) {
        const float place = v.positions ? v.cell[l * v.Hp + j] + v.symbol[symbol * v.Hp + j] : 0.0f;
        state[i * v.Hp + j] = from[j] + place;
      }
    }
    for (int64_t first = 0; first < padded; first += kTileRows) find_factors(state, first);
  }

  /// factor = 1 / deviation of a tile of states; copy = the states as inputs of products.
  VMD_INLINE void find_factors(const float* states, int64_t first) {
    float sums[kTileRows];
    for (int64_t r = 0; r < kTileRows; ++r) {
      const float* from = states + (first + r) * v.Hp;
      F squares[kParts] = {};
      for (int64_t j = 0; j < v.Hp; j += kLanesPadded)
        for (int p = 0; p < kParts; ++p) {
          const F h = floats(from + j, p);
          squares[p] += h * h;
          if constexpr (kCopies) I::store(copy + (first + r) * v.Hp + j + p * I::kLanes, h);
        }
      sums[r] = total(squares);
    }
    for (int64_t r = 0; r < kTileRows; ++r)
      factor[first + r] = 1.0f / __builtin_sqrtf(sums[r] / static_cast<float>(v.H) + 1e-5f);
  }

  VMD_INLINE const E* inputs(int64_t first) const {
    if constexpr (kCopies)
      return copy + first * v.Hp;
    else
      return state + first * v.Hp;
  }

  VMD_INLINE void message_tile(int64_t first) {
    multiply<I>(
        inputs(first), v.Hp, message, v.Hp,
        v.Mp, [&](int64_t r, int64_t column, const F& sum) __attribute__((always_inline)) {
          const F bias = load_as<F>(v.message_bias + column);
          store_as(messages + (first + r) * v.Mp + column, I::relu(F(sum * factor[first + r] + bias)));
        });
  }

  /// mean[row] = the mean over n message rows whose places are `place(i)`, for `width` channels.
  template <class Place>
  VMD_INLINE void average(int64_t n, int64_t width, int64_t target, const Place& place) {
    const float share = 1.0f / static_cast<float>(n);
    for (int64_t j = 0; j < width; j += kLanesPadded) {
      F sum[kParts] = {};
      for (int64_t i = 0; i < n; ++i)
        for (int p = 0; p < kParts; ++p) sum[p] += floats(messages + place(i) * v.Mp + j, p);
      for (int p = 0; p < kParts; ++p) I::store(mean + target * v.Mp + j + p * I::kLanes, F(sum[p] * share));
    }
  }

  VMD_INLINE void average_messages() {
    for (int64_t l = 0; l < v.L; ++l)
      average(v.V, v.Mp, l, [&](int64_t i) __attribute__((always_inline)) { return l * v.V + i; });
    for (int64_t u = 0; u < v.U; ++u) {
      const int64_t* cells = v.unit_cells + v.unit_offsets[u];
      average(v.unit_offsets[u + 1] - v.unit_offsets[u], v.V * v.Mp, v.unit_rows[u],
              [&](int64_t i) __attribute__((always_inline)) { return cells[i] * v.V; });
    }
  }

  VMD_INLINE void receive() {
    for (int64_t g = 0; g < v.groups; ++g)
      for (int64_t first = v.group_rows[g]; first < v.group_rows[g + 1]; first += kTileRows)
        multiply<I>(
            mean + first * v.Mp, v.Mp, group_updates + g * v.Mp * v.Np, v.Mp,
            v.Np, [&](int64_t r, int64_t column, const F& sum) __attribute__((always_inline)) {
              store_as(received + (first + r) * v.Np + column, sum);
            });
  }

  /// base = what is injected into a tile's candidates and what they receive; C vectors of 16 channels from `j` on.
  template <int C>
  VMD_INLINE void gather_inputs(const int32_t* x, int64_t first, int64_t j) {
    int64_t l = first / v.V, symbol = first % v.V;
    for (int64_t r = 0; r < kTileRows; ++r) {
      const int64_t injected_row = v.positions ? state_of(x[l], symbol) * v.V + symbol : state_of(x[l], symbol);
      const float *own = told + injected_row * v.Np + j, *symbols = received + l * v.Np + j;
      F sum[C * kParts];
#pragma GCC unroll 16
      for (int p = 0; p < C * kParts; ++p) sum[p] = floats(own, p) + floats(symbols, p);
      if (v.positions)
#pragma GCC unroll 16
        for (int p = 0; p < C * kParts; ++p) sum[p] += floats(injected_cell + l * v.Np + j, p);
      for (int64_t i = v.link_offsets[l]; i < v.link_offsets[l + 1]; ++i) {
        const float* unit = received + (v.link_rows[i] + symbol) * v.Np + j;
#pragma GCC unroll 16
        for (int p = 0; p < C * kParts; ++p) sum[p] += floats(unit, p) * v.link_weights[i];
      }
#pragma GCC unroll 16
      for (int p = 0; p < C * kParts; ++p) store_as(base + r * v.Np + j + p * I::kLanes, sum[p]);
      if (++symbol == v.V) {
        symbol = 0;
        l = l + 1 < v.L ? l + 1 : 0;  // rows of padding repeat cell 0; nobody reads them
      }
    }
  }

  VMD_INLINE void gather_tile_inputs(const int32_t* x, int64_t first) {
    int64_t j = 0;
    for (; j + 4 * kLanesPadded <= v.Np; j += 4 * kLanesPadded) gather_inputs<4>(x, first, j);
    for (; j < v.Np; j += kLanesPadded) gather_inputs<1>(x, first, j);
  }

  VMD_INLINE void update_tile(const int32_t* x, int64_t first, float* next) {
    gather_tile_inputs(x, first);
    multiply<I>(
        inputs(first), v.Hp, self_update, v.Hp,
        v.Np, [&](int64_t r, int64_t column, const F& sum) __attribute__((always_inline)) {
          const F other = load_as<F>(base + r * v.Np + column);
          I::store(hidden + r * v.Np + column, I::relu(F(sum * factor[first + r] + other)));
        });
    multiply<I>(
        hidden, v.Np, update, v.Np,
        v.Hp, [&](int64_t r, int64_t column, const F& sum) __attribute__((always_inline)) {
          const int64_t place = (first + r) * v.Hp + column;
          store_as(next + place, F(load_as<F>(state + place) + (sum + load_as<F>(update_bias + column))));
        });
    find_factors(next, first);
  }

  const DenoiseView& v;
  int64_t rows, padded;  // candidates, and rows of tiles
  uintptr_t used;
  E *message, *self_update, *update, *group_updates;  // packed, with this board's latent inside
  float *update_bias, *told, *injected_cell, *latent, *row;
  float* state;                                            // [padded,Hp]
  E* copy;
  float *factor, *messages;                                // [padded], [padded,Mp]
  E* mean;                                                 // [group_rows,Mp]
  float *received, *base;                                     // [group_rows,Np], [kTileRows,Np]
  E* hidden;                                               // [kTileRows,Np]
  uint8_t* chosen;                                         // [L]
};

/// The path of instruction set I.
template <class I>
VMD_INLINE int64_t denoise_bytes(const DenoiseView& view) {
  return DenoiseBoard<I>(view, nullptr).bytes;
}

template <class I>
VMD_INLINE void denoise_boards(const DenoiseView& view, const DenoiseBoards& boards, int64_t first, int64_t last,
                               void* memory) {
  DenoiseBoard<I> board(view, memory);
  for (int64_t b = first; b < last && !boards.ended(boards.end); ++b) {
    if (b == first || view.D > 0) board.modulate(boards.z + b * view.D);
    board.run(boards, b);
  }
}

}  // namespace vmd
