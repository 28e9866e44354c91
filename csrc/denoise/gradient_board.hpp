// gradient_board.hpp -- one board through its loops and back, for one instruction set; see gradient.hpp.
//
// The way back through a loop, with g the gradient of its output and n = norm(h) of its input h:
//   write   hidden = relu(a) again; da = g W_o^T where a > 0; g is handed on to h; da to what was told and heard
//   hear    gradients of the tables of means, shared out among those whose mean it was
//   speak   du = that where the message u > 0
//   norm    h receives da and du through keep, speak and norm, and what its logits want
// Gradients of weights that hold a board's latent are summed apart and unfolded once a board.
#pragma once
#include "denoise/board.hpp"
#include "denoise/outer.hpp"
#include "denoise/tables.hpp"

namespace vmd {

constexpr int64_t kSlabRows = 8 * kTileRows;  // rows that sums of products are taken over at a time

template <class I>
class DenoiseGradientBoard : DenoiseBoard<I> {
  using Board = DenoiseBoard<I>;
  using F = typename I::F;
  using E = typename I::E;
  using Board::kCopies, Board::kParts, Board::floats, Board::told_of, Board::total;
  using Board::v, Board::rows, Board::padded, Board::latent, Board::state, Board::mean, Board::factor, Board::base;

 public:
  using Board::bytes, Board::modulate;

  DenoiseGradientBoard(const DenoiseView& view, void* memory)
      : Board(view, memory), heard_rows(v.group_rows[v.groups]), told_rows(v.positions ? 3 * v.V : 3) {
    const uintptr_t start = this->used;
    const int64_t widest = larger(v.Hp, larger(v.Mp, v.Np));
    own_state = state, own_mean = mean;
    speak_back = room<E>(v.Mp * v.Hp), keep_back = room<E>(v.Np * v.Hp), write_back = room<E>(v.Hp * v.Np);
    hear_back = room<E>(v.groups * v.Np * v.Mp);
    bound_write = room<float>(v.Np * v.Hp), column = room<float>(widest), share = room<float>(heard_rows);
    gradient = room<float>(padded * v.Hp), change = room<float>(padded * v.Hp), normed = room<E>(padded * v.Hp);
    d_heard = room<float>(heard_rows * v.Np), d_mean = room<float>(heard_rows * v.Mp);
    lit = room<float>(kSlabRows * v.Np), delta = room<float>(kSlabRows * widest);
    pairs = room<E>(kCopies ? kSlabRows * widest : 0), others = room<E>(kCopies ? kSlabRows * widest : 0);
    inputs_back = room<E>(kCopies ? kTileRows * widest : 0);
    d_keep = room<float>(v.Hp * v.Np), d_hear = room<float>(v.groups * v.Mp * v.Np);
    d_write = room<float>(v.Np * v.Hp), d_write_bias = room<float>(v.Hp);
    d_told = room<float>(told_rows * v.Np), d_told_cell = room<float>(v.positions ? v.L * v.Np : 0);
    bytes += static_cast<int64_t>(this->used - start);
  }

  /// Of one board: states before each supervised loop and after the last, then means of messages in each.
  int64_t kept_bytes(int64_t supervised) const {
    return (supervised + 1) * state_bytes() + supervised * mean_bytes();
  }

  /// Logits of each supervised loop, `stride` apart.
  void forward(const int32_t* x, int64_t free, int64_t supervised, float* logits, int64_t stride,
                          char* kept) {
    state = kept_state(kept, 0);
    this->embed(x);
    for (int64_t loop = 0; loop < free; ++loop) this->apply(x, state);
    for (int64_t s = 0; s < supervised; ++s) {
      this->apply(x, kept_state(kept, s + 1));
      __builtin_memcpy(kept_mean(kept, supervised, s), mean, static_cast<uint64_t>(mean_bytes()));
      this->read(logits + s * stride);
    }
    state = own_state;
  }

