// test_threads.cpp -- threads that work on one loop, and all that they share; meant to run under the thread sanitizer.
//
// Shared are rules, peers, a kernel's arguments and the call's Stop: each is read by all threads and written by none but
// the Stop. Results are those of one thread alone.
#include <limits>
#include <random>
#include <stdexcept>
#include <thread>

#include "brute_force.hpp"
#include "kernels/candidates.hpp"
#include "kernels/conflicts.hpp"
#include "kernels/unmask.hpp"
#include "search/generate.hpp"
#include "some_peers.hpp"
#include "support/threads.hpp"

namespace {

using vmd::parallel_for, vmd::Stop, vmd::StopScope, vmd::Stopped;

size_t at(int64_t i) { return static_cast<size_t>(i); }

void every_item_is_worked_on_once() {
  for (const int threads : {1, 2, 4})
    for (const int64_t n : {0, 1, 7, 1000}) {
      std::vector<int> times(at(n));
      parallel_for(n, threads, 3, [&](int64_t begin, int64_t end) {
        for (; begin < end; ++begin) ++times[at(begin)];
      });
      CHECK(std::all_of(times.begin(), times.end(), [](int t) { return t == 1; }));
    }
}

void what_a_body_throws_arrives_once_all_have_stopped() {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> inside{0};
    bool thrown = false;
    try {
      parallel_for(64, 4, 1, [&](int64_t begin, int64_t) {
        ++inside;
        if (begin % 8 == 3) {
          --inside;
          throw std::runtime_error("here");
        }
        --inside;
      });
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    CHECK(thrown && inside == 0);
  }
}

/// Many problems of one Rules, each thread with a search of its own.
void searches_share_rules() {
  for (const bool lanes : {true, false}) {
    Form form = sudoku(3);
    if (!lanes) form.add("Less", {0, 1});
    const Rules rules = form.rules();
    CHECK((rules.lanes() != nullptr) == lanes);
    const vmd::GenerateOptions options{7, 30, 100, 2};
    const int64_t n = 12, L = rules.L();
    const auto made = [&](int threads) {
      Values boards(at(2 * n * L));
      parallel_for(n, threads, 1, [&](int64_t begin, int64_t end) {
        const auto search = vmd::make_search(rules);
        for (int64_t i = begin; i < end; ++i)
          generate_one(*search, rules, options, i, boards.data() + i * L, boards.data() + (n + i) * L);
      });
      return boards;
    };
    CHECK(made(4) == made(1));
  }
}

/// Asked from outside, while all threads search for what is not there.
void a_search_on_threads_hears_its_stop() {
  Form form{40, 39};
  for (int32_t hole = 0; hole < 39; ++hole) {
    Values all(40);
    for (int32_t cell = 0; cell < 40; ++cell) all[at(cell)] = cell;
    form.add("Count", all, {hole, 0, 1});
  }
  const Rules rules = form.rules();
  const Values open(40, vmd::kOpen);
  const auto stop = std::make_shared<Stop>();
  std::thread other([stop] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    stop->ask();
  });
  bool stopped = false;
  {
    const StopScope scope(stop.get());
    try {
      parallel_for(4, 4, 1, [&](int64_t, int64_t) {
        Values first(40);
        const auto search = vmd::make_search(rules);
        vmd::count_solutions(*search, open.data(), nullptr, -1, vmd::Budget(-1, -1), 40, first.data());
        vmd::stop_point();
      });
    } catch (const Stopped&) {
      stopped = true;
    }
  }
  other.join();
  CHECK(stopped);
}

/// Every kernel gives on four threads what it gives on one; some boards are refused.
void kernels_share_their_arguments() {
  std::mt19937_64 random(3);
  const int64_t B = 200, L = 20;
  const int V = 5;
  const vmd::SomePeers around(L, random);
  const vmd::Peers peers = around.peers(L);
  std::vector<float> logits(at(B * L * V));
  for (float& y : logits) y = static_cast<float>(random() % 1000) / 100.0f;
  Values x(at(B * L));
  for (int32_t& value : x) value = static_cast<int32_t>(random() % 9) < 5 ? -1 : static_cast<int32_t>(random() % V);
  const std::vector<vmd::SymbolSet> allowed(at(B * L), 31);
  std::vector<uint64_t> key(at(B));
  for (uint64_t& k : key) k = random();

  struct Results {
    std::vector<vmd::SymbolSet> candidates, sets;
    Values x_new;
    std::vector<uint8_t> conflicts, committed;
    bool good;
    bool operator==(const Results&) const = default;
  };
  const auto flags = [](std::vector<uint8_t>& bytes) { return reinterpret_cast<bool*>(bytes.data()); };
  const auto work = [&](int threads) {
    Results r{std::vector<vmd::SymbolSet>(at(B * L)), std::vector<vmd::SymbolSet>(at(B * L)), Values(at(B * L)),
              std::vector<uint8_t>(at(B * L)), std::vector<uint8_t>(at(B * L)), true};
    r.good &= vmd::candidates({B, L, x.data(), allowed.data(), true, r.candidates.data()}, peers, threads);
    r.good &= vmd::conflicts({B, L, x.data(), flags(r.conflicts)}, peers, threads);
    const vmd::UnmaskRule rule{vmd::Order::margin, true, 0.5f, 0.1f, 0.4f, 11, 2};
    r.good &= vmd::unmask({B, L, V, logits.data(), x.data(), allowed.data(), nullptr, key.data(), rule, r.x_new.data(),
                           flags(r.committed), r.sets.data()},
                          peers, threads);
    return r;
  };
  const Results right = work(1);
  CHECK(right.good);
  CHECK(work(4) == right);
  x[at(B * L / 2)] = V;
  CHECK(!work(4).good);
}

}  // namespace

int main() {
  every_item_is_worked_on_once();
  what_a_body_throws_arrives_once_all_have_stopped();
  searches_share_rules();
  a_search_on_threads_hears_its_stop();
  kernels_share_their_arguments();
  std::puts("ok");
}
