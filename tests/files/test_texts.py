"""Many records at once are the records one by one; rows put together are each row, one after another."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

import pytest
from helpers.commands import P
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.compact import Even
from vmdsolve.errors import InvalidInput
from vmdsolve.files.formats.woven import alike, woven
from vmdsolve.files.kept import digest_of
from vmdsolve.files.records import Record, read
from vmdsolve.files.skipping import Chained, taken
from vmdsolve.files.texts import Texts, gathered
from vmdsolve.files.told import Waiting

LINE = st.sampled_from([P, P.replace("1", "2"), "oops", "", "# a remark", f"  {P}", f"{P}\t", "11.............."])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINE, max_size=60), twice=st.booleans(),
    steps=st.lists(st.tuples(st.sampled_from(["next", "take", "skip"]), st.integers(0, 45)), max_size=12),
)  # fmt: skip
def test_however_records_are_taken_they_are_the_same(
    tmp_path: Path, lines: list[str], twice: bool, steps: list[tuple[str, int]]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n".join([P, *lines, P]))
    wanted = [*read(path), *(read(path) if twice else [])]
    records, at = Chained([read(path), *([read(path)] if twice else [])]), 0
    for how, n in [*steps, ("take", len(wanted))]:
        if how == "next":
            assert next(records, None) == (wanted[at] if at < len(wanted) else None)
            at += 1
        elif how == "take":
            assert list(records.take(n)) == wanted[at : at + n]
            at += n
        else:
            assert records.skip(n) == len(wanted[at : at + n])
            at += n
        at = min(at, len(wanted))


def test_plain_lines_come_as_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"{P}\n" * 50_000)
    records = read(path)
    some = taken(records, 20_000), taken(records, 40_000)
    assert [type(one) for one in some] == [Texts, Texts]
    assert [one[-1].line for one in some] == [20_000, 50_000]


@given(st.lists(st.lists(st.text(max_size=2), min_size=1, max_size=5), min_size=1, max_size=5), st.data())
def test_texts_are_a_sequence_of_records(parts: list[list[str]], data: st.DataObject) -> None:
    pieces = [Texts(texts, [(0, f"{i}.txt", 3 * i + 1)]) for i, texts in enumerate(parts)]
    wanted = [Record(f"{i}.txt", 3 * i + 1 + k, text) for i, texts in enumerate(parts) for k, text in enumerate(texts)]
    whole: Sequence[Record] = gathered(pieces)
    begin = data.draw(st.integers(0, len(wanted) - 1))
    end = data.draw(st.integers(begin + 1, len(wanted)))
    for found, of in ((whole, wanted), (whole[begin:end], wanted[begin:end]), (gathered(wanted), wanted)):
        assert isinstance(found, Texts)
        assert list(found) == [found[i] for i in range(len(found))] == of
    odd = [*wanted, Record("", 1, "", others={"id": 7})]
    assert gathered(odd) == odd


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.data())
def test_records_wait_until_it_is_known_what_became_of_them(sizes: list[int], data: st.DataObject) -> None:
    total = sum(sizes)
    numbers = data.draw(st.lists(st.integers(0, 99), min_size=total, max_size=total, unique=True).map(sorted))
    pieces, at = [], 0
    for size in sizes:
        texts = [f"text {i}" for i in numbers[at : at + size]]
        pieces.append((numbers[at : at + size], Texts(texts, [(0, "", 1)])))
        at += size
    waiting, met = Waiting(iter(pieces), None), dict[int, str]()
    assert list(waiting) == [f"text {i}" for i in numbers]
    order = data.draw(st.permutations(range(total)))
    while order:
        n = data.draw(st.integers(1, len(order)))
        some, order = sorted(order[:n]), order[n:]
        for its, records, found in waiting.taken(some, {"at": some}):
            assert [numbers[place] for place in found["at"]] == list(its)
            met |= zip(its, [record.puzzle for record in records], strict=True)
    assert met == {i: f"text {i}" for i in numbers}
    assert not waiting._pieces  # what is known takes no memory


@given(st.integers(1, 4), st.data())
def test_woven_rows_are_rows_one_after_another(n: int, data: st.DataObject) -> None:
    text = st.text("ab%é€,", max_size=3)
    column = st.lists(text, min_size=n, max_size=n) | st.lists(
        st.text("ab%", min_size=2, max_size=2), min_size=n, max_size=n
    )
    parts = data.draw(st.lists(text | column, max_size=5))
    wanted = "".join(part if isinstance(part, str) else part[i] for i in range(n) for part in parts)
    assert woven(parts, n) == wanted.encode()


@pytest.mark.parametrize(
    ("column", "same"),
    [([1, True], False), ([0, 0.0], False), ([float("nan")] * 2, True), ([0.0, -0.0], False), (["a", "a"], True),
     ([None, None], True), ([[1], [1]], False)],
)  # fmt: skip
def test_what_is_equal_and_written_otherwise_is_not_alike(column: list[object], same: bool) -> None:
    assert alike(column) is same


@pytest.mark.parametrize("n", [1, 2, 3, 40, 100, 5000])
@pytest.mark.parametrize("ending", ["txt", "csv"])
def test_what_cannot_be_read_is_told_when_all_before_it_is_gone(tmp_path: Path, n: int, ending: str) -> None:
    path, more = tmp_path / f"a.{ending}", tmp_path / "b.txt"
    path.write_text("puzzle\n" * (ending == "csv") + f"{P}\n" * 4500 + "\0\n")
    more.write_text(P)
    for records in (read(path), Chained([read(more), read(path), read(more)])):
        met: list[Record] = []
        with pytest.raises(InvalidInput, match="holds a NUL byte"):
            met.extend(chain.from_iterable(iter(partial(records.take, n), [])))
        assert {one.puzzle for one in met} == {P}
        assert len(met) == 4500 + isinstance(records, Chained)


def test_what_names_no_kind_of_its_own_is_not_done_again() -> None:
    records = [Record("a", 1, P), Record("a", 2, "oops", domain="sudoku-4x4"), Record("a", 3, P)]
    waiting = Waiting(iter([(range(3), records)]), None)
    assert list(waiting) == [P, "", P]
    found = {"status": ["SOLVED", "INVALID", "SOLVED"], "reason": ["", "no domain", ""]}
    [(numbers, some, told)] = waiting.taken(range(3), found)
    assert (numbers, some) == (range(3), records)  # as the input has them, to be compared when a job goes on
    assert "sudoku-4x4 needs 16 cells, got 4" in told["reason"][1]


def test_what_waits_is_taken_together_and_a_failure_comes_behind_it() -> None:
    def numbered() -> Iterator[tuple[Sequence[int], Sequence[Record]]]:
        for i in range(5):
            yield range(i, i + 1), [Record("", i + 1, f"{i}...")]
        raise InvalidInput("gone")

    waiting = Waiting(numbered(), None)
    assert list(waiting.take(2)) == ["0...", "1..."]
    assert list(waiting.take(9)) == ["2...", "3...", "4..."]
    with pytest.raises(InvalidInput, match="gone"):
        waiting.take(9)
    assert list(waiting.take(9)) == []


ODD = [
    f"7,{P},x",
    f'7,{P},"x"',
    f"7,{P},",
    "",
    " ",
    f"7,{P}",
    f"7,{P},x,y",
    f"7, {P},x",
    f'"7,{P},x',
    f"#,{P},x",
    "7,,x",
]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(ODD), max_size=3), st.integers(1, 50))
def test_rows_of_csv_taken_together_are_those_taken_one_by_one(tmp_path: Path, odd: list[str], size: int) -> None:
    path = tmp_path / "in.csv"
    rows = [f"{i},{P},{i}" for i in range(40)]
    path.write_text("\n".join(["id,puzzle,more", *rows, *odd, *rows[:5]]))
    together, taken = read(path), list[Record]()
    while some := together.take(size):
        taken.extend(some)
    assert taken == list(read(path))


def test_rows_of_csv_and_parquet_are_taken_as_columns(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (extra parquet)")
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra parquet)")
    told = {"id": [str(i) for i in range(500)], "puzzle": ["1......2..4..3.."] * 500}
    (tmp_path / "in.csv").write_text("id,puzzle\n" + "".join(f"{i},{p}\n" for i, p in zip(*told.values(), strict=True)))
    parquet.write_table(pa.table(told), tmp_path / "in.parquet")
    for name in ("in.csv", "in.parquet"):
        records = read(tmp_path / name)
        assert len(records.take(1)) == 1
        some = records.take(400)
        assert isinstance(some, Texts), name
        assert list(some) == list(read(tmp_path / name))[1:401]
        assert list(some.picked([3, 4, 9])) == [some[3], some[4], some[9]] == [*some[3:5], some[9]]
        assert digest_of(some) == digest_of(list(some))
        assert list(pickle.loads(pickle.dumps(some))) == list(some)


JSON_LINE = st.sampled_from(
    [
        f'{{"puzzle": "{P}", "id": {i}}}'
        for i in (7, -80, "1.5", "true", "null", '"a"', "1e999", "1e5", "01", "[1]", "{}")
    ]
    + [f'{{"puzzle": "{P}", "id": 1, "id": 2}}', f'{{"id": 7, "puzzle": "{P}"}}', f'{{"puzzle":"{P}","id":7}}', "# no"]
    + [f'{{"puzzle": "{P} ", "id": 7}}', '{"puzzle": "oops", "id": 7}', '{"puzzle": "", "id": 7}', "{", "", "  ", "[1]"]
    + [f'{{"puzzle": "{P}", "id": 7, "note": "{one}"}}' for one in ("a", "é", "", "b c", "\\u0041", "x, 1")]
    + [f'{{"puzzle": "{P}", "solution": {one}, "id": 7}}' for one in (f'"{P}"', "null", "7")]
    + [f'{{"puzzle": "{P}"}}', f'{{"puzzle": "{P.replace("1", "2")}"}}', f'{{"puzzle": "{P}", "domain": "sudoku-4x4"}}']
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    blocks=st.lists(st.tuples(JSON_LINE, st.integers(1, 40)), max_size=8),
    steps=st.lists(st.tuples(st.sampled_from(["take", "skip"]), st.integers(0, 60)), max_size=6),
    column=st.sampled_from([None, "puzzle", "note"]), ended=st.booleans(),
)  # fmt: skip
def test_lines_of_json_taken_together_are_the_same(
    tmp_path: Path, blocks: list[tuple[str, int]], steps: list[tuple[str, int]], column: str | None, ended: bool
) -> None:
    path = tmp_path / "a.jsonl"
    head = f'{{"puzzle": "{P}", "note": "{P}"}}'
    lines = [head, *(line for line, n in blocks for _ in range(n)), f'{{"puzzle": "{P}"}}']
    path.write_text("\n".join(lines) + "\n" * ended)
    wanted, records, at = list(read(path, column=column)), read(path, column=column), 0
    for how, n in [*steps, ("take", len(wanted))]:
        some = wanted[at : at + n]
        if how == "skip":
            assert records.skip(n) == len(some)
        else:
            found = records.take(n)
            assert [_said(one) for one in found] == [_said(one) for one in some]
            assert [[*map(type, one.others.values())] for one in found] == [
                [*map(type, one.others.values())] for one in some
            ]
        at = min(at + n, len(wanted))


def _said(one: Record) -> tuple[object, ...]:
    """All of a record but what its file says the answer is, which is not asked of many."""
    return one.source, one.line, one.puzzle, one.reason, one.domain, dict(one.others)


@pytest.mark.parametrize(
    ("line", "kind"),
    [('{{"puzzle": "{}"}}', Even), ('{{"id": "{}", "puzzle": "{}"}}', Even), ('{{"n": 7, "puzzle":"{}"}}', Even)],
)
def test_lines_of_json_that_are_alike_come_as_texts(tmp_path: Path, line: str, kind: type) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{line.format(P, P)}\n" * 30_000)
    some = taken(read(path), 40_000)
    assert isinstance(some, Texts)
    assert isinstance(some.texts, kind)
    assert some[-1].line == len(some) == 30_000
