"""The test kit finds what is wrong with deliberately broken adapters, by the law that is about it."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from helpers.commands import run

from vmdsolve.constraints import AllDifferent, Count, Less, Predicate, Sum, Table
from vmdsolve.domains import TEMPLATE, Domain, Family, get, names
from vmdsolve.domains.futoshiki import Futoshiki
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.domains.toys import Toy
from vmdsolve.errors import InvalidInput, InvalidProblem
from vmdsolve.problem import OPEN, Board, Constraint, Problem, Rules, Violation
from vmdsolve.testing import LAWS, LawBroken, check_domain, oracles, run_laws

GRIDS = 288  # of 4x4 Sudoku
ANY = np.random.Generator


class Four(Sudoku):
    """4x4 Sudoku, to be broken."""

    def __init__(self) -> None:
        super().__init__(2, 2)

    def swap(self, kind: Callable[..., Constraint], *relations: str) -> None:
        self.constraints = tuple(kind(c.cells, c.relation) if c.relation in relations else c for c in self.constraints)


# Rules ------------------------------------------------------------------------------------------------


class NoBoxes(Four):
    """Everything agrees, on another puzzle: only a known count can tell."""

    def __init__(self) -> None:
        super().__init__()
        self.constraints = tuple(c for c in self.constraints if c.relation != "box")


class Blind(AllDifferent):
    def violations(self, values: Sequence[int]) -> list[Violation]:  # noqa: ARG002
        return []


class CheckerWithoutColumns(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(Blind, "column")


class Neighbours(AllDifferent):
    def accepts(self, boards: Board) -> Any:
        held = boards[:, self.cells]
        return np.asarray((held[:, 1:] != held[:, :-1]).all(axis=1))  # forgets to sort


class AcceptsNeighbours(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(Neighbours, "row")


class Early(AllDifferent):
    def violations(self, values: Sequence[int]) -> list[Violation]:
        held = [values[cell] for cell in self.cells]  # OPEN counted like a symbol
        return [] if len(set(held)) == len(held) else [Violation(self.relation, self.cells, "one stands twice")]


class OpenCountsAsEqual(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(Early, "box")


class Nameless(AllDifferent):
    def violations(self, values: Sequence[int]) -> list[Violation]:
        return [replace(v, cells=tuple(range(len(v.cells)))) for v in super().violations(values)]


class ViolationsOfOtherCells(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(Nameless, "row")


class Loose(AllDifferent):
    def native(self) -> tuple[int, list[int]]:
        return 3, [0, 0, len(self.cells)]  # counts symbol 0, any number of times


class NativeLoose(Four):
    """Search may break one box."""

    def __init__(self) -> None:
        super().__init__()
        *rest, last = self.constraints
        self.constraints = (*rest, Loose(last.cells, last.relation))


class Tight(Count):
    def native(self) -> tuple[int, list[int]]:
        kind, (symbol, low, high) = super().native()
        return kind, [symbol, low, high - 1]


class NativeTight(TEMPLATE.Pairs):
    """Native says at most one, the checker two to three: search misses solutions."""

    def __init__(self) -> None:
        super().__init__(5)
        self.constraints = (*self.constraints[:-1], Tight(range(5), 0, 2, 3, "ones"))


class OffByOne(Sum):
    def native(self) -> tuple[int, list[int]]:
        return 1, [self.total, self.first + 1]


class NativeSumOff(Domain):
    name, symbols, shape = "sums", "1234", (2, 2)
    constraints = (OffByOne([0, 1], 5), OffByOne([2, 3], 5), AllDifferent([0, 2]))


class Cut(Table):
    def native(self) -> tuple[int, list[int]]:
        kind, (n, *numbers) = super().native()
        return kind, [n - 1, *numbers[: -len(self.cells)]]


class NativeTableCut(Toy):
    """The last of a hundred rows is lost on the way."""

    def __init__(self) -> None:
        super().__init__("cut", Cut([0, 1], list(itertools.product(range(10), repeat=2)), "pair"))


class Wobbly(AllDifferent):
    """Forgets its rule at every other call."""

    def violations(self, values: Sequence[int]) -> list[Violation]:
        calls = self.__dict__["calls"] = self.__dict__.get("calls", 0) + 1
        return super().violations(values) if calls % 2 else []


class ConstraintWithMemory(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(Wobbly, "row")


class NoSolution(TEMPLATE.Pairs):
    def __init__(self) -> None:
        super().__init__(5)
        self.constraints = (*self.constraints, Less(0, 1), Less(1, 0))


# Declarations -----------------------------------------------------------------------------------------


class SameNames(Four):
    def cell_name(self, cell: int) -> str:
        row, column = divmod(cell, 4)
        return f"{row + column}"


class CellOutside(Four):
    def __init__(self) -> None:
        super().__init__()
        self.constraints = (*self.constraints, AllDifferent([0, 16], "box"))


class NoRelation(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(lambda cells, _: AllDifferent(cells, ""), "box")


class SymbolTwice(Four):
    def __init__(self) -> None:
        super().__init__()
        self.symbols = "1233"


# Symmetries and weights -------------------------------------------------------------------------------


class RowsAcrossBands(Four):
    """Any rows are swapped: right for rows and columns, wrong for boxes."""

    def symmetry(self, rng: ANY) -> tuple[Any, Any]:
        return (rng.permutation(4)[:, None] * 4 + np.arange(4)).ravel(), rng.permutation(4)


class RarelyWrong(Four):
    """A symmetry that is wrong once in twenty times."""

    def symmetry(self, rng: ANY) -> tuple[Any, Any]:
        cells, values = super().symmetry(rng)
        return (np.roll(cells, 1) if rng.random() < 0.05 else cells), values


class LosesASymbol(Four):
    def symmetry(self, rng: ANY) -> tuple[Any, Any]:
        return np.arange(16), rng.integers(0, 4, 4)


class LosesACell(Four):
    def symmetry(self, rng: ANY) -> tuple[Any, Any]:
        del rng
        return np.where(np.arange(16) == 15, 0, np.arange(16)), np.arange(4)


class ChangesWeight(Toy):
    def __init__(self) -> None:
        super().__init__("pair-skew", Table([0, 1], [(k, (k + 1) % 10) for k in range(10)], "pair"), skew=True)

    def symmetry(self, rng: ANY) -> tuple[Any, Any]:
        return np.arange(2), np.roll(np.arange(10), rng.integers(10))


class NegativeWeight(Four):
    def weight(self, boards: Board) -> Any:
        return np.where(boards[:, 0] == 0, -1.0, 1.0)


class NormalisedWeight(Four):
    def weight(self, boards: Board) -> Any:
        return np.full(len(boards), 1 / len(boards))


# Text and numbers -------------------------------------------------------------------------------------


class FormatOffByOne(Four):
    def format_many(self, boards: Board) -> list[str]:
        return super().format_many(np.where(boards >= 0, (boards + 1) % 4, OPEN))


class FormatManyForgetsOpen(Four):
    def format_many(self, boards: Board) -> list[str]:
        return super().format_many(np.where(boards == OPEN, 0, boards))

    def format(self, values: Board) -> str:
        return Domain.format_many(self, np.asarray(values)[None])[0]


class ParseManyTransposes(Four):
    def parse_many(self, lines: Sequence[str]) -> Board | None:
        boards = super().parse_many(lines)
        return None if boards is None else boards.reshape(-1, 4, 4).swapaxes(1, 2).reshape(-1, 16).copy()


class Pads(Four):
    """Too short is filled up, too long is cut."""

    def parse(self, text: str) -> Problem:
        return super().parse("".join(text.split())[:16].ljust(16, "."))


class StrangeIsOpen(Four):
    def parse(self, text: str) -> Problem:
        return super().parse("".join(c if c in "1234.0\n \t\r" else "." for c in text))


class FoldsCase(TEMPLATE.Pairs):
    def __init__(self) -> None:
        super().__init__(5)
        self.symbols = "abA"

    def parse(self, text: str) -> Problem:
        return super().parse(text.lower())


class Silent(Four):
    """Refuses without saying where."""

    def parse(self, text: str) -> Problem:
        try:
            return super().parse(text)
        except InvalidProblem:
            raise InvalidProblem("cannot be read") from None


class WrongError(Four):
    def from_numbers(self, grid: Any) -> Problem:
        return super().from_numbers(np.array(grid).reshape(16).astype(int))


class Rounds(Four):
    def from_numbers(self, grid: Any) -> Problem:
        numbers = np.array(grid, dtype=object)
        if numbers.shape in ((16,), (4, 4)):
            grid = [1 if isinstance(n, float) and 1 <= n < 2 else n for n in numbers.ravel()]
        return super().from_numbers(grid)


class WritesIntoTheCallersArray(Four):
    def from_numbers(self, grid: Any) -> Problem:
        if isinstance(grid, np.ndarray) and grid.flags.writeable and grid.size and grid.dtype == np.int64:
            grid[grid == -1] = 0
        return super().from_numbers(grid)


class CountsFromZero(Four):
    def to_numbers(self, values: Board) -> Any:
        return np.asarray(values, np.int64)


class OtherDomainsProblem(Four):
    def parse(self, text: str) -> Problem:
        return replace(super().parse(text), domain="sudoku")


class NoLastRow(Four):
    def render(self, values: Board) -> str:
        return super().render(np.concatenate([np.asarray(values)[:12], np.full(4, OPEN)]))


class DrawsColumns(Four):
    def render(self, values: Board) -> str:
        return super().render(np.asarray(values).reshape(4, 4).T.ravel())


# Memory and chance ------------------------------------------------------------------------------------


class Remembers(Four):
    """The first text of a length is the answer to all later ones of the same first symbol."""

    def parse(self, text: str) -> Problem:
        return self.__dict__.setdefault(f"_{text.strip()[:1]}", super().parse(text))  # type: ignore[no-any-return]


class GlobalChance(Four):
    def symmetry(self, rng: ANY) -> tuple[Any, Any]:
        del rng
        return np.arange(16), np.random.permutation(4)  # noqa: NPY002


class RulesAnew(Four):
    @property
    def rules(self) -> Rules:  # type: ignore[override]
        return Rules(16, 4, self.constraints)


class Reversed(Four):
    """Undoes its last symmetry."""

    turned = False

    def symmetry(self, rng: ANY) -> tuple[Any, Any]:
        self.turned = not self.turned
        cells = np.arange(16)
        return (cells[::-1] if self.turned else cells), rng.permutation(4)


# Boards of their own ----------------------------------------------------------------------------------


class ForgetsASign(Futoshiki):
    """What is written has a sign less than the board."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for sign in "<>^v":
            self.clues = self.clues.replace(sign, "_", 1)


