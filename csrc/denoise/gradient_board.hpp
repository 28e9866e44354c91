// gradient_board.hpp -- one board through its loops and back, for one instruction set; see gradient.hpp.
//
// The way back through a loop, with g the gradient of its output and n = norm(h) of its input h:
//   update    hidden = relu(a) again; da = g W_o^T where a > 0; g goes on to h, da to what was injected and
//   received receive   gradients of the tables of means, shared out among those whose mean it was message   du
//   = that where the message u > 0 norm      h receives da and du through self_update, message and norm, and
//   what its logits want
// Gradients of weights are gathered apart (gradient_weights.hpp).
#pragma once
#include "denoise/gradient_weights.hpp"
#include "denoise/outer.hpp"

namespace vmd {

template <class I>
class DenoiseGradientBoard : public DenoiseGradientWeights<I> {
  using Board = DenoiseBoard<I>;
  using Weights = DenoiseGradientWeights<I>;
  using Board::kCopies, Board::kParts, Board::kRows, Board::kSpare, Board::deep, Board::floats, Board::of_states;
  using Board::product, Board::smaller, Board::state_of, Board::total;
  using Board::v, Board::rows, Board::padded, Board::state, Board::mean, Board::factor, Board::base;
  using typename Weights::E, typename Weights::F;
  using Weights::add, Weights::clear, Weights::mean_rows, Weights::share;
  using Weights::d_injected, Weights::d_injected_cell;
  using Weights::d_self_update, Weights::d_group_updates, Weights::d_update, Weights::d_update_bias;
  static constexpr int64_t kSlab = I::kSlab;
  using Weights::message_back, Weights::self_update_back, Weights::update_back, Weights::group_updates_back;

 public:
  using Weights::bytes;

  DenoiseGradientBoard(const DenoiseView& view, void* memory) : Weights(view, memory) {
    const uintptr_t start = this->used;
    const int64_t widest = this->widest();
    own_state = state, own_mean = mean;
    d_state = room<float>(padded * v.Hp), d_normed = room<float>(padded * v.Hp), normed = room<E>(padded * v.Hp);
    d_received = room<float>(mean_rows * v.Np), d_mean = room<float>(mean_rows * v.Mp);
    hidden_slab = room<float>(kSlab * v.Np), d_slab = room<float>(kSlab * widest);
    pairs = room<E>(kCopies ? kSlab * widest : 0), others = room<E>(kCopies ? kSlab * widest : 0);
    inputs_back = room<E>(kCopies ? kRows * deep(widest) : 0);
    bytes += static_cast<int64_t>(this->used - start);
  }

  /// Of one board: states before each supervised loop and after the last, then means of messages in each.
  int64_t kept_bytes(int64_t supervised) const {
    return (supervised + 1) * state_bytes() + supervised * mean_bytes();
  }

  /// Logits of each supervised loop of a board x, those of all boards apart.
  void forward(const int32_t* x, const DenoiseStack& stack, float* logits, char* kept) {
    const int64_t stride = stack.B * v.L * v.V, supervised = stack.supervised;
    state = kept_state(kept, 0);
    this->embed(x);
    for (int64_t loop = 0; loop < stack.free && !stack.stop_asked(); ++loop) this->apply(x, state);
    for (int64_t s = 0; s < supervised && !stack.stop_asked(); ++s) {
      this->apply(x, kept_state(kept, s + 1));
      __builtin_memcpy(kept_mean(kept, supervised, s), mean, static_cast<uint64_t>(mean_bytes()));
      this->readout(logits + s * stride);
    }
    state = own_state;
  }

