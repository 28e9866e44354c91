// regular_cpu.cpp -- forward-backward of regular.hpp, one lane a board.
//
// Compiled three times (portable, AVX2: 4 lanes; AVX-512: 8) from the same source and chosen at run time; nothing is
// contracted to FMA, so the three give the same bits.
#include "kernels/regular.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <vector>

#include "kernels/unmask.hpp"  // defines: draw_words, uniform32
#include "support/checks.hpp"
#include "support/stop.hpp"     // defines: stop_point
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

constexpr float kFloor = -1e30f;  // times 65536 cells it is still a float32
constexpr int kDrawWord = 2;
constexpr int64_t kWorkUnlooked = 1 << 16;  // about a millisecond

/// float64 vectors with as many lanes as F.
template <class F>
struct Wide;
template <>
struct Wide<f32x4> {
  using D = double __attribute__((vector_size(32)));
};
template <>
struct Wide<f32x8> {
  using D = double __attribute__((vector_size(64)));
};

/// An array of vectors, of numbers as the allocator sees it: it knows no vector's alignment. Nothing is in it until it is
/// written: a gigabyte at once would take longer than Ctrl-C may wait.
template <class Vector, class Number>
class Rows {
 public:
  static constexpr int64_t kLanes = sizeof(Vector) / sizeof(Number);
  explicit Rows(int64_t n) : numbers_(std::make_unique_for_overwrite<Number[]>(static_cast<size_t>(n * kLanes))) {}
  VMD_INLINE Vector get(int64_t i) const {
    Vector out;
    __builtin_memcpy(&out, numbers_.get() + i * kLanes, sizeof out);
    return out;
  }
  VMD_INLINE void set(int64_t i, const Vector& value) {
    __builtin_memcpy(numbers_.get() + i * kLanes, &value, sizeof value);
  }
  VMD_INLINE Number lane(int64_t i, int64_t lane) const { return numbers_[static_cast<size_t>(i * kLanes + lane)]; }
  /// Vectors first .. first + n - 1.
  void fill(int64_t first, int64_t n, Number value) { std::fill_n(numbers_.get() + first * kLanes, n * kLanes, value); }
  void swap(Rows& other) { numbers_.swap(other.numbers_); }

 private:
  std::unique_ptr<Number[]> numbers_;
};

/// States that words of length n pass at each position on their way from start to acceptance, ascending.
class Layers {
 public:
  explicit Layers(const RegularArgs& a) : states_(static_cast<size_t>(a.n + 1)) {
    std::vector<bool> here(static_cast<size_t>(a.Q)), next(here.size());
    here[static_cast<size_t>(a.start)] = true;
    for (int64_t i = 0;; ++i) {  // what can be reached
      for (int32_t q = 0; q < a.Q; ++q)
        if (here[static_cast<size_t>(q)]) states_[static_cast<size_t>(i)].push_back(q);
      if (i == a.n) break;
      stop_point();
      std::fill(next.begin(), next.end(), false);
      for (const int32_t q : at(i))
        for (int v = 0; v < a.V; ++v)
          if (const int32_t t = a.step[int64_t{q} * a.V + v]; t >= 0) next[static_cast<size_t>(t)] = true;
      here.swap(next);
    }
    std::erase_if(states_.back(), [&](int32_t q) { return !a.accept[q]; });
    for (int64_t i = a.n; i-- > 0;) {  // and of that, what leads on
      stop_point();
      std::fill(here.begin(), here.end(), false);
      for (const int32_t q : at(i + 1)) here[static_cast<size_t>(q)] = true;
      std::erase_if(states_[static_cast<size_t>(i)], [&](int32_t q) {
        const int32_t* row = a.step + int64_t{q} * a.V;
        return std::none_of(row, row + a.V, [&](int32_t t) { return t >= 0 && here[static_cast<size_t>(t)]; });
      });
    }
  }
  const std::vector<int32_t>& at(int64_t i) const { return states_[static_cast<size_t>(i)]; }

 private:
  std::vector<std::vector<int32_t>> states_;
};

/// A group of boards, one a lane.
template <class F>
struct Group {
  using D = typename Wide<F>::D;

  Group(const RegularArgs& args, const Layers& all)
      : a(args), layers(all), beta((args.n + 1) * args.Q), occupied(args.Q), onward(args.Q) {}

  /// Take boards first .. first + count - 1; the lanes left over repeat the last.
  void take(int64_t first, int64_t count) {
    for (int lane = 0; lane < lanes<F>; ++lane) board[lane] = first + std::min<int64_t>(lane, count - 1);
  }

