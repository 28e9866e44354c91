// denoise_team.hpp -- one board through all loops of the denoiser by one block; denoise.hpp says what is computed.
//
// Shape        H, M, N of the model or more (zeros fill up), multiples of 16; L V <= kTiles * 16 rows a warp
// Where        a warp keeps the states of its tiles of 16 candidates in registers, float32, as sums of the product that
//              writes to them; shared memory holds messages, means and what was received, bfloat16, and all weights
// A loop       message  states times 1 / deviation, rounded; times weights; relu            (tensor cores)
//              average  means of messages over cells and units
//              receive  means times weights: a table of rows                                (tensor cores)
//              update   injected + received, plus self_update times states; relu; times weights: added to states
//                       (tensor cores); what states keep of themselves is fade.hpp's
//              with a barrier after each but the last, which goes on to the next loop's messages
// Layout       messages, means and received lie as the lanes hold them (fragments.hpp): what lane t of a quad wrote of a
//              row is what lane t of a quad reads of it, 8 or 16 bytes at once and, over adjacent rows, from all banks
// Noise        joins the states where they are normalised, as in noise.hpp, each in the measure of its deviation
// Settling     every kSettleEvery loops logits are read in passing, into the room of the means, and looked at
// Exact        a board's logits depend on its x and z alone; not on the batch. Weights (after the latent went in),
//              normalised states, messages, means, received and hidden channels are rounded to bfloat16; sums are float32
#pragma once
#include "denoise/denoise_team_memory.hpp"
#include "denoise/fade.hpp"        // defines: kept_after
#include "denoise/noise.hpp"       // defines: noise_at, noise_key
#include "denoise/noise_keys.hpp"  // defines: DenoiseNoise
#include "kernels/peers.hpp"  // defines: PeerLists

namespace vmd {

template <class Team, int H, int M, int N>
class DenoiseTeam : public DenoiseTeamMemory<Team, H, M, N> {
  using Memory = DenoiseTeamMemory<Team, H, M, N>;
  using Memory::c, Memory::v, Memory::kChunk, Memory::rows_, Memory::injected_rows;
  using Memory::injected_, Memory::update_bias_, Memory::message_bias_, Memory::readout_, Memory::latent_;
  using Memory::chosen_, Memory::messages_, Memory::means_, Memory::received_, Memory::message_, Memory::self_update_,
      Memory::group_updates_, Memory::update_;
  using Memory::source_offsets_, Memory::sources_, Memory::link_offsets_, Memory::links_;
  static constexpr int kWarps = Team::size / 32, kTiles = 3;

 public:
  using Memory::Memory;
  static constexpr int max_rows = kWarps * kTiles * kTile;

  /// The logits [L,V] of a board, from the end of `run` to its next call. Its loops read means only after a barrier.
  VMD_TEAM float* logits() const { return reinterpret_cast<float*>(means_); }

  /// How many loops a board x [L] took to settle by its peers, if there are any, else `loops`; X is an integer type.
  /// The board is number b of those that there is noise for.
  template <class X>
  VMD_TEAM int run(Team& team, const X* x, int loops, const PeerLists& peers, const DenoiseNoise& noise, int64_t b,
                   int64_t fade = 0) {
    const int V = static_cast<int>(v.V);
    team.each(c.tiles * kTile, [&](int row) {
      const int l = row < c.rows ? row / V : 0, symbol = row % V;  // rows of padding are cell 0's; nobody reads their messages
      const int held = static_cast<int>(x[l]), state = held < 0 ? 0 : held == symbol ? 1 : 2;
      rows_[row] = static_cast<uint32_t>(l | symbol << 16 | state << 24);
    });
    typename Team::template PerThread<Lane> of;
    for (int loop = 0;; ++loop) {
      const bool last = loop == loops, look = peers.cells && loop > 0 && loop % kSettleEvery == 0;
      const float stirred = last || !noise.of(b) ? 0.0f : loop == 0 ? noise.begin : noise.path;
      const NoiseKey key = stirred > 0 ? noise_key(noise.keys[b], loop) : NoiseKey{};
      team.warps([&](int w) {
        loop == 0 ? embed(team, w, of) : update(team, w, of, kept_after(loop, fade));
        find_normed(team, w, of, last || look ? logits() : nullptr, key, stirred);
        if (!last) send_messages(team, w, of);
      });
      if (last || (look && settles(team, x, peers))) return loop;
      average_messages(team);
      receive(team);
    }
  }