  /// Add the gradients of the tables to `sums`; set d_latent [2 Np + Hp].
  void backward(const int32_t* x, const DenoiseStack& stack, const float* d_logits, char* kept,
                const DenoiseTables<float>& sums, float* d_latent) {
    const int64_t stride = stack.B * v.L * v.V, supervised = stack.supervised;
    clear(d_state, padded * v.Hp), clear(d_normed, padded * v.Hp);
    this->clear_gradients();
    state = kept_state(kept, supervised);
    for (int64_t first = 0; first < padded; first += kRows) {
      this->find_factors(state, first);
      back_through_norm(first, d_logits + (supervised - 1) * stride, sums);
    }
    for (int64_t s = supervised; s-- > 0 && !stack.stop_asked();) {
      state = kept_state(kept, s), mean = kept_mean(kept, supervised, s);
      this->receive();
      clear(d_received, mean_rows * v.Np);
      for (int64_t first = 0; first < padded; first += kSlab)
        back_through_update(x, first, smaller(kSlab, padded - first));
      back_through_receive();
      for (int64_t first = 0; first < padded; first += kSlab)
        back_through_messages(first, smaller(kSlab, padded - first),
                              s ? d_logits + (s - 1) * stride : nullptr, sums);
    }
    if (stack.free == 0) back_through_embedding(x, sums);
    this->back_through_modulate(sums, d_latent);
    state = own_state, mean = own_mean;
  }


 private:
  template <class T>
  VMD_INLINE T* room(int64_t n) {
    return this->template take<T>(n);
  }

  VMD_INLINE int64_t state_bytes() const { return padded * v.Hp * static_cast<int64_t>(sizeof(float)); }
  VMD_INLINE int64_t mean_bytes() const {
    return (mean_rows + kSpare) * deep(v.Mp) * static_cast<int64_t>(sizeof(E));
  }
  VMD_INLINE float* kept_state(char* kept, int64_t s) const {
    return static_cast<float*>(static_cast<void*>(kept + s * state_bytes()));
  }
  VMD_INLINE E* kept_mean(char* kept, int64_t supervised, int64_t s) const {
    return static_cast<E*>(static_cast<void*>(kept + (supervised + 1) * state_bytes() + s * mean_bytes()));
  }

  /// n rows of numbers as inputs of products.
  VMD_INLINE const E* rounded(const float* from, int64_t width, int64_t n) {
    if constexpr (kCopies) {
      for (int64_t i = 0; i < n; ++i) {
        E* to = inputs_back + i * deep(width);
        for (int64_t j = 0; j < width; j += I::kLanes) I::store(to + j, load_as<F>(from + i * width + j));
        for (int64_t j = width; j < deep(width); j += I::kLanes) I::store(to + j, F{});
      }
      return inputs_back;
    } else {
      return from;
    }
  }

  /// n rows of `width` channels, those of row i being numbers(i, channel), as inputs of add_outer in `to`; zeros behind them.
  template <class Numbers>
  VMD_INLINE void pair_rows(int64_t n, int64_t width, E* to, const Numbers& numbers) {
    for (int64_t i = 0; i < n; i += 2)
      for (int64_t j = 0; j < width; j += I::kLanes) I::store_pair(to + i * width + 2 * j, numbers(i, j), numbers(i + 1, j));
    for (int64_t i = n; i < deep(n); i += 2)
      for (int64_t j = 0; j < width; j += I::kLanes) I::store_pair(to + i * width + 2 * j, F{}, F{});
  }

  /// Rows as inputs of add_outer, in `to` if they are not that already.
  const E* paired(const float* from, int64_t n, int64_t width, E* to) {
    if constexpr (kCopies) {
      pair_rows(n, width, to,
                [&](int64_t i, int64_t j) __attribute__((always_inline)) { return load_as<F>(from + i * width + j); });
      return to;
    } else {
      return from;
    }
  }

  /// The same for rows of means.
  const E* paired_means(int64_t first, int64_t n) {
    const E* from = mean + first * deep(v.Mp);
    if constexpr (kCopies) {
      pair_rows(n, v.Mp, others, [&](int64_t i, int64_t j) __attribute__((always_inline)) {
        return I::widened(from + i * deep(v.Mp) + j);
      });
      return others;
    } else {
      return from;
    }
  }

