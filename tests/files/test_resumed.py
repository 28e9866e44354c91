"""Law: whatever befalls a journal while its job is dead, the job ends as if it had never been killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.commands import CLASH, P, S
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.api.solve import solve_batch
from vmdsolve.files import resumed
from vmdsolve.files.journal import Journal
from vmdsolve.files.kept import digest_of, kept_line, key_of
from vmdsolve.files.puzzle import puzzle_of
from vmdsolve.files.record import Record
from vmdsolve.files.resumed import to_do
from vmdsolve.files.rows import Row, row_of

U = "1......2..4..3.."
TEXTS = [P, "oops", U, CLASH, "." * 25, "1" + "." * 24, P, U, "." * 16]
RECORDS = [Record("a.txt", i, text, domain="latin-5" if len(text) == 25 else None) for i, text in enumerate(TEXTS, 1)]


def rows_of(records: list[Record]) -> list[Row]:
    solved = solve_batch([puzzle_of(r, None)[0] for r in records], method="search", invalid="report")
    return [row_of(record, solution, record.domain) for record, solution in zip(records, solved, strict=True)]


ROWS = rows_of(RECORDS)
KEY = key_of({})
LINES = [kept_line(KEY, i, digest_of(record), row) for i, (record, row) in enumerate(zip(RECORDS, ROWS, strict=True))]


def gone_on(out: Path, records: list[Record] = RECORDS) -> tuple[list[int], list[str]]:
    """Which records were done again, and what was said, of a job that is resumed and ends."""
    said: list[str] = []
    with Journal(out, {}, resume=True, say=said.append) as journal:
        again = []
        for number, record in to_do(records, journal, None):
            again.append(number)
            journal.add(ROWS[number], number, digest_of(record))
        journal.finish()
    return again, said


def left(out: Path, lines: list[bytes]) -> None:
    """The journal of a job that was killed."""
    with Journal(out, {}) as journal:
        head = journal.path.read_bytes()
    journal.path.write_bytes(head + b"".join(lines))


EDITS = st.one_of(
    st.tuples(st.just("lose"), st.integers(0, 99), st.none()),
    st.tuples(st.just("double"), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.just("swap"), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.just("flip"), st.integers(0, 99), st.integers(0, 999)),
    st.tuples(st.just("cut"), st.integers(0, 99), st.integers(0, 400)),
    st.tuples(st.just("number"), st.integers(0, 99), st.integers(0, 12)),
    st.tuples(st.just("forge"), st.integers(0, 99), st.sampled_from(["1" * 16, S, S[:-1], "", None, "x" * 25])),
)


def edited(lines: list[bytes], edit: tuple[str, int, Any]) -> list[bytes]:
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
    if how == "flip":
        what %= len(line)
        return [*lines[:place], line[:what] + bytes([line[what] ^ 4]) + line[what + 1 :], *lines[place + 1 :]]
    if how == "cut":
        return [*lines[:place], line[:what], *lines[place + 1 :]]
    if how == "number":  # a line that is whole, of a record that is not its own
        forged = kept_line(KEY, what, digest_of(RECORDS[place % len(RECORDS)]), ROWS[place % len(RECORDS)])
    else:
        row = ROWS[place % len(RECORDS)]
        wrong = Row(row.problem, what, "SOLVED", "search", None, 0, 0.0, "", row.others)
        if what is not None and row.solution is not None and what == row.solution:
            return lines
        number = place % len(RECORDS)
        if what == S and number in (0, 6, 8):  # an answer is an answer, whoever found it
            return lines
        forged = kept_line(KEY, number, digest_of(RECORDS[number]), wrong)
    return [*lines[:place], forged, *lines[place + 1 :]]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begun=st.permutations(LINES), done=st.integers(0, len(LINES)), edits=st.lists(EDITS, max_size=4))
def test_whatever_befalls_a_journal_the_output_is_that_of_a_job_never_killed(
    tmp_path_factory: pytest.TempPathFactory, begun: list[bytes], done: int, edits: list[tuple[str, int, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("job")
    whole, out = folder / "whole.csv", folder / "out.csv"
    gone_on(whole)
    lines = begun[:done]
    for edit in edits:
        lines = edited(lines, edit)
    left(out, lines)
    gone_on(out)
    assert out.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["out.csv", "whole.csv"]


def test_what_is_right_is_not_done_again_and_what_is_not_is_named(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    left(out, LINES)
    assert gone_on(out) == ([], [])
    wrong = Row(P, "1" * 16, "SOLVED", "search", None, 0, 0.0, "")
    path = tmp_path / "out.csv.partial.jsonl"
    left(out, [
        kept_line(KEY, 0, digest_of(RECORDS[0]), wrong), LINES[1], kept_line(KEY, 4, digest_of(RECORDS[3]), ROWS[3]),
        LINES[1], kept_line(KEY, 9, digest_of(RECORDS[3]), ROWS[3]), LINES[2][:-9] + b"\n", *LINES[5:],
    ])  # fmt: skip
    again, said = gone_on(out)
    assert again == [0, 2, 3, 4]
    assert said == [
        f"{path}:5 is of problem 2, of which there is a line before; it is dropped",
        f"{path}:7 is damaged, or of another job; it is dropped",
        f"{path}:4 is not of problem 5 of the input; it is dropped",
        f"{path}:2 says of problem 1 what is not so; it is dropped",
        f"{path}:6 is of problem 10, and the input has 9; it is dropped",
    ]


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
def test_what_cannot_be_is_not_believed(tmp_path: Path, number: int, status: str, solution: str | None) -> None:
    forged = Row(RECORDS[number].puzzle, solution, status, "search", None, 0, 0.0, "", {})
    left(tmp_path / "out.csv", [kept_line(KEY, number, digest_of(RECORDS[number]), forged)])
    again, said = gone_on(tmp_path / "out.csv")
    assert again == list(range(len(RECORDS)))
    assert len(said) == 1


def test_records_are_compared_a_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resumed, "AT_ONCE", 2)
    left(tmp_path / "out.csv", [LINES[6], LINES[0], LINES[3]])
    assert gone_on(tmp_path / "out.csv") == ([1, 2, 4, 5, 7, 8], [])


def test_an_input_that_became_shorter_keeps_what_it_has(tmp_path: Path) -> None:
    left(tmp_path / "out.txt", LINES)
    again, said = gone_on(tmp_path / "out.txt", RECORDS[:2])
    assert (again, len(said)) == ([], 7)
    assert len((tmp_path / "out.txt").read_text().splitlines()) == 2
