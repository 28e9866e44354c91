// gradient_board.hpp -- one board through its loops and back, for one instruction set; see gradient.hpp.
//
// The way back through a loop, with g the gradient of its output and n = norm(h) of its input h:
//   update    hidden = relu(a) again; da = g W_o^T where a > 0; g goes on to h, da to what was injected and
//   received receive   gradients of the tables of means, shared out among those whose mean it was message   du
//   = that where the message u > 0 norm      h receives da and du through self_update, message and norm, and
//   what its logits want
// Gradients of weights are gathered apart (gradient_weights.hpp).
#pragma once
#include "denoise/gradient_inputs.hpp"

namespace vmd {

template <class I>
class DenoiseGradientBoard : public DenoiseGradientInputs<I> {
  using Board = DenoiseBoard<I>;
  using Inputs = DenoiseGradientInputs<I>;
  using Weights = DenoiseGradientWeights<I>;
  using Board::kCopies, Board::kParts, Board::kRows, Board::kSpare, Board::deep, Board::floats, Board::of_states;
  using Board::product, Board::smaller, Board::state_of, Board::total;
  using Board::v, Board::rows, Board::padded, Board::state, Board::mean, Board::factor, Board::base;
  using typename Weights::E, typename Weights::F;
  using Weights::add, Weights::clear, Weights::mean_rows, Weights::share;
  using Weights::d_injected, Weights::d_injected_cell;
  using Weights::d_self_update, Weights::d_group_updates, Weights::d_update, Weights::d_update_bias;
  using Inputs::kSlab, Inputs::outer, Inputs::paired, Inputs::paired_means, Inputs::rounded;
  using Weights::message_back, Weights::self_update_back, Weights::update_back, Weights::group_updates_back;

 public:
  using Weights::bytes;

  DenoiseGradientBoard(const DenoiseView& view, void* memory) : Inputs(view, memory) {
    const uintptr_t start = this->used;
    const int64_t widest = this->widest();
    own_state = state, own_mean = mean;
    d_state = room<float>(padded * v.Hp), d_normed = room<float>(padded * v.Hp), normed = room<E>(padded * v.Hp);
    d_received = room<float>(mean_rows * v.Np), d_mean = room<float>(mean_rows * v.Mp);
    hidden_slab = room<float>(kSlab * v.Np), d_slab = room<float>(kSlab * widest);
    bytes += static_cast<int64_t>(this->used - start);
  }

  /// Of one board: states before each supervised loop and after the last, then means of messages in each.
  int64_t kept_bytes(int64_t supervised) const {
    return (supervised + 1) * state_bytes() + supervised * mean_bytes();
  }

  /// Logits of each supervised loop of board b, which is x; those of all boards apart.
  void forward(const int32_t* x, const DenoiseStack& stack, int64_t b, float* logits, char* kept) {
    const int64_t stride = stack.B * v.L * v.V, supervised = stack.supervised;
    state = kept_state(kept, 0);
    this->embed(x);
    this->stir(stack.noise, b, 0, stack.noise.begin);
    for (int64_t loop = 0; loop < stack.free && !stack.stop_asked(); ++loop) {
      this->apply(x, state, kept_after(loop + 1, stack.fade));
      this->stir(stack.noise, b, loop + 1, stack.noise.path);
    }
    for (int64_t s = 0; s < supervised && !stack.stop_asked(); ++s) {
      this->apply(x, kept_state(kept, s + 1), kept_after(stack.free + s + 1, stack.fade));
      __builtin_memcpy(kept_mean(kept, supervised, s), mean, static_cast<uint64_t>(mean_bytes()));
      if (s + 1 < supervised) this->stir(stack.noise, b, stack.free + s + 1, stack.noise.path);
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
      faded(kept_after(stack.free + s + 1, stack.fade));
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

  /// The gradient of states of which so much was kept, from that of what it became.
  void faded(float part) {
    if (part == 1.0f) return;
    for (int64_t j = 0; j < padded * v.Hp; j += I::kLanes) store_as(d_state + j, F(load_as<F>(d_state + j) * part));
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
    const int64_t Hp = v.Hp;
    const float* const factors = factor;
    E* const all = normed;
    for (int64_t i = first; i < first + kRows; i += I::kGroup) {
      const float *h = state + i * Hp, one = factors[i], other = kCopies ? factors[i + 1] : 0.0f;
      E* const to = all + i * Hp;
      for (int64_t j = 0; j < Hp; j += I::kLanes)
        if constexpr (kCopies)
          I::store_pair(to + 2 * j, F(load_as<F>(h + j) * one), F(load_as<F>(h + Hp + j) * other));
        else
          store_as(to + j, F(load_as<F>(h + j) * one));
    }
  }

  void back_through_update(const int32_t* x, int64_t first, int64_t n) {
    const int64_t Hp = v.Hp, Np = v.Np;
    for (int64_t t = 0; t < n; t += kRows) {
      const int64_t tile = first + t;
      float *const seen = hidden_slab + t * Np, *const d_tile = d_slab + t * Np, *const d_norm = d_normed + tile * Hp;
      const float *const inputs_of_tile = base, *const factors = factor + tile;
      this->find_factors(state, tile);
      normalise(tile);
      this->gather_tile_inputs(x, tile);
      product(
          this->inputs(tile), this->self_update, Hp, Np,
          kRows, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
            const F other = load_as<F>(inputs_of_tile + r * Np + j);
            store_as(seen + r * Np + j, I::relu(F(of_states(sum, factors + r) + other)));
          });
      product(
          rounded(d_state + tile * Hp, Hp, kRows), update_back, Hp, Np,
          kRows, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
            const F held = load_as<F>(seen + r * Np + j);
            store_as(d_tile + r * Np + j, F(held > 0.0f ? sum : F{}));
          });
      product(
          rounded(d_tile, Np, kRows), self_update_back, Np, Hp,
          kRows, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
            store_as(d_norm + r * Hp + j, sum);
          });
      back_through_tile_inputs(x, tile, d_tile);
    }
    const float* g = d_state + first * v.Hp;
    outer(paired(hidden_slab, n, v.Np, this->pairs), v.Np, paired(g, n, v.Hp, this->others), v.Hp, n, d_update);
    outer(normed + first * v.Hp, v.Hp, paired(d_slab, n, v.Np, this->pairs), v.Np, n, d_self_update);
    add_rows(g, n, v.Hp, d_update_bias);
  }

