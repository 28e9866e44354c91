"""MiniZinc data: read as a puzzle only if the whole file is one as it is published, or if the domain is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.data import DATA

import vmdsolve
from vmdsolve.domains.reading import read as problem_of
from vmdsolve.errors import InvalidInput
from vmdsolve.files.formats.dzn import Dzn
from vmdsolve.files.formats.minizinc import read_data
from vmdsolve.files.records import read

# Of the benchmarks that MiniZinc publishes (its folders kakuro, nonogram, tents, fillomino and solbat).
KAKURO = """h = 4; w = 4;
grid_data = [| 0, 0, 0, 0| 0, 0, 1, 1| 0, 1, 1, 1| 0, 1, 1, 0 |];
n_h = 3; h_clue = [| 2, 2, 2, 4| 3, 1, 3, 6| 4, 1, 2, 4 |];
n_v = 3; v_clue = [| 2, 2, 2, 3| 1, 3, 3, 6| 1, 4, 2, 5 |];
"""
BY_CELLS = "X = 5; Y = 2; maxlen = 4;\nrows = [|1, 0, 1, 1|0, -1, -1, -1|];\ncols = [|1|0|1|1|0|];"
BY_LENGTHS = """% from Gecode
rows = 2; row_rule_len = 2; row_rules = array2d(1..rows, 1..row_rule_len, [ 1,2,
 0,0 ]);
cols = 5; col_rule_len = 1; col_rules = array2d(1..cols, 1..col_rule_len, [1, 0, 1, 1, 0]);
"""


@pytest.mark.parametrize(
    ("text", "puzzle", "named"),
    [
        (KAKURO, r"4 4/- - 6\ 5\/- 3\4 . ./\6 . . ./\4 . . -", "kakuro"),
        (BY_CELLS, "2 5/1/0/1/1/0/1 2/0", "nonogram"),
        (BY_LENGTHS.replace("col_rule_len, [1,", "1, [1,"), "2 5/1/0/1/1/0/1 2/0", "nonogram"),
    ],
)
def test_puzzles_with_clues_are_read_as_they_are_published(text: str, puzzle: str, named: str) -> None:
    assert Dzn().puzzle_of(text, None) == (puzzle, named)
    problem_of(puzzle, named)


TENTS = "n = 6;\na = [| 0, 1| 1, 0 |];\nrow_sums = [2, 1];"
FILLOMINO = "rows = 2;\ncols = 2;\npuzzle = [| 0, 1| 2, 0 |];\n"
OTHERS = [
    (TENTS, "holds n, a, row_sums, and is no Sudoku"),
    (
        FILLOMINO,
        r"holds rows, cols, puzzle, and is no Sudoku.*; a domain that is named \(--domain\) reads its one square",
    ),
    ("n = 2; distance = [| 0, 1| 1, 0 |];", "holds n, distance, and is no Sudoku"),
    ("n = 3; puzzle = [| 1, 1, 2| 0, 0, 0| 0, 0, 0 |];", "holds n, puzzle, and is no Sudoku"),  # Hitori
    ("n = 4; puzzle = [| 1, 0, 0, 0| 0, 1, 0, 0| 0, 0, 0, 0| 0, 0, 0, 0 |];", "holds n, puzzle"),  # trees of tents
    ("n = 2; puzzle = array2d(1..n, 1..n, [X, 1, X, X]);", "holds n, puzzle"),  # Fill-a-Pix
    ("m = 2; n = 2; x = [| 1, 2| 2, 1 |];", "holds m, n, x, and is no Sudoku"),
    ("n = 2; x = [| 1, 2| 2, 1 |]; y = {1, 2};", "holds n, x, y, and is no Sudoku"),
    (BY_CELLS.replace("1, 0, 1, 1", "2, 0, 1, 1"), "line 1 of rows is '2 0 1 1'; wanted 1 for a cell"),
    (BY_CELLS.replace("X = 5", "X = 6"), "X is 6 in this .dzn, but cols has 5 rows"),
    (KAKURO.replace("3, 1, 3, 6", "3, 1, 2, 6"), "line 2 of h_clue: 2 cells, but 3 are there"),
    (KAKURO.replace("3, 1, 3, 6", "3, 2, 3, 6"), "line 2 of h_clue: row 3, column 2 is no wall"),
    (KAKURO.replace("h = 4", "h = 5"), "h is 5 in this .dzn, but there are 4"),
]


@pytest.mark.parametrize(("text", "message"), OTHERS)
def test_any_other_file_is_refused_with_the_names_that_it_holds(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Dzn().puzzle_of(text, None)


def test_a_domain_that_is_named_reads_the_one_square_array(tmp_path: Path) -> None:
    path = tmp_path / "a.dzn"
    path.write_text(FILLOMINO)
    [record] = read(path, "latin-2")
    assert (record.puzzle, record.domain) == (".12.", None)
    path.write_text(FILLOMINO + "other = [| 1, 2 |];")
    with pytest.raises(InvalidInput, match=r"a\.dzn: this \.dzn holds rows, cols, puzzle, other"):
        list(read(path, "latin-2"))


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("x = [|1,2|3,4|];", {"x": [["1", "2"], ["3", "4"]]}),
        ("int: n = 2;\nx = array2d(1..2, 1..2, [1,2,3,4,]);", {"x": [["1", "2"], ["3", "4"]]}),
        ("x = array2d(1..n, 1..n, [1,2,3,4]);", {"x": [["1", "2"], ["3", "4"]]}),
        ("x = array2d(1..a, 1..b, [1,2,\n3,4]);", {"x": [["1", "2"], ["3", "4"]]}),
        ("x = array2d(1..a, 1..b, [1,2,3,4]);", {"x": [["1", "2", "3", "4"]]}),
        ("x = [1, 2]; y = {1}; z = array3d(1..1,1..1,1..1,[1]); s = 1..3;", {}),
        ("x = [| |];", {}),
    ],
)
def test_arrays(text: str, tables: dict[str, list[list[str]]]) -> None:
    assert read_data(text).tables == tables


# Files from the field -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "domain"), [("dragonfly", "nonogram"), ("kakuro_6_6_easy", "kakuro")])
def test_published_files_of_puzzles_with_clues_have_one_answer(name: str, domain: str) -> None:
    path = DATA / "field" / "formats" / f"{name}.dzn"
    if not path.exists():
        pytest.skip(f"no {path}")
    [record] = read(path)
    assert record.domain == domain
    assert vmdsolve.solve(record.puzzle, domain=domain, method="search", unique=True).unique


@pytest.mark.parametrize("name", ["minizinc-fillomino-6x6_0", "minizinc-solbat-12x12"])
def test_published_files_of_something_else_are_refused(name: str) -> None:
    path = DATA / "field" / f"{name}.dzn"
    if not path.exists():
        pytest.skip(f"no {path}")
    with pytest.raises(InvalidInput, match="is no Sudoku, Latin square, nonogram or kakuro as they are published"):
        list(read(path))