  /// Whether the board settles by its logits as they are; see settled.hpp.
  template <class X>
  VMD_TEAM bool settles(Team& team, const X* x, const PeerLists& peers) const {
    const int L = static_cast<int>(v.L), V = static_cast<int>(v.V);
    team.each(L, [&](int l) {
      chosen_[l] = static_cast<uint8_t>(likeliest(static_cast<int32_t>(x[l]), logits() + l * V, V));
    });
    return !team.unite(L, [&](int l) -> uint32_t {
      for (int i = peers.offsets[l]; i < peers.offsets[l + 1]; ++i)
        if (chosen_[peers.cells[i]] == chosen_[l]) return 1;
      return 0;
    });
  }

 private:
  struct Lane {
    float state[kTiles][H / 8][4];         // D's of the product that writes
    uint32_t normed[kTiles][H / 16][4];    // A's: the states times 1 / deviation
  };
  using Lanes = typename Team::template PerThread<Lane>;
  template <class T>
  using PerLane = typename Team::template PerLane<T>;
  struct Sum {
    float of[2];
  };
  struct Tile {
    float d[4];
  };
  struct Chunk {
    float d[2][4];
  };

  /// body(i, tile) for the tiles of warp w; i is known at compile time.
  template <class Body>
  VMD_TEAM void each_tile(int w, const Body& body) const {
    VMD_UNROLLED for (int i = 0; i < kTiles; ++i)
      if (i * kWarps + w < c.tiles) body(i, i * kWarps + w);
  }

  VMD_TEAM void embed(Team& team, int w, Lanes& of) {
    each_tile(w, [&](int i, int tile) {
      team.lanes([&](int lane) {
        VMD_UNROLLED for (int half = 0; half < 2; ++half) {
          const uint32_t row = rows_[tile * kTile + lane / 4 + 8 * half];
          const float* state = v.state + (row >> 24) * v.Hp;
          VMD_UNROLLED for (int j = 0; j < H / 8; ++j)
            VMD_UNROLLED for (int e = 0; e < 2; ++e) {
              const int h = channel(lane, j, e);
              float value = h < v.Hp ? state[h] : 0.0f;
              const float cell = v.placed && h < v.Hp ? v.cell[(row & 0xffff) * v.Hp + h] : 0.0f;
              const float name = v.named && h < v.Hp ? v.symbol[(row >> 16 & 0xff) * v.Hp + h] : 0.0f;
              value += cell + name;
              of(w, lane).state[i][j][2 * half + e] = value;
            }
        }
      });
    });
  }

  /// The states times 1 / deviation, as inputs of products; logits before, if they are wanted; then noise in the states,
  /// `stirred` of their deviations, if there is any.
  VMD_TEAM void find_normed(Team& team, int w, Lanes& of, float* logits, const NoiseKey& key, float stirred) {
    each_tile(w, [&](int i, int tile) {
      PerLane<Sum> factors;
      find_factors(team, w, of, i, factors);
      if (logits) read_out(team, w, of, i, tile, factors, logits);
      if (stirred > 0) {
        stir(team, w, of, i, tile, factors, key, stirred);
        find_factors(team, w, of, i, factors);
      }
      team.lanes([&](int lane) {
        Lane& mine = of(w, lane);
        const float* factor = factors[lane].of;
        VMD_UNROLLED for (int k = 0; k < H / 16; ++k)
          VMD_UNROLLED for (int r = 0; r < 4; ++r) {
            const float* d = mine.state[i][2 * k + r / 2] + r % 2 * 2;
            mine.normed[i][k][r] = pack(d[0] * factor[r % 2], d[1] * factor[r % 2]);
          }
      });
    });
  }

  /// 1 / the deviation of the states of each row that a lane has.
  VMD_TEAM void find_factors(Team& team, int w, Lanes& of, int i, PerLane<Sum>& factors) {
    team.lanes([&](int lane) {
      const auto& state = of(w, lane).state[i];
      VMD_UNROLLED for (int half = 0; half < 2; ++half) {
        float square = 0;
        VMD_UNROLLED for (int j = 0; j < H / 8; ++j) VMD_UNROLLED for (int e = 0; e < 2; ++e)
            square = multiply_add(state[j][2 * half + e], state[j][2 * half + e], square);
        factors[lane].of[half] = square;
      }
    });
    VMD_UNROLLED for (int half = 0; half < 2; ++half)
      sum_over_quads(team, [&](int lane) -> float& { return factors[lane].of[half]; });
    team.lanes([&](int lane) {
      VMD_UNROLLED for (int half = 0; half < 2; ++half)
        factors[lane].of[half] = inverse_root(factors[lane].of[half] / static_cast<float>(v.H) + 1e-5f);
    });
  }

