"""Rules that read their cells one by one and keep in mind a state: sums, counts and words, as clauses.

After each cell one variable a state says whether it is the one. States that the start does not lead to, and those that
lead to no end, have none. Given the cells, every variable here follows by unit propagation.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from ..deadline import stop_point
from .clauses import MOST_CLAUSES, Clauses, TooMany

__all__ = ["SURE", "Reading", "add_reading"]

SURE = "sure"  # a state after which anything may come
Arc = tuple[Hashable, int, Hashable]  # state, value, next state


class Reading(NamedTuple):
    """How a rule reads.

    Attributes
    ----------
    cells
        In the order in which they are read.
    start
        The state before the first.
    step
        Of the place among the cells, the state and the value: the next state, or None if none is left.
    ends
        Whether a state may be the last.
    """

    cells: Sequence[int]
    start: Hashable
    step: Callable[[int, Hashable, int], Hashable | None]
    ends: Callable[[Hashable], bool]


def add_reading(clauses: Clauses, rule: Reading) -> None:
    """Add the clauses of one rule."""
    arcs = _living(rule, clauses.V)
    if arcs is None:
        clauses.add([])
        return
    before = {rule.start: clauses.new()}
    clauses.add(before.values())
    for cell, here in zip(rule.cells, arcs, strict=True):
        after = {state: clauses.new() for state in dict.fromkeys(target for _, _, target in here)}
        clauses.add(after.values())
        leads = {(state, value): target for state, value, target in here}
        sources: dict[tuple[Hashable, int], list[int]] = {}
        for state, value, target in here:
            sources.setdefault((target, value), []).append(before[state])
        for value in range(clauses.V):
            held = -clauses.holds(cell, value)
            for state, variable in before.items():
                target = leads.get((state, value))
                clauses.add([held, -variable] if target is None else [held, -variable, after[target]])
            for state, variable in after.items():
                clauses.add([held, -variable, *sources.get((state, value), ())])
        before = after


def _living(rule: Reading, V: int) -> list[list[Arc]] | None:
    """For each cell the ways that lead from the start to an end; None if there are none."""
    states: list[Hashable] = [rule.start]
    arcs: list[list[Arc]] = []
    count = 0
    for place in range(len(rule.cells)):
        stop_point()
        here = []
        for state in states:
            for value in range(V):
                target = rule.step(place, state, value)
                if target is not None:
                    here.append((state, value, target))
        count += len(here)
        if count > MOST_CLAUSES:
            raise TooMany(f"more than {MOST_CLAUSES:,} clauses")
        states = list(dict.fromkeys(target for _, _, target in here))
        arcs.append(here)
    alive = {state for state in states if rule.ends(state)}
    for place in reversed(range(len(arcs))):
        arcs[place] = [arc for arc in arcs[place] if arc[2] in alive]
        alive = {state for state, _, _ in arcs[place]}
    return arcs if rule.start in alive else None
