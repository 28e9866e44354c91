// board.hpp -- one board through all loops, for one instruction set; see denoise.hpp for the meaning.
//
// A loop is four passes over tiles of candidates, cell by cell, V rows a cell:
//   message   from the states and their 1 / deviation
//   average   means of messages over each cell's symbols and each unit's cells
//   receive   those means times their weights: a table of rows
//   update    injected + what the cell and its units received + self_update * state; relu; times update: added
//   to the state
#pragma once
#include "denoise/board_inputs.hpp"
#include "denoise/fade.hpp"   // defines: kept_after
#include "denoise/noise.hpp"  // defines: noise_at, noise_key
#include "denoise/tiles.hpp"

namespace vmd {

template <class I>
class DenoiseBoard : protected BoardInputs<I> {
  using F = typename I::F;
  using E = typename I::E;
  using Held = BoardInputs<I>;

 protected:
  using Held::v, Held::used, Held::deep;
  using Held::message, Held::self_update, Held::update, Held::group_updates, Held::update_bias, Held::told;
  using Held::injected_cell, Held::latent, Held::received;
  using Held::kParts, Held::floats, Held::state_of;
  static constexpr bool kCopies = sizeof(E) != sizeof(float);  // inputs of products are not the floats themselves
  static constexpr bool kNormed = I::kTiles;                   // states as inputs have their factor inside
  static constexpr int64_t kRows = I::kRows;
  static constexpr int64_t kSpare = I::kTiles ? kRows : 0;  // rows behind a table, which tiles read and nobody uses

 public:
  VMD_INLINE DenoiseBoard(const DenoiseView& view, void* memory)
      : Held(view, memory), rows(view.L * view.V), padded((rows + kRows - 1) / kRows * kRows) {
    const int64_t mean_rows = v.group_rows[v.groups];
    state = take<float>(padded * v.Hp), copy = take<E>(kCopies ? padded * deep(v.Hp) : 0);
    factor = take<float>(padded), messages = take<float>(padded * v.Mp);
    mean = take<E>((mean_rows + kSpare) * deep(v.Mp)), received = take<float>((mean_rows + kSpare) * v.Np);
    base = take<float>(kRows * v.Np), hidden = take<E>(kRows * deep(v.Np)), chosen = take<uint8_t>(v.L);
    if constexpr (I::kTiles) products = take<float>(kRows * I::kPanelColumns);
    bytes = static_cast<int64_t>(used - reinterpret_cast<uintptr_t>(memory));
  }

  using Held::modulate;

  /// Board b of `boards`: as many loops as it takes to settle, or all, or as many as there is time for.
  void run(const DenoiseBoards& boards, int64_t b) {
    const int32_t* x = boards.x + b * v.L;
    float* logits = boards.logits + b * rows;
    int64_t loop = 0;
    bool finished = false;
    embed(x);
    stir(boards.noise, b, 0, boards.noise.begin);
    while (!finished && !boards.ended(boards.end)) {
      apply(x, state, kept_after(++loop, boards.fade));
      finished = loop == boards.loops;
      if (finished) continue;
      if (boards.settle.any() && loop % kSettleEvery == 0) {
        readout(logits);
        finished = settled(boards.settle, x, logits, v.L, v.V, chosen);
      }
      if (!finished) stir(boards.noise, b, loop, boards.noise.path);
    }
    readout(logits);
    boards.spent[b] = static_cast<int32_t>(loop);
    boards.finished[b] = finished;
  }

  int64_t bytes;

 protected:
  /// One loop: `next`, which may be `state`, from `state`; of which it keeps a share.
  void apply(const int32_t* x, float* next, float kept) {
    for (int64_t first = 0; first < padded; first += kRows) message_tile(first);
    average_messages();
    receive();
    for (int64_t first = 0; first < padded; first += kRows) update_tile(x, first, next, kept);
    state = next;
  }

