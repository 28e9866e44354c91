// test_candidates.cpp -- clauses over candidates: what is learned loses nothing, and where decisions go back to.
//
// That every solution is found once, test_search.cpp compares with brute force on small boards.
#include "brute_force.hpp"
#include "search/candidate_search.hpp"
#include "search/depth_first.hpp"
#include "search/domain_model.hpp"

namespace {

using vmd::Budget, vmd::Search;

/// Large Latin squares with holes: what is learned from failures excludes no completion.
void learning_loses_nothing() {
  Random random(8);
  const int32_t n = 18;
  const Form form = latin_square(n);
  const Rules rules = form.rules();
  int64_t learned = 0;
  for (int trial = 0; trial < 20; ++trial) {
    Values rows(n), columns(n), givens(static_cast<size_t>(n * n)), out(givens.size());
    for (int32_t i = 0; i < n; ++i) rows[static_cast<size_t>(i)] = columns[static_cast<size_t>(i)] = i;
    std::shuffle(rows.begin(), rows.end(), random);
    std::shuffle(columns.begin(), columns.end(), random);
    for (int32_t i = 0; i < n * n; ++i)
      givens[static_cast<size_t>(i)] =
          draw(random, 0, 99) < 40 ? vmd::kOpen : (rows[static_cast<size_t>(i / n)] + columns[static_cast<size_t>(i % n)]) % n;
    vmd::DepthFirst<vmd::DomainModel> general(rules);
    vmd::CandidateSearch candidates(rules, 4, 30);
    const auto count = [&](Search& search) {
      return vmd::count_solutions(search, givens.data(), nullptr, -1, Budget(10'000, -1), rules.L(), out.data());
    };
    const vmd::Found expected = count(general), found = count(candidates);
    learned += found.clauses;
    if (expected.complete && found.complete) CHECK(found.count == expected.count);
    CHECK(found.count > 0);
  }
  CHECK(learned > 100);
}

/// After a failure: as on the longest trail without one, whatever was tried since, until something else is preferred.
void decisions_go_back_to_the_longest_trail() {
  using vmd::BooleanClauses;
  const auto yes = BooleanClauses::yes, no = BooleanClauses::no;
  BooleanClauses clauses;
  clauses.start(4);
  for (int i = 0; i < 4; ++i) clauses.add_exclusions({});
  clauses.prefer({4, 3, 2, 1}, {1, 1, 1, 1});
  clauses.add(Values{no(2), yes(3)});
  clauses.add(Values{no(2), no(3)});
  Budget budget;
  const auto decide = [&](BooleanClauses::Lit lit) {
    clauses.decide(lit);
    return clauses.propagate(budget);
  };
  CHECK(decide(yes(0)) && decide(no(1)) && !decide(yes(2)));
  CHECK(clauses.learn() && clauses.level() == 0 && clauses.propagate(budget) && clauses.value(no(2)) > 0);
  CHECK(decide(no(0)));
  clauses.go_back(0);
  CHECK(clauses.choose() == yes(0) && decide(yes(0)) && clauses.choose() == no(1));
  clauses.go_back(0);
  clauses.prefer({4, 3, 2, 1}, {0, 1, 1, 1});
  clauses.prefer(0, false);
  CHECK(clauses.choose() == no(0));
}

}  // namespace

int main() {
  learning_loses_nothing();
  decisions_go_back_to_the_longest_trail();
  std::puts("ok");
}