  /// d of position i: scores below the best, over the temperature; -inf where a symbol is not legal.
  VMD_INLINE void load(int64_t i, float temperature) {
    const int64_t cell = a.cells[i];
    for (int lane = 0; lane < lanes<F>; ++lane) {
      const int64_t at = board[lane] * a.L + cell;
      const float* logits = a.logits + at * a.V;
      const int32_t held = a.x[at];
      const SymbolSet legal = a.candidates[at];
      float top = kNothing;
      for (int v = 0; v < a.V; ++v)
        if (sets::has(legal, v) && logits[v] > top) top = logits[v];
      for (int v = 0; v < a.V; ++v) {
        float score = kNothing;
        if (held >= 0) {
          score = v == held ? 0.0f : kNothing;
        } else if (sets::has(legal, v) && logits[v] > kNothing) {
          score = std::max((logits[v] - top) / temperature, kFloor);
        }
        d[v][lane] = score;
      }
    }
  }

  /// Once in a while: a position of few states costs less than to look.
  VMD_INLINE void look_at_stop(int64_t i) {
    unlooked += a.Q + static_cast<int64_t>(layers.at(i).size()) * a.V;
    if (unlooked < kWorkUnlooked) return;
    unlooked = 0;
    stop_point();
  }

  /// Fill beta: ln sum exp over the words that are still possible, or (most) their maximum.
  VMD_INLINE void backward(float temperature, bool most) {
    const D nothing = D{} + kNothing;
    beta.fill(a.n * a.Q, a.Q, kNothing);
    for (const int32_t q : layers.at(a.n)) beta.set(a.n * a.Q + q, D{});
    for (int64_t i = a.n; i-- > 0;) {
      load(i, temperature);
      look_at_stop(i);
      beta.fill(i * a.Q, a.Q, kNothing);
      for (const int32_t q : layers.at(i)) {
        const int32_t* row = a.step + int64_t{q} * a.V;
        const auto score = [&](int v) __attribute__((always_inline)) {
          return __builtin_convertvector(d[v], D) + beta.get((i + 1) * a.Q + row[v]);
        };
        D top = nothing;
        for (int v = 0; v < a.V; ++v)
          if (row[v] >= 0) {
            const D s = score(v);
            top = s > top ? s : top;
          }
        if (!most) {
          const D base = top == nothing ? D{} : top;
          F sum{};
          for (int v = 0; v < a.V; ++v)
            if (row[v] >= 0) sum = sum + exp32<F>(__builtin_convertvector(score(v) - base, F));
          top = base + __builtin_convertvector(log32<F>(sum), D);
        }
        beta.set(i * a.Q + q, top);
      }
    }
  }

  /// log_p, by the occupancy of states; beta is that of temperature 1.
  VMD_INLINE void marginals(int64_t count) {
    occupied.fill(0, a.Q, 0);
    occupied.set(a.start, F{} + 1.0f);
    for (int64_t i = 0; i < a.n; ++i) {
      load(i, 1.0f);
      look_at_stop(i);
      F p[kMaxSymbols] = {};
      onward.fill(0, a.Q, 0);
      for (const int32_t q : layers.at(i)) {
        const int32_t* row = a.step + int64_t{q} * a.V;
        const D now = beta.get(i * a.Q + q), base = now == D{} + kNothing ? D{} : now;
        const F here = occupied.get(q);
        for (int v = 0; v < a.V; ++v)
          if (row[v] >= 0) {
            const D s = (__builtin_convertvector(d[v], D) + beta.get((i + 1) * a.Q + row[v])) - base;
            const F share = here * exp32<F>(__builtin_convertvector(s, F));
            p[v] = p[v] + share;
            onward.set(row[v], onward.get(row[v]) + share);
          }
      }
      for (int v = 0; v < a.V; ++v) p[v] = log32<F>(p[v]);
      for (int lane = 0; lane < count; ++lane)
        for (int v = 0; v < a.V; ++v) a.log_p[(board[lane] * a.n + i) * a.V + v] = p[v][lane];
      occupied.swap(onward);
    }
  }

