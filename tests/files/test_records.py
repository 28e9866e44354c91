"""Puzzle files: every format, every refusal, and any bytes whatever."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, MissingExtra
from vmdsolve.files.records import MAX_LINE, Record, expanded, fingerprint, open_input, read, same_file
from vmdsolve.search import SearchStatus, propagate, solve_values

P, S = "1......44......1", "1423231441323241"
PUZZLES = Path(__file__).parents[2] / "puzzles"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def pairs(path: Path) -> list[tuple[int, str, str | None]]:
    return [(record.line, record.puzzle, record.solution) for record in read(path)]


# What is read ---------------------------------------------------------------------------------------


def test_txt_skips_comments_and_blank_lines(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", f"# one\n\n  {P} \n   \n#{P}\n{S}")
    assert pairs(path) == [(3, P, None), (6, S, None)]
    assert next(read(path)).where == f"{path}:3: "


@pytest.mark.parametrize("header", ["puzzle,solution", "Puzzle,Solution", "quizzes,solutions", '"problem","answer"'])
def test_csv_knows_its_columns_by_any_usual_name(tmp_path: Path, header: str) -> None:
    assert pairs(put(tmp_path, "a.csv", f"{header}\n{P},{S}\n{P},\n{P}\n")) == [
        (2, P, S),
        (3, P, None),
        (4, P, None),
    ]


def test_csv_finds_its_columns_anywhere_and_passes_over_others(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", f'id,solution,rating,puzzle\n1,{S},2.5,"{P}"\n')
    assert pairs(path) == [(2, P, S)]


def test_csv_without_header_is_puzzle_then_solution(tmp_path: Path) -> None:
    for name in ("a.csv", "a.txt", "a"):
        assert pairs(put(tmp_path, name, f"{P},{S},3.2\n{P}\n")) == [(1, P, S), (2, P, None)]


def test_windows_files_and_byte_order_marks_are_fine(tmp_path: Path) -> None:
    for name, lines in (("a.csv", ["puzzle,solution", f"{P},{S}"]), ("b.csv", [f"{P},{S}"])):
        path = put(tmp_path, name, b"\xef\xbb\xbf" + "\r\n".join([*lines, ""]).encode())
        assert [pair[1:] for pair in pairs(path)] == [(P, S)]


def test_a_quoted_field_may_be_a_drawn_board(tmp_path: Path) -> None:
    drawn = get("sudoku-4x4").render(get("sudoku-4x4").parse(P).values)
    [record] = read(put(tmp_path, "a.csv", f'puzzle\n"{drawn}"\n'))
    assert get("sudoku-4x4").format(get("sudoku-4x4").parse(record.puzzle).values) == P.replace("0", ".")


def test_jsonl_reads_objects(tmp_path: Path) -> None:
    lines = [{"puzzle": P, "solution": S}, {"problem": P, "solution": None}, {"Puzzle": P, "id": 3}]
    text = "\n".join(map(json.dumps, lines))
    for name in ("a.jsonl", "a"):
        assert pairs(put(tmp_path, name, text)) == [(1, P, S), (2, P, None), (3, P, None)]


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    text = f"puzzle,solution\n{P},{S}\n".encode()
    assert pairs(put(tmp_path, "a.csv.gz", gzip.compress(text))) == [(2, P, S)]
    assert pairs(put(tmp_path, "a.csv.xz", lzma.compress(text))) == [(2, P, S)]


def test_standard_input_is_read_and_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(f"puzzle\n{P}\n".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert list(read("-")) == [Record("standard input", 2, P)]
    assert not stdin.buffer.closed


def test_a_file_is_read_no_further_than_asked(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", f"{P}\n" * 1000 + "\0\n" * 20_000)
    assert next(read(path)).puzzle == P


# Lines that cannot be read ----------------------------------------------------------------------------


def test_bad_lines_become_records_with_a_reason(tmp_path: Path) -> None:
    records = list(read(put(tmp_path, "a.csv", f"id,puzzle\n1,{P}\n2\n")))
    assert [r.reason for r in records] == ["", "the row has 1 field; the puzzle is field 2"]
    lines = ['{"puzzle": 5}', "{oops", "[1]", json.dumps({"puzzle": P}), "[" * 100_000]
    records = list(read(put(tmp_path, "a.jsonl", "\n".join(lines))))
    wanted = 'wanted an object with a text under "puzzle", or a board as a list of rows'
    assert [r.reason.split(":")[0] for r in records] == [wanted, "not JSON", wanted, "", "not JSON"]
    assert records[4].reason == "not JSON: lists or objects more than 64 deep"


# Refusals: each text, matched ---------------------------------------------------------------------------

REFUSED = [
    ("a.txt", b"", "holds no puzzle"),
    ("a.csv", b"", "holds no puzzle"),
    ("a.csv", b"puzzle,solution\n", "holds no puzzle"),
    ("a.txt", b"# nothing\n\n", "holds no puzzle"),
    ("a.txt", b"1..\0..\n", r"a\.txt:1 holds a NUL byte"),
    ("a.txt", b"\x89PNG\r\n\x1a\n", "is a picture; wanted text"),
    ("a.txt", b"1...\xe4\n", "near line 1 are not UTF-8 text; save it as UTF-8"),
    ("a.csv", b"id,grid\n1,2\n", r"a\.csv has no column 'puzzle'; its columns are 'id', 'grid'"),
    ("a.txt", b"1" * (MAX_LINE + 1), r"a\.txt:1 is over 262,144 characters"),
    ("a.csv", b'puzzle\n"' + b"1" * 300_000, r"a\.csv:2 is over 262,144 characters"),
    ("a.txt.gz", b"plainly not", r"a\.txt\.gz cannot be read: Not a gzipped file"),
    ("a.txt.gz", gzip.compress(b"1..." * 9999, mtime=0)[:40], "cannot be read"),
    ("a.txt.xz", b"plainly not", "cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "text"), REFUSED)
def test_unreadable_files_are_refused_with_the_reason(tmp_path: Path, name: str, content: bytes, text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        list(read(put(tmp_path, name, content)))


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no such file: .*gone"):
        list(read(tmp_path / "gone"))
    with pytest.raises(InvalidInput, match="is a folder; wanted a file of puzzles"):
        list(read(tmp_path))


# Any bytes whatever -----------------------------------------------------------------------------------

NAMES = st.sampled_from(
    [
        "a.txt",
        "a.csv",
        "a.tsv",
        "a.json",
        "a.jsonl",
        "a",
        "a.sdk",
        "a.ss",
        "a.sdm",
        "a.opensudoku",
        "a.col",
        "a.zip",
        "a.bz2",
        "a.txt.gz",
        "a.csv.xz",
    ]
)
MARKS = [*",\"\n\r#{}:[]\\.;\t|-*_0 ?'", "\r\n", "\ufeff", "],", "nan", "null", '{"puzzle": "', "sep=;"]
WORDS = ["puzzle", "solution", "domain", "killer", "[Puzzle]", "Grid 01", "<?xml", "<opensudoku>", "p edge 3 2", "16"]
TOKENS = st.sampled_from([P, S, *MARKS, *WORDS, "1,0,0,0\n" * 4, "1..4\n"])
CONTENT = st.one_of(st.binary(max_size=200), st.lists(TOKENS, max_size=30).map(lambda t: "".join(t).encode()))


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(name=NAMES, content=CONTENT, packed=st.booleans())
def test_any_bytes_give_records_or_invalid_input(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes, packed: bool
) -> None:
    if packed:
        content = {"gz": gzip.compress, "xz": lzma.compress}.get(name[-2:], bytes)(content)
    path = put(tmp_path_factory.getbasetemp(), f"fuzz-{name}", content)
    try:
        records = list(read(path))
    except InvalidInput as error:
        refusal = str(error)
        assert name in refusal
    except MissingExtra:  # four bytes make a file one of parquet
        assert content.startswith(b"PAR1")
    else:
        assert records
        assert [r.line for r in records] == sorted(r.line for r in records)


CLEAN = st.text("0123456789.ABCDEFG", min_size=1, max_size=90).filter(lambda t: any(c in ".0123456789" for c in t))


@settings(max_examples=100, deadline=None)
@given(puzzles=st.lists(CLEAN, min_size=1, max_size=9), suffix=st.sampled_from([".txt", ".csv", ".jsonl"]))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, puzzles: list[str], suffix: str
) -> None:
    puzzles = [P, *puzzles]  # of a file some puzzle must be one
    lines = {
        ".csv": ["puzzle", *puzzles],
        ".txt": puzzles,
        ".jsonl": [json.dumps({"puzzle": p}) for p in puzzles],
    }
    path = put(tmp_path_factory.getbasetemp(), f"again{suffix}", "\n".join(lines[suffix]))
    assert [record.puzzle for record in read(path)] == puzzles


# Arguments --------------------------------------------------------------------------------------------


def test_an_argument_is_a_file_if_there_is_one_else_a_puzzle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(open_input(P)) == [Record("", 0, P)]
    assert Record("", 0, P).where == ""
    put(tmp_path, P, S)
    assert [record.puzzle for record in open_input(P)] == [S]
    assert list(open_input("." * 256)) == [Record("", 0, "." * 256)]  # too long for the name of a file


def test_an_argument_that_is_neither_says_both() -> None:
    with pytest.raises(InvalidInput, match=r"there is no file 'gone', and it is not a puzzle either: no domain"):
        open_input("gone")
    for name in ("gone.txt", "../gone.csv", "folder/gone"):
        with pytest.raises(InvalidInput, match=f"^no such file: {name}$"):
            open_input(name)
    with pytest.raises(
        InvalidInput, match=r"there is no file '3/ab/c\.', and it is not a puzzle either: killer, line 1"
    ):
        open_input("3/ab/c.", "killer")
    with pytest.raises(InvalidInput, match=r"not a puzzle either: row 1, column 3 .* holds 'x'"):
        open_input("..x.............")
    with pytest.raises(InvalidInput, match=r"there is no file '\.{97}\.\.\.', and"):
        open_input("." * 99_999)
    with pytest.raises(InvalidInput, match=r"not a puzzle either: latin-5 needs 25 cells"):
        open_input(P, "latin-5")
    assert len(list(open_input("." * 25, "latin-5"))) == 1


def test_fingerprints_follow_the_content(tmp_path: Path) -> None:
    a, b = put(tmp_path, "a", P), put(tmp_path, "b", P)
    assert fingerprint(str(a)) == fingerprint(str(b)) == fingerprint(P) != fingerprint(S)
    b.write_text(S)
    assert fingerprint(str(b)) == fingerprint(S)
    with pytest.raises(InvalidInput, match="cannot be read"):
        fingerprint(str(tmp_path))


def test_the_same_file_is_known_by_any_name(tmp_path: Path) -> None:
    a = put(tmp_path, "a", P)
    (tmp_path / "b").symlink_to(a)
    assert same_file(str(tmp_path / "b"), a)
    assert not same_file(P, a)
    assert not same_file(str(a), tmp_path / "gone")


# The files that come along ------------------------------------------------------------------------------

KEPT = {  # file: domain, puzzles
    "sudoku/mini.txt": ("sudoku-4x4", 20),
    "sudoku/sudoku6.txt": ("sudoku-6x6", 50),
    "sudoku/easy.txt": ("sudoku-9x9", 100),
    "sudoku/hard.txt": ("sudoku-9x9", 100),
    "sudoku/sudoku16.csv": ("sudoku-16x16", 10),
    "latin/latin5.txt": ("latin-5", 50),
}


@pytest.mark.parametrize("name", KEPT)
def test_kept_puzzles_have_one_solution_each(name: str) -> None:
    domain, n = get(KEPT[name][0]), KEPT[name][1]
    records = list(read(PUZZLES / name, domain))
    boards = domain.parse_many([record.puzzle for record in records])
    assert boards is not None
    assert len(boards) == len(np.unique(boards, axis=0)) == n
    result = solve_values(domain.rules, boards, limit=2)
    assert (result.counts == 1).all()
    assert result.complete.all()
    if name == "sudoku/hard.txt":
        left = propagate(domain.rules, boards)[0]
        assert (left & (left - np.uint64(1))).any(axis=1).all()  # without trial none of them is finished
    for record, text in zip(records, domain.format_many(result.values), strict=True):
        assert record.solution in (None, text)


def test_kept_puzzles_with_many_or_no_solutions_are_what_they_claim() -> None:
    domain = get("sudoku-9x9")
    many = domain.parse_many([record.puzzle for record in read(PUZZLES / "sudoku/multiple.txt")])
    none = domain.parse_many([record.puzzle for record in read(PUZZLES / "sudoku/clash.txt")])
    assert many is not None
    assert none is not None
    assert (solve_values(domain.rules, many, limit=2).counts == 2).all()
    assert (solve_values(domain.rules, none).status == SearchStatus.UNSATISFIABLE).all()
    assert propagate(domain.rules, none)[1].tolist() == [True, False]


def test_the_script_makes_the_kept_files_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PUZZLES)
    import make

    assert {str(p.relative_to(PUZZLES)) for p in PUZZLES.glob("*/*")} == set(make.FILES)
    for name, lines in make.FILES.items():
        if name != "sudoku/hard.txt":  # seconds of work
            assert "\n".join(lines()) + "\n" == (PUZZLES / name).read_text(), name


# Patterns -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.txt", ["a.txt", "b.txt"]),
        ("a.t*", ["a.txt"]),
        ("?.tx?", ["a.txt", "b.txt"]),
        ("[ab].*", ["a.csv", "a.txt", "b.txt"]),
        ("*.[ct]*", ["a.csv", "a.txt", "b.txt"]),
        ("in/*", ["in/c.txt"]),
        ("*/c.t?t", ["in/c.txt"]),
    ],
)
def test_patterns_name_files_with_a_folder_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, names: list[str]
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b.txt", "a.csv", "in/c.txt", "1234"):
        put(tmp_path, name, P)
    monkeypatch.chdir(tmp_path)
    assert expanded([pattern, P]) == [*names, P]


@pytest.mark.parametrize("puzzle", ["****", "?" * 4, "1*.*", "*" * 16, "4*.2?.*1", "none.t*", "*.a b"])
def test_puzzles_with_stars_for_open_cells_are_no_patterns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, puzzle: str
) -> None:
    for name in ("1234", "12.4", "a" * 16, "4a.2b.c1"):
        put(tmp_path, name, P)
    monkeypatch.chdir(tmp_path)
    assert expanded([puzzle]) == [puzzle]