  /// The logits of a tile's candidates.
  VMD_TEAM void read_out(Team& team, int w, Lanes& of, int i, int tile, PerLane<Sum>& factors, float* logits) {
    PerLane<Sum> dots;
    team.lanes([&](int lane) {
      const auto& state = of(w, lane).state[i];
      VMD_UNROLLED for (int half = 0; half < 2; ++half) {
        float dot = 0;
        VMD_UNROLLED for (int j = 0; j < H / 8; ++j) VMD_UNROLLED for (int e = 0; e < 2; ++e)
            dot = multiply_add(state[j][2 * half + e], readout_[channel(lane, j, e)], dot);
        dots[lane].of[half] = dot;
      }
    });
    VMD_UNROLLED for (int half = 0; half < 2; ++half)
      sum_over_quads(team, [&](int lane) -> float& { return dots[lane].of[half]; });
    team.lanes([&](int lane) {
      VMD_UNROLLED for (int half = 0; half < 2; ++half) {
        const int row = tile * kTile + lane / 4 + 8 * half;
        if (lane % 4 == 0 && row < c.rows)
          logits[row] = multiply_add(dots[lane].of[half], factors[lane].of[half], v.readout_bias);
      }
    });
  }

  /// Noise into a tile's states, its mean over channels taken away.
  VMD_TEAM void stir(Team& team, int w, Lanes& of, int i, int tile, PerLane<Sum>& factors, const NoiseKey& key,
                     float stirred) {
    const auto noise = [&](int lane, int half, int j, int e) -> float {
      const int64_t row = tile * kTile + lane / 4 + 8 * half, h = channel(lane, j, e);
      return h < v.H ? noise_at<float>(key, static_cast<uint32_t>(row * v.H + h)) : 0.0f;
    };
    PerLane<Sum> middles;
    team.lanes([&](int lane) {
      VMD_UNROLLED for (int half = 0; half < 2; ++half) {
        float sum = 0;  // of whole numbers: exact
        VMD_UNROLLED for (int j = 0; j < H / 8; ++j) VMD_UNROLLED for (int e = 0; e < 2; ++e)
            sum += noise(lane, half, j, e);
        middles[lane].of[half] = sum;
      }
    });
    VMD_UNROLLED for (int half = 0; half < 2; ++half)
      sum_over_quads(team, [&](int lane) -> float& { return middles[lane].of[half]; });
    team.lanes([&](int lane) {
      VMD_UNROLLED for (int half = 0; half < 2; ++half) {
        const float middle = middles[lane].of[half] / static_cast<float>(v.H);
        const float scale = stirred / kNoiseScale / factors[lane].of[half];
        VMD_UNROLLED for (int j = 0; j < H / 8; ++j) VMD_UNROLLED for (int e = 0; e < 2; ++e)
            if (channel(lane, j, e) < v.H)
              of(w, lane).state[i][j][2 * half + e] += (noise(lane, half, j, e) - middle) * scale;
      }
    });
  }

  /// The channel of which a lane has number e of part j of a row's states.
  static VMD_TEAM int channel(int lane, int j, int e) { return 8 * j + lane % 4 * 2 + e; }

  VMD_TEAM void send_messages(Team& team, int w, Lanes& of) {
    each_tile(w, [&](int i, int tile) {
      PerLane<Packed<M / 8>> said[2];  // of rows g and g + 8
      VMD_UNROLLED for (int j = 0; j < M / 8; ++j) {
        PerLane<Packed<H / 8>> weights;
        PerLane<Tile> sums;
        team.lanes([&](int lane) {
          weights[lane] = load<Packed<H / 8>>(message_ + (j * 32 + lane) * (H / 4));
          const float* bias = message_bias_ + 8 * j + lane % 4 * 2;
          sums[lane] = {{bias[0], bias[1], bias[0], bias[1]}};
        });
        VMD_UNROLLED for (int k = 0; k < H / 16; ++k)
          multiply(
              team, [&](int lane) { return sums[lane].d; }, [&](int lane) { return of(w, lane).normed[i][k]; },
              [&](int lane) { return weights[lane].w + 2 * k; });
        team.lanes([&](int lane) {
          said[0][lane].w[j] = pack_relu(sums[lane].d[0], sums[lane].d[1]);
          said[1][lane].w[j] = pack_relu(sums[lane].d[2], sums[lane].d[3]);
        });
      }
      team.lanes([&](int lane) {
        VMD_UNROLLED for (int half = 0; half < 2; ++half)
          store(messages_ + (tile * kTile + lane / 4 + 8 * half) * M + lane % 4 * (M / 4), said[half][lane]);
      });
    });
  }