  /// From hidden channels of n candidates of a cell, from a symbol on, to what was injected and received; C times 16
  /// channels from `j` on.
  template <int C>
  VMD_INLINE void back_through_cell(int32_t held, int64_t l, int64_t symbol, int64_t n, const float* d, int64_t j) {
    constexpr int parts = C * kParts;
    const int64_t Np = v.Np, V = v.V, begin = v.link_offsets[l], end = v.link_offsets[l + 1];
    const bool named = v.named;
    const int64_t* const link_rows = v.link_rows;
    const float* const link_weights = v.link_weights;
    float *const injected = d_injected + j, *const heard = d_received + j, *const cell = heard + l * Np;
    float* place = nullptr;  // sums go on where they are: what is added to what does not change with the registers
    F of_cell[parts], of_place[parts] = {};
#pragma GCC unroll 16
    for (int p = 0; p < parts; ++p) of_cell[p] = floats(cell, p);
    const auto put = [&] {
#pragma GCC unroll 16
      for (int p = 0; p < parts; ++p) store_as(place + p * I::kLanes, of_place[p]);
    };
    for (int64_t r = 0; r < n; ++r) {
      const int64_t state_here = state_of(held, symbol + r);
      float* const here = injected + (named ? state_here * V + symbol + r : state_here) * Np;
      if (here != place) {
        if (place) put();
        place = here;
#pragma GCC unroll 16
        for (int p = 0; p < parts; ++p) of_place[p] = floats(place, p);
      }
      F da[parts];
#pragma GCC unroll 16
      for (int p = 0; p < parts; ++p) {
        da[p] = floats(d + r * Np + j, p);
        of_place[p] += da[p], of_cell[p] += da[p];
      }
      for (int64_t i = begin; i < end; ++i) {
        float* const unit = heard + (link_rows[i] + symbol + r) * Np;
        const float weight = link_weights[i];
#pragma GCC unroll 16
        for (int p = 0; p < parts; ++p) add(unit + p * I::kLanes, F(da[p] * weight));
      }
    }
    put();
#pragma GCC unroll 16
    for (int p = 0; p < parts; ++p) store_as(cell + p * I::kLanes, of_cell[p]);
  }

  void back_through_tile_inputs(const int32_t* x, int64_t first, const float* d_tile) {
    const int64_t last = smaller(first + kRows, rows);
    for (int64_t i = first, n; i < last; i += n) {
      const int64_t l = i / v.V, symbol = i % v.V;
      const float* const d = d_tile + (i - first) * v.Np;
      n = smaller(v.V - symbol, last - i);
      int64_t j = 0;
      for (; j + 4 * kLanesPadded <= v.Np; j += 4 * kLanesPadded) back_through_cell<4>(x[l], l, symbol, n, d, j);
      for (; j < v.Np; j += kLanesPadded) back_through_cell<1>(x[l], l, symbol, n, d, j);
    }
  }