  /// Add the gradients of the tables to `sums`; set d_latent [2 Np + Hp].
  void backward(const int32_t* x, bool embedded, int64_t supervised, const float* d_logits, int64_t stride,
                           char* kept, const DenoiseTables<float>& sums, float* d_latent) {
    clear(gradient, padded * v.Hp), clear(change, padded * v.Hp);
    clear(d_keep, v.Hp * v.Np), clear(d_hear, v.groups * v.Mp * v.Np), clear(d_write, v.Np * v.Hp);
    clear(d_write_bias, v.Hp), clear(d_told, told_rows * v.Np), clear(d_told_cell, v.positions ? v.L * v.Np : 0);
    state = kept_state(kept, supervised);
    for (int64_t first = 0; first < padded; first += kTileRows) {
      this->find_factors(state, first);
      back_through_norm(first, d_logits + (supervised - 1) * stride, sums);
    }
    for (int64_t s = supervised; s-- > 0;) {
      state = kept_state(kept, s), mean = kept_mean(kept, supervised, s);
      this->hear_means();
      clear(d_heard, heard_rows * v.Np);
      for (int64_t first = 0; first < padded; first += kSlabRows)
        back_through_write(x, first, smaller(kSlabRows, padded - first));
      back_through_hear();
      for (int64_t first = 0; first < padded; first += kSlabRows)
        back_through_speak(first, smaller(kSlabRows, padded - first), s ? d_logits + (s - 1) * stride : nullptr, sums);
    }
    if (embedded) back_through_embedding(x, sums);
    unfold(sums, d_latent);
    state = own_state, mean = own_mean;
  }

  /// The transposed weights; after modulate.
  void turn() {
    const float *scale = latent, *gate = latent + 2 * v.Np;
    for (int64_t m = 0; m < v.Mp; ++m) {
      for (int64_t h = 0; h < v.Hp; ++h) column[h] = v.speak[h * v.Mp + m];
      pack_row<I>(column, m, v.Mp, v.Hp, speak_back);
    }
    for (int64_t n = 0; n < v.Np; ++n) {
      for (int64_t h = 0; h < v.Hp; ++h) column[h] = v.keep[h * v.Np + n] * scale[n];
      pack_row<I>(column, n, v.Np, v.Hp, keep_back);
      for (int64_t g = 0; g < v.groups; ++g) {
        for (int64_t m = 0; m < v.Mp; ++m) column[m] = v.hear[(g * v.Mp + m) * v.Np + n] * scale[n];
        pack_row<I>(column, n, v.Np, v.Mp, hear_back + g * v.Np * v.Mp);
      }
      this->centred(v.write + n * v.Hp, gate, bound_write + n * v.Hp);
    }
    for (int64_t h = 0; h < v.Hp; ++h) {
      for (int64_t n = 0; n < v.Np; ++n) column[n] = bound_write[n * v.Hp + h];
      pack_row<I>(column, h, v.Hp, v.Np, write_back);
    }
    clear(share, heard_rows);
    for (int64_t l = 0; l < v.L; ++l) share[l] = 1.0f / static_cast<float>(v.V);
    for (int64_t u = 0; u < v.U; ++u)
      for (int64_t symbol = 0; symbol < v.V; ++symbol)
        share[v.unit_rows[u] + symbol] = 1.0f / static_cast<float>(v.unit_offsets[u + 1] - v.unit_offsets[u]);
  }

 private:
  template <class T>
  VMD_INLINE T* room(int64_t n) {
    return this->template take<T>(n);
  }

  static VMD_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
  static VMD_INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
  static VMD_INLINE void clear(float* to, int64_t n) { __builtin_memset(to, 0, static_cast<uint64_t>(n) * sizeof(float)); }
  static VMD_INLINE void add(float* to, const F& more) { store_as(to, F(load_as<F>(to) + more)); }

  VMD_INLINE int64_t state_bytes() const { return padded * v.Hp * static_cast<int64_t>(sizeof(float)); }
  VMD_INLINE int64_t mean_bytes() const { return heard_rows * v.Mp * static_cast<int64_t>(sizeof(E)); }
  VMD_INLINE float* kept_state(char* kept, int64_t s) const {
    return static_cast<float*>(static_cast<void*>(kept + s * state_bytes()));
  }
  VMD_INLINE E* kept_mean(char* kept, int64_t supervised, int64_t s) const {
    return static_cast<E*>(static_cast<void*>(kept + (supervised + 1) * state_bytes() + s * mean_bytes()));
  }

