"""Forms of text: one board, written in all ways that people have, is one problem; what is no board is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from helpers.data import DATA
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve.domains import layout_of
from vmdsolve.domains.reading import is_part, puzzles_in, read, read_each
from vmdsolve.errors import InvalidInput, InvalidProblem

Rows = list[str]  # nine rows of nine characters, blanks where open


def drawn(rows: Rows, edge: str, between: str, inner: str = " ") -> str:
    """Rows in boxes of three, a rule above each band."""
    lines = [edge + f" {between} ".join(inner.join(row[at : at + 3]) for at in (0, 3, 6)) + edge[::-1] for row in rows]
    rule = "+".join(["-" * (2 + 2 * len(inner) + 3)] * 3)
    return "\n".join(line if n % 3 else f"{rule}\n{line}" for n, line in enumerate(lines))


def opened(form: Callable[[Rows], str], sign: str) -> Callable[[Rows], str]:
    return lambda rows: form([row.replace(" ", sign) for row in rows])


def numbers(rows: Rows) -> list[list[int]]:
    return [[int(c) for c in row.replace(" ", "0")] for row in rows]


FORMS: dict[str, Callable[[Rows], str]] = {
    **{f"rows with {sign!r}": opened("\n".join, sign) for sign in ".0_*?x-eX# "},
    **{f"one line with {sign!r}": opened("".join, sign) for sign in ".0_*?x-eX "},
    **{f"spaced with {sign!r}": opened(lambda rows: "\n".join(map(" ".join, rows)), sign) for sign in ".0_*?x- "},
    **{f"boxes with {sign!r}": opened(lambda rows: drawn(rows, "| ", "|"), sign) for sign in ".0_*?- "},
    **{f"tight boxes with {sign!r}": opened(lambda rows: drawn(rows, "|", "|", ""), sign) for sign in ".0_*"},
    "py-sudoku": lambda rows: "\n".join(["+-------+-------+-------+", drawn(rows, "| ", "|")]),
    "between lines": lambda rows: "\n".join("+---" * 9 + "+\n| " + " | ".join(row) + " |" for row in rows),
    "box characters": lambda rows: "\n".join("├───" * 9 + "┤\n│ " + " │ ".join(row) + " │" for row in rows),
    "lines within": lambda rows: "\n".join(" | ".join(row) for row in rows),
    "dashes between lines": opened(lambda rows: "\n".join("|" + "|".join(row) + "|" for row in rows), "-"),
    "en dashes": opened(lambda rows: "\n".join(map(" ".join, rows)), "–"),
    "commas": lambda rows: "\n".join(map(",".join, rows)).replace(" ", ""),
    "commas at the end": lambda rows: "\n".join(",".join(row) + "," for row in rows).replace(" ", "0"),
    "semicolons": lambda rows: "\n".join(map(";".join, rows)).replace(" ", ""),
    "tabs": lambda rows: "\n".join(map("\t".join, rows)).replace(" ", ""),
    "quoted": lambda rows: repr("".join(rows).replace(" ", "0")),
    "rows between commas": opened(",".join, "."),
    "all between commas": lambda rows: ",".join("".join(rows)),
    "a list": lambda rows: str(numbers(rows)),
    "a flat list": lambda rows: str([n for row in numbers(rows) for n in row]),
    "a list with None": lambda rows: str([[n or None for n in row] for row in numbers(rows)]),
    "a list of rows": opened(str, "."),
    "lists of characters": lambda rows: str([[*row.replace(" ", ".")] for row in rows]),
    "print(array)": lambda rows: str(np.array(numbers(rows))),
    "repr(array)": lambda rows: repr(np.array(numbers(rows))),
    "floats": lambda rows: str(np.where(np.array(numbers(rows)) == 0, np.nan, np.array(numbers(rows)))),
    "C": lambda rows: f"int board[9][9] = {str(numbers(rows)).replace('[', '{').replace(']', '}')};",
    "JSON": lambda rows: f'{{"id": 7, "puzzle": {numbers(rows)}}}',
    "an object": opened(lambda rows: f'{{"question": "{"".join(rows)}", "rating": 3}}', "."),
    "behind a hash": opened(lambda rows: f"00015097c6c3 {''.join(rows)}  7.2", "0"),
    "before a rating": opened(lambda rows: f"{''.join(rows)};ED=7.2/1.2/1.2 # name", "."),
    "between colons": opened(lambda rows: f"{''.join(rows)}:2:", "."),
    "under a head": opened(lambda rows: "Grid 01\n" + "\n".join(rows), "0"),
    "under its size": opened(lambda rows: "9\n" + "\n".join(map(" ".join, rows)), "0"),
    "under comments": opened(lambda rows: "# A name\n% more\n" + "\n".join(rows), "."),
    "sadman": opened(lambda rows: "#A me\n[Puzzle]\n" + "\n".join(rows) + "\n[State]\n" + "\n".join(rows), "."),
    "Simple Sudoku": opened(lambda rows: "*-----------*\n" + drawn(rows, "|", "|", "") + "\n*-----------*", "."),
    "XML": opened(lambda rows: f'<?xml version="1.0"?>\n<game data="{"".join(rows)}" />', "0"),
    "rows between strokes": opened("/".join, "."),
    "rows between bars": opened("|".join, "."),
    "line ends as in a shell": opened("\\n".join, "."),
    "quoted in a mail": opened(lambda rows: "\n".join(f"> {row}" for row in rows), "."),
    "in a fence": opened(lambda rows: "```text\n" + "\n".join(rows) + "\n```", "."),
    "in code": lambda rows: f"import numpy as np\n\nboard = np.array({numbers(rows)}, dtype=int)\nsolve(board)",
    "labelled rows": opened(lambda rows: "\n".join(f"{i} {' '.join(row)}" for i, row in enumerate(rows, 1)), "0"),
    "a printed table": opened(
        lambda rows: "\n".join(["   0 1 2 3 4 5 6 7 8", *(f"{i}  {' '.join(row)}" for i, row in enumerate(rows))]), "0"
    ),
    "a table's csv": opened(
        lambda rows: "\n".join([",0,1,2,3,4,5,6,7,8", *(f"{i},{','.join(row)}" for i, row in enumerate(rows))]), "0"
    ),
    "letters": lambda rows: "".join(" ABCDEFGHI"[n] for row in numbers(rows) for n in row).replace(" ", "."),
}  # fmt: skip

boards = st.lists(st.text("  1234567", min_size=9, max_size=9), min_size=9, max_size=9).map(
    lambda rows: ["98" + rows[0][2:], "7 " + rows[1][2:], *rows[2:]]
)  # 7, 8 and 9 so that it can be no smaller board; no row of blanks alone is first


@pytest.mark.parametrize("name", FORMS)
@settings(deadline=None, max_examples=12)
@given(rows=boards)
def test_a_board_is_read_in_every_form(name: str, rows: Rows) -> None:
    text = FORMS[name](rows)
    problem = read(text)
    values = [int(c) - 1 for c in "".join(rows).replace(" ", "0")]
    assert (problem.domain, problem.values.tolist()) == ("sudoku-9x9", values)
    assert read(text, "sudoku-9x9").values.tolist() == values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://example.org/?puzzle=N4IgzglgXgpiBcBOA", "this is a link"),
        ("9x9:a1b2c3d_4e", "no game here reads this game ID"),
        ("SAVEFILE:41:Simon Tatham's Portable Puzzle Collection", "saved game"),
        ("<?xml version='1.0'?><sudoku/>", "this is XML"),
        ("n = 9;\ngrid = [| 1, 2 |];", "MiniZinc data"),
        ("puzzle.txt", "the name of a file"),
        ("p edge 3 2\ne 1 2\ne 2 3", "graph in DIMACS format"),
        ("1" * 729, "candidates"),
        ("| 12 3 45 |\n" * 27, "candidates"),
        ("\n".join(["0" * 9] * 3 + ["0" * 8] + ["0" * 9] * 5), "line 4 has 8 cells, other rows 9"),
        ("\n".join(["0" * 9] * 8), "8 rows of 9 cells; wanted 9"),
        ("Solve this!\n" + "\n".join(["0" * 9] * 9), "line 1, 'Solve this!', is no row of this 9x9 board"),
        ("Killer 3: 12\n" + "\n".join(["0" * 9] * 9), "line 1, 'Killer 3: 12', is no row"),
        ("6\n" + "\n".join(["0" * 9] * 9), "the head says 6, which is not the size of this 9x9 board"),
        ("killer " + "12" + "0" * 79, "the text names 'killer'"),
        ("12" + "0" * 79 + " 21" + "0" * 79, "the text holds 2 boards"),
        ("12" + "0" * 79 + "," + "3" * 81, "another one that is not its answer"),
        ("z" + "." * 80, r"row 1, column 1 \(character 1\) holds 'z'"),
        ("1.0" + "." * 77 + "9", "both '.' and '0' would be open cells"),
        ("", "no domain goes by 0 cells"),
        ("|\n" * 3 + "1 2", "no domain goes by 2 cells"),  # a bar alone has no cells
    ],
)
def test_what_is_no_board_is_said(text: str, said: str) -> None:
    with pytest.raises(InvalidProblem, match=said) as refusal:
        read(text)
    assert len(str(refusal.value)) < 300
    assert "\n" not in str(refusal.value)


def test_a_short_row_of_blanks_is_not_filled_up() -> None:
    rows = ["1 345678 ", " " * 9, *["1        "] * 7]
    assert read("\n".join(rows)).values[8] == -1
    with pytest.raises(InvalidProblem):
        read("\n".join([rows[0], " " * 8, *rows[2:]]))
    trimmed = [row.rstrip() for row in ["1 345678 ", "  3", *rows[2:]]]
    assert read("\n".join(trimmed)).values[8] == -1  # where all are trimmed


@settings(deadline=None, max_examples=80)
@given(data=st.data(), rows=boards, form=st.sampled_from(sorted(FORMS)))
@pytest.mark.parametrize("name", [None, "sudoku-9x9", "queens-4", "latin-9", "brackets-8", "killer"])
def test_no_text_does_worse_than_be_refused(name: str | None, data: st.DataObject, rows: Rows, form: str) -> None:
    text = FORMS[form](rows)
    for _ in range(data.draw(st.integers(0, 4))):
        at, to = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        piece = data.draw(st.text("0129.-_*?x|+ \n\t,;:[](){}'\"#eAG/=%<é│─\x00", max_size=3))
        text = text[:at] + piece + text[min(to, at + 3) :]
    problem = next(read_each([text], name))
    if isinstance(problem, InvalidInput):
        assert 0 < len(str(problem)) < 400
        return
    written = layout_of(problem).write(problem.values)
    again = read(written, problem.domain)
    assert again.values.tolist() == problem.values.tolist()
    assert again.rules.constraints == problem.rules.constraints
    is_part(text, name)
    puzzles_in(text, name)


@settings(deadline=None, max_examples=20)
@given(
    pair=st.lists(boards, min_size=2, max_size=4), form=st.sampled_from(["rows with '.'", "boxes with '0'", "commas"])
)
@pytest.mark.parametrize("between", ["\n", "\n\n", "\nGrid 02\n"])
def test_several_boards_of_a_text_come_apart(between: str, pair: list[Rows], form: str) -> None:
    texts = [FORMS[form](rows) for rows in pair]
    found = puzzles_in(between.join(texts))
    assert [read(text).values.tolist() for text in found] == [read(text).values.tolist() for text in texts]


def test_published_files_give_their_answers() -> None:
    folder = DATA / "field" / "formats"
    if not folder.is_dir():
        pytest.skip(f"no published layouts at {folder}; set VMDSOLVE_DATA to a folder that has field/formats")
    answer = "183524697547869123629317458235698714471253869896741235354176982962485371718932546"
    names = (
        "array.json blank.txt commas.txt commas_empty.csv dash.txt nested.jsonl pylist1.txt quest.txt question.jsonl"
    )
    for name in f"{names} sdk.sdk star.txt sudoku_extreme.csv tab.tsv under.txt unsolved.csv x.txt".split():
        text = (folder / name).read_text(encoding="utf-8")
        assert vmdsolve.solve(text, method="search").text == answer, name
    assert len(puzzles_in((folder / "rows_noblank.txt").read_text(encoding="utf-8"))) == 2
    for line in (folder / "tdoku-colon.txt").read_text(encoding="utf-8").splitlines():
        assert vmdsolve.solve(line, method="search").text == line.rpartition(":")[2]
    for name in ("dragonfly.dzn", "kakuro_6_6_easy.dzn"):
        with pytest.raises(InvalidProblem, match="MiniZinc data"):
            read((folder / name).read_text(encoding="utf-8"))
