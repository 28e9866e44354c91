"""The checker of LRAT proofs, in plain Python, as short as can be: whoever reads this file need trust nobody else.

A line is `id literals 0 hints 0`: the clause of these literals follows, for if all of them were false, each hinted
clause in turn would have one literal left, which must be true, until one has none. `id d ids 0` forgets clauses. A
proof is complete with the clause that has no literal. Steps that are not of this kind (RAT) are not accepted.

Cruz-Filipe, Heule, Hunt, Kaufmann, Schneider-Kamp, Efficient Certified RAT Verification, CADE 2017.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..deadline import stop_point

__all__ = ["fault_of"]

LOOK = 64  # lines between two looks at the clock


def fault_of(clauses: Iterable[Sequence[int]], proof: Iterable[str]) -> str | None:
    """Why these lines do not prove that the clauses, numbered from 1, have no model; None: they prove it.

    Raises
    ------
    TimeoutError
        By a clock that is heeded.

    Examples
    --------
    >>> clauses = [[1, 2], [-1, 2], [1, -2], [-1, -2]]
    >>> fault_of(clauses, ["5 1 0 1 3 0", "6 0 5 2 4 0"])
    >>> fault_of(clauses, ["5 1 0 1 2 0", "6 0 5 2 4 0"])
    'line 1: clause 2 has 2 literals left, not one'
    """
    known = {number: frozenset(clause) for number, clause in enumerate(clauses, 1)}
    if frozenset() in known.values():
        return None
    last = len(known)
    for number, line in enumerate(proof, 1):
        if number % LOOK == 1:
            stop_point()
        words = line.split()
        if not words:
            continue
        try:
            name = int(words[0])
            rest = [int(word) for word in words[1:] if word != "d"]
        except ValueError:
            return f"line {number}: holds something that is no number"
        if len(words) > 1 and words[1] == "d":
            for forgotten in rest[:-1]:
                known.pop(forgotten, None)
            continue
        if rest.count(0) != 2 or rest[-1] != 0:
            return f"line {number}: wanted a clause and hints, each with a 0 behind"
        if name <= last:
            return f"line {number}: clause {name} is numbered no higher than {last}, one before it"
        middle = rest.index(0)
        clause, hints = frozenset(rest[:middle]), rest[middle + 1 : -1]
        fault = _step(known, clause, hints)
        if fault:
            return f"line {number}: {fault}"
        if not clause:
            return None
        known[name], last = clause, name
    return "it ends before the clause without literals"


def _step(known: dict[int, frozenset[int]], clause: frozenset[int], hints: Sequence[int]) -> str | None:
    """Why the clause does not follow in the way that the hints say."""
    false = set(clause)  # the literals that are false, when all of the clause are
    if any(-literal in false for literal in clause):
        return None  # it holds a literal and its contrary: it is always true
    for hint in hints:
        if hint not in known:
            return f"there is no clause {hint}"
        left = [literal for literal in known[hint] if literal not in false]
        if not left:
            return None
        if len(left) > 1:
            return f"clause {hint} has {len(left)} literals left, not one"
        if -left[0] in false:
            return f"clause {hint} is true already"
        false.add(-left[0])
    return "the hints violate no clause"