  /// sums [channels,columns] += a^T b over n rows.
  VMD_INLINE void outer(const E* a, int64_t channels, const E* b, int64_t columns, int64_t n, float* sums) {
    if constexpr (I::kTiles)
      outer_tiles<I>(this->tiles, a, channels, b, columns, deep(n), sums);
    else
      add_outer<I>(a, channels, b, columns, n / I::kGroup, sums);
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
    for (int64_t i = first; i < first + kRows; i += I::kGroup) {
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

  void back_through_update(const int32_t* x, int64_t first, int64_t n) {
    for (int64_t t = 0; t < n; t += kRows) {
      const int64_t tile = first + t;
      float *seen = hidden_slab + t * v.Np, *d_tile = d_slab + t * v.Np;
      this->find_factors(state, tile);
      normalise(tile);
      this->gather_tile_inputs(x, tile);
      product(
          this->inputs(tile), this->self_update, v.Hp, v.Np,
          kRows, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
            const F other = load_as<F>(base + r * v.Np + j);
            store_as(seen + r * v.Np + j, I::relu(F(of_states(sum, tile + r) + other)));
          });
      product(
          rounded(d_state + tile * v.Hp, v.Hp, kRows), update_back, v.Hp, v.Np,
          kRows, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
            const F held = load_as<F>(seen + r * v.Np + j);
            store_as(d_tile + r * v.Np + j, F(held > 0.0f ? sum : F{}));
          });
      product(
          rounded(d_tile, v.Np, kRows), self_update_back, v.Np, v.Hp,
          kRows, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
            store_as(d_normed + (tile + r) * v.Hp + j, sum);
          });
      back_through_tile_inputs(x, tile, d_tile);
    }
    const float* g = d_state + first * v.Hp;
    outer(paired(hidden_slab, n, v.Np, pairs), v.Np, paired(g, n, v.Hp, others), v.Hp, n, d_update);
    outer(normed + first * v.Hp, v.Hp, paired(d_slab, n, v.Np, pairs), v.Np, n, d_self_update);
    add_rows(g, n, v.Hp, d_update_bias);
  }

  /// From a tile's hidden channels to what was injected and received, C vectors of 16 channels from `j` on.
  template <int C>
  VMD_INLINE void back_through_inputs(const int32_t* x, int64_t first, const float* d_tile, int64_t j) {
    int64_t l = first / v.V, symbol = first % v.V;
    for (int64_t r = 0; r < kRows && first + r < rows; ++r) {
      const int64_t injected_row = v.positions ? state_of(x[l], symbol) * v.V + symbol : state_of(x[l], symbol);
      F da[C * kParts];
#pragma GCC unroll 16
      for (int p = 0; p < C * kParts; ++p) da[p] = floats(d_tile + r * v.Np + j, p);
#pragma GCC unroll 16
      for (int p = 0; p < C * kParts; ++p) {
        add(d_injected + injected_row * v.Np + j + p * I::kLanes, da[p]);
        add(d_received + l * v.Np + j + p * I::kLanes, da[p]);
      }
      for (int64_t i = v.link_offsets[l]; i < v.link_offsets[l + 1]; ++i) {
        float* unit = d_received + (v.link_rows[i] + symbol) * v.Np + j;
#pragma GCC unroll 16
        for (int p = 0; p < C * kParts; ++p) add(unit + p * I::kLanes, F(da[p] * v.link_weights[i]));
      }
      if (++symbol == v.V) symbol = 0, ++l;
    }
  }

  void back_through_tile_inputs(const int32_t* x, int64_t first, const float* d_tile) {
    int64_t j = 0;
    for (; j + 4 * kLanesPadded <= v.Np; j += 4 * kLanesPadded) back_through_inputs<4>(x, first, d_tile, j);
    for (; j < v.Np; j += kLanesPadded) back_through_inputs<1>(x, first, d_tile, j);
  }

