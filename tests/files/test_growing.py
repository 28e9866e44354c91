"""Rows that grow into OUT: written once where they come in order, right wherever a job ends, and nobody else's file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import P, S, run, solve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.compact import Even, Same
from vmdsolve.errors import InvalidInput
from vmdsolve.files.formats import writer_of
from vmdsolve.files.formats.grows import Grows
from vmdsolve.files.journal import Journal
from vmdsolve.files.owned import grown
from vmdsolve.files.record import Record
from vmdsolve.files.resumed import to_do
from vmdsolve.files.rows import NAMES, Row
from vmdsolve.files.told import together

ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".txt", ".sdm")
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=6) | st.sampled_from(
    ["=1", "-2--1", 'a"b', "1,2", "'", "a\tb"]
)
ROWS = st.lists(
    st.builds(
        Row, TEXT, st.none() | TEXT.filter(lambda text: text[:2] != "? "), st.just("SOLVED"), st.just("search"),
        st.none() | st.booleans(), st.integers(0, 2**40), st.floats(0, 1), TEXT,
        others=st.builds(lambda one: {"id": one, "b": "x"}, st.integers() | st.none() | TEXT | st.just("two\nlines")),
    ), min_size=1, max_size=5,
)  # fmt: skip
RECORDS = [Record("a", i + 1, P, others={"n": i}) for i in range(4)]


def form_of(ending: str) -> Grows:
    form = writer_of(ending)
    assert isinstance(form, Grows)
    return form


def add(journal: Journal, *numbers: int) -> None:
    for i in numbers:
        journal.add(Row(P, S, "SOLVED", "search", None, i, 0.1, "", RECORDS[i].others), i, [RECORDS[i]])


def done_again(out: Path) -> list[int]:
    """Which records a job that is resumed does; it ends."""
    again = []
    with Journal(out, {}, resume=True) as journal:
        for numbers, _ in to_do(iter(RECORDS), journal, None):
            again += numbers
            add(journal, *numbers)
        journal.finish()
    return again


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.sampled_from(ENDINGS), st.permutations(["id", "b"]))
def test_rows_say_their_answers_and_take_other_columns(rows: list[Row], ending: str, order: list[str]) -> None:
    form = form_of(ending)
    table: dict[str, list[Any]] = {name: [row.columns[name] for row in rows] for name in rows[0].columns}
    names, others = (*NAMES, "id"), (*NAMES, *order)
    some = form.rows(table, names)
    assert form.solutions(some, names) == [row.solution for row in rows]
    ends = form.ends(some).tolist()
    each = [some[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    assert each == [form.rows({name: [column[i]] for name, column in table.items()}, names) for i in range(len(rows))]
    without = {name: column for name, column in table.items() if name != "b"}
    assert form.renamed(some, names, others) == form.rows(without, others)
    assert form.rows({name: [] for name in table}, names) == b""


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".txt"])
def test_what_comes_in_order_is_renamed_and_anything_else_put_in_order(tmp_path: Path, ending: str) -> None:
    for order, once in (((0, 1, 2, 3), True), ((1, 0, 2, 3), False)):
        out = tmp_path / f"{once}{ending}"
        with Journal(out, {}) as journal:
            add(journal, *order)
            number = grown(out).stat().st_ino
            journal.finish()
        assert (out.stat().st_ino == number) == once
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"False{ending}", f"True{ending}"]
    assert (tmp_path / f"False{ending}").read_bytes() == (tmp_path / f"True{ending}").read_bytes()


def test_a_job_that_was_killed_before_its_journal_went_does_nothing_again(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with Journal(out, {}) as journal:
        add(journal, 0, 1, 2, 3)
        left = journal.path.read_bytes()
        journal.finish()
    whole = out.read_bytes()
    journal.path.write_bytes(left)
    assert (done_again(out), out.read_bytes()) == ([], whole)
    journal.path.write_bytes(left)
    out.write_bytes(whole[:-9] + b"mine.....")  # and what somebody changed in it
    assert (done_again(out), out.read_bytes()) == ([3], whole)


@pytest.mark.parametrize("head", [b"problem,solution,statue", b"", b"p"])
def test_a_head_that_was_changed_is_made_good(tmp_path: Path, head: bytes) -> None:
    out = tmp_path / "out.csv"
    with Journal(out, {}) as journal:
        add(journal, 0, 1)
    rows = grown(out).read_bytes()
    grown(out).write_bytes(head + rows[len(head) or 30 :])
    done_again(out)
    assert out.read_text().startswith("problem,solution,status,")
    assert out.read_text().count("\n") == 5


def test_rows_that_are_gone_are_told_and_done_again(tmp_path: Path) -> None:
    out, said = tmp_path / "out.csv", []
    with Journal(out, {}) as journal:
        add(journal, 0, 1)
    grown(out).unlink()
    with Journal(out, {}, resume=True, say=said.append) as journal:
        assert journal.done == 0
        add(journal, *[number for numbers, _ in to_do(iter(RECORDS), journal, None) for number in numbers])
        journal.finish()
    assert said[0] == f"{grown(out)} is gone, and with it the rows"
    assert out.read_text().count("\n") == 5


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "file"])
@pytest.mark.parametrize("resume", [False, True])
def test_what_has_the_name_of_rows_goes_and_what_it_leads_to_stays(tmp_path: Path, kind: str, resume: bool) -> None:
    out, victim = tmp_path / "out.csv", tmp_path / "victim"
    victim.write_bytes(b"mine")
    if resume:
        with Journal(out, {}) as journal:
            add(journal, 0, 1)
        grown(out).unlink()
    match kind:
        case "link":
            grown(out).symlink_to(victim)
        case "hard link":
            grown(out).hardlink_to(victim)
        case "pipe":
            os.mkfifo(grown(out))
        case _:
            grown(out).write_bytes(b"mine")
    assert done_again(out) == [0, 1, 2, 3]
    assert (victim.read_bytes(), out.read_text().count("\n")) == (b"mine", 5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "victim"]


@pytest.mark.parametrize("command", [("solve", P), ("generate", "latin-3")])
def test_a_folder_of_that_name_is_refused(tmp_path: Path, command: tuple[str, str]) -> None:
    out = tmp_path / "out.csv"
    grown(out).mkdir()
    result = run(*command, "-o", out)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert f"{grown(out)} is in the way of the rows of {out}: Is a directory; move it away" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [".vmdsolve-out.csv"]


def test_a_file_that_is_replaced_keeps_its_permissions_and_a_device_is_not(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("before")
    out.chmod(0o640)
    assert solve(P, "-o", out).exit_code == 0
    assert (out.stat().st_mode & 0o777, out.read_text().startswith("problem,")) == (0o640, True)
    with Journal(tmp_path / "pipe.csv", {}) as journal:
        add(journal, 0)
        os.mkfifo(journal.out)
        with pytest.raises(InvalidInput, match="it is no plain file"):
            journal.finish()


def test_a_journal_that_asks_for_much_memory_gets_none(tmp_path: Path) -> None:
    from vmdsolve.files.kept import key_of
    from vmdsolve.files.spots import Spot, spot_line

    out = tmp_path / "out.csv"
    with Journal(out, {}) as journal:
        add(journal, 0)
    good, table = journal.path.read_bytes(), {"status": ["SOLVED"], "method": [None]}
    for at, size in ((1 << 60, 9), (0, 1 << 60), (-1, 9), (0, 1 << 27)):
        spot = Spot(at, size, "0" * 16, {})
        journal.path.write_bytes(good + spot_line(key_of({}), [1], "", spot, table))
        with Journal(out, {}, resume=True) as again:
            assert all(again.said(place) is None for place in again.left(1, 2) if place)
            assert grown(out).stat().st_size < 1000
        grown(out).unlink()
        journal.path.unlink()
        with Journal(out, {}) as journal:
            add(journal, 0)
        good = journal.path.read_bytes()


@given(st.lists(st.tuples(st.integers(1, 600), st.booleans()), max_size=20))
def test_batches_that_are_put_together_say_the_same(sizes: list[tuple[int, bool]]) -> None:
    begin, batches = 0, []
    for n, follows in sizes:
        begin += 0 if follows else 5
        codes = (begin + n) % 9 + 48
        columns = {"solution": Even.of([chr(codes)] * n), "nfe": Same(n, n), "seconds": Same(0.5, n)}
        batches.append((range(begin, begin + n) if n % 7 else [*range(begin, begin + n)], columns))
        begin += n
    wanted = [(i, *values) for places, some in batches for i, *values in zip(places, *some.values(), strict=True)]
    found = [*together(iter(batches))]
    assert [(i, *values) for places, some in found for i, *values in zip(places, *some.values(), strict=True)] == wanted


def test_what_is_held_back_is_told_before_an_error() -> None:
    def failing() -> Any:
        yield range(300), {"nfe": Same(0, 300), "seconds": Same(0.5, 300)}
        raise KeyboardInterrupt

    found = together(failing())
    assert next(found)[0] == range(300)
    with pytest.raises(KeyboardInterrupt):
        next(found)
