"""to_cpmpy and from_cpmpy: problems as models of CPMpy, with its solvers and tools, and models as problems."""

from __future__ import annotations

from typing import Any, NamedTuple, Unpack

from ..bridges.from_cpmpy import problem_of
from ..bridges.to_cpmpy import model_of
from ..deadline import Deadline, within
from ..domains.reading import Grid, read
from ..problem import Problem
from .option import takes
from .options import Options, TimedOptions

__all__ = ["CpmpyModel", "from_cpmpy", "to_cpmpy"]


class CpmpyModel(NamedTuple):
    """A problem as CPMpy has it.

    Attributes
    ----------
    model
        A cpmpy.Model.
    cells
        Its variables [L]; each is the value of a cell, from 0.
    """

    model: Any
    cells: Any


@takes(TimedOptions)
def to_cpmpy(problem: Grid, **options: Unpack[TimedOptions]) -> CpmpyModel:
    """Write a problem as a model of CPMpy, whose solvers, formats and unsatisfiable cores come with it.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    {options}

    Returns
    -------
    CpmpyModel

    Raises
    ------
    MissingExtra
        Without cpmpy: pip install 'vmdsolve[cpmpy]'.
    InvalidInput
        As `solve` does, or where a constraint has no form there.

    Examples
    --------
    >>> model, cells = to_cpmpy("12..34..2143....")
    >>> model.solveAll()
    2
    """
    checked = Options(TimedOptions, **options)
    with within(Deadline(checked.time_limit)):
        return CpmpyModel(*model_of(read(problem, checked.domain)))


def from_cpmpy(model: Any) -> Problem:
    """Read a flat model of CPMpy as a problem, which every call here takes: solve, count, check, prove.

    Its cells are the model's variables, in the order in which they first appear; `problem.layout.put(values)` gives
    values back to them. Comparisons of sums, alldifferent, count, table and regular become constraints of their own;
    any other expression becomes a table where its variables have at most 65,536 values together.

    Parameters
    ----------
    model
        A cpmpy.Model without objective, whose variables have at most 64 numbers from the least to the greatest.

    Returns
    -------
    Problem

    Raises
    ------
    MissingExtra
        Without cpmpy: pip install 'vmdsolve[cpmpy]'.
    InvalidInput
        What cannot be said is named.

    Examples
    --------
    >>> import cpmpy, vmdsolve
    >>> x, y = cpmpy.intvar(1, 9, name="x"), cpmpy.intvar(1, 9, name="y")
    >>> problem = from_cpmpy(cpmpy.Model(x * y == 12, x - y == 4))
    >>> vmdsolve.solve(problem, unique=True, method="search").grid.tolist()
    [[6, 2]]
    """
    return problem_of(model)