class InventsByGlobalChance(Futoshiki):
    @classmethod
    def invent(cls, rng: Any, size: int, density: float, fill: Any) -> Any:  # noqa: ARG003
        return super().invent(np.random.default_rng(), size, density, fill)


class TurnsWrong(Futoshiki):
    """An image is another board, but signs stay where they were."""

    def image(self, rng: ANY) -> tuple[Any, Any, Any]:
        _, cells, values = super().image(rng)
        return self, cells, values


FAULTS: list[tuple[Callable[[], Domain], str]] = [
    (NoBoxes, "count"),
    (CheckerWithoutColumns, "statements"),
    (AcceptsNeighbours, "statements"),
    (OpenCountsAsEqual, "statements"),
    (ViolationsOfOtherCells, "statements"),
    (NativeLoose, "native"),
    (NativeTight, "native"),
    (NativeSumOff, "solvable"),
    (NativeTableCut, "native"),
    (ConstraintWithMemory, "repeatable"),
    (NoSolution, "solvable"),
    (SameNames, "declaration"),
    (CellOutside, "declaration"),
    (NoRelation, "declaration"),
    (SymbolTwice, "declaration"),
    (RowsAcrossBands, "symmetry"),
    (RarelyWrong, "symmetry"),
    (LosesASymbol, "symmetry"),
    (LosesACell, "symmetry"),
    (ChangesWeight, "symmetry"),
    (NegativeWeight, "weight"),
    (NormalisedWeight, "weight"),
    (FormatOffByOne, "text"),
    (FormatManyForgetsOpen, "text"),
    (ParseManyTransposes, "text"),
    (FoldsCase, "text"),
    (OtherDomainsProblem, "text"),
    (Pads, "hostile input"),
    (StrangeIsOpen, "hostile input"),
    (Silent, "hostile input"),
    (WrongError, "hostile input"),
    (Rounds, "hostile input"),
    (WritesIntoTheCallersArray, "hostile input"),
    (CountsFromZero, "numbers"),
    (NoLastRow, "drawing"),
    (DrawsColumns, "drawing"),
    (Remembers, "text"),
    (GlobalChance, "repeatable"),
    (RulesAnew, "repeatable"),
    (Reversed, "repeatable"),
    (lambda: Family(ForgetsASign), "text"),
    (lambda: Family(InventsByGlobalChance), "generation"),
    (lambda: Family(TurnsWrong), "symmetry"),
]


