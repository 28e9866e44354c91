"""Texts of clued kinds as people write them: without a first line, without spaces, as lists; the line at fault."""

from __future__ import annotations

import json
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve.api.generate import generate
from vmdsolve.domains import Family, get, layout_of, names
from vmdsolve.domains.lines import Lines, row_of
from vmdsolve.errors import InvalidProblem

HEADED = ["akari", "jigsaw", "kakuro", "kenken", "killer", "skyscrapers", "takuzu"]  # whose first line says the size


def lines_of(name: str, seed: int) -> list[str]:
    """The lines of a puzzle without the line of cells at the end, if there is one."""
    kind = get(name).kind
    [(problem, _)] = generate(name, 1, seed=seed, size=kind.sizes[1 + seed % 2])
    text = layout_of(problem).write(problem.values)
    lines = text.split("/")
    return lines[:-1] if " " not in lines[-1] else lines


@pytest.mark.parametrize("name", HEADED)
@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 30))
def test_the_first_line_may_be_left_out_and_rows_be_lists(name: str, seed: int) -> None:
    lines = [line for line in lines_of(name, seed) if line]
    want = get(name).parse("\n".join(lines))
    if "distinct" in lines[0]:
        want = get(name).parse("\n".join([lines[0].removesuffix(" distinct"), *lines[1:]]))
    rows = lines[1:]
    for text in ("\n".join(rows), json.dumps([row.split() for row in rows]), str([row.split() for row in rows])):
        again = get(name).parse(text)
        assert again.rules.constraints == want.rules.constraints
        assert again.values.tolist() == want.values.tolist()


@pytest.mark.parametrize("apart", ["", ",", ", ", ";", " | "])
def test_regions_may_be_parted_by_anything_or_nothing(apart: str) -> None:
    rows = ["AABB", "AABB", "CCDD", "CCDD"]
    plain = get("jigsaw").parse("\n".join(" ".join(row) for row in rows))
    assert get("jigsaw").parse("\n".join(apart.join(row) for row in rows)).rules.constraints == plain.rules.constraints
    assert get("jigsaw").parse("." * 16 + "\n" + "".join(rows)).rules.constraints == plain.rules.constraints


def test_a_row_is_split_as_it_is_written() -> None:
    assert row_of("A,,B") == ["A", "-", "B"]
    assert row_of("| 1 | 2 |") == ["1", "2"]
    assert row_of("12") == ["1", "2"]
    assert row_of("12", 1) == ["12"]
    assert row_of("1;2;") == ["1", "2"]