  VMD_TEAM void average_messages(Team& team) {
    constexpr int kParts = M / 8;
    team.each(c.means * kParts, [&](int i) {
      const int row = i / kParts, part = i % kParts;
      const int begin = source_offsets_[row], end = source_offsets_[row + 1];
      float sum[8] = {};
      for (int k = begin; k < end; ++k) {
        const auto said = load<Packed<4>>(messages_ + sources_[k] * M + part * 8);
        VMD_UNROLLED for (int word = 0; word < 4; ++word) {
          sum[2 * word] += low_half(said.w[word]);
          sum[2 * word + 1] += high_half(said.w[word]);
        }
      }
      const float share = end > begin ? 1.0f / static_cast<float>(end - begin) : 0.0f;
      Packed<4> mean;
      VMD_UNROLLED for (int word = 0; word < 4; ++word) mean.w[word] = pack(sum[2 * word] * share, sum[2 * word + 1] * share);
      store(means_ + row * M + part * 8, mean);
    });
  }

  VMD_TEAM void receive(Team& team) {
    team.warps([&](int w) {
      for (int tile = w; tile < c.means / kTile; tile += kWarps) {
        const int group = c.group_of_tile[tile];
        struct Means {
          uint32_t a[M / 16][4];
        };
        PerLane<Means> means;
        team.lanes([&](int lane) {
          VMD_UNROLLED for (int half = 0; half < 2; ++half) {
            const auto row =
                load<Packed<M / 8>>(means_ + (tile * kTile + lane / 4 + 8 * half) * M + lane % 4 * (M / 4));
            VMD_UNROLLED for (int j = 0; j < M / 8; ++j) means[lane].a[j / 2][j % 2 * 2 + half] = row.w[j];
          }
        });
        const Bf16* from = group_updates_ + group * M * N;
        VMD_ROLLED for (int chunk = 0; chunk < N / kChunk; ++chunk) {
          PerLane<Chunk> sums;
          VMD_UNROLLED for (int j = 0; j < 2; ++j) {
            PerLane<Packed<M / 8>> weights;
            team.lanes([&](int lane) {
              weights[lane] = load<Packed<M / 8>>(from + ((2 * chunk + j) * 32 + lane) * (M / 4));
              VMD_UNROLLED for (int r = 0; r < 4; ++r) sums[lane].d[j][r] = 0;
            });
            VMD_UNROLLED for (int k = 0; k < M / 16; ++k)
              multiply(
                  team, [&](int lane) { return sums[lane].d[j]; }, [&](int lane) { return means[lane].a[k]; },
                  [&](int lane) { return weights[lane].w + 2 * k; });
          }
          team.lanes([&](int lane) {
            VMD_UNROLLED for (int half = 0; half < 2; ++half) {
              const int row = tile * kTile + lane / 4 + 8 * half;
              auto& d = sums[lane].d;
              if (v.placed && row < v.L) add_position(row, chunk, lane, d, half);
              store(received_ + (chunk * c.means + row) * kChunk + lane % 4 * 4,
                    Packed<2>{{pack(d[0][2 * half], d[0][2 * half + 1]), pack(d[1][2 * half], d[1][2 * half + 1])}});
            }
          });
        }
      }
    });
  }

  /// What is injected of the position of cell `row` joins what it received of its symbols: group 0 begins at row 0.
  VMD_TEAM void add_position(int row, int chunk, int lane, float (&d)[2][4], int half) const {
    VMD_UNROLLED for (int j = 0; j < 2; ++j)
      VMD_UNROLLED for (int e = 0; e < 2; ++e) {
        const int n = chunk * kChunk + 8 * j + lane % 4 * 2 + e;
        if (n < v.Np) d[j][2 * half + e] = multiply_add(latent_[n], v.injected_cell[row * v.Np + n], d[j][2 * half + e]);
      }
  }

