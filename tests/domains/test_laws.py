"""Laws of every kind of problem with boards of its own: counts by three judges, text, generator, symmetry."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

import numpy as np
import pytest
from helpers.rules import some_solution
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import checker
from vmdsolve.api.generate import generate
from vmdsolve.domains import Family, get, layout_of, names
from vmdsolve.domains.base import CELL
from vmdsolve.domains.nonogram import Nonogram
from vmdsolve.errors import InvalidInput, InvalidProblem
from vmdsolve.problem import OPEN, Board, Problem
from vmdsolve.search import enumerate_values, solve_values
from vmdsolve.testing.oracles import brute_force, cp_sat

IN_COLOURS = [f"colouring-{k}" for k in range(2, 33)]  # one of these speaks for all
CLUED = [name for name in names() if name not in IN_COLOURS[:2] + IN_COLOURS[3:] and isinstance(get(name), Family)]
ENOUGH = 3000  # solutions that the judges compare


@cache
def tiny(name: str, n: int, seed: int = 0, *, rank: int = 1, **options: object) -> list[tuple[Problem, Board]]:
    """Problems of one of the smallest sizes."""
    return list(generate(name, n, seed=seed, size=get(name).kind.sizes[: rank + 1][-1], **options))


# Counts -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CLUED if name != "samurai"])
def test_checker_search_and_cp_sat_find_the_same_solutions(name: str) -> None:
    kind, several = get(name).kind, 0
    for seed in range(16):
        size = [size for size in kind.sizes if size**2 <= 16][-1 - seed % 2 :][0]
        rules = kind.invent(np.random.default_rng(seed), size, 0.2 + 0.04 * seed, some_solution).rules
        wanted = brute_force(rules, free := np.full(rules.L, OPEN, np.int32))
        several += len(wanted) > 1
        if name == "suguru" and len(wanted) >= ENOUGH:
            continue  # its clues are givens: regions alone may leave much open
        assert 0 < len(wanted) < ENOUGH
        assert sorted(map(tuple, enumerate_values(rules, free))) == sorted(wanted)
        assert sorted(cp_sat(rules, free)) == sorted(wanted)
    assert several or name == "kakurasu"  # whose clues, all shown, leave little open


@pytest.mark.parametrize(("n", "pictures"), [(1, 2), (2, 14), (3, 384)])
def test_as_many_pictures_as_known_are_told_by_their_clues(n: int, pictures: int) -> None:
    alone = 0
    for bits in range(2 ** (n * n)):
        board = Nonogram.of((bits >> np.arange(n * n)).reshape(n, n) % 2 == 1)
        alone += int(solve_values(board.rules, [[OPEN] * n * n], limit=2).counts[0] == 1)
    assert alone == pictures  # OEIS A242876


# Text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLUED)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_problem_comes_back_from_its_text(name: str, data: st.DataObject) -> None:
    family, rank = get(name), data.draw(st.integers(0, 2))
    seed, density = data.draw(st.integers(0, 20)), data.draw(st.sampled_from([0.2, 0.9]))
    [(problem, _)] = tiny(name, 1, seed, rank=rank, density=density)
    board = layout_of(problem)
    L, V = board.rules.L, board.rules.V
    values = np.array(data.draw(st.lists(st.integers(OPEN, V - 1), min_size=L, max_size=L)), np.int32)
    text = board.write(values)
    assert "\n" not in text
    for written in (text, text.replace("/", "\n"), text.replace("/", " / "), f"\n{text}\r\n"):
        again = family.parse(written)
        assert again.values.tolist() == values.tolist()
        assert again.rules.constraints == board.rules.constraints
        assert (again.domain, layout_of(again).shape, layout_of(again).clues) == (name, board.shape, board.clues)
        assert layout_of(again).write(again.values) == text == family.one_line(written)
    assert board.parse(board.format(values)).values.tolist() == values.tolist()
    assert family.parse_many([text]) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", CLUED)
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_no_text_does_worse_than_be_refused(name: str, data: st.DataObject) -> None:
    family = get(name)
    [(problem, _)] = tiny(name, 1)
    text = layout_of(problem).write(problem.values)
    at, to = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    piece = data.draw(st.text(max_size=6) | st.text("0123456789 /.-_<>^v()\n", max_size=12) | st.just("9" * 5000))
    hostile = data.draw(st.sampled_from([text[:at] + piece + text[to:], text[:at] + piece + text[at:], piece]))
    try:
        read = family.parse(hostile)
    except InvalidProblem as refusal:
        said = str(refusal)
        assert name in said or "row" in said
        assert len(said) < 400
        return
    written = layout_of(read).write(read.values)
    assert layout_of(family.parse(written)).write(read.values) == written


REFUSED = [
    ("futoshiki", "", "futoshiki: 0 lines; wanted 2n - 1, n from 2 to 64"),
    ("futoshiki", "1<2/____/2_1", "futoshiki, line 2: 4 characters, wanted 3"),
    ("futoshiki", "1<2/?__/2_1", r"futoshiki, line 2: '\?' in row 2, column 1 of the drawing; wanted a sign"),
    ("futoshiki", "1<2/___/2_3", "row 2, column 2 .* holds '3'; futoshiki uses 12"),
    ("futoshiki", "2/-1 3/-1 -1/0", "line 2: row 1, column 2 holds '3'; futoshiki uses 12 here"),
    ("futoshiki", "2/-1 -1/-1 -1/1/0>3", "futoshiki, line 5: wanted two neighbouring cells"),
    ("futoshiki", "2/-1 -1/-1 -1/1/0", "futoshiki, line 5: a cell is ''; wanted"),
    ("futoshiki", "2/-1 -1", "futoshiki ends after line 2; wanted numbers, or - where open"),
    ("killer", "", "killer lacks rows and columns"),
    ("killer", "4 5", "killer, line 1: 4 rows and 5 columns; wanted as many"),
    ("killer", "99999 99999", "killer, line 1: rows and columns is '99999'; wanted a whole number from 2 to 25"),
    ("killer", "2 2/3 - -", "killer, line 2: 3 entries, wanted 2: labels of cages"),
    ("killer", "2 2/x -/- -/1 1/1 1", "killer, line 2: a total is 'x'"),
    ("killer", "2 2/3 3/- -/1 1/- -", "killer, line 2: cage '1' shows 2 labels; wanted one"),
    ("killer", "2 2/3 -/- 3/1 1/- -", "killer, line 3: row 2, column 2 shows a label outside of cages"),
    ("killer", "2 2/3 -/- -/1 1/- -/...", "killer needs 4 cells, got 3 characters"),
    ("killer", "2 2/3 -/- -/1 1/- -/..../.", "killer, line 7: wanted the end: clues and cells are complete"),
    ("colouring", "", "colouring lacks `p edge vertices edges`"),
    ("colouring", "p edge 2 1/e 1 2", "colouring, line 1: wanted `colours k` before the graph, or a domain such as"),
    ("colouring", "colours 65/p edge 2 1", "line 1: the number of colours is '65'; wanted a whole number from 1 to 64"),
    ("colouring", "colours/p edge 2 1", "line 1: 1 entry, wanted 2: `colours k`"),
    ("colouring-3", "p edge 2", "colouring-3, line 1: wanted `p edge vertices edges`"),
    ("colouring-3", "p edge 65537 1", "the number of vertices is '65537'; wanted a whole number from 1 to 65536"),
    ("colouring-3", "3/e 1 4", "colouring-3, line 2: a vertex is '4'; wanted a whole number from 1 to 3"),
    ("colouring-3", "3/e 1", "colouring-3, line 2: a vertex is ''"),
    ("colouring-3", "3/e 2 2", "colouring-3, line 2: wanted `e a b`, an edge between two vertices"),
    ("colouring-3", "3/1 2 3", "colouring-3, line 2: wanted `e a b`"),
    ("colouring-3", "3/1 2/12", "colouring-3 needs 3 cells, got 2 characters"),
    ("colouring-3", "3/1 2/.4.", r"vertex 2 \(character 2\) holds '4'; colouring-3 uses 123 and"),
    ("colouring-3", "3/1 2/.../1 3", "colouring-3, line 4: wanted the end: clues and cells are complete"),
    ("zebra", "", "zebra lacks `houses n`"),
    ("zebra", "3 3/a: k l m", "zebra, line 1: wanted `houses n` first"),
    ("zebra", "houses 65", "zebra, line 1: the number of houses is '65'; wanted a whole number from 2 to 64"),
    ("zebra", "houses 2/k = l", "zebra, line 1: wanted a line `attribute: item item ...` next"),
    ("zebra", "houses 2/a: k", "zebra, line 2: 'a' has 1 item; wanted 2, one a house"),
    ("zebra", "houses 2/a: k l/b: l m", "zebra, line 3: 'l' stands twice, in 'a' and 'b'; give one of them"),
    ("zebra", "houses 2/a: k l/a: m n", "zebra, line 3: the attribute 'a' stands twice"),
    ("zebra", "houses 2/a: k l/k near l", "zebra, line 3: 'k near l' is no clue; words are =, !=, next-to, at"),
    ("zebra", "houses 2/a: k l/k =", "zebra, line 3: 'k =' is no clue"),
    ("zebra", "houses 2/a: k l/k at", "zebra, line 3: 'k at' is no clue"),
    ("zebra", "houses 2/a: k l/k = k", "zebra, line 3: 'k = k' is no clue"),
    ("zebra", "houses 2/a: k l/k between l", "zebra, line 3: 'k between l' is no clue"),
    ("zebra", "houses 2/a: k l/k = m", "zebra, line 3: 'm' is no item of any attribute"),
    ("zebra", "houses 2/a: k l/k at 3", "zebra, line 3: a house is '3'; wanted a whole number from 1 to 2"),
    ("zebra", "houses 2/a: k l/.3", r"the house of l \(character 2\) holds '3'; zebra uses 12"),
    ("nonogram", "", "nonogram: a board of 0 by 0; wanted 1 to 100"),
    ("nonogram", "2 2/1/1/1", "nonogram ends after line 4; wanted runs of a row"),
    ("nonogram", "2 2/1/1 1/1/1", "nonogram, line 3: runs 1 1 do not fit into 2 cells"),
    ("nonogram", "2 2/1/3/1/1", "nonogram, line 3: runs of a column is '3'; wanted a whole number from 0 to 2"),
    ("jigsaw", "2 3", "jigsaw, line 1: 2 rows and 3 columns; wanted as many"),
    ("jigsaw", "2 2/- -/1 -/a a/b a", "jigsaw, line 4: regions of 3, 1 cells; wanted 2 of 2 cells"),
    ("jigsaw", "2 2/- -/1 -/a a/b", "jigsaw, line 5: 1 entry, wanted 2: regions"),
    ("jigsaw", "2 2/. ./. ./1 1", "jigsaw, line 3: wanted the region of each cell, got '.', which stands for an open"),
    ("jigsaw", "2 2/- -", "jigsaw, line 2: wanted the region of each cell, got '-'"),
    ("renban", "2 2/1 -/- -/A A", "renban, line 3: wanted the region of each cell, got '-'"),
    ("suguru", "2 2/1 ./. ./A A/A .", "suguru, line 5: wanted the region of each cell, got '.'"),
    ("jigsaw", "2 2/- -/1 3/a a/b b", "line 3: row 2, column 2 holds '3'; jigsaw uses 12"),
    ("jigsaw", "2 2/- -/1 99/a a/b b", "jigsaw, line 3: row 2, column 2 holds '99'; jigsaw uses 12"),
    ("kenken", "2 2/3 -/- -/1 1/- -/..../.", "kenken, line 7: wanted the end"),
    ("kenken", "2 2/3 -/- -/1 1/2 2", "kenken, line 5: a cage has no label; wanted one in some cell of it"),
    ("kenken", "\n\n2 2\n3% -\n\n- -\n1 1\n- -", "kenken, line 4: a label without its sign is '3%'"),
    ("kenken", "2 2/3% -/- -/1 1/- -", "kenken, line 2: a label without its sign is '3%'; wanted a whole number"),
    ("kenken", "5 5/4-" + " -" * 24 + "/1 1 1 1 1" * 5, "kenken, line 2: 25 entries, wanted 5"),
    ("kenken", "5 5/4- - - - -" + "/- - - - -" * 4 + "/1 1 1 1 1" * 5, "of 25 cells shows '4-'; wanted a sum or"),
    ("skyscrapers", "3 4 3", "skyscrapers, line 1: '3 4 3'; wanted n, n, greatest height, and D"),
    ("skyscrapers", "3 3 4", "skyscrapers, line 1: greatest height is '4'; wanted a whole number from 1 to 3"),
    ("skyscrapers", "2 2 2/- -/- 3/- -/- -", "skyscrapers, line 3: a clue is '3'; wanted a whole number from 1 to 2"),
    ("skyscrapers", "2 2 2/- -/- -/- -/- -/- 3/- -", "line 6: row 1, column 2 holds '3'; skyscrapers uses 12"),
    ("endview", "3 3 d", "endview, line 1: '3 3 d'; wanted n, n and the last letter, at most the n-th"),
    ("endview", "2 2 a/- -/- b/- -/- -", "endview, line 3: a clue is 'b'; wanted a letter up to a"),
    ("takuzu", "2 3", "takuzu, line 1: 2 rows and 3 columns; wanted even numbers"),
    ("takuzu", "2 2 alike", "takuzu, line 1: '2 2 alike'; wanted rows, columns, and perhaps the word distinct"),
    ("takuzu", "2 2/0 -/2 -", "takuzu, line 3: cells hold both 0 and 2; wanted 0 and 1, or 1 and 2"),
    ("kakuro", "2 2/- -/- -", "kakuro, line 3: wanted cells, but none in the first row and column"),
    ("kakuro", "2 2/- ./- .", "kakuro, line 2: wanted cells, but none in the first row and column"),
    ("kakuro", "2 2/- q/- .", "kakuro, line 2: row 1, column 2 is 'q'; wanted '-', a cell or down"),
    ("kakuro", "2 2/- 46\\/- .", "kakuro, line 2: a total is '46'; wanted a whole number from 1 to 45"),
    ("kakuro", "2 2/- \\4/- .", "kakuro, line 2: row 1, column 2 shows 4, which is for no cells"),
    ("kakuro", "2 2/- 4\\/\\3 .", "row 2, column 1 shows 3, which is for no cells or not the first total"),
    ("kakuro", "2 11/" + "- " * 11 + "/-" + " ." * 10, "kakuro, line 3: a run of 10 cells; wanted at most 9"),
    ("akari", "1 1/x", "akari, line 2: no cells; wanted one '-' at least"),
    ("akari", "1 2/- 5", "akari, line 2: row 1, column 2 is '5'; wanted '-', x or 0 to 4"),
    ("akari", "1 2/- 2", "akari: row 1, column 2 shows 2 beside 1 cell"),
    ("starbattle", "2 3 1", "starbattle, line 1: 2 rows and 3 columns; wanted as many"),
    ("starbattle", "1 1 1/@", "starbattle, line 2: no regions; wanted one at least"),
    ("nonogram", "999 1", "nonogram, line 1: a board of 999 by 1"),
]


@pytest.mark.parametrize(("name", "text", "message"), REFUSED)
def test_bad_text_is_refused_with_its_place(name: str, text: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        get(name).parse(text)


@pytest.mark.parametrize("name", CLUED)
def test_a_kind_of_problems_has_no_board_of_its_own(name: str) -> None:
    for use in ("rules", "shape", "symbols"):
        with pytest.raises(InvalidInput, match=f"every problem of {name} has a board of its own; give its text"):
            getattr(get(name), use)
    with pytest.raises(AttributeError):
        get(name).nonsense  # noqa: B018


# Generator --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", CLUED)
def test_generated_problems_have_exactly_one_solution(name: str) -> None:
    for rank in (0, 2):
        for problem, answer in tiny(name, 6, seed=rank, rank=rank):
            result = solve_values(problem.rules, problem.values[None], limit=2)
            assert (result.counts[0], bool(result.complete[0])) == (1, True)
            assert result.values[0].tolist() == answer.tolist()
            assert not checker.violations(problem.rules, answer)


@pytest.mark.slow
@pytest.mark.parametrize("name", CLUED)
def test_a_problem_depends_on_seed_and_index_alone(name: str) -> None:
    def texts(n: int, **options: int) -> list[str]:
        made = generate(name, n, size=get(name).kind.sizes[1], **options)
        return [layout_of(problem).write(problem.values) + str(answer) for problem, answer in made]

    whole = texts(6, seed=5)
    assert texts(2, seed=5) == whole[:2]
    assert texts(3, seed=5, first=2) == whole[2:5]
    assert texts(6, seed=5, threads=1) == whole == texts(6, seed=5, threads=3)
    assert len(set(whole)) > 1
    assert texts(6, seed=6) != whole


@pytest.mark.slow
@pytest.mark.parametrize("name", CLUED)
def test_more_givens_and_fewer_clues_can_be_asked_for(name: str) -> None:
    n = min(9, tiny(name, 1, rank=2)[0][0].rules.L - 1)  # a puzzle has an open cell
    try:
        assert {int((p.values != OPEN).sum()) for p, _ in tiny(name, 3, clues=n, rank=2)} == {n}
    except (RuntimeError, InvalidInput) as refused:  # some small boards follow from no fewer than all of their cells
        told = rf"with {n} clues was found: the fewest are|clues is {n}; .* has (\d+) cells: wanted at most (\d+)"
        found = re.search(told, str(refused)) or pytest.fail(str(refused))
        assert found[1] is None or int(found[1]) - 1 == int(found[2]) < n
    rules = [np.mean([len(p.rules.constraints) for p, _ in tiny(name, 5, rank=2, density=d)]) for d in (0.2, 0.9)]
    assert rules == sorted(rules)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 1}, "size is 1; killer is made in sizes 4, 6"),
        ({"density": 0.0}, "density is 0.0; wanted a number above 0, at most 1"),
        ({"n": -1}, "n is -1; wanted a whole number, 0 or more"),
        ({"seed": 2**64}, "seed is 18446744073709551616; wanted a whole number from 0 to 18,446,744,073,709,551,615"),
        ({"domain": "latin-4", "size": 4}, "latin-4 has one board; size and density are for domains that make boards"),
    ],
)
def test_the_generator_refuses_bad_options_at_once(options: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        generate(**{"domain": "killer", **options})


def test_an_endless_range_of_problems_is_made_lazily() -> None:
    assert len(list(islice(generate("killer", 10**9, size=4), 3))) == 3


# Symmetry and drawings --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", CLUED)
def test_an_image_has_the_images_of_the_solutions(name: str) -> None:
    rng, changed = np.random.default_rng(0), 0
    for problem, answer in tiny(name, 6, rank=2):
        board = layout_of(problem)
        for _ in range(4):
            image, cells, values = board.image(rng)
            assert sorted(cells) == list(range(board.rules.L))
            answers = values[answer[cells]]
            assert not checker.violations(image.rules, answers)
            givens = np.where(problem.values[cells] == OPEN, OPEN, answers).astype(np.int32)
            assert vmdsolve.count_solutions(Problem(name, image.rules, givens, image)) == (1, True)
            assert get(name).parse(image.write(givens)).rules.constraints == image.rules.constraints
            changed += image.clues != board.clues or bool((cells != np.arange(board.rules.L)).any())
    assert changed


@pytest.mark.parametrize("name", CLUED)
def test_a_drawing_has_a_place_for_every_cell(name: str) -> None:
    for rank in range(3):
        [(problem, answer)] = tiny(name, 1, rank=rank)
        board = layout_of(problem)
        frame = board.frame()
        assert frame.count(CELL) == board.rules.L
        assert len({len(line) for line in frame.split("\n")}) == 1
        assert CELL not in board.render(answer)
        text = board.picture(answer, givens=problem.values).styled(boxes=False)
        if name != "zebra":  # a table of houses
            assert text.plain == board.render(answer)
        bold = sum(span.end - span.start for span in text.spans if str(span.style) == "bold")
        assert bold == (problem.values != OPEN).sum() * (2 if name == "zebra" else 1)  # items of two letters
