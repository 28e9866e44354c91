"""Law 9: what a format writes it reads back as the same problem, in every domain; and puzzles that look like files."""

from __future__ import annotations

import io
import json
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from helpers.commands import run, solve, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve import files
from vmdsolve.api.generate import generate
from vmdsolve.domains import Domain, Family, get, layout_of, names
from vmdsolve.domains.sequence import OPEN_CHARACTERS, TokenSequence
from vmdsolve.errors import InvalidInput
from vmdsolve.files.formats import FORMATS, WRITTEN, recognised, writer_of
from vmdsolve.files.formats.base import Source, names_of
from vmdsolve.files.records import read
from vmdsolve.files.rows import Puzzle, Row, row_of, write_rows
from vmdsolve.problem import OPEN, Problem, Solution, Status

READABLE = [suffix for suffix in WRITTEN if suffix not in (".parquet", ".opensudoku", ".sdk", ".non", ".nonpack")]
IN_COLOURS = [name for name in names() if name.startswith("colouring-")][1:]  # one of these speaks for all
DOMAINS = [name for name in names() if name not in IN_COLOURS]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


@cache
def boards_of(name: str) -> list[Domain]:
    """Boards that problems of a domain are on: its own, or some that it makes."""
    domain = get(name)
    if not isinstance(domain, Family):
        return [domain]
    made = generate(domain, 3, size=domain.kind.sizes[0], seed=3)
    return [layout_of(problem) for problem, _ in islice(made, 3)]


def any_board(draw: st.DrawFn, domain: Domain, cells: int = 12) -> Problem:
    """Any values, in a few cells of a large board."""
    values = np.full(domain.rules.L, OPEN, np.int32)
    given_cells = draw(st.lists(st.integers(0, domain.rules.L - 1), max_size=cells)) + [0] * draw(st.booleans())
    for cell in given_cells:
        values[cell] = draw(st.integers(0, domain.rules.V - 1))
    return Problem(domain.name, domain.rules, values, domain)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Domain, list[Problem]]:
    """A registered domain, and problems of it; rules may be broken, for text knows none."""
    name = draw(st.sampled_from(DOMAINS))
    count = draw(st.integers(1, 4))
    return get(name), [any_board(draw, draw(st.sampled_from(boards_of(name)))) for _ in range(count)]


@st.composite
def token_problems(draw: st.DrawFn) -> tuple[Domain, list[Problem]]:
    """Rows of any symbols, above all of those that mean something in files."""
    characters = st.sampled_from(OPEN_CHARACTERS) | st.sampled_from("#{,.\"'_+-|/}0")
    symbols = "".join(draw(st.lists(characters, min_size=1, max_size=8, unique=True)))
    domain = TokenSequence("row", symbols, draw(st.integers(1, 9)))
    return domain, [any_board(draw, domain) for _ in range(draw(st.integers(1, 4)))]


def as_rows(domain: Domain, some: list[Problem]) -> list[Row]:
    """What a solve of problems writes, some of them without an answer."""
    rows = []
    for i, problem in enumerate(some):
        text = problem.layout.write(problem.values)
        rows.append(row_of(files.record.Record("a", i + 1, text), Solution(Status.TIMEOUT), domain))
    return rows


def assert_same(domain: Domain, some: list[Problem], path: Path) -> None:
    records = list(read(path, domain))
    assert [record.reason for record in records] == [""] * len(some)
    for problem, record in zip(some, records, strict=True):
        again = domain.parse(record.puzzle)
        assert again.values.tolist() == problem.values.tolist()
        assert (again.domain, again.rules.constraints) == (problem.domain, problem.rules.constraints)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", READABLE)
@pytest.mark.parametrize("of", [problems, token_problems], ids=["registered", "tokens"])
@settings(deadline=None, max_examples=60, suppress_health_check=SLOW)
@given(data=st.data())
def test_what_is_written_is_read_as_the_same_problems(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, of: object, data: st.DataObject
) -> None:
    domain, some = data.draw(of())
    path = tmp_path_factory.getbasetemp() / f"law{suffix}"
    write_rows([Puzzle(p.layout.write(p.values), p.layout.format(p.values)) for p in some], path, Puzzle)
    assert_same(domain, some, path)
    write_rows(as_rows(domain, some), path, Row)
    assert_same(domain, some, path)
    if suffix not in (".txt", ".sdm"):
        bare = path.with_suffix("")  # as on standard input: what it is has to be seen
        bare.write_bytes(path.read_bytes())
        assert_same(domain, some, bare)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".json", ".jsonl", ".parquet"])
