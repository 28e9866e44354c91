// activity_order.hpp -- which variable to decide next: the most active of those that are undecided.
//
// Idea         a binary heap whose members know their places, so that one whose activity grew rises from where it is.
//              Variables that were decided stay in it until they come out at the top, and go back in when undecided.
// Activity     each bump adds more than the one before (exponential VSIDS: Een & Sorensson, SAT 2003)
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

namespace vmd {

class ActivityOrder {
 public:
  /// Variables 0..n-1, all in; of equal activity the lower comes first.
  void start(std::vector<double> activity) {
    activity_ = std::move(activity);
    increment_ = 1;
    heap_.resize(activity_.size());
    place_.resize(activity_.size());
    for (size_t i = 0; i < heap_.size(); ++i) heap_[i] = place_[i] = static_cast<int32_t>(i);
    for (size_t i = heap_.size() / 2; i-- > 0;) sink(i);
  }
  bool empty() const { return heap_.empty(); }
  int32_t take() {
    const int32_t top = heap_.front();
    const int32_t last = heap_.back();
    heap_.pop_back();
    place_[static_cast<size_t>(top)] = kOut;
    if (!heap_.empty()) {
      put(0, last);
      sink(0);
    }
    return top;
  }
  void put_back(int32_t variable) {
    if (place_[static_cast<size_t>(variable)] != kOut) return;
    heap_.push_back(variable);
    place_[static_cast<size_t>(variable)] = static_cast<int32_t>(heap_.size() - 1);
    rise(heap_.size() - 1);
  }
  void bump(int32_t variable) {
    double& a = activity_[static_cast<size_t>(variable)];
    a += increment_;
    if (a > 1e100) {
      for (double& other : activity_) other *= 1e-100;
      increment_ *= 1e-100;
    }
    if (const int32_t place = place_[static_cast<size_t>(variable)]; place != kOut) rise(static_cast<size_t>(place));
  }
  /// From now on a bump counts so many times as much.
  void grow(double factor) { increment_ *= factor; }

 private:
  static constexpr int32_t kOut = -1;

  bool before(int32_t a, int32_t b) const {
    const double x = activity_[static_cast<size_t>(a)], y = activity_[static_cast<size_t>(b)];
    return x > y || (x == y && a < b);
  }
  void put(size_t place, int32_t variable) {
    heap_[place] = variable;
    place_[static_cast<size_t>(variable)] = static_cast<int32_t>(place);
  }
  void rise(size_t place) {
    const int32_t variable = heap_[place];
    for (; place > 0 && before(variable, heap_[(place - 1) / 2]); place = (place - 1) / 2)
      put(place, heap_[(place - 1) / 2]);
    put(place, variable);
  }
  void sink(size_t place) {
    const int32_t variable = heap_[place];
    for (size_t child; (child = 2 * place + 1) < heap_.size(); place = child) {
      if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
      if (!before(heap_[child], variable)) break;
      put(place, heap_[child]);
    }
    put(place, variable);
  }

  std::vector<double> activity_;
  double increment_ = 1;
  std::vector<int32_t> heap_, place_;
};

}  // namespace vmd