  /// A tile's numbers as inputs of products, row by row.
  VMD_INLINE const E* rounded(const float* from, int64_t width) {
    if constexpr (kCopies) {
      for (int64_t i = 0; i < kTileRows * width; i += I::kLanes) I::store(inputs_back + i, load_as<F>(from + i));
      return inputs_back;
    } else {
      return from;
    }
  }

  /// Rows as inputs of add_outer, in `to` if they are not that already.
  const E* paired(const float* from, int64_t n, int64_t width, E* to) {
    if constexpr (kCopies) {
      for (int64_t i = 0; i < n; i += 2)
        for (int64_t j = 0; j < width; j += I::kLanes)
          I::store_pair(to + i * width + 2 * j, load_as<F>(from + i * width + j), load_as<F>(from + (i + 1) * width + j));
      return to;
    } else {
      return from;
    }
  }

  /// The same for rows of means.
  const E* paired_means(int64_t first, int64_t n) {
    const E* from = mean + first * v.Mp;
    if constexpr (kCopies) {
      for (int64_t i = 0; i < n; i += 2)
        for (int64_t j = 0; j < v.Mp; j += I::kLanes)
          I::store_pair(others + i * v.Mp + 2 * j, I::widened(from + i * v.Mp + j), I::widened(from + (i + 1) * v.Mp + j));
      return others;
    } else {
      return from;
    }
  }

  /// to += the sum of rows.
  void add_rows(const float* from, int64_t n, int64_t width, float* to) {
    for (int64_t j = 0; j < width; j += I::kLanes) {
      F sum{};
      for (int64_t i = 0; i < n; ++i) sum += load_as<F>(from + i * width + j);
      add(to + j, sum);
    }
  }

  /// normed = norm(h) of a tile, paired.
  void normalise(int64_t first) {
    for (int64_t i = first; i < first + kTileRows; i += I::kGroup) {
      const float* h = state + i * v.Hp;
      for (int64_t j = 0; j < v.Hp; j += I::kLanes) {
        const F one = load_as<F>(h + j) * factor[i];
        if constexpr (kCopies)
          I::store_pair(normed + i * v.Hp + 2 * j, one, F(load_as<F>(h + v.Hp + j) * factor[i + 1]));
        else
          store_as(normed + i * v.Hp + j, one);
      }
    }
  }

  void back_through_write(const int32_t* x, int64_t first, int64_t n) {
    for (int64_t t = 0; t < n; t += kTileRows) {
      const int64_t tile = first + t;
      float *seen = lit + t * v.Np, *undone = delta + t * v.Np;
      this->find_factors(state, tile);
      normalise(tile);
      this->listen_tile(x, tile);
      multiply<I>(this->inputs(tile), v.Hp, this->keep, v.Hp, v.Np,
                  [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
                    const F other = load_as<F>(base + r * v.Np + j);
                    store_as(seen + r * v.Np + j, I::relu(F(sum * factor[tile + r] + other)));
                  });
      multiply<I>(rounded(gradient + tile * v.Hp, v.Hp), v.Hp, write_back, v.Hp, v.Np,
                  [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
                    const F held = load_as<F>(seen + r * v.Np + j);
                    store_as(undone + r * v.Np + j, F(held > 0.0f ? sum : F{}));
                  });
      multiply<I>(rounded(undone, v.Np), v.Np, keep_back, v.Np, v.Hp,
                  [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
                    store_as(change + (tile + r) * v.Hp + j, sum);
                  });
      hand_back_tile(x, tile, undone);
    }
    const float* g = gradient + first * v.Hp;
    add_outer<I>(paired(lit, n, v.Np, pairs), v.Np, paired(g, n, v.Hp, others), v.Hp, n / I::kGroup, d_write);
    add_outer<I>(normed + first * v.Hp, v.Hp, paired(delta, n, v.Np, pairs), v.Np, n / I::kGroup, d_keep);
    add_rows(g, n, v.Hp, d_write_bias);
  }

