"""Domains: the registry, text and numbers in and out, symmetries, drawings, and a domain made from the template."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import checker, domains
from vmdsolve.constraints import AllDifferent
from vmdsolve.domains import TEMPLATE, Domain, latin
from vmdsolve.domains.base import plain_line
from vmdsolve.domains.latin import LatinSquare
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.errors import InvalidInput, InvalidProblem
from vmdsolve.problem import OPEN
from vmdsolve.search import solve_values

BOXES = [(2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (4, 5), (5, 5)]
NAMES = [f"sudoku-{h * w}x{h * w}" for h, w in BOXES] + [f"latin-{n}" for n in (*range(2, 26), 40)]
NAMES += ["sudoku-x-4x4", "sudoku-x-6x6", "sudoku-x-9x9", "sudoku-x-16x16", "windoku-9x9", "queens-4", "queens-8"]
SOME = ["sudoku-4x4", "sudoku-6x6", "sudoku-9x9", "sudoku-12x12", "sudoku-16x16", "latin-2", "latin-5", "latin-25"]
SOME += ["sudoku-25x25", "sudoku-x-9x9", "windoku-9x9"]


class Letters(Domain):
    """Two cells that differ; its symbols are told apart by case alone, and one of them is '0'."""

    def __init__(self, symbols: str = "aA0-") -> None:
        self.name, self.symbols, self.shape = "letters", symbols, (1, 2)
        self.constraints = (AllDifferent([0, 1]),)


@st.composite
def problems(draw: st.DrawFn, name: str) -> tuple[Domain, np.ndarray]:
    """A domain, and any board of it: rules may be broken, for text knows no rules."""
    domain = domains.get(name)
    cells = st.lists(st.integers(OPEN, domain.rules.V - 1), min_size=domain.rules.L, max_size=domain.rules.L)
    return domain, np.array(draw(cells), np.int32)


# Text -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOME)
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_text_comes_back_as_it_went(name: str, data: st.DataObject) -> None:
    domain, values = data.draw(problems(name))
    text = domain.format(values)
    assert len(text) == domain.rules.L
    for written in (text, text.lower(), text.replace(".", "0"), " ".join(text), f"\t{text}\r\n", domain.render(values)):
        problem = domain.parse(written)
        assert (problem.domain, problem.values.tolist()) == (name, values.tolist())
    rows = domain.parse_many([text, text.lower()])
    assert rows is not None
    assert rows.tolist() == [values.tolist()] * 2
    assert domain.format_many(np.stack([values, values])) == [text, text]


@pytest.mark.parametrize("name", SOME)
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_numbers_come_back_as_they_went(name: str, data: st.DataObject) -> None:
    domain, values = data.draw(problems(name))
    numbers = domain.to_numbers(values)
    assert (numbers == values + 1).all()
    grid = numbers.reshape(domain.shape)
    before = grid.copy()
    none = np.where(grid == 0, None, grid)
    for given_grid in (numbers, grid, grid.tolist(), grid.astype(float), grid.astype(np.int8), none, none.tolist()):
        assert domain.from_numbers(given_grid).values.tolist() == values.tolist()
    assert domain.from_numbers(np.where(grid == 0, -1, grid)).values.tolist() == values.tolist()
    np.testing.assert_array_equal(grid, before)


@settings(deadline=None, max_examples=60)
@given(data=st.data(), name=st.sampled_from(SOME), bad=st.sampled_from("*?!xZ²é€\U0001f600|"))
def test_a_bad_character_is_named_with_its_cell(data: st.DataObject, name: str, bad: str) -> None:
    domain, values = data.draw(problems(name))
    cell = data.draw(st.integers(0, domain.rules.L - 1))
    if bad.upper() in domain.symbols:
        return
    text = domain.format(values)
    text = text[:cell] + bad + text[cell + 1 :]
    with pytest.raises(InvalidProblem) as refusal:
        domain.parse(text)
    row, column = cell // domain.shape[1] + 1, cell % domain.shape[1] + 1
    assert str(refusal.value) == (
        f"row {row}, column {column} (character {cell + 1}) holds {bad!r}; "
        f"{name} uses {domain.symbols} and '.' or '0' for open cells"
    )
    assert domain.parse_many([text]) is None


@pytest.mark.parametrize("text", ["", ".", "." * 15, "." * 17, "1" * 81])
def test_a_wrong_length_is_refused(text: str) -> None:
    with pytest.raises(InvalidProblem, match=f"sudoku-4x4 needs 16 cells, got {len(text)} character"):
        domains.get("sudoku-4x4").parse(text)
    assert domains.get("sudoku-4x4").parse_many(["." * 16, text]) is None


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(text=st.one_of(st.text(max_size=40), st.text("01234. 5\n|", min_size=15, max_size=18)))
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    domain = domains.get("sudoku-4x4")
    line = plain_line(text)
    if len(line) == 16 and set(line) <= set("01234."):
        assert domain.format(domain.parse(text).values) == line.replace("0", ".")
    else:
        with pytest.raises(InvalidProblem):
            domain.parse(text)


def test_drawn_boards_are_read_and_minus_is_dropped_from_drawings_only() -> None:
    domain = domains.get("sudoku-4x4")
    drawn = "+---+---+\n|1 .|. .|\n|. .|. 4|\n+---+---+\n|. .|. .|\n|. .|2 .|\n+---+---+\n"
    assert domain.format(domain.parse(drawn).values) == "1......4......2."
    with pytest.raises(InvalidProblem, match="needs 16 cells, got 17 characters"):
        domain.parse("1......4......2.-")


def test_case_matters_only_where_it_tells_symbols_apart() -> None:
    domain = Letters()
    for text, values in (("aA", [0, 1]), ("Aa", [1, 0]), ("0-", [2, 3]), ("..", [OPEN, OPEN])):
        assert domain.parse(text).values.tolist() == values
    assert domains.get("latin-11").parse("b" * 121).values.tolist() == [10] * 121


@pytest.mark.parametrize("symbols", ["aa", "é", "a\n", "ab.", "a b"])
def test_symbols_that_text_cannot_tell_apart_are_refused(symbols: str) -> None:
    with pytest.raises(InvalidInput, match="symbols of letters are "):
        Letters(symbols).parse("..")


# Numbers --------------------------------------------------------------------------------------------

NO_NUMBER = [1.5, True, np.True_, "1", "x", b"1", float("nan"), float("inf"), 1j, [1], {}, object()]
OUT_OF_RANGE = [-2, 5, -1.0e300, 10**30, np.int64(2**40)]


@pytest.mark.parametrize("cell", [0, 6, 15])
@pytest.mark.parametrize(
    ("bad", "wanted"),
    [(bad, "wanted a whole number") for bad in NO_NUMBER]
    + [(bad, "wanted 1 to 4, or 0 for open") for bad in OUT_OF_RANGE],
)
def test_a_bad_number_is_named_with_its_cell(cell: int, bad: Any, wanted: str) -> None:
    grid = np.zeros(16, dtype=object)
    grid[cell] = bad
    with pytest.raises(InvalidProblem) as refusal:
        domains.get("sudoku-4x4").from_numbers(grid.tolist() if not isinstance(bad, list) else grid)
    assert str(refusal.value) == f"row {cell // 4 + 1}, column {cell % 4 + 1} holds {bad!r}; {wanted}"


@pytest.mark.parametrize("shape", [(), (0,), (15,), (17,), (4, 5), (2, 8), (1, 16), (4, 4, 1)])
def test_a_wrong_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidProblem, match=r"sudoku-4x4 needs shape \(4, 4\) or \(16,\), got \("):
        domains.get("sudoku-4x4").from_numbers(np.zeros(shape, int))


def test_ragged_lists_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="needs shape"):
        domains.get("sudoku-4x4").from_numbers([[1, 2], [3]])


# Rules, symmetries, drawings ------------------------------------------------------------------------


@pytest.mark.parametrize(("h", "w"), BOXES)
def test_sudoku_of_every_box_shape_has_its_units(h: int, w: int) -> None:
    domain, N = Sudoku(h, w), h * w
    assert domain.rules.relations == ("row", "column", "box")
    units = {r: [c.cells for c in domain.constraints if c.relation == r] for r in domain.rules.relations}
    for cells in units.values():  # each relation cuts the board into N units of N cells
        assert sorted(itertools.chain(*cells)) == list(range(N * N))
        assert {len(unit) for unit in cells} == {N}
    for unit in units["box"]:
        rows, columns = {cell // N for cell in unit}, {cell % N for cell in unit}
        assert (len(rows), len(columns)) == (h, w)
        assert min(rows) % h == 0
        assert min(columns) % w == 0
    peers = {len(domain.rules.peers.of_cell(cell)) for cell in range(domain.rules.L)}
    assert peers == {3 * (N - 1) - (h - 1) - (w - 1)}
    assert domain.by_shape


@pytest.mark.parametrize(("h", "w"), [(1, 1), (0, 4), (-2, -2), (4, 7), (1, 26)])
def test_sudoku_of_absurd_boxes_is_refused(h: int, w: int) -> None:
    with pytest.raises(InvalidInput, match=f"boxes of {h}x{w} make a {h * w}x{h * w} grid; grids are 2x2 to 25x25"):
        Sudoku(h, w)


@pytest.mark.parametrize("n", [-1, 1, 65])
def test_latin_squares_of_absurd_order_are_refused(n: int) -> None:
    with pytest.raises(InvalidInput, match=f"Latin squares have order 2 to 64, got {n}"):
        LatinSquare(n)


@pytest.mark.parametrize(("order", "squares"), [(2, 2), (3, 12), (4, 576)])
def test_latin_squares_are_as_many_as_known(order: int, squares: int) -> None:
    result = solve_values(LatinSquare(order).rules, [[OPEN] * order**2], limit=None)
    assert result.counts.tolist() == [squares]


@pytest.mark.parametrize("name", NAMES)
def test_a_symmetry_maps_answers_to_answers(name: str) -> None:
    domain, rng = domains.get(name), np.random.default_rng(0)
    free = np.full(domain.rules.L, OPEN, np.int32)
    answer = solve_values(domain.rules, free[None]).values[0]
    assert checker.accepts(domain.rules, free, answer[None]).all()
    images = []
    for _ in range(20):
        cells, values = domain.symmetry(rng)
        assert sorted(cells) == list(range(domain.rules.L))
        assert sorted(values) == list(range(domain.rules.V))
        images.append(values[answer[cells]])
    assert checker.accepts(domain.rules, free, np.array(images, np.int32)).all()
    assert len({image.tobytes() for image in images}) > 1  # it does something


def test_a_domain_without_symmetry_keeps_the_board() -> None:
    cells, values = Letters().symmetry(np.random.default_rng(0))
    assert (cells.tolist(), values.tolist()) == ([0, 1], [0, 1, 2, 3])


@pytest.mark.parametrize(("h", "w"), BOXES)
def test_sudoku_is_drawn_with_its_boxes(h: int, w: int) -> None:
    domain, N = Sudoku(h, w), h * w
    lines = domain.render(np.arange(N * N) % N).splitlines()
    assert len(lines) == N + N // h + 1
    assert len({len(line) for line in lines}) == 1
    for number, line in enumerate(lines):
        assert (set(line) <= {"-", "+"}) == (number % (h + 1) == 0)
        assert sum(line.count(c) for c in "|+") == N // w + 1


def test_a_board_is_drawn() -> None:
    assert Sudoku(2, 3).render(Sudoku(2, 3).parse("123456" + "." * 30).values).splitlines()[:4] == [
        "+-------+-------+",
        "| 1 2 3 | 4 5 6 |",
        "| . . . | . . . |",
        "+-------+-------+",
    ]
    assert LatinSquare(2).render(LatinSquare(2).parse("12..").values) == "1 2\n. ."


def test_the_latin_square_adapter_is_short() -> None:
    assert len(Path(latin.__file__).read_text(encoding="utf-8").splitlines()) < 60


# The template ---------------------------------------------------------------------------------------


def test_the_template_says_the_rules_that_it_says_in_words() -> None:
    domain = TEMPLATE.Pairs(5)
    rows = list(itertools.product(range(3), repeat=5))
    wanted = [row for row in rows if row.count(0) == 2 and all(a != b for a, b in itertools.pairwise(row))]
    free = np.full(5, OPEN, np.int32)
    accepted = checker.accepts(domain.rules, free, np.array(rows, np.int32))
    assert [row for row, good in zip(rows, accepted, strict=True) if good] == wanted
    assert solve_values(domain.rules, free[None], limit=None).counts.tolist() == [len(wanted)]
    assert f"n = 5 has {len(wanted)} rows" in (TEMPLATE.__doc__ or "")


def test_the_template_is_solved_and_read_like_any_other() -> None:
    domain = TEMPLATE.Pairs(5)
    problem = domain.parse("1.1..")
    result = solve_values(domain.rules, problem.values[None], limit=None)
    assert result.counts.tolist() == [4]
    assert domain.format(problem.values) == "1.1.."
    assert domain.render(problem.values) == "1 . 1 . ."
    assert TEMPLATE.DOMAINS["pairs-7"]().name == "pairs-7"
