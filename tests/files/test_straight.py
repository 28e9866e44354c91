"""A file that is written while rows become known: OUT where they come in order, nothing anywhere else."""

from __future__ import annotations

import csv
import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.commands import P, S, solve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.compact import Even, Same
from vmdsolve.files import assembled
from vmdsolve.files.formats.parquet import Parquet
from vmdsolve.files.journal import Journal
from vmdsolve.files.record import Record
from vmdsolve.files.resumed import to_do
from vmdsolve.files.straight import Straight

parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (extra parquet)")
N = 12
BOARDS = {"problem": P, "solution": S}


def table(numbers: Sequence[int], others: Sequence[str] = ("n",)) -> dict[str, Sequence[Any]]:
    n = len(numbers)
    alike = {"status": "SOLVED", "method": "search", "unique": None, "loops": 0, "seconds": 0.0, "reason": ""}
    out: dict[str, Sequence[Any]] = {name: Same(value, n) for name, value in alike.items()}
    out |= {name: Even(np.frombuffer(text.encode() * n, np.uint8).reshape(n, -1)) for name, text in BOARDS.items()}
    return out | {name: list(numbers) for name in ("nfe", *others)}


def add(journal: Journal, numbers: Sequence[int], others: Sequence[str] = ("n",)) -> None:
    journal.add_table(numbers, [Record("a", i + 1, P) for i in numbers], table(numbers, others))


def read(out: Path) -> list[int]:
    """What the rows say, in order."""
    if out.suffix == ".csv":
        with out.open(newline="") as stream:
            return [int(row["nfe"]) for row in csv.DictReader(stream)]
    found: list[int] = parquet.read_table(out).column("nfe").to_pylist()
    return found


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 3), min_size=N, max_size=N), st.permutations(range(4)), st.booleans(), st.integers(1, 5))
def test_whatever_order_rows_come_in_out_is_in_that_of_the_input(
    ending: str, tmp_path: Path, whose: list[int], order: list[int], in_order: bool, window: int
) -> None:
    tables = [[i for i in range(N) if (sorted(whose) if in_order else whose)[i] == k] for k in range(4)]
    out = tmp_path / f"out{ending}"
    out.unlink(missing_ok=True)
    with Journal(out, {}) as journal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembled, "WINDOW", window)
        patch.setattr(assembled, "HELD", 1)
        for numbers in filter(None, tables if in_order else [tables[k] for k in order]):
            add(journal, range(numbers[0], numbers[-1] + 1) if in_order else numbers)
            assert not out.exists()
        journal.finish()
    assert read(out) == [*range(N)]
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_rows_in_order_are_not_written_a_second_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("made from the journal")

    monkeypatch.setattr(Journal, "_changed", refused)
    monkeypatch.setattr(Parquet, "write_tables", refused)
    with Journal(tmp_path / "out.parquet", {}) as journal:
        add(journal, range(5))
        add(journal, range(5, N))
        journal.finish()
    assert parquet.read_table(tmp_path / "out.parquet").column("n").to_pylist() == [str(i) for i in range(N)]


@pytest.mark.parametrize("what", ["a column comes", "rows lack", "a row alone", "a gap"])
def test_what_is_no_straight_way_is_given_up(what: str, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    with Journal(out, {}) as journal:
        add(journal, range(4))
        if what == "a row alone":
            add(journal, [5, 7])
            add(journal, range(4, 5))
            add(journal, range(6, 7))
            add(journal, range(8, N))
        else:
            add(
                journal, range(6, N) if what == "a gap" else range(4, 6), ("n", "m") if what == "a column comes" else ()
            )
            add(journal, range(4, 6) if what == "a gap" else range(6, N))
        journal.finish()
    assert read(out) == [*range(N)]


def test_a_job_that_goes_on_makes_out_of_all_its_rows(tmp_path: Path) -> None:
    out, records = tmp_path / "out.parquet", [Record("a", i + 1, P) for i in range(N)]
    with Journal(out, {}) as journal:
        add(journal, range(4))
    with Journal(out, {}, resume=True) as journal:
        assert [[*numbers] for numbers, _ in to_do(iter(records), journal, None)] == [[*range(4, N)]]
        add(journal, range(4, N))
        journal.finish()
    assert read(out) == [*range(N)]


def test_a_disk_that_fills_meanwhile_costs_only_the_straight_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, left = Straight.give_up, []

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Straight, "give_up", lambda self: (left.append(self._n), whole(self)))
    out = tmp_path / "out.parquet"
    with Journal(out, {}) as journal:
        add(journal, range(4))
        with monkeypatch.context() as patch:
            patch.setattr("pyarrow.concat_tables", full)
            patch.setattr("vmdsolve.files.formats.parquet.CHUNK", 1)
            add(journal, range(4, 8))
        add(journal, range(8, N))
        journal.finish()
    assert left[0] == 4
    assert read(out) == [*range(N)]


def test_a_job_of_the_command_goes_straight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, went = Straight.becomes_out, []

    def watched(self: Straight, *given: Any) -> bool:
        went.append(whole(self, *given))
        return went[-1]

    monkeypatch.setattr(Straight, "becomes_out", watched)
    (tmp_path / "in.csv").write_text("id,puzzle\n" + "".join(f"{i},{P}\n" for i in range(3000)))
    assert solve(tmp_path / "in.csv", "-o", tmp_path / "out.parquet").exit_code == 0
    assert went == [True]
    assert parquet.read_table(tmp_path / "out.parquet").column("id").to_pylist() == [str(i) for i in range(3000)]