  /// What a tile's candidates were told and heard, for C vectors of 16 channels from `j` on: the way back of `listen`.
  template <int C>
  VMD_INLINE void hand_back(const int32_t* x, int64_t first, const float* undone, int64_t j) {
    int64_t l = first / v.V, symbol = first % v.V;
    for (int64_t r = 0; r < kTileRows && first + r < rows; ++r) {
      const int64_t told_row = v.positions ? told_of(x[l], symbol) * v.V + symbol : told_of(x[l], symbol);
      F da[C * kParts];
#pragma GCC unroll 16
      for (int p = 0; p < C * kParts; ++p) da[p] = floats(undone + r * v.Np + j, p);
#pragma GCC unroll 16
      for (int p = 0; p < C * kParts; ++p) {
        add(d_told + told_row * v.Np + j + p * I::kLanes, da[p]);
        add(d_heard + l * v.Np + j + p * I::kLanes, da[p]);
      }
      for (int64_t i = v.link_offsets[l]; i < v.link_offsets[l + 1]; ++i) {
        float* unit = d_heard + (v.link_rows[i] + symbol) * v.Np + j;
#pragma GCC unroll 16
        for (int p = 0; p < C * kParts; ++p) add(unit + p * I::kLanes, F(da[p] * v.link_weights[i]));
      }
      if (++symbol == v.V) symbol = 0, ++l;
    }
  }

  void hand_back_tile(const int32_t* x, int64_t first, const float* undone) {
    int64_t j = 0;
    for (; j + 4 * kLanesPadded <= v.Np; j += 4 * kLanesPadded) hand_back<4>(x, first, undone, j);
    for (; j < v.Np; j += kLanesPadded) hand_back<1>(x, first, undone, j);
  }

  /// From the gradients of what was heard to those of each message that has a part in a mean.
  void back_through_hear() {
    for (int64_t i = 0; v.positions && i < v.L * v.Np; i += I::kLanes) add(d_told_cell + i, load_as<F>(d_heard + i));
    for (int64_t g = 0; g < v.groups; ++g)
      for (int64_t first = v.group_rows[g]; first < v.group_rows[g + 1]; first += kSlabRows) {
        const int64_t n = smaller(kSlabRows, v.group_rows[g + 1] - first);
        for (int64_t tile = first; tile < first + n; tile += kTileRows)
          multiply<I>(rounded(d_heard + tile * v.Np, v.Np), v.Np, hear_back + g * v.Np * v.Mp, v.Np, v.Mp,
                      [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
                        store_as(d_mean + (tile + r) * v.Mp + j, F(sum * share[tile + r]));
                      });
        add_outer<I>(paired_means(first, n), v.Mp, paired(d_heard + first * v.Np, n, v.Np, pairs), v.Np, n / I::kGroup,
                     d_hear + g * v.Mp * v.Np);
      }
  }

  void back_through_speak(int64_t first, int64_t n, const float* d_logits,
                                     const DenoiseTables<float>& sums) {
    for (int64_t t = 0; t < n; t += kTileRows) {
      const int64_t tile = first + t;
      float* undone = delta + t * v.Mp;
      collect(tile, undone);
      multiply<I>(this->inputs(tile), v.Hp, this->speak, v.Hp, v.Mp,
                  [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
                    const F said = sum * factor[tile + r] + load_as<F>(v.speak_bias + j);
                    float* to = undone + r * v.Mp + j;
                    store_as(to, F(said > 0.0f ? load_as<F>(to) : F{}));
                  });
      multiply<I>(rounded(undone, v.Mp), v.Mp, speak_back, v.Mp, v.Hp,
                  [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
                    add(change + (tile + r) * v.Hp + j, sum);
                  });
      back_through_norm(tile, d_logits, sums);
    }
    add_outer<I>(normed + first * v.Hp, v.Hp, paired(delta, n, v.Mp, pairs), v.Mp, n / I::kGroup, sums.speak);
    add_rows(delta, n, v.Mp, sums.speak_bias);
  }

