"""Records that are skipped are those that would have been read: what comes next is the same, and has the same place."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput
from vmdsolve.files.formats.base import MAX_LINE, Source
from vmdsolve.files.record import Record
from vmdsolve.files.records import read
from vmdsolve.files.skipping import Chained, Records, skipped, taken

PUZZLE = "1......2..4..3.."
LINES = st.sampled_from(
    [PUZZLE] * 12
    + ["", "  ", "# a remark", "#remark", "?" + PUZZLE, "? " + PUZZLE, "oops", "\u3000", " " + PUZZLE, "a\u2028b"]
)
BLOCKS = st.lists(st.tuples(LINES, st.integers(1, 60)), max_size=12)  # lines, and how often each stands there
SAME_FOLDER = [HealthCheck.function_scoped_fixture]


def check(path: Path, jumps: list[tuple[int, int]]) -> None:
    """After each (records taken, records skipped) what is read is what is read line by line without skipping."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Source, "plain_lines", lambda _: [])
        wanted = list(read(path))
    assert list(read(path)) == wanted
    records, place = read(path), 0
    for take, skip in jumps:
        assert list(islice(records, take)) == wanted[place : place + take]
        place = min(place + take, len(wanted))
        assert records.skip(skip) == min(skip, len(wanted) - place)
        place = min(place + skip, len(wanted))
    assert list(records) == wanted[place:]


JUMPS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 200)), max_size=5)


@settings(max_examples=60, deadline=None, suppress_health_check=SAME_FOLDER)
@given(BLOCKS, JUMPS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines(
    tmp_path: Path, blocks: list[tuple[str, int]], jumps: list[tuple[int, int]], end: str, ended: bool
) -> None:
    lines = [PUZZLE, *(line for line, n in blocks for _ in range(n)), PUZZLE]
    path = tmp_path / "a.txt"
    path.write_bytes((end.join(lines) + end * ended).encode())
    check(path, jumps)


@settings(max_examples=15, deadline=None, suppress_health_check=SAME_FOLDER)
@given(JUMPS, st.sampled_from(["csv", "boards", "jsonl", "gz"]))
def test_other_formats(tmp_path: Path, jumps: list[tuple[int, int]], kind: str) -> None:
    n, board = 300, "1...\n...2\n..4.\n.3..\n"
    texts = {
        "csv": "id,puzzle\n" + "".join(f'{i},{PUZZLE}\n{i},"1...\n...2\n..4.\n.3.."\n' for i in range(n)),
        "boards": "\n".join([board] * n),
        "jsonl": "".join(f'{{"puzzle": "{PUZZLE}", "id": {i}}}\n' for i in range(n)),
        "gz": f"{PUZZLE}\n" * n,
    }
    path = tmp_path / {"boards": "a.txt", "gz": "a.txt.gz"}.get(kind, f"a.{kind}")
    path.write_bytes(gzip.compress(texts[kind].encode()) if kind == "gz" else texts[kind].encode())
    check(path, jumps)


@settings(max_examples=15, deadline=None, suppress_health_check=SAME_FOLDER)
@given(JUMPS, st.sampled_from([7, 50, 1000]))
def test_groups_of_parquet(tmp_path: Path, jumps: list[tuple[int, int]], size: int) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"
    table = pytest.importorskip("pyarrow").table({"puzzle": [PUZZLE] * 400, "id": list(range(400))})
    parquet.write_table(table, path, row_group_size=size)
    check(path, jumps)


def test_nothing_is_made_of_lines_that_are_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"{PUZZLE}\n" * 50_000)
    records, made = read(path), []
    monkeypatch.setattr("vmdsolve.files.formats.txt.Record", lambda *args: made.append(args) or Record(*args))
    assert records.skip(49_990) == 49_990
    assert (next(records).line, len(made) < 100) == (49_991, True)


def test_what_cannot_be_read_is_told_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for bad, message in (
        ("1" * (MAX_LINE + 1), rf"a\.txt:101 is over {MAX_LINE:,} characters"),
        ("1\x00", r"a\.txt:101 holds a NUL byte"),
    ):
        path.write_text(f"{PUZZLE}\n" * 100 + bad + f"\n{PUZZLE}" * 10)
        with pytest.raises(InvalidInput, match=message):
            read(path).skip(105)


@given(st.lists(st.integers(0, 90), max_size=4), st.integers(0, 300), st.integers(0, 10))
def test_several_inputs(lengths: list[int], skip: int, take: int) -> None:
    inputs = [[Record(str(i), line, PUZZLE) for line in range(n)] for i, n in enumerate(lengths)]
    wanted = [record for some in inputs for record in some]
    records = Chained([iter(inputs[0]) if inputs else iter([]), *map(Records, inputs[1:])])
    assert list(islice(records, take)) == wanted[:take]
    assert skipped(records, skip) == len(wanted[take : take + skip])
    assert list(records) == wanted[take + skip :]


@given(lengths=st.lists(st.integers(0, 40), min_size=1, max_size=4), n=st.integers(1, 50), plain=st.booleans())
def test_an_input_that_cannot_be_read_never_looks_like_the_end(lengths: list[int], n: int, plain: bool) -> None:
    """However many are taken at once, and wherever those before end."""

    def broken() -> Iterator[Record]:
        raise InvalidInput("b.txt holds no puzzle")
        yield Record("", 1, PUZZLE)

    inputs = [[Record(str(i), line, PUZZLE) for line in range(m)] for i, m in enumerate(lengths)]
    made = [iter(some) if plain else Records(some) for some in inputs]
    records, found = Chained([*made, broken() if plain else Records(broken()), iter(inputs[0])]), 0
    while found < sum(lengths):
        some = taken(records, n)
        assert some
        found += len(some)
    assert found == sum(lengths)
    with pytest.raises(InvalidInput, match="holds no puzzle"):
        taken(records, n)