def known(domain: Domain) -> int | None:
    """The count that an author would know."""
    return GRIDS if isinstance(domain, Four) else None


@pytest.mark.parametrize(("make", "law"), FAULTS, ids=[getattr(make, "__name__", "family") for make, _ in FAULTS])
def test_each_planted_fault_is_caught_by_the_law_that_names_it(make: Callable[[], Domain], law: str) -> None:
    domain = make()
    broken = {r.law: r.broken for r in run_laws(domain, count=known(domain)) if r.broken is not None}
    assert law in broken
    assert broken[law].counterexample
    assert broken[law].advice
    assert f"law `{law}`: " in str(broken[law])
    with pytest.raises(LawBroken, match=f"law `{next(iter(broken))}`: "):
        check_domain(make(), count=known(domain))


def test_every_law_catches_something() -> None:
    """`masks` and `cp-sat` see what `native` names first."""
    seen = {law for _, law in FAULTS}
    assert set(LAWS) - seen == {"masks", "cp-sat"}
    for law in ("masks", "cp-sat", "count"):
        assert law in {r.law for r in run_laws(NativeTight()) if r.broken}
    assert {r.law for r in run_laws(NativeTableCut()) if r.broken} >= {"native", "count"}


SMALL = ["sudoku-4x4", "latin-2", "latin-5", "pair-skew", "chain", "chains", "follow-0", "follow-100"]