  /// to = the gradients of a tile's messages; the way back of `gather`.
  void collect(int64_t first, float* to) {
    int64_t l = first / v.V, symbol = first % v.V;
    for (int64_t r = 0; r < kTileRows; ++r) {
      const bool real = first + r < rows;
      for (int64_t j = 0; j < v.Mp; j += I::kLanes) {
        F sum{};
        if (real) {
          sum = load_as<F>(d_mean + l * v.Mp + j);
          for (int64_t i = v.link_offsets[l]; i < v.link_offsets[l + 1]; ++i)
            sum += load_as<F>(d_mean + (v.link_rows[i] + symbol) * v.Mp + j);
        }
        store_as(to + r * v.Mp + j, sum);
      }
      if (++symbol == v.V) symbol = 0, ++l;
    }
  }

  /// gradient += what a tile's states receive through norm: `change`, and what their logits (null: none) want.
  void back_through_norm(int64_t first, const float* d_logits, const DenoiseTables<float>& sums) {
    for (int64_t i = first; i < first + kTileRows; ++i) {
      const float d_logit = d_logits && i < rows ? d_logits[i] : 0.0f;
      const float *h = state + i * v.Hp, *dn = change + i * v.Hp;
      F dot[kParts] = {};
      for (int64_t j = 0; j < v.Hp; j += kLanesPadded)
        for (int p = 0; p < kParts; ++p)
          dot[p] += (floats(dn + j, p) + floats(v.read + j, p) * d_logit) * floats(h + j, p);
      const float f = factor[i], along = f * f * f * total(dot) / static_cast<float>(v.H);
      for (int64_t j = 0; j < v.Hp; j += I::kLanes) {
        const F state_j = load_as<F>(h + j);
        add(gradient + i * v.Hp + j,
            F((load_as<F>(dn + j) + load_as<F>(v.read + j) * d_logit) * f - state_j * along));
        if (d_logit != 0.0f) add(sums.read + j, F(state_j * (f * d_logit)));
      }
      *sums.read_bias += d_logit;
    }
  }

  void back_through_embedding(const int32_t* x, const DenoiseTables<float>& sums) {
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t l = i / v.V, symbol = i % v.V;
      float* to = sums.state + told_of(x[l], symbol) * v.Hp;
      for (int64_t j = 0; j < v.Hp; j += I::kLanes) {
        const F g = load_as<F>(gradient + i * v.Hp + j);
        add(to + j, g);
        if (v.positions) add(sums.cell + l * v.Hp + j, g), add(sums.symbol + symbol * v.Hp + j, g);
      }
    }
  }

  /// From gradients of this board's weights to those of the tables and of its latent: the way back of `modulate`.
  void unfold(const DenoiseTables<float>& sums, float* d_latent) {
    const float *scale = latent, *shift = latent + v.Np, *gate = latent + 2 * v.Np;
    float *d_scale = d_latent, *d_shift = d_latent + v.Np, *d_gate = d_latent + 2 * v.Np;
    clear(d_latent, 2 * v.Np + v.Hp);
    scaled(v.keep, d_keep, v.Hp, v.Np, scale, sums.keep, d_scale);
    scaled(v.hear, d_hear, v.groups * v.Mp, v.Np, scale, sums.hear, d_scale);
    for (int64_t k = 0; k < v.Np; ++k) centre(d_write + k * v.Hp);
    centre(d_write_bias);
    scaled(v.write, d_write, v.Np, v.Hp, gate, sums.write, d_gate);
    scaled(v.write_bias, d_write_bias, 1, v.Hp, gate, sums.write_bias, d_gate);
    const int64_t symbols = v.positions ? v.V : 1;
    for (int64_t k = 0; k < told_rows; ++k) {
      const int64_t s = k / symbols, y = k % symbols;
      for (int64_t j = 0; j < v.Np; ++j) {
        const float d = d_told[k * v.Np + j], symbol_told = v.positions ? v.told_symbol[y * v.Np + j] : 0.0f;
        d_scale[j] += d * (v.told_state[s * v.Np + j] + symbol_told + shift[j]);
        d_shift[j] += d * scale[j];
        sums.told_state[s * v.Np + j] += d * scale[j];
        if (v.positions) sums.told_symbol[y * v.Np + j] += d * scale[j];
      }
    }
    if (v.positions) scaled(v.told_cell, d_told_cell, v.L, v.Np, scale, sums.told_cell, d_scale);
  }

