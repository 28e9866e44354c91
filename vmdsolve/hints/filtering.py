"""What one constraint alone leaves of its cells' symbols, exactly: the reasoning that a hint puts in words.

A set of values is an int (sets.py). Search has its own propagators; these are slower, and say more: they
never let one constraint's conclusion into another's, so that a conclusion has one reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import cast

from ..constraints import AllDifferent, Connected, Count, Less, Linear, Predicate, Regular, Sum, Table
from ..deadline import stop_point
from ..problem import Constraint
from ..sets import listed, one

__all__ = ["border", "supported"]

MOST_DISTINCT = 12  # values: there are 2^12 sets of them
MOST_SUMS = 2048  # that a Linear may reach on the way, to be followed one by one
SOME = 1024  # tuples between two looks at the clock
Step = Callable[[int, int], int]  # a state, a value -> the next state


@singledispatch
def supported(constraint: Constraint, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    """Of each cell's set, in the order of the constraint's cells, the values that occur in a way to obey it.

    All sets are empty where the constraint cannot be obeyed. Exact but for AllDifferent, where values that one cell
    alone holds leave the others; for Linear of MOST_SUMS sums or more, where values go that are too great or too small
    whatever the others hold; and for Predicate, which says something about its last open cell only. Of a class that is
    not known here, nothing is known.
    distinct: the cells also hold different values, which Sum takes into account up to MOST_DISTINCT values.

    Examples
    --------
    >>> supported(Sum([0, 1, 2], 8), [0b1111, 0b0001, 0b1111])
    [12, 1, 12]
    >>> supported(Sum([0, 1], 4), [0b111, 0b111]), supported(Sum([0, 1], 4), [0b111, 0b111], distinct=True)
    ([7, 7], [5, 5])
    """
    del constraint, distinct
    return list(sets)


@supported.register
def _(constraint: Less, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    del constraint, distinct
    a, b = sets
    below = a & (one(max(b.bit_length() - 1, 0)) - 1)
    return [below, b & ~((below & -below) * 2 - 1)] if below else [0, 0]


@supported.register
def _(constraint: Sum, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    if distinct and max(sets).bit_length() <= MOST_DISTINCT:
        return _sum_of_different(constraint, sets)
    return _words(sets, 0, lambda q, v: q + v + constraint.first, lambda q: q == constraint.total)


@supported.register
def _(constraint: Linear, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    del distinct
    added = [
        [c * constraint.number(v) for v in listed(mask)] for c, mask in zip(constraint.coefficients, sets, strict=True)
    ]
    if not all(added):
        return [0] * len(sets)
    low, high = sum(map(min, added)), sum(map(max, added))
    if high - low < MOST_SUMS:
        moves = [lambda q, v, c=c: q + c * constraint.number(v) for c in constraint.coefficients]
        return _words(sets, 0, moves, constraint.holds)
    out = []
    for numbers, mask in zip(added, sets, strict=True):
        rest = low - min(numbers), high - max(numbers)
        out.append(sum(one(v) for v, n in zip(listed(mask), numbers, strict=True) if _reaches(constraint, n, *rest)))
    return out if all(out) else [0] * len(sets)


@supported.register
def _(constraint: Count, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    del distinct
    enough = range(constraint.low, constraint.high + 1)
    return _words(sets, 0, lambda q, v: q + (v == constraint.symbol), enough.__contains__)


@supported.register
def _(constraint: Regular, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    del distinct
    dfa, width = constraint.dfa, len(constraint.dfa.step[0])  # values from here on are dead, and -1 is the dead state
    follow = lambda q, v: dfa.step[q][v] if q >= 0 and v < width else -1  # noqa: E731
    return _words(sets, dfa.start, follow, dfa.accept.__contains__)


@supported.register
def _(constraint: Connected, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    """Only cells on the way from one fixed member to another can part them."""
    del distinct
    members = sum(map(one, constraint.symbols))
    able = [bool(mask & members) for mask in sets]
    fixed = [i for i, mask in enumerate(sets) if mask and not mask & ~members]
    if not fixed:
        return list(sets)
    came_from = {fixed[0]: fixed[0]}
    line = [fixed[0]]
    for here in line:
        stop_point()
        for there in constraint.joined[here]:
            if able[there] and there not in came_from:
                came_from[there] = here
                line.append(there)
    if not {*fixed} <= came_from.keys():
        return [0] * len(sets)
    on_the_way = set[int]()
    for place in fixed:
        while place not in on_the_way:
            on_the_way.add(place)
            place = came_from[place]
    parting = set[int]()
    for cell in on_the_way.difference(fixed):
        able[cell] = False
        if not constraint.group(fixed[0], able.__getitem__).issuperset(fixed):
            parting.add(cell)
        able[cell] = True
    return [m & members if i in parting else m if i in came_from else m & ~members for i, m in enumerate(sets)]


def border(constraint: Connected, sets: Sequence[int], place: int | None) -> list[int]:
    """The places that are no members and shut in a part of the others: why `place` is what it is, or None can hold.

    Examples
    --------
    >>> row = Connected(range(5), [1], [(0, 1), (1, 2), (2, 3), (3, 4)])
    >>> border(row, [0b10, 0b11, 0b01, 0b11, 0b11], 3)
    [2]
    """
    members = sum(map(one, constraint.symbols))
    able = {i for i, mask in enumerate(sets) if mask & members}
    apart, left = list[set[int]](), able - {place}
    while left:
        apart.append(constraint.group(min(left), left.__contains__))
        left -= apart[-1]
    held = [part for part in apart if any(not sets[i] & ~members for i in part)]
    parted = len(held) > 1 or place is None  # else it is the place itself that would be apart
    inside = min(held, key=len) if parted else constraint.group(cast(int, place), able.__contains__)
    around = {i for at in inside for i in constraint.joined[at]}
    return sorted(around - able)


@supported.register
def _different(constraint: AllDifferent, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    del constraint, distinct
    taken = 0
    for mask in sets:
        if mask.bit_count() == 1:
            if taken & mask:
                return [0] * len(sets)
            taken |= mask
    out = [mask if mask.bit_count() == 1 else mask & ~taken for mask in sets]
    return out if all(out) else [0] * len(sets)


@supported.register
def _(constraint: Table, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    del distinct
    out = [0] * len(sets)
    for number, row in enumerate(constraint.tuples):
        if not number % SOME:
            stop_point()
        if all(mask & one(v) for mask, v in zip(sets, row, strict=True)):
            out = [mask | one(v) for mask, v in zip(out, row, strict=True)]
    return out


def _reaches(constraint: Linear, number: int, low: int, high: int) -> bool:
    """Whether the constraint may hold where one cell adds `number`, and the others low .. high."""
    low, high = low + number, high + number
    match constraint.comparison:
        case "==":
            return low <= constraint.total <= high
        case "!=":
            return low < high or low != constraint.total
    return bool(constraint.holds(low) or constraint.holds(high))


def _words(sets: Sequence[int], start: int, step: Step | Sequence[Step], accepts: Callable[[int], bool]) -> list[int]:
    """Values on some path from `start` to an accepted state: reach forward, then keep what leads to acceptance.

    step: of every cell, or one for each.
    """
    steps = [step] * len(sets) if callable(step) else step
    layers = [{start}]
    for mask, step in zip(sets, steps, strict=True):
        stop_point()
        values = listed(mask)
        layers.append({step(q, v) for q in layers[-1] for v in values})
    alive = {q for q in layers.pop() if accepts(q)}
    out: list[int] = []
    for mask, layer, step in zip(reversed(sets), reversed(layers), reversed(steps), strict=True):
        stop_point()
        moves = [(q, v) for q in layer for v in listed(mask) if step(q, v) in alive]
        out.append(sum(map(one, {v for _, v in moves})))
        alive = {q for q, _ in moves}
    return out[::-1]


def _sum_of_different(constraint: Sum, sets: Sequence[int]) -> list[int]:
    """A state is the set of values used so far, from which their sum follows; -1 where one would be used twice."""
    least = constraint.first * len(sets)
    use = lambda q, v: q | one(v) if q >= 0 and not q & one(v) else -1  # noqa: E731
    return _words(sets, 0, use, lambda q: q >= 0 and sum(listed(q)) + least == constraint.total)


@supported.register
def _(predicate: Predicate, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    del distinct
    open_cells = [i for i, mask in enumerate(sets) if mask.bit_count() != 1]
    if len(open_cells) > 1:
        return list(sets)
    held = [mask.bit_length() - 1 for mask in sets]
    last = open_cells[0] if open_cells else 0
    kept = sum(one(v) for v in listed(sets[last]) if predicate.fn((*held[:last], v, *held[last + 1 :])))
    return [kept if i == last else mask for i, mask in enumerate(sets)] if kept else [0] * len(sets)