  /// From the gradients of what was received to those of the means.
  void back_through_receive() {
    for (int64_t i = 0; v.positions && i < v.L * v.Np; i += I::kLanes)
      add(d_injected_cell + i, load_as<F>(d_received + i));
    for (int64_t g = 0; g < v.groups; ++g)
      for (int64_t first = v.group_rows[g]; first < v.group_rows[g + 1]; first += kSlab) {
        const int64_t n = smaller(kSlab, v.group_rows[g + 1] - first);
        for (int64_t tile = first; tile < first + n; tile += kRows) {
          const int64_t some = smaller(kRows, first + n - tile);
          product(
              rounded(d_received + tile * v.Np, v.Np, some), group_updates_back + g * deep(v.Np) * v.Mp, v.Np, v.Mp,
              some, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
                store_as(d_mean + (tile + r) * v.Mp + j, F(sum * share[tile + r]));
              });
        }
        outer(paired_means(first, n), v.Mp, paired(d_received + first * v.Np, n, v.Np, pairs), v.Np, n,
              d_group_updates + g * v.Mp * v.Np);
      }
  }

  void back_through_messages(int64_t first, int64_t n, const float* d_logits, const DenoiseTables<float>& sums) {
    for (int64_t t = 0; t < n; t += kRows) {
      const int64_t tile = first + t;
      float* d_tile = d_slab + t * v.Mp;
      back_through_averages(tile, d_tile);
      product(
          this->inputs(tile), this->message, v.Hp, v.Mp,
          kRows, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
            const F said = of_states(sum, tile + r) + load_as<F>(v.message_bias + j);
            float* to = d_tile + r * v.Mp + j;
            store_as(to, F(said > 0.0f ? load_as<F>(to) : F{}));
          });
      product(
          rounded(d_tile, v.Mp, kRows), message_back, v.Mp, v.Hp,
          kRows, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
            add(d_normed + (tile + r) * v.Hp + j, sum);
          });
      back_through_norm(tile, d_logits, sums);
    }
    outer(normed + first * v.Hp, v.Hp, paired(d_slab, n, v.Mp, pairs), v.Mp, n, sums.message);
    add_rows(d_slab, n, v.Mp, sums.message_bias);
  }

  /// to = the gradients of a tile's messages, each of which has a part in several means.
  void back_through_averages(int64_t first, float* to) {
    int64_t l = first / v.V, symbol = first % v.V;
    for (int64_t r = 0; r < kRows; ++r) {
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

  /// gradient += what a tile's states receive through norm: `d_normed`, and what their logits (null: none) want.
  void back_through_norm(int64_t first, const float* d_logits, const DenoiseTables<float>& sums) {
    for (int64_t i = first; i < first + kRows; ++i) {
      const float d_logit = d_logits && i < rows ? d_logits[i] : 0.0f;
      const float *h = state + i * v.Hp, *dn = d_normed + i * v.Hp;
      F dot[kParts] = {};
      for (int64_t j = 0; j < v.Hp; j += kLanesPadded)
        for (int p = 0; p < kParts; ++p)
          dot[p] += (floats(dn + j, p) + floats(v.readout + j, p) * d_logit) * floats(h + j, p);
      const float f = factor[i], along = f * f * f * total(dot) / static_cast<float>(v.H);
      for (int64_t j = 0; j < v.Hp; j += I::kLanes) {
        const F state_j = load_as<F>(h + j);
        add(d_state + i * v.Hp + j,
            F((load_as<F>(dn + j) + load_as<F>(v.readout + j) * d_logit) * f - state_j * along));
        if (d_logit != 0.0f) add(sums.readout + j, F(state_j * (f * d_logit)));
      }
      *sums.readout_bias += d_logit;
    }
  }

  void back_through_embedding(const int32_t* x, const DenoiseTables<float>& sums) {
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t l = i / v.V, symbol = i % v.V;
      float* to = sums.state + state_of(x[l], symbol) * v.Hp;
      for (int64_t j = 0; j < v.Hp; j += I::kLanes) {
        const F g = load_as<F>(d_state + i * v.Hp + j);
        add(to + j, g);
        if (v.positions) add(sums.cell + l * v.Hp + j, g), add(sums.symbol + symbol * v.Hp + j, g);
      }
    }
  }

  float* own_state;
  E* own_mean;
  float *d_state, *d_normed;    // [padded,Hp]: of the states; of n = norm(h)
  E* normed;                    // [padded,Hp], paired
  float *d_received, *d_mean;   // [mean_rows,Np], [mean_rows,Mp]
  float *hidden_slab, *d_slab;  // of a slab: hidden channels; their or messages' gradients
  E *pairs, *others, *inputs_back;
};

}  // namespace vmd
