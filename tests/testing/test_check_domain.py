"""The test kit finds what is wrong with deliberately broken adapters, by the law that is about it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from helpers.broken import images, memory, rules, text
from helpers.broken.base import GRIDS, Four
from helpers.broken.images import RarelyWrong, RowsAcrossBands
from helpers.broken.rules import NativeTableCut, NativeTight, NoBoxes, NoSolution, SymbolTwice
from helpers.commands import run

from vmdsolve.constraints import AllDifferent, Predicate, Table
from vmdsolve.domains import TEMPLATE, Domain, Family, get, names
from vmdsolve.domains.futoshiki import Futoshiki
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Board
from vmdsolve.testing import LAWS, LawBroken, check_domain, oracles, run_laws

FAULTS = [*rules.FAULTS, *images.FAULTS, *text.FAULTS, *memory.FAULTS]


def known(domain: Domain) -> int | None:
    """The count that an author would know."""
    return GRIDS if isinstance(domain, Four) else None


@pytest.mark.parametrize(("make", "law"), FAULTS, ids=[getattr(make, "__name__", "family") for make, _ in FAULTS])
def test_each_planted_fault_is_caught_by_the_law_that_names_it(make: Callable[[], Domain], law: str) -> None:
    domain, broken = make(), {}
    for result in run_laws(domain, count=known(domain)):
        if result.broken is not None:
            broken[result.law] = result.broken
        if result.law == law:
            break
    assert law in broken
    assert broken[law].counterexample
    assert broken[law].advice
    assert f"law `{law}`: " in str(broken[law])


def test_every_law_catches_something() -> None:
    """`masks` and `cp-sat` see what `native` names first."""
    seen = {law for _, law in FAULTS}
    assert set(LAWS) - seen == {"masks", "cp-sat"}
    for law in ("masks", "cp-sat", "count"):
        assert law in {r.law for r in run_laws(NativeTight()) if r.broken}
    assert {r.law for r in run_laws(NativeTableCut()) if r.broken} >= {"native", "count"}


SMALL = ["sudoku-4x4", "latin-2", "latin-5", "pair-skew", "chain", "chains", "follow-0", "follow-100"]
FAMILIES = {get(n).kind.__module__: n for n in reversed(names()) if isinstance(get(n), Family)}  # one of each file
OURS = [*SMALL, "brackets-4", "equation-5", "text-16", "list-copy-3", "list-choice-3", "hidden-markov-4"]
OURS += [pytest.param(name, marks=pytest.mark.slow) for name in (*FAMILIES.values(), "sudoku-9x9")]


@pytest.mark.parametrize("name", OURS)
def test_our_own_domains_keep_every_law(name: str) -> None:
    results = check_domain(name)
    assert [r.law for r in results] == list(LAWS)
    assert not any(r.skipped or r.broken for r in results)


@pytest.mark.slow
def test_the_template_and_unbroken_bases_keep_every_law() -> None:
    for domain, count in ((TEMPLATE.Pairs(5), 26), (Four(), GRIDS), (Family(Futoshiki), None)):
        assert not any(r.broken for r in run_laws(domain, count=count))


# What it says -----------------------------------------------------------------------------------------


def test_a_failure_names_the_law_the_counterexample_and_what_to_do() -> None:
    with pytest.raises(LawBroken) as broken:
        check_domain(NoBoxes(), count=GRIDS)
    assert str(broken.value) == (
        "law `count`: there are at least 289 solutions, not 288. A rule is missing, or one is wrong"
    )
    with pytest.raises(LawBroken, match=r"law `symmetry`: the solution '\d{16}' becomes '\d{16}', which breaks .*box"):
        check_domain(RowsAcrossBands())


def test_symbols_that_look_hostile_are_told_from_what_is_hostile() -> None:
    class Marks(Domain):
        name, symbols, shape = "marks", "?!~", (1, 3)
        constraints = (AllDifferent([0, 1, 2]),)

    assert check_domain(Marks(), count=6)


@pytest.mark.slow
def test_a_known_answer_tells_rules_apart() -> None:
    example = ("1......2..4..3..", "1234341221434321")
    assert check_domain(Four(), examples=[example])
    with pytest.raises(
        LawBroken, match=r"law `count`: '1\.{6}2\.\.4\.\.3\.\.' has the one solution '1234341221434321', but"
    ):
        check_domain(NoBoxes(), examples=[example])
    killer = ("4 4/9 - 8 3/- 7 - -/4 - - 9/- - - -/2 2 4 1/2 3 4 1/6 3 4 5/6 3 5 5", "2341413232141423")
    assert any("1 known answers" in r.note for r in run_laws("killer", examples=[killer]))


def test_an_adapter_that_raises_anything_breaks_the_law_it_was_asked_by() -> None:
    class Raises(Four):
        def weight(self, boards: Board) -> Any:
            raise KeyError(len(boards))

    broken = {r.law: r.broken for r in run_laws(Raises()) if r.broken}
    assert broken["weight"].counterexample == "KeyError: 8"
    assert isinstance(broken["weight"].__cause__, KeyError)


def test_laws_after_a_missing_foundation_are_not_asked() -> None:
    assert [r.law for r in run_laws(SymbolTwice())] == ["declaration"]
    assert [r.law for r in run_laws(NoSolution())] == ["declaration", "solvable"]


def test_a_domain_with_a_predicate_is_checked_as_far_as_can_be() -> None:
    class Twins(Domain):
        name, symbols, shape = "twins", "123", (1, 4)
        constraints = (AllDifferent([0, 1]), Predicate([1, 2, 3], lambda held: held[0] == held[2]))

    results = {r.law: r for r in check_domain(Twins(), count=18)}
    assert results["generation"].skipped
    assert "Predicate" in results["generation"].note
    assert results["cp-sat"].skipped
    assert "CP-SAT has no form of Predicate" in str(results["cp-sat"])
    assert "1 have no native form, so search is blind to them" in results["native"].note


def test_many_answers_is_held_to_what_is_found() -> None:
    """An example with several answers, a board with one: what is said must not deny it."""

    class Row(Domain):
        name, symbols, shape = "row", "12", (1, 3)
        constraints = (AllDifferent([0, 1]), AllDifferent([1, 2]))

    class One(Row):
        constraints = (AllDifferent([0, 1]), Table([1, 2], [[1, 0]]))

    def said(domain: Domain, many: bool, example: str = "") -> str:
        domain.many_answers, domain.example = many, example
        [result] = [r for r in run_laws(domain) if r.law == "answers"]
        return result.note or str(result.broken)

    assert said(Row(), False) == "one answer, as it says; no example of this size, nothing given several"
    assert said(Row(), False, "1..") == "one answer, as it says; the example has one, nothing given several"
    assert said(Row(), True, "...") == "many answers, as it says; the example has several, nothing given several"
    assert "many_answers is False, and the example '...' has several answers" in said(Row(), False, "...")
    assert "many_answers is True, and row with nothing given has one answer" in said(One(), True)
    assert said(One(), False, "....") == "one answer, as it says; no example of this size, nothing given one"


def test_without_ortools_the_law_is_skipped_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Iterator[str]:
        raise ImportError(name)

    monkeypatch.setattr(oracles, "import_module", missing)
    [result] = [r for r in run_laws(Four()) if r.law == "cp-sat"]
    assert (result.skipped, result.broken) == (True, None)
    assert str(result).startswith("skipped cp-sat         CP-SAT needs ortools: pip install ortools")


def test_it_is_the_same_every_time() -> None:
    first, second = ([r.broken and str(r.broken) for r in run_laws(RarelyWrong())] for _ in range(2))
    assert first == second


def test_a_count_means_nothing_where_every_problem_has_a_board_of_its_own() -> None:
    with pytest.raises(InvalidInput, match="killer has a board of its own; give examples, not a count"):
        check_domain("killer", count=288)


# Command ----------------------------------------------------------------------------------------------


def test_the_command_prints_a_line_a_law() -> None:
    result = run("check-domain", "sudoku-4x4", "--count", GRIDS, "--example", "1......2..4..3..=1234341221434321")
    lines = result.stdout.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["ok"] * len(LAWS)
    assert all(law in line for law, line in zip(LAWS, lines, strict=True))
    assert "288 solutions as known, 1 known answers" in result.stdout
    assert result.exit_code == 0


def test_the_command_exits_with_1_where_a_law_is_broken() -> None:
    result = run("check-domain", "latin-3", "sudoku-4x4", "--count", 12)
    assert result.exit_code == 1
    assert "latin-3:\n" in result.stdout
    assert "FAILED  count          there are at least 13 solutions, not 12." in result.stdout
    assert run("check-domain", "latin-3", "--example", "nonsense").exit_code == 2


@pytest.mark.slow
def test_checking_needs_neither_hypothesis_nor_torch() -> None:
    code = (
        "import sys; from vmdsolve.testing import check_domain; check_domain('latin-2')\n"
        "print(sorted({'torch', 'hypothesis', 'pytest'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_boards_of_thousands_of_cells_are_checked_too() -> None:
    assert not any(result.broken for result in check_domain("latin-40"))
    with pytest.raises(TimeoutError, match="1600 open cells are more than 700"):
        oracles.brute_force(get("latin-40").rules, [OPEN] * 1600, most_nodes=1)
