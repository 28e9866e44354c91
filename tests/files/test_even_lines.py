"""Files of lines of one width are read as bytes, block after block; how a file is written makes no difference."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from vmdsolve.compact import Even
from vmdsolve.files.records import read
from vmdsolve.files.skipping import Chained, skipped, taken
from vmdsolve.files.texts import Texts

PUZZLES = ["1......2..4..3..", ".2......1..4..3.", "....1....2....3."] * 12_000  # of several blocks
TEXT = "\n".join(PUZZLES) + "\n"


def told(path: Path) -> list[tuple[str, int]]:
    """Puzzles and their lines, taken many at a time."""
    records, out = read(path), list[tuple[str, int]]()
    while len(some := taken(records, 7000)):
        out += [(one.puzzle, one.line) for one in some]
    return out


WRITTEN = pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT[:-1].encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        gzip.compress(TEXT.encode()),
    ],
    ids=["plain", "with a mark", "UTF-16", "without an end", "of Windows", "of old Macs", "packed"],
)


@WRITTEN
def test_however_a_file_is_written_it_says_the_same(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "puzzles.txt"
    path.write_bytes(content)
    assert told(path) == [(puzzle, line) for line, puzzle in enumerate(PUZZLES, 1)]


@WRITTEN
def test_what_is_passed_over_is_counted_and_what_follows_is_what_it_was(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "puzzles.txt"
    path.write_bytes(content)
    records, at = read(path), 0
    for over, many in ((3, 1), (5000, 40), (15_399, 1), (1, 2000), (9000, 0), (10**6, 7)):
        n = skipped(records, over)
        assert n == min(over, len(PUZZLES) - at)
        at += n
        some = taken(records, many)
        assert [(one.puzzle, one.line) for one in some] == [
            (PUZZLES[i], i + 1) for i in range(at, min(at + many, len(PUZZLES)))
        ]
        at += len(some)


@pytest.mark.parametrize("place", [1, 9000, 16_383, 30_000, len(PUZZLES) - 1])
@pytest.mark.parametrize("line", ["1......2..4..3..1", "\u00e9......2..4..3..", "# a remark 12345", ""])
def test_one_line_that_is_like_no_other_changes_no_other(tmp_path: Path, place: int, line: str) -> None:
    path, lines = tmp_path / "puzzles.txt", [*PUZZLES]
    lines[place] = line
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    wanted = [(puzzle, number) for number, puzzle in enumerate(lines, 1) if puzzle and puzzle[0] != "#"]
    assert told(path) == wanted


def test_they_stay_bytes_behind_a_record_that_was_looked_at_first(tmp_path: Path) -> None:
    path = tmp_path / "puzzles.txt"
    path.write_text(TEXT)
    records = read(path)
    some = taken(Chained([iter([next(records)]), records]), 20_000)
    assert isinstance(some, Texts)
    assert isinstance(some.texts, Even)
    assert len(some) == 20_000
