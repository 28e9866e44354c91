"""The checker against counts that everyone knows, against itself, and against checkers that are broken on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import checker
from vmdsolve.constraints import AllDifferent, Count, Less, Predicate, Sum
from vmdsolve.domains.latin import LatinSquare
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Rules, Violation

GRIDS = 288  # of 4x4 Sudoku, OEIS A107739
SQUARES = 576  # Latin squares of order 4, OEIS A002860
MIXED = Rules(6, 3, (AllDifferent([0, 1, 2], "row"), Sum([1, 3, 5], 6), Less(0, 4), Count([2, 3, 4, 5], 0, 1, 2)))


def count(rules: Rules, limit: int | None = None) -> int:
    """Full boards that the checker accepts, up to a limit, by a search that knows nothing but `violations`."""

    def extend(board: list[int], cell: int) -> Iterator[None]:
        if not checker.violations(rules, board):
            if cell == rules.L:
                yield
            else:
                for value in range(rules.V):
                    yield from extend([*board[:cell], value, *board[cell + 1 :]], cell + 1)

    return sum(1 for _ in islice(extend([OPEN] * rules.L, 0), limit))


# The count law --------------------------------------------------------------------------------------


def test_there_are_288_grids_of_4x4_sudoku() -> None:
    assert count(Sudoku(2, 2).rules) == GRIDS


def test_there_are_576_latin_squares_of_order_4() -> None:
    assert count(LatinSquare(4).rules) == SQUARES


def test_the_count_notices_a_missing_relation() -> None:
    rules = Sudoku(2, 2).rules
    for relation in ("row", "column", "box"):
        rest = tuple(c for c in rules.constraints if c.relation != relation)
        assert count(Rules(rules.L, rules.V, rest), limit=GRIDS + 1) > GRIDS


TRUE_RULE = AllDifferent.violations


def blind_to_the_last_cell(self: AllDifferent, values: Sequence[int]) -> list[Violation]:
    return TRUE_RULE(AllDifferent(self.cells[:-1]), values)


def open_is_a_value(self: AllDifferent, values: Sequence[int]) -> list[Violation]:
    return TRUE_RULE(self, [value - OPEN for value in values])


def blind_to_one_value(self: AllDifferent, values: Sequence[int]) -> list[Violation]:
    return TRUE_RULE(self, [OPEN if value == 3 else value for value in values])


@pytest.mark.parametrize("broken", [blind_to_the_last_cell, open_is_a_value, blind_to_one_value])
def test_the_count_notices_a_broken_rule(broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AllDifferent, "violations", broken)
    assert count(Sudoku(2, 2).rules, limit=GRIDS + 1) != GRIDS


# accepts --------------------------------------------------------------------------------------------


def boards_of(rules: Rules, most: int) -> st.SearchStrategy[np.ndarray]:
    """Proposed answers [B, L], some cells OPEN or no value at all."""
    cell = st.one_of(st.integers(0, rules.V - 1), st.integers(OPEN, rules.V))
    rows = st.lists(st.lists(cell, min_size=rules.L, max_size=rules.L), max_size=most)
    return rows.map(lambda rows: np.array(rows, np.int32).reshape(-1, rules.L))


def is_answer(rules: Rules, given: Sequence[int], board: Sequence[int]) -> bool:
    """The definition."""
    full = all(0 <= value < rules.V for value in board)
    kept = all(g in (OPEN, value) for g, value in zip(given, board, strict=True))
    return full and kept and not checker.violations(rules, board)


@settings(deadline=None, max_examples=200)
@given(boards=boards_of(MIXED, 3 * checker.FEW), givens=st.lists(st.integers(OPEN, 2), min_size=6, max_size=6))
def test_accepts_is_full_and_givens_kept_and_no_violation(boards: np.ndarray, givens: list[int]) -> None:
    given_values = np.array(givens, np.int32)
    before = boards.copy()
    expected = [is_answer(MIXED, givens, board) for board in boards.tolist()]
    assert checker.accepts(MIXED, given_values, boards).tolist() == expected
    repeated = np.tile(given_values, (len(boards), 1))
    assert checker.accepts(MIXED, repeated, boards).tolist() == expected
    np.testing.assert_array_equal(boards, before)


@pytest.fixture(scope="module")
def all_boards() -> np.ndarray:
    """All 3^6 full boards of MIXED, of which some are answers."""
    return np.indices((3,) * 6).reshape(6, -1).T.astype(np.int32)


@pytest.mark.parametrize("n", [0, 1, checker.FEW - 1, checker.FEW, checker.FEW + 1, 200, 729])
def test_few_boards_and_many_are_judged_alike(n: int, all_boards: np.ndarray) -> None:
    free = np.full(6, OPEN, np.int32)
    expected = [is_answer(MIXED, free.tolist(), board) for board in all_boards.tolist()]
    assert 0 < sum(expected) < len(expected)
    for start in range(0, len(all_boards) - n + 1, max(1, n)):
        part = checker.accepts(MIXED, free, all_boards[start : start + n])
        assert part.tolist() == expected[start : start + n]
        if n == 0:
            break


@pytest.mark.parametrize("n", [1, 2 * checker.FEW])
@pytest.mark.parametrize("no_value", [OPEN, -2, 3, 2**31 - 1])
def test_a_cell_without_a_value_is_no_answer(n: int, no_value: int) -> None:
    rules, boards = Rules(2, 3), np.ones((n, 2), np.int32)
    assert checker.accepts(rules, np.array([OPEN, OPEN]), boards).all()
    boards[:, 1] = no_value
    assert not checker.accepts(rules, np.array([OPEN, OPEN]), boards).any()


def test_accepts_notices_a_broken_vector_rule(all_boards: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    free = np.full(6, OPEN, np.int32)
    right = checker.accepts(MIXED, free, all_boards)
    monkeypatch.setattr(Less, "accepts", lambda self, boards: boards[:, self.cells[0]] <= boards[:, self.cells[1]])
    assert checker.accepts(MIXED, free, all_boards).sum() > right.sum()


def test_a_changed_given_is_not_accepted() -> None:
    rules = Sudoku(2, 2).rules
    board = Sudoku(2, 2).parse("1234341221434321").values
    given_values = np.full(16, OPEN, np.int32)
    assert checker.accepts(rules, given_values, board[None]).tolist() == [True]
    given_values[5] = board[5]
    assert checker.accepts(rules, given_values, board[None]).tolist() == [True]
    given_values[5] = board[4]
    assert checker.accepts(rules, given_values, board[None]).tolist() == [False]


def test_every_broken_rule_is_listed() -> None:
    domain = Sudoku(2, 2)
    found = checker.violations(domain.rules, domain.parse("11.. .... .... ...1").values)
    assert [(v.relation, v.cells) for v in found] == [("row", (0, 1)), ("box", (0, 1))]


def test_a_predicate_is_judged_too() -> None:
    rules = Rules(1, 2, (Predicate([0], lambda held: held == (1,)),))
    for n in (1, 2 * checker.FEW):
        boards = np.arange(n, dtype=np.int32)[:, None] % 2
        assert checker.accepts(rules, np.array([OPEN]), boards).tolist() == (boards[:, 0] == 1).tolist()


# What it refuses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0] * 5, "got 5 values for 6 cells"),
        ([0, 3, 0, 0, 0, 0], "cell 1 holds value 3; values are 0 to 2, or -1 for open"),
        ([0, 0, 0, -2, 0, 0], "cell 3 holds value -2; values are 0 to 2, or -1 for open"),
        ([0, 0, 0, 0, 0, 1.5], "cell 5 is 1.5; wanted a whole number"),
    ],
)
def test_boards_that_are_none_are_refused(values: list[int], text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checker.violations(MIXED, values)
    assert str(refusal.value) == text


def test_arrays_of_the_wrong_shape_or_kind_are_refused() -> None:
    free, boards = np.full(6, OPEN, np.int32), np.zeros((2, 6), np.int32)
    for givens, answers in ((free, boards[0]), (free[:5], boards), (free, boards[:, :5]), (boards[:1], boards)):
        with pytest.raises(InvalidInput, match=r"boards \(.*\) and givens \(.*\) must be \[B, 6\]"):
            checker.accepts(MIXED, givens, answers)
    for givens, answers in ((free, boards + 0.5), (free.astype(float), boards)):
        with pytest.raises(InvalidInput, match=r"boards and givens hold whole numbers, got .*float64"):
            checker.accepts(MIXED, givens, answers)
