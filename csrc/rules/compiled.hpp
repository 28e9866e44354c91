// compiled.hpp -- what constraints are compiled to when rules are made: kept in one place, equal ones once.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace vmd {

class Kind;

/// What a kind made of a constraint for its filter; each kind knows its own.
struct Compiled {
  virtual ~Compiled() = default;
  /// Memory in 64-bit words, of what may be large.
  virtual int64_t words() const { return 0; }
};

class Shelf {
 public:
  /// What `make()` returned for this key of this kind, null or not; it is called once a key.
  template <class Make>
  const Compiled* get(const Kind& kind, std::vector<int64_t> key, const Make& make) {
    const auto [place, fresh] = made_.try_emplace({&kind, std::move(key)}, nullptr);
    if (!fresh) return place->second;
    std::unique_ptr<Compiled> compiled = make();
    if (compiled == nullptr) return nullptr;
    words_ += compiled->words();
    place->second = compiled.get();
    kept_.push_back(std::move(compiled));
    return place->second;
  }
  int64_t words() const { return words_; }
  /// Nothing more will be asked for.
  void close() { made_.clear(); }

 private:
  std::map<std::pair<const Kind*, std::vector<int64_t>>, const Compiled*> made_;
  std::vector<std::unique_ptr<Compiled>> kept_;
  int64_t words_ = 0;
};

}  // namespace vmd
