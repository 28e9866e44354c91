"""Balanced brackets: every bracket closes the last one of its kind that is open, and none stays open.

Known counts: of one kind, the Catalan numbers 1, 2, 5, 14, 42, 132 for 2, 4, ... 12 brackets (OEIS A000108); of k kinds
k^(n/2) times as many, where depth does not bind. Nested at most two deep, one kind: 2^(n/2 - 1).
"""

from __future__ import annotations

import re
from itertools import product

from ..constraints import DFA, Regular
from ..errors import InvalidInput
from ..problem import Constraint
from .kind import Kind
from .sequence import TokenSequence

__all__ = ["DOMAINS", "Brackets"]

PAIRS = ("()", "[]", "{}", "<>")
MAX_STATES = 4096
DEPTH = 4  # of the named domains with several kinds: 1 + 3 + 9 + 27 + 81 states


class Brackets(TokenSequence):
    """Words of `length` brackets of `kinds` kinds, nested at most `depth` deep; None: as deep as fits.

    Examples
    --------
    >>> domain = Brackets(4)
    >>> [domain.rules.constraints[0].violations(domain.parse(text).values) == [] for text in ("(())", "())(")]
    [True, False]
    """

    about = "Complete a row in which every bracket closes the last one of its kind that is open."
    example = "(..).)((...)"

    def __init__(self, length: int, kinds: int = 1, depth: int | None = None) -> None:
        if length < 2 or length % 2 or not 1 <= kinds <= len(PAIRS):
            raise InvalidInput(f"{length} brackets of {kinds} kinds; wanted an even length from 2 on, 1 to 4 kinds")
        deepest = length // 2 if depth is None else depth
        if not 1 <= deepest <= length // 2:
            raise InvalidInput(f"depth is {depth}; {length} brackets nest 1 to {length // 2} deep")
        if (kinds == 1 and deepest >= MAX_STATES) or sum(kinds**d for d in range(min(deepest, 16) + 1)) > MAX_STATES:
            raise InvalidInput(f"{kinds} kinds nested {deepest} deep need over {MAX_STATES} states; give a lower depth")
        deep = "" if deepest == length // 2 else f"-deep-{deepest}"
        name = f"brackets-{length}" + ("" if kinds == 1 else f"-{kinds}") + deep
        self.many_answers = deepest * kinds > 1
        super().__init__(name, "".join(PAIRS[:kinds]), length, [Regular(range(length), _stacks(kinds, deepest))])

    def rule_text(self, constraint: Constraint) -> str:
        del constraint  # there is one
        deep = self.name.partition("-deep-")[2]
        nested = f", nested at most {deep} deep" if deep else ""
        return f"every bracket closes the last one of its kind that is open{nested}"


def _stacks(kinds: int, depth: int) -> DFA:
    """The automaton whose states are the stacks of open brackets."""
    stacks = [stack for deep in range(depth + 1) for stack in product(range(kinds), repeat=deep)]
    numbers = {stack: i for i, stack in enumerate(stacks)}
    step = []
    for stack in stacks:
        row = [-1] * (2 * kinds)
        for kind in range(kinds):
            row[2 * kind] = numbers.get((*stack, kind), -1)
        if stack:
            row[2 * stack[-1] + 1] = numbers[stack[:-1]]
        step.append(tuple(row))
    return DFA(0, frozenset({0}), tuple(step))


LENGTHS = (2, 4, 6, 8, 10, 12, 16, 24, 32, 64)
LISTED = (
    *map(str, LENGTHS),
    *(f"{n}-{k}" for n in (4, 6, 8) for k in (2, 3)),
    *(f"{n}-{k}-deep-{DEPTH}" for n in LENGTHS[5:] for k in (2, 3)),
)


def _sized(size: str) -> Brackets:
    match = re.fullmatch(r"(\d{1,5})(?:-(\d))?(?:-deep-(\d{1,4}))?", size.strip().lower(), re.ASCII)
    if match is None:
        raise InvalidInput(
            f"the size of brackets is {size[:40]!r}; wanted LENGTH, LENGTH-KINDS or LENGTH-KINDS-deep-DEPTH"
        )
    return Brackets(int(match[1]), int(match[2] or 1), int(match[3]) if match[3] else None)


DOMAINS = {
    "brackets": Kind(
        _sized, "12, 12-3 (of 3 kinds), 64-3-deep-4",
        {f"brackets-{size}": size for size in LISTED}, shown="12", bare=False,
    )
}  # fmt: skip