  /// Add noise of so many loops to all states, each in the measure of its own deviation, which `factor` holds. Their mean
  /// over channels stays zero, as norm has it here.
  void stir(const DenoiseNoise& noise, int64_t b, int64_t time, float deviation) {
    if (!noise.of(b) || deviation == 0.0f) return;
    using U = typename Lane<F>::U;
    const NoiseKey key = noise_key(noise.keys[b], time);
    U lane;
    for (int k = 0; k < I::kLanes; ++k) lane[k] = static_cast<uint32_t>(k);
    for (int64_t first = 0; first < padded; first += kRows) {
      for (int64_t i = first; i < first + kRows && i < rows; ++i) {
        const auto places = [&](int64_t j) __attribute__((always_inline)) {
          return lane + static_cast<uint32_t>(i * v.H + j);
        };
        const auto padding = [&](int64_t j) __attribute__((always_inline)) {
          return lane + static_cast<uint32_t>(j) >= static_cast<uint32_t>(v.H);
        };
        F sums[kParts] = {};
        for (int64_t j = 0; j < v.Hp; j += kLanesPadded)
          for (int p = 0; p < kParts; ++p) {
            const int64_t at = j + p * I::kLanes;
            sums[p] += padding(at) ? F{} : noise_at<F>(key, places(at));
          }
        const float middle = total(sums) / static_cast<float>(v.H), scale = deviation / kNoiseScale / factor[i];
        for (int64_t j = 0; j < v.Hp; j += I::kLanes)
          store_as(state + i * v.Hp + j, F(load_as<F>(state + i * v.Hp + j) +
                                           (padding(j) ? F{} : (noise_at<F>(key, places(j)) - middle) * scale)));
      }
      find_factors(state, first);
    }
  }

  /// Logits [L,V] of the states as they are.
  void readout(float* logits) const {
    for (int64_t i = 0; i < rows; ++i) {
      F dot[kParts] = {};
      for (int64_t j = 0; j < v.Hp; j += kLanesPadded)
        for (int p = 0; p < kParts; ++p) dot[p] += floats(state + i * v.Hp + j, p) * floats(v.readout + j, p);
      logits[i] = total(dot) * factor[i] + v.readout_bias;
    }
  }

  static VMD_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

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

  void embed(const int32_t* x) {
    for (int64_t i = 0; i < padded; ++i) {
      const int64_t l = i < rows ? i / v.V : 0, symbol = i % v.V;
      const float* from = v.state + state_of(x[l], symbol) * v.Hp;
      for (int64_t j = 0; j < v.Hp; ++j) {
        const float cell = v.placed ? v.cell[l * v.Hp + j] : 0.0f, name = v.named ? v.symbol[symbol * v.Hp + j] : 0.0f;
        state[i * v.Hp + j] = from[j] + (cell + name);
      }
    }
    for (int64_t first = 0; first < padded; first += kRows) find_factors(state, first);
  }

  /// factor = 1 / deviation of a tile of states; copy = the states as inputs of products.
  void find_factors(const float* states, int64_t first) {
    alignas(64) float squared[kRows];
    const int64_t Hp = v.Hp, stride = deep(Hp);
    const float H = static_cast<float>(v.H), *const tile = states + first * Hp;
    E* const to = copy + first * stride;
    const auto squares_of = [&](int64_t r, F (&squares)[kParts]) __attribute__((always_inline)) {
      for (int64_t j = 0; j < Hp; j += kLanesPadded)
        for (int p = 0; p < kParts; ++p) {
          const F h = floats(tile + r * Hp + j, p);
          squares[p] += h * h;
          if constexpr (kCopies && !kNormed) I::store(to + r * stride + j + p * I::kLanes, h);
        }
    };
    if constexpr (I::kTiles) {
      for (int64_t r = 0; r < kRows; r += kTile) {
        F squares[kTile][1] = {};
#pragma GCC unroll 16
        for (int i = 0; i < kTile; ++i) squares_of(r + i, squares[i]);
        store_as(squared + r, I::totals(squares));
      }
    } else {
      for (int64_t r = 0; r < kRows; ++r) {
        F squares[kParts] = {};
        squares_of(r, squares);
        squared[r] = total(squares);
      }
    }
    for (int64_t r = 0; r < kRows; ++r) squared[r] = 1.0f / __builtin_sqrtf(squared[r] / H + 1e-5f);
    __builtin_memcpy(factor + first, squared, sizeof squared);
    if constexpr (kNormed)
      each_of(tile, Hp, [&](int64_t r, int64_t j, const F& h) __attribute__((always_inline)) {
        I::store(to + r * stride + j, F(h * squared[r]));
      });
  }

