"""Law: whatever befalls a journal while its job is dead, the job ends as if it had never been killed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import CLASH, P, S
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.api.solve import solve_batch
from vmdsolve.files import resumed
from vmdsolve.files.journal import Journal
from vmdsolve.files.owned import grown as grown_of
from vmdsolve.files.puzzle import puzzle_of
from vmdsolve.files.record import Record
from vmdsolve.files.resumed import to_do
from vmdsolve.files.rows import Row, row_of
from vmdsolve.files.skipping import Records
from vmdsolve.files.texts import Texts

U = "1......2..4..3.."
TEXTS = [P, "oops", U, CLASH, "." * 25, "1" + "." * 24, P, U, "." * 16]
RECORDS = [Record("a.txt", i, text, domain="latin-5" if len(text) == 25 else None) for i, text in enumerate(TEXTS, 1)]


def rows_of(records: list[Record]) -> list[Row]:
    solved = solve_batch([puzzle_of(r, None)[0] for r in records], method="search", invalid="report")
    return [row_of(record, solution, record.domain) for record, solution in zip(records, solved, strict=True)]


ROWS = rows_of(RECORDS)
ENDINGS = (".csv", ".jsonl", ".txt", ".json")  # of the last the rows stand in the journal


class Left:
    """What a killed job leaves: rows that it wrote, and the journal that says which of them are of which records."""

    def __init__(self, out: Path) -> None:
        out.unlink(missing_ok=True)
        self._journal = Journal(out, {})
        self._head = self._journal.path.read_bytes()

    def line(self, numbers: Sequence[int], records: Sequence[Record], rows: Sequence[Row]) -> bytes:
        """The line of some rows, which are written."""
        names = dict.fromkeys(name for row in rows for name in row.columns)
        before = len(self._journal.path.read_bytes())
        self._journal.add_table(numbers, records, {name: [row.columns.get(name) for row in rows] for name in names})
        return self._journal.path.read_bytes()[before:]

    def lines(self, *parts: Sequence[int]) -> list[bytes]:
        """Lines of these records, as they should be."""
        return [self.line(part, [RECORDS[i] for i in part], [ROWS[i] for i in part]) for part in parts]

    def end(self, lines: Sequence[bytes]) -> None:
        """The job is killed, and its journal has these lines."""
        self._journal.__exit__()
        self._journal.path.write_bytes(self._head + b"".join(lines))


def gone_on(out: Path, records: list[Record] = RECORDS) -> tuple[list[int], list[str]]:
    """Which records were done again, and what was said, of a job that is resumed and ends."""
    said: list[str] = []
    with Journal(out, {}, resume=True, say=said.append) as journal:
        again = []
        for numbers, some in to_do(iter(records), journal, None):
            again += numbers
            for number, record in zip(numbers, some, strict=True):
                journal.add(ROWS[number], number, [record])
        journal.finish()
    return sorted(again), said


EDITS = st.one_of(
    st.tuples(st.just("lose"), st.integers(0, 99), st.none()),
    st.tuples(st.just("double"), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.just("swap"), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.just("flip"), st.integers(0, 99), st.integers(0, 999)),
    st.tuples(st.just("cut"), st.integers(0, 99), st.integers(0, 400)),
    st.tuples(st.just("number"), st.integers(0, 99), st.integers(0, 12)),
    st.tuples(st.just("forge"), st.integers(0, 99), st.sampled_from(["1" * 16, S, S[:-1], "", None, "x" * 25])),
)


def edited(lines: list[bytes], edit: tuple[str, int, Any], left: Left) -> list[bytes]:
    how, place, what = edit
    if not lines:
        return lines
    place %= len(lines)
    line, rest = lines[place], lines[:place] + lines[place + 1 :]
    if how == "lose":
        return rest
    if how == "double":
        return [*lines[: what % len(lines)], line, *lines[what % len(lines) :]]
    if how == "swap":
        return [*rest[: what % len(lines)], line, *rest[what % len(lines) :]]
    if how == "flip" and not line:  # as `cut` leaves it
        return lines
    if how == "flip":
        what %= len(line)
        return [*lines[:place], line[:what] + bytes([line[what] ^ 4]) + line[what + 1 :], *lines[place + 1 :]]
    if how == "cut":
        return [*lines[:place], line[:what], *lines[place + 1 :]]
    if how == "number":  # a line that is whole, of a record that is not its own
        forged = left.line([what], [RECORDS[place % len(RECORDS)]], [ROWS[place % len(RECORDS)]])
    else:
        row = ROWS[place % len(RECORDS)]
        wrong = Row(row.problem, what, "SOLVED", "search", None, 0, 0.0, "", row.others)
        if what is not None and row.solution is not None and what == row.solution:
            return lines
        number = place % len(RECORDS)
        if what == S and number in (0, 6, 8):  # an answer is an answer, whoever found it
            return lines
        forged = left.line([number], [RECORDS[number]], [wrong])
    return [*lines[:place], forged, *lines[place + 1 :]]


def parted(order: Sequence[int], sizes: Sequence[int]) -> list[list[int]]:
    """Parts of an order, of these sizes and then of one each."""
    left, out = list(order), []
    for size in [*sizes, *[1] * len(order)]:
        if left:
            out.append(sorted(left[:size]))
            left = left[size:]
    return out


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.permutations(range(len(RECORDS))).flatmap(lambda order: st.lists(st.integers(1, 4)).map(
        lambda sizes: parted(order, sizes))),
    done=st.integers(0, len(RECORDS)), edits=st.lists(EDITS, max_size=4), ending=st.sampled_from(ENDINGS),
    cut=st.none() | st.floats(0, 1),
)  # fmt: skip
def test_whatever_befalls_a_journal_the_output_is_that_of_a_job_never_killed(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[int]], done: int, edits: list[tuple[str, int, Any]],
    ending: str, cut: float | None,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("job")
    whole, out = folder / f"whole{ending}", folder / f"out{ending}"
    gone_on(whole)
    left = Left(out)
    lines = left.lines(*parts)[:done]
    for edit in edits:
        lines = edited(lines, edit, left)
    left.end(lines)
    if cut is not None and (grown := grown_of(out)).exists():  # what a power failure leaves
        os.truncate(grown, round(cut * grown.stat().st_size))
    gone_on(out)
    if ending == ".txt" and any(edit[0] in ("forge", "number") for edit in edits):  # whose rows do not say the problem
        assert len(out.read_bytes().splitlines()) == len(RECORDS)
    else:
        assert out.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == [f"out{ending}", f"whole{ending}"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_right_is_not_done_again_and_what_is_not_is_named(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out{ending}"
    left = Left(out)
    left.end(left.lines(*([i] for i in range(len(RECORDS)))))
    assert gone_on(out) == ([], [])
    wrong = Row(P, "1" * 16, "SOLVED", "search", None, 0, 0.0, "")
    path = tmp_path / f"out{ending}.partial.jsonl"
    left = Left(out)
    lines = left.lines(*([i] for i in range(len(RECORDS))))
    left.end([
        left.line([0], RECORDS[:1], [wrong]), lines[1], left.line([4], RECORDS[3:4], ROWS[3:4]),
        lines[1], left.line([9], RECORDS[3:4], ROWS[3:4]), lines[2][:-9] + b"\n", *lines[5:],
    ])  # fmt: skip
    again, said = gone_on(out)
    assert again == [0, 2, 3, 4]
    assert said == [
        f"{path}:5 is of problem 2, of which there is a line before; it is dropped",
        f"{path}:7 is damaged, or of another job; it is dropped",
        f"{path}:2 says of problem 1 what is not so; it is dropped",
        f"{path}:4 is not of problem 5 of the input; it is dropped",
        f"{path}:6 is of problem 10, and the input has 9; it is dropped",
    ]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("number", "status", "solution"),
    [
        (0, "INVALID", None),
        (1, "SOLVED", S),
        (1, "UNSATISFIABLE", None),
        (3, "SOLVED", S),
        (2, "SOLVED", None),
        (2, "UNCHECKED", "1234341221434321"),
        (2, "UNSATISFIABLE", "1234341221434321"),
        (4, "SOLVED", "1234523451345124512351234" + "1"),
    ],
)
def test_what_cannot_be_is_not_believed(
    tmp_path: Path, number: int, status: str, solution: str | None, ending: str
) -> None:
    forged = Row(RECORDS[number].puzzle, solution, status, "search", None, 0, 0.0, "", {})
    left = Left(tmp_path / f"out{ending}")
    left.end([left.line([number], [RECORDS[number]], [forged])])
    again, said = gone_on(tmp_path / f"out{ending}")
    assert again == list(range(len(RECORDS)))
    assert len(said) == 1


def test_records_are_compared_a_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resumed, "AT_ONCE", 2)
    left = Left(tmp_path / "out.csv")
    left.end(left.lines([6], [0], [3]))
    assert gone_on(tmp_path / "out.csv") == ([1, 2, 4, 5, 7, 8], [])


def test_an_input_that_became_shorter_keeps_what_it_has(tmp_path: Path) -> None:
    left = Left(tmp_path / "out.txt")
    left.end(left.lines(*([i] for i in range(len(RECORDS)))))
    again, said = gone_on(tmp_path / "out.txt", RECORDS[:2])
    assert (again, len(said)) == ([], 7)
    assert len((tmp_path / "out.txt").read_text().splitlines()) == 2


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_line_of_many_is_right_or_done_again_as_a_whole(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out{ending}"
    left = Left(out)
    left.end(left.lines([0, 6, 7], [1, 3, 8]))
    assert gone_on(out) == ([2, 4, 5], [])
    wrong = Row(P, "1" * 16, "SOLVED", "search", None, 0, 0.0, "")
    left = Left(out)
    forged = left.line([0, 6, 7], [RECORDS[i] for i in (0, 6, 7)], [ROWS[0], wrong, ROWS[7]])
    left.end([forged, *left.lines([1, 2])])
    again, said = gone_on(out)
    assert (sorted(again), len(said)) == ([0, 3, 4, 5, 6, 7, 8], 1)
    assert "says of problem 7 what is not so; it is dropped" in said[0]


@pytest.mark.parametrize("ending", ENDINGS)
def test_plain_lines_are_judged_together_and_one_wrong_answer_is_named(tmp_path: Path, ending: str) -> None:
    texts, out = Texts([P, U, P], [(0, "a.txt", 1)]), tmp_path / f"out{ending}"
    good = [row_of(one, solution, None) for one, solution in zip(texts, solve_batch(texts.texts), strict=True)]
    for place, answer in ((None, S), (1, S), (2, "1" * 16), (2, "oops")):
        rows = [Row(r.problem, answer, *list(r.columns.values())[2:6], 0.0, "") if i == place else r
                for i, r in enumerate(good)]  # fmt: skip
        left = Left(out)
        left.end([left.line(range(3), texts, rows)])
        said: list[str] = []
        with Journal(out, {}, resume=True, say=said.append) as journal:
            again = [number for numbers, _ in to_do(Records([texts]), journal, None) for number in numbers]
        assert again == ([] if place is None else [0, 1, 2])
        assert [one.rpartition(":")[2].split(" ", 1)[1] for one in said] == (
            [] if place is None else [f"says of problem {place + 1} what is not so; it is dropped"]
        )
        journal.path.unlink()