FAMILIES = {get(n).kind.__module__: n for n in reversed(names()) if isinstance(get(n), Family)}  # one of each file


@pytest.mark.parametrize("name", [*SMALL, *FAMILIES.values(), "sudoku-9x9", "brackets-4", "equation-5", "text-16"])
def test_our_own_domains_keep_every_law(name: str) -> None:
    results = check_domain(name)
    assert [r.law for r in results] == list(LAWS)
    assert not any(r.skipped or r.broken for r in results)


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


def test_without_ortools_the_law_is_skipped_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Iterator[str]:
        raise ImportError(name)

    monkeypatch.setattr(oracles, "import_module", missing)
    [result] = [r for r in run_laws(Four()) if r.law == "cp-sat"]
    assert (result.skipped, result.broken) == (True, None)
    assert str(result).startswith("skipped cp-sat         CP-SAT needs ortools; pip install 'vmdsolve[test]'")


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


def test_checking_needs_neither_hypothesis_nor_torch() -> None:
    code = (
        "import sys; from vmdsolve.testing import check_domain; check_domain('latin-2')\n"
        "print(sorted({'torch', 'hypothesis', 'pytest'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_boards_of_thousands_of_cells_are_checked_too() -> None:
    assert not any(result.broken for result in check_domain("latin-40"))
    with pytest.raises(TimeoutError, match="1600 open cells are more than 700"):
        oracles.brute_force(get("latin-40").rules, [OPEN] * 1600, most_nodes=1)