@settings(deadline=None, max_examples=30, suppress_health_check=SLOW)
@given(data=st.data())
def test_a_file_that_names_domains_is_read_without_asking(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, data: st.DataObject
) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    several = [problem for _ in range(2) for problem in data.draw(problems())[1]]
    path = tmp_path_factory.getbasetemp() / f"named{suffix}"
    write_rows([Puzzle(p.layout.write(p.values), p.layout.format(p.values), p.domain) for p in several], path, Puzzle)
    for problem, record in zip(several, read(path), strict=True):
        assert record.domain == problem.domain
        again = get(record.domain).parse(record.puzzle)
        assert again.values.tolist() == problem.values.tolist()
        assert again.rules.constraints == problem.rules.constraints


@settings(deadline=None, max_examples=40, suppress_health_check=SLOW)
@given(data=st.data())
def test_parquet_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    domain, some = data.draw(problems() | token_problems())
    path = tmp_path_factory.getbasetemp() / "law.parquet"
    write_rows(as_rows(domain, some), path, Row)
    assert_same(domain, some, path)


@settings(deadline=None, max_examples=60, suppress_health_check=SLOW)
@given(data=st.data())
def test_answers_on_lines_are_read_as_answers(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    domain, some = data.draw(problems() | token_problems())
    path = tmp_path_factory.getbasetemp() / "answers.txt"
    full = [np.maximum(problem.values, 0) for problem in some]
    texts = [problem.layout.format(values) for problem, values in zip(some, full, strict=True)]
    write_rows([Row("", text, "SOLVED", "search", None, 0, 0.0, "") for text in texts], path)
    records = list(read(path, domain, answers=True))
    for problem, values, record in zip(some, full, records, strict=True):
        assert problem.layout.parse(record.puzzle).values.tolist() == values.tolist()


# The list of formats ----------------------------------------------------------------------------------


def test_each_ending_has_one_format() -> None:
    endings = [e for form in FORMATS for e in form.writes]
    assert len(endings) == len(set(endings))
    for form in FORMATS:
        assert all(ending == ending.lower() and ending.startswith(".") for ending in (*form.reads, *form.writes))
    assert sorted(files.WRITTEN) == sorted(WRITTEN)
    for suffix in WRITTEN:
        assert writer_of(suffix) is not None
    assert run("solve", "--help").stdout.count(".parquet")


@pytest.mark.parametrize(
    ("line", "name", "suffix"),
    [
        ("1......44......1", None, ".txt"),
        ("1......44......1,1423231441323241", None, ".csv"),
        ("puzzle", None, ".csv"),
        ('{"puzzle": "1..."}', None, ".jsonl"),
        ("{oops", None, ".jsonl"),
        ("{.....", "brackets-6-3", ".txt"),
        ('{"puzzle": "......"}', "brackets-6-3", ".jsonl"),
        ("{....", "brackets-6-3", ".txt"),  # too short, but no JSON either
        ("2 3/- 3, 4,/,3 . .", "kakuro", ".txt"),
        ("2 3/- 3, 4,/,3 . oops", "kakuro", ".txt"),
        ("puzzle,solution", "kakuro", ".csv"),
        ("2 2/3 -/- -/1 1/- -,1221", "killer", ".csv"),
        ("puzzle,solution", "killer", ".csv"),
        ("hello", "text-16", ".txt"),
        ("puzzle", "regex:6:[a-z]+", ".txt"),  # a puzzle of that domain
        ('{"a":0}', 'regex:7:[{":a0}]+', ".txt"),
    ],
)
def test_a_file_is_known_by_its_first_line(line: str, name: str | None, suffix: str) -> None:
    source = Source("a", None if name is None else get(name))
    source.open(None, io.StringIO(line))
    assert suffix in recognised(source, "").writes


# Faults that were -------------------------------------------------------------------------------------


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_spaces_that_are_symbols_are_kept(tmp_path: Path) -> None:
    path, out = put(tmp_path, "t.txt", "hello .orld abcd\n  .wo  spaces   \n"), tmp_path / "o.csv"
    assert solve(path, "--domain", "text-16", "-o", out).exit_code == 0
    assert [row["problem"] for row in table(out.read_text())] == ["hello_.orld_abcd", "__.wo__spaces___"]
    assert run("check", out, "--domain", "text-16").exit_code == 0
    for line in ("  .wo  spaces   ,", '"  .wo  spaces   ",'):
        [record] = read(put(tmp_path, "t.csv", f"puzzle,solution\n{line}\n"), "text-16")
        assert record.puzzle == "  .wo  spaces   "


def test_a_row_without_sense_keeps_its_spaces_too() -> None:
    record = files.record.Record("a.txt", 1, "two  spaces\tand\x1b")
    row = row_of(record, Solution(Status.INVALID), "text-16")
    assert row.problem == "two  spaces and?"


STAR = "4 4 1\n1 1 2 2\n# 1 2 2\n# 3 3 2\n3 3 3 2\n"


def test_a_line_of_a_puzzle_may_begin_with_a_hash(tmp_path: Path) -> None:
    path = put(tmp_path, "star.txt", f"# the first\n{STAR}\n# the second\n\n{STAR}")
    assert [r.puzzle for r in read(path, "starbattle")] == [STAR.strip()] * 2
    [record] = read(put(tmp_path, "star.csv", f'puzzle\n"{STAR}"\n'), "starbattle")
    assert record.puzzle == STAR.strip()
    rows = put(tmp_path, "rows.txt", "#a..\nabab\n#b..\n")
    assert [r.puzzle for r in read(rows, "regex:4:[#a][ab]+")] == ["#a..", "abab", "#b.."]
    out = tmp_path / "out.txt"
    solve(rows, "--domain", "regex:4:[#a][ab]+", "-o", out)
    lines = out.read_text().splitlines()
    assert [line[:2] for line in lines] == ["#a", "ab", "#b"]
    assert len(list(read(out, "regex:4:[#a][ab]+"))) == 3


def test_comments_stay_comments_where_no_puzzle_has_such_lines(tmp_path: Path) -> None:
    assert [r.puzzle for r in read(put(tmp_path, "a.txt", "# one\nabab\n #two\n"), "regex:4:[ab]+")] == ["abab"]
    assert [r.puzzle for r in read(put(tmp_path, "a.csv", "# one\npuzzle\nabab\n"), "regex:4:[ab]+")] == ["abab"]
    lines = f"# one\n{json.dumps({'puzzle': 'abab'})}\n# two\n"
    assert [r.puzzle for r in read(put(tmp_path, "a.jsonl", lines), "regex:4:[ab]+")] == ["abab"]


def test_a_header_with_as_many_letters_as_a_row_has_is_no_row(tmp_path: Path) -> None:
    titles = [*names_of(Row), "id"][:8]
    domain = get(f"latin:{sum(map(len, titles))}")
    path = put(tmp_path, "a.tsv", "\t".join(titles) + "\n" + "." * domain.rules.L + "\n")
    assert [record.puzzle for record in read(path, domain)] == ["." * domain.rules.L]


def test_no_row_of_csv_vanishes(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "id,puzzle\n#1,1......44......1\n#2,1......44......1\n")
    assert len(list(read(path))) == 2


def test_line_i_of_text_output_stays_puzzle_i(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", 'puzzle\n1......44......1\n#oops\n" "\n""\n1......44......1\n')
    out = tmp_path / "out.txt"
    solve(path, "-o", out)
    texts = [record.puzzle for record in read(path)]
    lines = [record.puzzle for record in read(out)]
    assert texts == ["1......44......1", "#oops", "1......44......1"]
    assert lines == ["1423231441323241", "#oops", "1423231441323241"]
    assert out.read_text().splitlines()[1] == "? #oops"


def test_the_first_line_may_look_like_json_or_csv(tmp_path: Path) -> None:
    for lines in (["{.....", "(....."], ["(.....", "{....."]):
        rows = table(solve(put(tmp_path, "b.txt", "\n".join(lines)), "--domain", "brackets-6-3").stdout)
        assert [row["status"] for row in rows] == ["SOLVED"] * 2
    kakuro = "3 3/- 3, 4,/,3 . ./,4 . ."
    [row] = table(solve(put(tmp_path, "k.txt", kakuro), "--domain", "kakuro").stdout)
    assert row["problem"] == kakuro
    assert row["status"] != "INVALID"


def test_a_field_of_csv_may_be_as_long_as_a_line(tmp_path: Path) -> None:
    long = "1" * 200_000
    assert [r.puzzle for r in read(put(tmp_path, "a.csv", f'puzzle\n"{long}"\n{long}\n'))] == [long] * 2


def test_a_csv_file_of_answers_without_header_is_known_by_its_domain(tmp_path: Path) -> None:
    [record] = read(put(tmp_path, "a.csv", "hello_.orld_abcd,hello_world_abcd\n"), "text-16")
    assert (record.puzzle, record.solution) == ("hello_.orld_abcd", "hello_world_abcd")


def test_clued_puzzles_of_one_line_never_run_together(tmp_path: Path) -> None:
    domain = get("takuzu")
    texts = [domain.one_line("2 2\n"), domain.one_line("4 4")]  # nothing is given, so there is no second line
    records = list(read(put(tmp_path, "a.txt", "\n".join(texts)), "takuzu"))
    assert [domain.parse(record.puzzle).rules.L for record in records] == [4, 16]


def test_parquet_without_puzzles_is_refused(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    import pyarrow

    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"id": [1, 2]}), path)
    with pytest.raises(InvalidInput, match=r"a\.parquet has no column 'puzzle'; its columns are 'id'"):
        list(read(path))
    parquet.write_table(pyarrow.table({"id": [1, 2], "Puzzle": ["1...", None]}), path)
    assert [(r.line, r.puzzle, r.reason) for r in read(path)] == [
        (1, "1...", ""), (2, "None", "the puzzle is neither a text nor a board as a list"),
    ]  # fmt: skip
    with pytest.raises(InvalidInput, match=r"b\.parquet cannot be read"):
        list(read(put(tmp_path, "b.parquet", "no parquet at all")))
