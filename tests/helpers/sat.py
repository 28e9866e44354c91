"""A SAT solver of others, that goes through all models of some clauses."""

from __future__ import annotations

from collections.abc import Iterator

from pysat.solvers import Solver

from vmdsolve.bridges.clauses import Cnf

__all__ = ["models"]


def models(cnf: Cnf, most: int, *, whole: bool = False) -> Iterator[tuple[int, ...]]:
    """The boards of models, at most so many; `whole`: those that differ in any variable, not in the cells alone."""
    cells = cnf.L * cnf.V
    with Solver("cadical153", bootstrap_with=cnf.clauses()) as solver:
        for variable in range(1, cnf.variables + 1):  # those in no clause, too
            solver.add_clause([variable, -variable])
        for _ in range(most):
            if not solver.solve():
                return
            model = solver.get_model()[: cnf.variables]
            yield tuple((literal - 1) % cnf.V for literal in model[:cells] if literal > 0)
            solver.add_clause([-literal for literal in (model if whole else model[:cells])])