  /// A product of states, from that of what was put in for them.
  static VMD_INLINE F of_states(const F& sum, const float* factor_here) {
    if constexpr (kNormed)
      return sum;
    else
      return sum * *factor_here;
  }

  /// out(row, column, sums) for n rows a [n,K] times w [K,columns].
  template <class Out>
  VMD_INLINE void product(const E* a, const E* w, int64_t K, int64_t columns, int64_t n, const Out& out) {
    if constexpr (I::kTiles)
      multiply_tiles<I>(tiles, a, deep(K), w, columns, n, products, out);
    else
      multiply<I>(a, K, w, K, columns, out);
  }

  VMD_INLINE const E* inputs(int64_t first) const {
    if constexpr (kCopies)
      return copy + first * deep(v.Hp);
    else
      return state + first * v.Hp;
  }

  void message_tile(int64_t first) {
    const int64_t Mp = v.Mp;
    const float *const bias = v.message_bias, *const factors = factor + first;
    float* const said = messages + first * Mp;
    const auto finish = [&](int64_t r, int64_t column, const F& sum) __attribute__((always_inline)) {
      store_as(said + r * Mp + column, I::relu(F(of_states(sum, factors + r) + load_as<F>(bias + column))));
    };
    if constexpr (I::kTiles) {
      multiply_into<I, true>(tiles, inputs(first), deep(v.Hp), message, Mp, kRows, said);
      each_of(said, Mp, finish);
    } else {
      product(inputs(first), message, v.Hp, Mp, kRows, finish);
    }
  }

  /// out(row, column, numbers) for all of a tile's rows of so many channels.
  template <class Out>
  static VMD_INLINE void each_of(const float* from, int64_t width, const Out& out) {
    if (width % (4 * I::kLanes) == 0)
      each_of<4>(from, width, out);
    else if (width % (2 * I::kLanes) == 0)
      each_of<2>(from, width, out);
    else
      each_of<1>(from, width, out);
  }

  template <int C, class Out>
  static VMD_INLINE void each_of(const float* from, int64_t width, const Out& out) {
    for (int64_t r = 0; r < kRows; ++r)
      for (int64_t j = 0; j < width; j += C * I::kLanes)
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) out(r, j + c * I::kLanes, load_as<F>(from + r * width + j + c * I::kLanes));
  }

  /// mean[target + s] = the mean over n message rows place(i) + s, for some rows s.
  template <class Place>
  VMD_INLINE void average(int64_t n, int64_t some, int64_t target, const Place& place) {
    const bool whole = deep(v.Mp) == v.Mp;  // rows lie side by side in both tables
    const int64_t width = whole ? some * v.Mp : v.Mp;
    for (int64_t s = 0; s < (whole ? 1 : some); ++s) {
      int64_t j = 0;
      for (; j + 4 * kLanesPadded <= width; j += 4 * kLanesPadded) average_channels<4>(n, target + s, s, j, place);
      for (; j < width; j += kLanesPadded) average_channels<1>(n, target + s, s, j, place);
    }
  }

  template <int C, class Place>
  VMD_INLINE void average_channels(int64_t n, int64_t target, int64_t s, int64_t j, const Place& place) {
    const float share = 1.0f / static_cast<float>(n), *const said = messages + s * v.Mp + j;
    const int64_t Mp = v.Mp;
    E* const to = mean + target * deep(Mp) + j;
    F sum[C * kParts] = {};
    for (int64_t i = 0; i < n; ++i) {
      const float* from = said + place(i) * Mp;
#pragma GCC unroll 16
      for (int p = 0; p < C * kParts; ++p) sum[p] += floats(from, p);
    }
#pragma GCC unroll 16
    for (int p = 0; p < C * kParts; ++p) I::store(to + p * I::kLanes, F(sum[p] * share));
  }

  void average_messages() {
    const int64_t V = v.V;
    for (int64_t l = 0; l < v.L; ++l)
      average(V, 1, l, [&](int64_t i) __attribute__((always_inline)) { return l * V + i; });
    for (int64_t u = 0; u < v.U; ++u) {
      const int64_t* const cells = v.unit_cells + v.unit_offsets[u];
      average(v.unit_offsets[u + 1] - v.unit_offsets[u], V, v.unit_rows[u],
              [&](int64_t i) __attribute__((always_inline)) { return cells[i] * V; });
    }
  }