  /// What is injected into a candidate and what it receives, of the channels of a chunk that a lane has.
  VMD_TEAM void gather_inputs(int tile, int chunk, int lane, float (&d)[2][4]) const {
    const int t = lane % 4;
    const Bf16* received = received_ + chunk * c.means * kChunk + t * 4;
    VMD_UNROLLED for (int half = 0; half < 2; ++half) {
      const uint32_t row = rows_[tile * kTile + lane / 4 + 8 * half];
      const int l = static_cast<int>(row & 0xffff), symbol = static_cast<int>(row >> 16 & 0xff);
      const int state = static_cast<int>(row >> 24), injected_row = v.named ? state * static_cast<int>(v.V) + symbol : state;
      const auto mine = load<Packed<4>>(injected_ + (chunk * injected_rows() + injected_row) * kChunk + t * 4);
      float sum[4];
      VMD_UNROLLED for (int r = 0; r < 4; ++r) sum[r] = bits_as<float>(mine.w[r]);
      add(load<Packed<2>>(received + l * kChunk), 1.0f, sum);
      for (int k = link_offsets_[l]; k < link_offsets_[l + 1]; ++k) {
        const uint32_t link = links_[k], units = link >> 16;
        const float share = units == 1 ? 1.0f : 1.0f / static_cast<float>(units);
        add(load<Packed<2>>(received + (static_cast<int>(link & 0xffff) + symbol) * kChunk), share, sum);
      }
      VMD_UNROLLED for (int r = 0; r < 4; ++r) d[r / 2][2 * half + r % 2] = sum[r];
    }
  }

  static VMD_TEAM void add(const Packed<2>& received, float share, float (&sum)[4]) {
    VMD_UNROLLED for (int word = 0; word < 2; ++word) {
      sum[2 * word] = multiply_add(low_half(received.w[word]), share, sum[2 * word]);
      sum[2 * word + 1] = multiply_add(high_half(received.w[word]), share, sum[2 * word + 1]);
    }
  }

  VMD_TEAM void update(Team& team, int w, Lanes& of, float kept) {
    VMD_ROLLED for (int chunk = 0; chunk < N / kChunk; ++chunk) {
      struct Weights {
        Packed<H / 8> self_update[2];
        Packed<4> update[H / 16];
      };
      PerLane<Weights> weights;
      team.lanes([&](int lane) {
        VMD_UNROLLED for (int j = 0; j < 2; ++j) weights[lane].self_update[j] =
            load<Packed<H / 8>>(self_update_ + ((2 * chunk + j) * 32 + lane) * (H / 4));
        VMD_UNROLLED for (int j = 0; j < H / 16; ++j) weights[lane].update[j] =
            load<Packed<4>>(update_ + ((chunk * (H / 16) + j) * 32 + lane) * 8);
      });
      each_tile(w, [&](int i, int tile) {
        PerLane<Chunk> sums;
        PerLane<Packed<4>> hidden;
        team.lanes([&](int lane) { gather_inputs(tile, chunk, lane, sums[lane].d); });
        VMD_UNROLLED for (int k = 0; k < H / 16; ++k) VMD_UNROLLED for (int j = 0; j < 2; ++j) multiply(
            team, [&](int lane) { return sums[lane].d[j]; }, [&](int lane) { return of(w, lane).normed[i][k]; },
            [&](int lane) { return weights[lane].self_update[j].w + 2 * k; });
        team.lanes([&](int lane) {
          VMD_UNROLLED for (int r = 0; r < 4; ++r) {
            const float* d = sums[lane].d[r / 2] + r % 2 * 2;
            hidden[lane].w[r] = pack_relu(d[0], d[1]);
          }
        });
        VMD_UNROLLED for (int j = 0; j < H / 8; ++j) multiply(
            team, [&](int lane) { return of(w, lane).state[i][j]; }, [&](int lane) { return hidden[lane].w; },
            [&](int lane) { return weights[lane].update[j / 2].w + j % 2 * 2; });
      });
    }
    each_tile(w, [&](int i, int) {
      team.lanes([&](int lane) {
        VMD_UNROLLED for (int j = 0; j < H / 8; ++j) VMD_UNROLLED for (int r = 0; r < 4; ++r) {
          float& state = of(w, lane).state[i][j][r];
          state = (state + update_bias_[8 * j + lane % 4 * 2 + r % 2]) * kept;
        }
      });
    });
  }
};

}  // namespace vmd