  /// Of matrix * factors (one a column), from its gradient d to those of the matrix and the factors.
  static void scaled(const float* matrix, const float* d, int64_t n, int64_t width, const float* factors,
                                float* d_matrix, float* d_factors) {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < width; j += I::kLanes) {
        const F change_j = load_as<F>(d + i * width + j);
        add(d_matrix + i * width + j, F(change_j * load_as<F>(factors + j)));
        add(d_factors + j, F(change_j * load_as<F>(matrix + i * width + j)));
      }
  }

  /// A row of H channels minus its mean, in place; the padding becomes zero.
  void centre(float* to) const {
    float sum = 0;
    for (int64_t j = 0; j < v.H; ++j) sum += to[j];
    const float middle = sum / static_cast<float>(v.H);
    for (int64_t j = 0; j < v.Hp; ++j) to[j] = j < v.H ? to[j] - middle : 0.0f;
  }

  const int64_t heard_rows, told_rows;
  float* own_state;
  E* own_mean;
  E *speak_back, *keep_back, *write_back, *hear_back;      // packed, transposed, with this board's latent inside
  float *bound_write, *column, *share;                     // [Np,Hp], the widest, [group_rows]: 1 / cells of a mean
  float *gradient, *change;                                // [padded,Hp]: of the states; of n = norm(h)
  E* normed;                                               // [padded,Hp], paired
  float *d_heard, *d_mean;                                 // [group_rows,Np], [group_rows,Mp]
  float *lit, *delta;                                      // of a slab: hidden channels; their or messages' gradients
  E *pairs, *others, *inputs_back;
  float *d_keep, *d_hear, *d_write, *d_write_bias, *d_told, *d_told_cell;  // of this board's weights
};

/// The path of instruction set I.
template <class I>
int64_t gradient_bytes(const DenoiseView& view) {
  return DenoiseGradientBoard<I>(view, nullptr).bytes;
}

template <class I>
int64_t gradient_kept_bytes(const DenoiseView& view, int64_t supervised) {
  return DenoiseGradientBoard<I>(view, nullptr).kept_bytes(supervised);
}

template <class I>
void gradient_forward(const DenoiseView& units, const DenoiseStack& stack, float* logits, int64_t first,
                                 int64_t last, void* memory) {
  DenoiseView view = with_tables(units, stack.tables);
  DenoiseGradientBoard<I> board(view, memory);
  const int64_t C = view.L * view.V, kept = board.kept_bytes(stack.supervised);
  for (int64_t b = first; b < last; ++b) {
    view.modulate_bias = stack.latent + b * (2 * view.Np + view.Hp);
    board.modulate(nullptr);
    board.forward(stack.x + b * view.L, stack.free, stack.supervised, logits + b * C, stack.B * C, stack.kept + b * kept);
  }
}

template <class I>
void gradient_backward(const DenoiseView& units, const DenoiseStack& stack, const DenoiseGradients& d,
                                  int64_t first, int64_t last, void* memory) {
  DenoiseView view = with_tables(units, stack.tables);
  DenoiseGradientBoard<I> board(view, memory);
  const DenoiseTables<float> sums(view, d.tables);
  const int64_t C = view.L * view.V, W = 2 * view.Np + view.Hp, kept = board.kept_bytes(stack.supervised);
  for (int64_t b = first; b < last; ++b) {
    view.modulate_bias = stack.latent + b * W;
    board.modulate(nullptr);
    board.turn();
    board.backward(stack.x + b * view.L, stack.free == 0, stack.supervised, d.logits + b * C, stack.B * C,
                   stack.kept + b * kept, sums, d.latent + b * W);
  }
}

template <class I>
constexpr DenoisePath denoise_path(const char* name) {
  return {name, denoise_bytes<I>, denoise_boards<I>, gradient_bytes<I>, gradient_kept_bytes<I>, gradient_forward<I>,
          gradient_backward<I>};
}

}  // namespace vmd
