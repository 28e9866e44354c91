// test_propagate.cpp -- filters, explanations and what rules are compiled to, against brute force on tiny units.
#include <bit>

#include "brute_force.hpp"
#include "search/explain.hpp"
#include "support/sets.hpp"
#include "kinds/matching.hpp"
#include "kinds/sum.hpp"
#include "search/domain_model.hpp"

namespace {

using Domains = std::vector<uint64_t>;

const auto kinds = static_cast<int64_t>(vmd::kinds().size());
vmd::Budget budget;  // without end

bool within(const Values& x, const Domains& domains) {
  for (size_t i = 0; i < x.size(); ++i)
    if ((domains[i] >> x[i] & 1) == 0) return false;
  return true;
}

/// The values that some board of `boards` within `domains` has.
Domains used(const std::set<Values>& boards, const Domains& domains) {
  Domains out(domains.size());
  for (const Values& x : boards)
    if (within(x, domains))
      for (size_t i = 0; i < x.size(); ++i) out[i] |= uint64_t{1} << x[i];
  return out;
}

Domains domains_of(const vmd::DomainModel& model) {
  Domains out(static_cast<size_t>(model.rules().L()));
  model.domains(out.data());
  return out;
}

void matching_keeps_what_brute_force_keeps() {
  Random random(1);
  for (int trial = 0; trial < 4000; ++trial) {
    const int64_t n = draw(random, 1, 5), V = draw(random, 1, 6);
    Form form{n, V};
    Values all, hint_values;
    for (int32_t i = 0; i < n; ++i) all.push_back(i);
    form.add("AllDifferent", all);
    const Rules rules = form.rules();
    Domains domains;
    std::vector<int8_t> hint;
    for (int64_t i = 0; i < n; ++i) {
      domains.push_back(static_cast<uint64_t>(draw(random, 0, (1 << V) - 1)));
      hint.push_back(static_cast<int8_t>(draw(random, -1, V - 1)));
    }
    const auto expected = used(brute_force(rules, Values(all.size(), vmd::kOpen)), domains);
    vmd::Matching matching;
    const Domains before = domains;
    if (!matching.build(domains.data(), static_cast<int>(n), hint.data())) {
      CHECK(expected[0] == 0);
      uint64_t values = 0;  // the cells reached have no other values than those seen, and are one too many
      for (size_t i = 0; i < all.size(); ++i)
        if ((matching.reached() >> i & 1) != 0) values |= before[i];
      CHECK((values & ~matching.seen()) == 0);
      CHECK(std::popcount(matching.seen()) < std::popcount(matching.reached()));
      continue;
    }
    matching.prune(domains.data());
    CHECK(domains == expected);
  }
}

/// One constraint of each kind, and a Sum with an AllDifferent on its cells: exactly the values of its solutions.
void filters_keep_what_brute_force_keeps() {
  Random random(2);
  int clashes = 0, narrowed = 0;
  for (int trial = 0; trial < 12000; ++trial) {
    Form form{draw(random, 1, 5), draw(random, 1, 4)};
    const bool differ = draw(random, 0, kinds) == kinds;
    add_random(form, any_kind(random), random);
    if (differ) {  // cells that differ and have a sum
      form = Form{form.L, form.V + 1};
      Values cells;
      for (int32_t c = 0; c < form.L; ++c) cells.push_back(c);
      form.add("AllDifferent", cells);
      cells.resize(static_cast<size_t>(draw(random, 2, std::max<int64_t>(2, form.L))));
      if (form.L < 2) continue;
      form.add("Sum", cells, {draw(random, 0, 4 * form.V), draw(random, -1, 1)});
    }
    const Rules rules = form.rules();
    const Values open(static_cast<size_t>(form.L), vmd::kOpen);
    vmd::DomainModel model(rules);
    model.start(open.data());
    for (int64_t i = draw(random, 0, form.L * form.V); i > 0; --i) {
      const auto cell = static_cast<int32_t>(draw(random, 0, form.L - 1));
      const auto value = static_cast<int32_t>(draw(random, 0, form.V - 1));
      if (model.at(cell) != uint64_t{1} << value) model.remove(cell, value);
    }
    const Domains before = domains_of(model);
    const Domains expected = used(brute_force(rules, open), before);
    const bool ok = model.propagate(budget);
    clashes += ok ? 0 : 1;
    CHECK(ok || expected[0] == 0);
    if (!ok) continue;
    const Domains after = domains_of(model);
    narrowed += after == before ? 0 : 1;
    if (differ && rules.constraints()[1].cells.size() < static_cast<size_t>(form.L)) {  // exact one by one
      for (size_t i = 0; i < after.size(); ++i) CHECK((expected[i] & ~after[i]) == 0);
    } else {
      CHECK(after == expected);
    }
  }
  CHECK(clashes > 2000 && narrowed > 1000);
}

/// What is undone is undone: domains after pop() are those at push().
void going_back_restores_everything() {
  Random random(3);
  for (int trial = 0; trial < 1500; ++trial) {
    Form form{draw(random, 1, 6), draw(random, 1, 4)};
    for (int64_t u = draw(random, 0, 5); u > 0; --u) add_random(form, any_kind(random), random);
    const Rules rules = form.rules();
    const Values open(static_cast<size_t>(form.L), vmd::kOpen);
    vmd::DomainModel model(rules);
    model.start(open.data());
    std::vector<Domains> levels;
    bool ok = model.propagate(budget);
    for (int step = 0; step < 30 && (ok || !levels.empty()); ++step) {
      const vmd::Decision next = ok ? model.choose(nullptr) : vmd::Decision{-1, -1};
      if (next.cell >= 0 && draw(random, 0, 3) != 0) {
        levels.push_back(domains_of(model));
        model.push();
        model.assign(next.cell, next.value);
        ok = model.propagate(budget);
      } else if (!levels.empty()) {
        model.pop();
        CHECK(domains_of(model) == levels.back());
        levels.pop_back();
        ok = model.propagate(budget);  // at rest
        CHECK(ok);
      }
    }
  }
}

/// Every cause of every change and failure held at the time, and with the constraint alone forces it.
void explanations_are_true_and_suffice() {
  Random random(4);
  int explained = 0, failures = 0;
  for (int trial = 0; trial < 6000; ++trial) {
    Form form{draw(random, 2, 5), draw(random, 2, 4)};
    const bool differ = draw(random, 0, kinds) == kinds;
    add_random(form, any_kind(random), random);
    if (differ) {
      form = Form{form.L, form.V + 1};
      Values cells;
      for (int32_t c = 0; c < form.L; ++c) cells.push_back(c);
      form.add("AllDifferent", cells);
      form.add("Sum", cells, {draw(random, 0, 4 * form.V), 0});
    }
    const Rules rules = form.rules();
    const Values open(static_cast<size_t>(form.L), vmd::kOpen);
    const auto solutions = brute_force(rules, open);
    vmd::DomainModel model(rules);
    vmd::Explainer explainer(model);
    model.start(open.data());
    if (!model.propagate(budget)) continue;
    const auto check = [&](vmd::Reason reason, int32_t cell, uint64_t removed, size_t event) {
      std::vector<vmd::Literal> causes;
      explainer.explain(rules.constraints()[static_cast<size_t>(reason)], cell, removed, static_cast<int32_t>(event),
                        causes);
      Domains allowed(open.size(), vmd::sets::full(rules.V()));
      if (cell >= 0) allowed[static_cast<size_t>(cell)] = removed;
      for (const auto& cause : causes) {
        CHECK(cause.cell != cell);
        CHECK((model.before(cause.cell, static_cast<int32_t>(event)) & ~cause.values) == 0);
        allowed[static_cast<size_t>(cause.cell)] &= cause.values;
      }
      for (const Values& x : solutions) CHECK(!within(x, allowed));
    };
    bool ok = true;
    for (int step = 0; step < 8 && ok; ++step) {
      model.push();
      for (int64_t i = draw(random, 1, 5); i > 0; --i) {  // several at once, else an exact filter never fails
        const auto cell = static_cast<int32_t>(draw(random, 0, form.L - 1));
        const uint64_t domain = model.at(cell);
        if (std::popcount(domain) < 2) continue;
        model.remove(cell, draw(random, 0, 1) == 0 ? std::countr_zero(domain) : 63 - std::countl_zero(domain));
      }
      ok = model.propagate(budget);
    }
    if (!ok) check(model.conflict(), -1, 0, model.trail().size());
    failures += ok ? 0 : 1;
    for (size_t e = 0; e < model.trail().size(); ++e) {
      const auto& event = model.trail()[e];
      if (event.reason == vmd::kDecision) continue;
      const uint64_t now = model.before(event.cell, static_cast<int32_t>(e) + 1);
      uint64_t removed = event.old & ~now;
      if (draw(random, 0, 1) == 0) removed &= ~removed + 1;  // a part needs no more causes than the whole
      check(event.reason, event.cell, removed, e);
      ++explained;
    }
  }
  CHECK(explained > 1000 && failures > 200);
}

void edges_become_cliques_that_say_the_same() {
  Random random(5);
  size_t joined = 0;
  for (int trial = 0; trial < 500; ++trial) {
    Form form{draw(random, 3, 12), 3};
    std::set<std::pair<int32_t, int32_t>> edges, found;
    for (int64_t e = draw(random, 0, 40); e > 0; --e) {
      const auto a = static_cast<int32_t>(draw(random, 0, form.L - 2));
      const auto b = static_cast<int32_t>(draw(random, a + 1, form.L - 1));
      form.add("AllDifferent", draw(random, 0, 1) == 0 ? Values{a, b} : Values{b, a});
      edges.insert({a, b});
    }
    const Rules rules = form.rules();
    for (const auto& c : rules.constraints()) {
      joined += c.cells.size() > 2 ? 1 : 0;
      for (const int32_t a : c.cells)
        for (const int32_t b : c.cells)
          if (a < b) found.insert({a, b});
    }
    CHECK(found == edges);
  }
  CHECK(joined > 500);
}

void value_sets_are_all_there_are() {
  for (int32_t k = 2; k <= 4; ++k)
    for (int64_t total = 0; total <= 30; ++total) {
      Form form{4, 9};
      Values cells{0, 1, 2, 3};
      form.add("AllDifferent", cells);
      cells.resize(static_cast<size_t>(k));
      form.add("Sum", cells, {total, 1});
      const Rules rules = form.rules();
      std::set<uint64_t> expected;
      for (uint64_t set = 0; set < 512; ++set) {
        int64_t sum = 0;
        for (int v = 0; v < 9; ++v) sum += (set >> v & 1) != 0 ? v + 1 : 0;
        if (std::popcount(set) == k && sum == total) expected.insert(set);
      }
      const auto& sets = vmd::compiled<vmd::ValueSets>(rules.constraints()[1]).sets;
      CHECK(std::set<uint64_t>(sets.begin(), sets.end()) == expected && sets.size() == expected.size());
    }
  Form apart{4, 9};  // two cells that no AllDifferent holds together
  apart.add("AllDifferent", {0, 1});
  apart.add("Sum", {1, 2}, {5, 1});
  CHECK(apart.rules().constraints()[1].compiled == nullptr);
}

}  // namespace

int main() {
  matching_keeps_what_brute_force_keeps();
  filters_keep_what_brute_force_keeps();
  going_back_restores_everything();
  explanations_are_true_and_suffice();
  edges_become_cliques_that_say_the_same();
  value_sets_are_all_there_are();
  std::puts("ok");
}
