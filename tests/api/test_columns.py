"""Columns in, columns out: what `solve_batch` says of each problem, whatever table it came in and what is beside."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import BatchSolver
from vmdsolve.api.columns import COLUMNS
from vmdsolve.errors import InvalidInput

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra parquet)")
SOME = [
    "1......2..4..3..", "11..............", "." * 16, "oops", "1......44......1", "....", "12..............",
    "530070000600195000098000060800060003400803001700020006060000280000419005000080079", "123." + "." * 12,
]  # fmt: skip
STEADY = ("solution", "status", "method", "unique", "nfe", "loops", "reason")


def said(problems: list[Any], **options: Any) -> dict[str, list[Any]]:
    """What `solve_batch` says, by column."""
    found = [*vmdsolve.solve_batch(problems, invalid="report", **options)]
    out = {name: [getattr(one, name) for one in found] for name in STEADY if name != "solution"}
    return {**out, "solution": [one.text for one in found], "status": [one.status.value for one in found]}


@settings(deadline=None, max_examples=30)
@given(
    problems=st.lists(st.sampled_from(SOME), max_size=20), cut=st.integers(0, 20),
    method=st.sampled_from(["vmd", "search", "vmd-only"]), unique=st.booleans(),
)  # fmt: skip
def test_columns_say_what_solve_batch_says_whatever_the_batch(
    problems: list[str], cut: int, method: str, unique: bool
) -> None:
    solver = BatchSolver(method=method, unique=unique, threads=1)  # type: ignore[arg-type]
    parts = [solver({"puzzle": some}) for some in (problems[:cut], problems[cut:])]
    wanted = said(problems, method=method, unique=unique, threads=1)
    for name in COLUMNS:
        assert [*parts[0][name], *parts[1][name]] == wanted[name], name


def tables(columns: dict[str, Any]) -> dict[str, Any]:
    """The same in every make that is installed."""
    made = {"dict": columns, "arrow": pa.table(columns), "record batch": pa.RecordBatch.from_pydict(columns)}
    for name in ("pandas", "polars"):
        try:
            made[name] = __import__(name).DataFrame(columns)
        except ImportError:
            print(f"{name} is not installed: not tried")
    return made


def listed(table: Any) -> dict[str, list[Any]]:
    """A table of any make as lists; nothing is None in all of them."""
    if hasattr(table, "to_pydict"):
        return dict(table.to_pydict())
    columns = table if isinstance(table, dict) else {name: table[name].to_numpy() for name in table.columns}
    return {name: [None if one != one else one for one in list(column)] for name, column in columns.items()}


def test_every_make_of_table_comes_back_as_it_was_with_the_same_columns() -> None:
    columns = {"id": list(range(len(SOME))), "Puzzle": SOME, "status": ["new"] * len(SOME)}
    wanted = said(SOME, unique=True)
    for name, table in tables(columns).items():
        out = BatchSolver(unique=True)(table)
        assert type(out) is type(table), name
        got = listed(out)
        assert list(got) == ["id", "Puzzle", "input_status", *COLUMNS], name
        assert (got["id"], got["Puzzle"], got["input_status"]) == tuple(columns.values()), name
        assert {column: got[column] for column in COLUMNS} == wanted, name


def test_an_arrow_table_has_the_same_types_whatever_it_holds() -> None:
    full, none = (BatchSolver()(pa.table({"puzzle": pa.array(some, pa.string())})) for some in (SOME, []))
    assert full.schema == none.schema
    assert [str(full.schema.field(name).type) for name in ("solution", "unique", "nfe")] == ["string", "bool", "int64"]


def test_boards_may_be_arrays_and_kinds_stand_beside_them() -> None:
    boards = np.zeros((2, 4, 4), np.int64)
    boards[:, 0] = [1, 2, 3, 4]
    assert BatchSolver()({"board": boards})["status"].tolist() == ["SOLVED"] * 2
    mixed = {"puzzle": [".>1/v__/._.", "." * 16, "." * 16], "domain": ["futoshiki", "latin-4", None]}
    out = BatchSolver()(mixed)
    assert out["status"].tolist() == ["SOLVED"] * 3
    assert out["solution"][1] == vmdsolve.solve("." * 16, domain="latin-4").text
    named = BatchSolver(domain="latin-4")({"puzzle": ["." * 16], "domain": ["sudoku-4x4"]})  # the option counts more
    assert named["solution"][0] == out["solution"][1]


def test_a_solver_is_pickled_whole() -> None:
    solver = BatchSolver("grid", method="search", seed=3)
    again = pickle.loads(pickle.dumps(solver))
    batch = {"grid": SOME}
    for name in COLUMNS:
        assert again(batch)[name].tolist() == solver(batch)[name].tolist()


@pytest.mark.parametrize(
    ("batch", "column", "message"),
    [
        ({"a": ["x"], "b": ["y"]}, None, "which column holds the problems. There are 'a', 'b'; give column="),
        ({"puzzle": ["x"]}, "quiz", "the batch has 0 columns 'quiz' among 'puzzle'"),
        (
            {"puzzle": "1..."},
            None,
            "column 'puzzle' of the batch is a text; wanted a list or an array of them, as {'puz",
        ),
        ({"puzzle": ["x"], "id": [1, 2]}, None, "the columns of a batch differ in length: puzzle 1, id 2"),
        ({}, None, "There are none; give column="),
        (["...."], None, "a batch is a dict of arrays, an Arrow table or a data frame, got a list"),
        (pa.array(["...."]), None, "a batch is a dict of arrays"),
    ],
    ids=str,
)
def test_what_is_no_batch_is_refused(batch: Any, column: str | None, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        BatchSolver(column)(batch)


def test_options_are_refused_at_once() -> None:
    with pytest.raises(InvalidInput, match="trace is True, and columns have no room"):
        BatchSolver(trace=True)
    with pytest.raises(TypeError, match="there is no option 'batch_size'"):
        BatchSolver(batch_size=3)  # type: ignore[call-arg]