  /// One word a board, along its own states; beta is that of the temperature.
  VMD_INLINE void draw(int64_t count) {
    const UnmaskRule rule{Order::random, false, 0, 0, 0, a.seed, a.turn};
    int32_t state[lanes<F>];
    std::fill_n(state, lanes<F>, a.start);
    for (int lane = 0; lane < count; ++lane) a.found[board[lane]] = beta.lane(a.start, lane) > kNothing;
    for (int64_t i = 0; i < a.n; ++i) {
      load(i, a.temperature > 0 ? a.temperature : 1.0f);
      for (int lane = 0; lane < count; ++lane) {
        int32_t& symbol = a.word[board[lane] * a.n + i];
        symbol = -1;
        if (!a.found[board[lane]]) continue;
        const int32_t* row = a.step + int64_t{state[lane]} * a.V;
        const double base = beta.lane(i * a.Q + state[lane], lane);
        const auto score = [&](int v) {
          return static_cast<double>(d[v][lane]) + beta.lane((i + 1) * a.Q + row[v], lane);
        };
        if (a.temperature > 0) {
          float chance[kMaxSymbols], total = 0, sum = 0;
          for (int v = 0; v < a.V; ++v) {
            chance[v] = row[v] < 0 ? 0.0f : exp32<float>(static_cast<float>(score(v) - base));
            total = total + chance[v];
          }
          const Words words = draw_words(rule, a.key[board[lane]], a.cells[i], 0);
          const float goal = uniform32<float>(words.w[kDrawWord]) * total;  // below total: the last sum passes it
          while (!(sum > goal) && symbol + 1 < a.V) sum = sum + chance[++symbol];
        } else {
          do ++symbol;
          while (row[symbol] < 0 || score(symbol) != base);
        }
        state[lane] = row[symbol];
      }
    }
  }

  static constexpr float kNothing = -std::numeric_limits<float>::infinity();
  const RegularArgs& a;
  const Layers& layers;
  Rows<D, double> beta;             // [n + 1][Q]
  Rows<F, float> occupied, onward;  // [Q] probability of being in a state
  F d[kMaxSymbols];
  int64_t board[lanes<F>];
  int64_t unlooked = 0;  // transitions since the call's Stop was looked at
};

bool board_ok(const RegularArgs& a, int64_t b) {
  return values_ok(a.x + b * a.L, a.L, a.V) && sets_ok(a.candidates + b * a.L, a.L, a.V) &&
         logits_ok(a.logits + b * a.L * a.V, a.L * a.V);
}

template <class F>
VMD_INLINE bool regular_boards(const RegularArgs& a, const Layers& layers, int64_t first, int64_t last) {
  Group<F> group(a, layers);
  for (int64_t b = first; b < last; b += lanes<F>) {
    const int64_t count = std::min<int64_t>(lanes<F>, last - b);
    for (int64_t i = 0; i < count; ++i)
      if (!board_ok(a, b + i)) return false;
    group.take(b, count);
    group.backward(1.0f, false);
    group.marginals(count);
    if (a.temperature != 1) group.backward(a.temperature > 0 ? a.temperature : 1.0f, a.temperature == 0);
    group.draw(count);
  }
  return true;
}

using Boards = bool (*)(const RegularArgs&, const Layers&, int64_t, int64_t);

bool portable(const RegularArgs& a, const Layers& layers, int64_t first, int64_t last) {
  return regular_boards<f32x4>(a, layers, first, last);
}
#if defined(__x86_64__)
__attribute__((target("avx2"))) bool avx2(const RegularArgs& a, const Layers& layers, int64_t first, int64_t last) {
  return regular_boards<f32x4>(a, layers, first, last);
}
__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq"))) bool avx512(
    const RegularArgs& a, const Layers& layers, int64_t first, int64_t last) {
  return regular_boards<f32x8>(a, layers, first, last);
}
#endif

/// What this CPU can run, the fastest last.
const std::vector<Boards>& paths() {
  static const auto& found = *new std::vector<Boards>([] {  // never gone: threads may outlive main()
    std::vector<Boards> out{portable};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) out.push_back(avx2);
    if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq"))
      out.push_back(avx512);
#endif
    return out;
  }());
  return found;
}

bool automaton_ok(const RegularArgs& a) {
  if (a.start < 0 || a.start >= a.Q) return false;
  const auto outside = [](int64_t limit) { return [limit](int32_t t) { return t < -1 || t >= limit; }; };
  if (std::any_of(a.step, a.step + a.Q * a.V, outside(a.Q))) return false;
  std::vector<bool> seen(static_cast<size_t>(a.L));
  for (int64_t i = 0; i < a.n; ++i) {
    if (a.cells[i] < 0 || a.cells[i] >= a.L || seen[static_cast<size_t>(a.cells[i])]) return false;
    seen[static_cast<size_t>(a.cells[i])] = true;
  }
  return true;
}

}  // namespace

int regular_paths() { return static_cast<int>(paths().size()); }

bool regular(const RegularArgs& a, int threads, int path) {
  if (!automaton_ok(a)) return false;
  const Boards boards = path < 0 ? paths().back() : paths().at(static_cast<size_t>(path));
  const Layers layers(a);
  std::atomic<bool> good{true};
  parallel_for(a.B, threads, 8, [&](int64_t begin, int64_t end) {
    if (!boards(a, layers, begin, end)) good = false;
  });
  return good;
}

}  // namespace vmd
