"""What one constraint alone leaves of its cells' symbols, exactly: the reasoning that a hint puts in words.

A set of values is an int, bit v for value v. Search has its own propagators; these are slower, and say more: they
never let one constraint's conclusion into another's, so that a conclusion has one reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..constraints import AllDifferent, Count, Less, Predicate, Regular, Sum, Table
from ..problem import Constraint

__all__ = ["bits", "supported"]

MOST_DISTINCT = 12  # values: there are 2^12 sets of them


def bits(mask: int) -> list[int]:
    """The values of a set, rising.

    >>> bits(0b1010)
    [1, 3]
    """
    return [v for v in range(mask.bit_length()) if mask >> v & 1]


def supported(constraint: Constraint, sets: Sequence[int], *, distinct: bool = False) -> list[int]:
    """Of each cell's set, in the order of the constraint's cells, the values that occur in a way to obey it.

    >>> supported(Sum([0, 1, 2], 8), [0b1111, 0b0001, 0b1111])
    [12, 1, 12]
    >>> supported(Sum([0, 1], 4), [0b111, 0b111]), supported(Sum([0, 1], 4), [0b111, 0b111], distinct=True)
    ([7, 7], [5, 5])

    All sets are empty where the constraint cannot be obeyed. Exact but for AllDifferent, where values that one cell
    alone holds leave the others, and for Predicate, which says something about its last open cell only.
    distinct: the cells also hold different values, which Sum takes into account up to MOST_DISTINCT values.
    """
    match constraint:
        case AllDifferent():
            return _different(sets)
        case Less():
            a, b = sets
            below = a & ((1 << max(b.bit_length() - 1, 0)) - 1)
            return [below, b & ~((below & -below) * 2 - 1)] if below else [0, 0]
        case Table():
            return _rows(constraint.tuples, sets)
        case Sum() if distinct and max(sets).bit_length() <= MOST_DISTINCT:
            return _sum_of_different(constraint, sets)
        case Sum(first=first, total=total):
            return _words(sets, 0, lambda q, v: q + v + first, lambda q: q == total)
        case Count(symbol=symbol, low=low, high=high):
            return _words(sets, 0, lambda q, v: q + (v == symbol), lambda q: low <= q <= high)
        case Regular(dfa=dfa):
            width = len(dfa.step[0])  # values from here on are dead, and -1 is the dead state
            follow = lambda q, v: dfa.step[q][v] if q >= 0 and v < width else -1  # noqa: E731
            return _words(sets, dfa.start, follow, dfa.accept.__contains__)
        case Predicate():
            return _tried(constraint, sets)
    return list(sets)


def _different(sets: Sequence[int]) -> list[int]:
    taken = 0
    for mask in sets:
        if mask.bit_count() == 1:
            if taken & mask:
                return [0] * len(sets)
            taken |= mask
    out = [mask if mask.bit_count() == 1 else mask & ~taken for mask in sets]
    return out if all(out) else [0] * len(sets)


def _rows(rows: Sequence[Sequence[int]], sets: Sequence[int]) -> list[int]:
    out = [0] * len(sets)
    for row in rows:
        if all(mask >> v & 1 for mask, v in zip(sets, row, strict=True)):
            out = [mask | 1 << v for mask, v in zip(out, row, strict=True)]
    return out


def _words(
    sets: Sequence[int], start: int, step: Callable[[int, int], int], accepts: Callable[[int], bool]
) -> list[int]:
    """Values on some path from `start` to an accepted state: reach forward, then keep what leads to acceptance."""
    layers = [{start}]
    for mask in sets:
        values = bits(mask)
        layers.append({step(q, v) for q in layers[-1] for v in values})
    alive = {q for q in layers.pop() if accepts(q)}
    out: list[int] = []
    for mask, layer in zip(reversed(sets), reversed(layers), strict=True):
        moves = [(q, v) for q in layer for v in bits(mask) if step(q, v) in alive]
        out.append(sum(1 << v for v in {v for _, v in moves}))
        alive = {q for q, _ in moves}
    return out[::-1]


def _sum_of_different(constraint: Sum, sets: Sequence[int]) -> list[int]:
    """A state is the set of values used so far, from which their sum follows; -1 where one would be used twice."""
    least = constraint.first * len(sets)
    use = lambda q, v: q | 1 << v if q >= 0 and not q >> v & 1 else -1  # noqa: E731
    return _words(sets, 0, use, lambda q: q >= 0 and sum(bits(q)) + least == constraint.total)


def _tried(predicate: Predicate, sets: Sequence[int]) -> list[int]:
    open_cells = [i for i, mask in enumerate(sets) if mask.bit_count() != 1]
    if len(open_cells) > 1:
        return list(sets)
    held = [mask.bit_length() - 1 for mask in sets]
    last = open_cells[0] if open_cells else 0
    kept = sum(1 << v for v in bits(sets[last]) if predicate.fn((*held[:last], v, *held[last + 1 :])))
    return [kept if i == last else mask for i, mask in enumerate(sets)] if kept else [0] * len(sets)