  /// From the gradients of what was received to those of the means.
  void back_through_receive() {
    for (int64_t i = 0; v.placed && i < v.L * v.Np; i += I::kLanes)
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
        outer(paired_means(first, n), v.Mp, paired(d_received + first * v.Np, n, v.Np, this->pairs), v.Np, n,
              d_group_updates + g * v.Mp * v.Np);
      }
  }

  void back_through_messages(int64_t first, int64_t n, const float* d_logits, const DenoiseTables<float>& sums) {
    const int64_t Hp = v.Hp, Mp = v.Mp;
    const float* const bias = v.message_bias;
    for (int64_t t = 0; t < n; t += kRows) {
      const int64_t tile = first + t;
      float *const d_tile = d_slab + t * Mp, *const d_norm = d_normed + tile * Hp;
      const float* const factors = factor + tile;
      back_through_averages(tile, d_tile);
      product(
          this->inputs(tile), this->message, Hp, Mp,
          kRows, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) {
            const F said = of_states(sum, factors + r) + load_as<F>(bias + j);
            float* to = d_tile + r * Mp + j;
            store_as(to, F(said > 0.0f ? load_as<F>(to) : F{}));
          });
      product(
          rounded(d_tile, Mp, kRows), message_back, Mp, Hp,
          kRows, [&](int64_t r, int64_t j, const F& sum) __attribute__((always_inline)) { add(d_norm + r * Hp + j, sum); });
      back_through_norm(tile, d_logits, sums);
    }
    outer(normed + first * v.Hp, v.Hp, paired(d_slab, n, v.Mp, this->pairs), v.Mp, n, sums.message);
    add_rows(d_slab, n, v.Mp, sums.message_bias);
  }

  /// to = the gradients of a tile's messages, each of which has a part in several means.
  void back_through_averages(int64_t first, float* to) {
    const int64_t Mp = v.Mp, V = v.V;
    const float* const from = d_mean;
    int64_t l = first / V, symbol = first % V;
    for (int64_t r = 0; r < kRows; ++r) {
      const bool real = first + r < rows;
      const int64_t begin = real ? v.link_offsets[l] : 0, end = real ? v.link_offsets[l + 1] : 0;
      for (int64_t j = 0; j < Mp; j += I::kLanes) {
        F sum{};
        if (real) sum = load_as<F>(from + l * Mp + j);
        for (int64_t i = begin; i < end; ++i) sum += load_as<F>(from + (v.link_rows[i] + symbol) * Mp + j);
        store_as(to + r * Mp + j, sum);
      }
      if (++symbol == V) symbol = 0, ++l;
    }
  }

  /// gradient += what a tile's states receive through norm: `d_normed`, and what their logits (null: none) want.
  void back_through_norm(int64_t first, const float* d_logits, const DenoiseTables<float>& sums) {
    const int64_t Hp = v.Hp;
    const float H = static_cast<float>(v.H), *const weights = v.readout, *const factors = factor;
    float* const d_weights = sums.readout;
    for (int64_t i = first; i < first + kRows; ++i) {
      const float d_logit = d_logits && i < rows ? d_logits[i] : 0.0f;
      const float *h = state + i * Hp, *dn = d_normed + i * Hp;
      float* const to = d_state + i * Hp;
      F dot[kParts] = {};
      for (int64_t j = 0; j < Hp; j += kLanesPadded)
        for (int p = 0; p < kParts; ++p)
          dot[p] += (floats(dn + j, p) + floats(weights + j, p) * d_logit) * floats(h + j, p);
      const float f = factors[i], along = f * f * f * total(dot) / H;
      for (int64_t j = 0; j < Hp; j += I::kLanes) {
        const F state_j = load_as<F>(h + j);
        add(to + j, F((load_as<F>(dn + j) + load_as<F>(weights + j) * d_logit) * f - state_j * along));
        if (d_logit != 0.0f) add(d_weights + j, F(state_j * (f * d_logit)));
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
        if (v.placed) add(sums.cell + l * v.Hp + j, g);
        if (v.named) add(sums.symbol + symbol * v.Hp + j, g);
      }
    }
  }

  float* own_state;
  E* own_mean;
  float *d_state, *d_normed;    // [padded,Hp]: of the states; of n = norm(h)
  E* normed;                    // [padded,Hp], paired
  float *d_received, *d_mean;   // [mean_rows,Np], [mean_rows,Mp]
  float *hidden_slab, *d_slab;  // of a slab: hidden channels; their or messages' gradients
};

}  // namespace vmd