  void receive() {
    for (int64_t g = 0; g < v.groups; ++g)
      for (int64_t first = v.group_rows[g]; first < v.group_rows[g + 1]; first += kRows) {
        const int64_t n = smaller(kRows, v.group_rows[g + 1] - first), Np = v.Np;
        float* const to = received + first * Np;
        const E *from = mean + first * deep(v.Mp), *weights = group_updates + g * deep(v.Mp) * v.Np;
        if constexpr (I::kTiles)  // rows written beyond a group are the next one's, which comes later
          multiply_into<I, true>(tiles, from, deep(v.Mp), weights, Np, n, to);
        else
          product(from, weights, v.Mp, Np, n, [&](int64_t r, int64_t column, const F& sum) __attribute__((always_inline)) {
            store_as(to + r * Np + column, sum);
          });
      }
  }

  /// base = what is injected into a tile's candidates and what they receive.
  void gather_tile_inputs(const int32_t* x, int64_t first) {
    for (int64_t r = 0, n; r < kRows; r += n) {
      const int64_t l = (first + r) / v.V < v.L ? (first + r) / v.V : 0;  // rows of padding repeat cell 0; nobody reads them
      const int64_t symbol = (first + r) % v.V;
      float* const to = base + r * v.Np;
      n = smaller(v.V - symbol, kRows - r);
      int64_t j = 0;
      for (; j + 4 * kLanesPadded <= v.Np; j += 4 * kLanesPadded)
        this->template gather_cell<4>(x[l], l, symbol, n, j, to);
      for (; j < v.Np; j += kLanesPadded) this->template gather_cell<1>(x[l], l, symbol, n, j, to);
    }
  }

  void update_tile(const int32_t* x, int64_t first, float* next, float kept) {
    gather_tile_inputs(x, first);
    const int64_t stride = deep(v.Np);
    E* const to = hidden;
    const auto keep = [&](int64_t r, int64_t column, const F& sum) __attribute__((always_inline)) {
      I::store(to + r * stride + column, I::relu(sum));
    };
    if constexpr (I::kTiles) {
      multiply_into<I, false>(tiles, inputs(first), deep(v.Hp), self_update, v.Np, kRows, base);
      each_of(base, v.Np, [&](int64_t r, int64_t column, const F& sum) __attribute__((always_inline)) {
        keep(r, column, F(sum * kept));
      });
      const int64_t Hp = v.Hp;
      const float* const bias = update_bias;
      float* const tile = next + first * Hp;
      each_of(state + first * Hp, Hp, [&](int64_t r, int64_t column, const F& h) __attribute__((always_inline)) {
        store_as(tile + r * Hp + column, F((h + load_as<F>(bias + column)) * kept));
      });
      multiply_into<I, false>(tiles, hidden, deep(v.Np), update, Hp, kRows, tile);
    } else {
      const int64_t Hp = v.Hp, Np = v.Np;
      const float *const factors = factor + first, *const told_here = base, *const bias = update_bias;
      const float* const before = state + first * Hp;
      float* const after = next + first * Hp;
      product(
          inputs(first), self_update, Hp, Np,
          kRows, [&](int64_t r, int64_t column, const F& sum) __attribute__((always_inline)) {
            keep(r, column, F(sum * factors[r] + load_as<F>(told_here + r * Np + column)));
          });
      product(
          hidden, update, Np, Hp,
          kRows, [&](int64_t r, int64_t column, const F& sum) __attribute__((always_inline)) {
            const int64_t place = r * Hp + column;
            store_as(after + place, F((load_as<F>(before + place) + (sum + load_as<F>(bias + column))) * kept));
          });
    }
    find_factors(next, first);
  }

  /// Memory for n of a sort, behind what was taken.
  template <class T>
  VMD_INLINE T* take(int64_t n) {
    return Held::template take<T>(n);
  }

  [[no_unique_address]] typename I::Tiles tiles;
  int64_t rows, padded;             // candidates, and rows of tiles
  float* state;                     // [padded,Hp]
  E* copy;                          // [padded,Hp]: states as inputs of products
  float *factor, *messages;         // [padded], [padded,Mp]
  E* mean;                          // [group_rows,Mp]
  float* base;                      // [kRows,Np]
  E* hidden;                        // [kRows,Np]
  float* products = nullptr;        // of tiles
  uint8_t* chosen;                  // [L]
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