@pytest.mark.parametrize("sign", ["-", ".", "_", "?", "*", "x", "X"])
def test_any_sign_that_is_no_symbol_is_an_open_cell(sign: str) -> None:
    board = [["1", "0", sign, sign], [sign] * 4, [sign] * 4, [sign] * 4]
    read = get("takuzu").parse("\n".join(" ".join(row) for row in board))
    assert read.values.tolist() == [1, 0] + [-1] * 14
    text = "4 4\n" + "\n".join(" ".join(row) for row in [["1", sign, sign, sign]] + [[sign] * 4] * 3)
    assert get("jigsaw").parse(text + "\n1 1 2 2\n1 1 2 2\n3 3 4 4\n3 3 4 4").values.tolist() == [0] + [-1] * 15


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("jigsaw", "0 .\n. .\nA B\nA B", "jigsaw, line 1: both '0' and '.' stand for cells; if '0' is open write '.'"),
        ("takuzu", "2 2\nx .\n. .", "takuzu, line 2: both 'x' and '.' stand for cells"),
        ("takuzu", "1 z\n. .", "takuzu, line 1: row 1, column 2 holds 'z'; takuzu uses 012 here, and . where a cell"),
        (
            "killer",
            "\n\n4 4\n3 - - -\n- - - -\n- 4 - -\n- - - -\n" + "1 1 - -\n" * 4,
            "line 6: cage '1' shows 2 labels",
        ),
        ("killer", "6 6 3x3\n" + "- - - - - -\n" * 12, "line 1: boxes are '3x3'; wanted rows x columns of 6 cells"),
        ("starbattle", "\n".join(c * 8 for c in "ABCDEFGH"), "line 1: nothing says how many stars; wanted `8 8 stars`"),
        ("starbattle", "A\n", "starbattle, line 1: |.*"),
        ("nonogram", "2 2/3b/1/1/1", "line 2: runs of a column is '3b'; runs have no colours here"),
        ("zebra", "pet: fox dog\ndrink: tea\nfox = tea", "line 2: 'drink' has 1 item; wanted 2"),
        ("zebra", "pet: fox dog\nfox = dogg", "line 2: 'dogg' is no item of any attribute; the nearest is dog"),
        ("zebra", "pet:\ndrink: tea milk", "line 1: 'pet' has 0 items; wanted 1"),
        ("zebra", "pet: fox\n", "line 1: 1 house; wanted 2 to 64"),
        ("colouring:3", "p edge 3 3\ne 0 1\ne 1 2\ne 2 3", "line 4: vertices are counted both from 0 and up to 3"),
        ("queens:4", "A A B B\nA A B B\nC C D D\nC C D D", "lettered regions are for the domain linkedin-queens"),
        ("killer", '{"cages": 5}', "killer: cages is 5; wanted a list"),
        ("killer", '{"domain": "kenken", "cages": []}', "this object says that it is of the domain 'kenken'"),
        ("killer", '{"cages": [}', "killer: this looks like an object of JSON, but is none"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(name: str, text: str, message: str) -> None:
    if message.endswith("|.*"):
        assert get(name).parse(text).rules.L == 1  # one cell, one star
        return
    with pytest.raises(vmdsolve.InvalidInput) as caught:
        get(name).parse(text)
    assert message in str(caught.value)


def test_numbers_beyond_9_are_cells_also_where_a_cell_may_stay_empty() -> None:
    clues = ("- " * 11 + "\n") * 4
    row = "10 0" + " -" * 9
    read = get("skyscrapers").parse(f"11 11 10\n{clues}{row}\n" + "\n".join(["- " * 11] * 10))
    assert read.layout.symbols[read.values[0]] == "A"
    assert read.values[1:3].tolist() == [0, -1]
    with pytest.raises(InvalidProblem, match=r"row 1, column 1 holds '11'; skyscrapers uses 0123456789A here"):
        get("skyscrapers").parse(f"11 11 10\n{clues}{row.replace('10', '11')}\n" + "\n".join(["- " * 11] * 10))


def test_labels_of_kenken_come_in_many_signs() -> None:
    for sign in ("*", "x", "X", "×"):
        assert get("kenken").parse(f"2 2\n2{sign} -\n- -\n1 1\n- -").layout.clues == "2 2/2* -/- -/1 1/- -"
    for sign in (":", "/", "÷"):
        assert get("kenken").parse(f"2 2\n2{sign} -\n- -\n1 1\n- -").layout.clues == "2 2/2: -/- -/1 1/- -"
    assert vmdsolve.count_solutions("3 3/0− - -/- - -/- - -/1 1 1/- - -/- - -", domain="kenken").n > 0  # 3 - 2 - 1


def test_a_cage_of_killer_without_a_total_repeats_nothing() -> None:
    problem = get("killer").parse("4 4" + "/- - - -" * 4 + "/- 1 - -/1 - - -/- - - -/- - - -")
    assert problem.layout.write(problem.values).endswith("/- 1 - -/1 - - -/- - - -/- - - -")
    assert vmdsolve.count_solutions(problem, limit=None).n == 288  # neighbours of one box
    assert (
        vmdsolve.count_solutions("4 4" + "/- - - -" * 4 + "/- - 1 -/- - - -/1 - - -/- - - -", domain="killer").n < 288
    )


def test_graphs_are_read_from_0_and_without_edges() -> None:
    path = get("colouring:3").parse("p edge 3 2\ne 0 1\ne 1 2")
    assert layout_of(path).clues == "colours 3/p edge 3 2/e 1 2/e 2 3"
    solution = vmdsolve.solve("p edge 3 0", domain="colouring:3", method="search")
    assert solution.status is vmdsolve.Status.SOLVED
    assert vmdsolve.count_solutions("p edge 3 0", domain="colouring:3", limit=None) == (27, True)
    dimacs = "c x\ncfoo\nP EDGE 3 2\nn 1 5\nE 1 2\nE 2 3\n\x1a"
    assert get("colouring:3").parse(dimacs).rules.constraints == path.rules.constraints


def test_futoshiki_is_read_as_it_is_printed() -> None:
    drawn = "_ > _   _   _\n\n_   _   _ < _\n∧       ∨    \n_   _   _   _\n             \n4   _   _   _"
    want = ".>._._./_______/._._.<./^___v__/._._._./_______/4_._._."
    assert get("futoshiki").parse(drawn).layout.clues == get("futoshiki").parse(want).layout.clues
    for seed in range(5):
        [(problem, _)] = generate("futoshiki", 1, seed=seed, size=4)
        board = layout_of(problem)
        printed = board.render(problem.values)
        for text in (printed, printed.replace(".", "_"), printed.replace("^", "∧").replace("v", "∨")):
            again = get("futoshiki").parse(text)
            assert (again.layout.clues, again.values.tolist()) == (board.clues, problem.values.tolist())


def test_a_size_that_may_be_a_row_is_refused_and_the_message_says_both_ways_out() -> None:
    hitori = get("hitori")
    with pytest.raises(
        InvalidProblem, match=r"line 1: '2 2' may be the size, or the first of 3 rows; wanted '\|'"
    ) as told:
        hitori.parse("2 2/1 12/A  1")
    headed, headless = str(told.value).rsplit(": ", 1)[1].split(", or ")
    assert layout_of(hitori.parse(headed)).clues == headed == "2 2/1|12/A|1"
    assert layout_of(hitori.parse(headless)).clues == f"3 2/{headless}" == "3 2/2|2/1|12/A|1"
    assert layout_of(hitori.problem([[1, 12], ["A", 1]])).clues == headed
    assert layout_of(hitori.parse("3 2/1 2/2 1")).clues == "3 2/3|2/1|2/2|1"  # a size would want a row more


@pytest.mark.parametrize("name", [name for name in names() if isinstance(get(name), Family) and "-" not in name])
@settings(deadline=None, max_examples=40)
@given(text=st.text("0123456789 ABx.-_/\n[]{},|=:", max_size=40))
def test_no_text_does_worse_than_be_refused(name: str, text: str) -> None:
    try:
        problem = get(name).parse(text)
    except vmdsolve.InvalidInput:
        return
    written = layout_of(problem).write(problem.values)
    assert layout_of(get(name).parse(written)).write(problem.values) == written


def test_lines_of_python_values_name_no_line() -> None:
    lines = Lines.of("killer", ["2 2"])
    with pytest.raises(InvalidProblem, match=r"^killer lacks labels$"):
        list(islice(iter(lambda: lines.tokens("labels", whole=True), None), 3))
