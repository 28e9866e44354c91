"""Tables of any make: their columns by name, the cells of one, and the same table with columns besides.

A dict of arrays or lists, an Arrow table or record batch, a data frame of pandas or polars. None of these packages is
imported here: who hands over a table has imported its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ..errors import InvalidInput

__all__ = ["cells", "names", "with_columns"]

ARROW = {"solution": "string", "status": "string", "method": "string", "reason": "string", "unique": "bool_"}
KINDS = "a dict of arrays, an Arrow table or a data frame"


def names(table: Any) -> list[str]:
    """The names of its columns, in order.

    Raises
    ------
    InvalidInput
        Where it is no table, or its columns have not one length.

    Examples
    --------
    >>> names({"puzzle": ["1..."], "id": [7]})
    ['puzzle', 'id']
    """
    if isinstance(table, Mapping):
        if texts := [str(name) for name, column in table.items() if isinstance(column, (str, bytes))]:
            what = f"column {texts[0]!r} of the batch is a text; wanted a list or an array of them"
            raise InvalidInput(f"{what}, as {{{texts[0]!r}: [text]}}")
        lengths = {str(name): len(column) for name, column in table.items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} {n:,}" for name, n in lengths.items())
            raise InvalidInput(f"the columns of a batch differ in length: {told}")
        return list(lengths)
    make = _make(table)
    found = table.schema.names if make == "pyarrow" else table.columns
    return [str(name) for name in found]


def cells(table: Any, name: str) -> Sequence[Any]:
    """What a column holds, as Python has it: text as str, a board as an array, or boards as one array of them."""
    if isinstance(table, Mapping):
        column = next(column for own, column in table.items() if str(own) == name)
        if isinstance(column, np.ndarray):
            return cast(Sequence[Any], column.tolist() if column.ndim == 1 else column)
        return list(column)
    if _make(table) == "pyarrow":
        out: list[Any] = table.column(table.schema.names.index(name)).to_pylist()
        return out
    return list(table[next(own for own in table.columns if str(own) == name)])


def with_columns(table: Any, renamed: Mapping[str, str], added: Mapping[str, npt.NDArray[Any]]) -> Any:
    """The same kind of table, some columns under other names, with further ones behind them.

    Examples
    --------
    >>> with_columns({"status": ["new"]}, {"status": "input_status"}, {"status": np.array(["SOLVED"])})
    {'input_status': ['new'], 'status': array(['SOLVED'], dtype='<U6')}
    """
    if isinstance(table, Mapping):
        return {renamed.get(str(name), name): column for name, column in table.items()} | dict(added)
    make = _make(table)
    if make == "pyarrow":
        pa = import_module("pyarrow")  # which is there: the batch is one of its tables

        columns = {name: pa.array(array, _arrow_type(pa, name)) for name, array in added.items()}
        old = [renamed.get(name, name) for name in table.schema.names]
        return type(table).from_arrays([*table.columns, *columns.values()], [*old, *columns])
    if make == "pandas":
        out = table.rename(columns=dict(renamed))
        for name, array in added.items():
            out[name] = array
        return out
    pl = import_module("polars")

    series = [pl.Series(name, array.tolist(), dtype=_polars_type(pl, name)) for name, array in added.items()]
    return table.rename(dict(renamed)).with_columns(series)


def _arrow_type(pa: Any, name: str) -> Any:
    return getattr(pa, ARROW[name])() if name in ARROW else pa.int64()


def _polars_type(pl: Any, name: str) -> Any:
    return pl.Int64 if name not in ARROW else pl.Boolean if ARROW[name] == "bool_" else pl.String


def _make(table: Any) -> str:
    """Whose table it is."""
    make = type(table).__module__.partition(".")[0]
    if make == "pyarrow" and hasattr(table, "schema") and hasattr(table, "column"):
        return make
    if make in ("pandas", "polars") and getattr(table, "ndim", 2) == 2 and hasattr(table, "columns"):
        return make
    raise InvalidInput(f"a batch is {KINDS}, got a {type(table).__name__}; a list of problems goes to solve_batch")
