"""Regex: rows that a regular expression matches from end to end; `regex:LENGTH:PATTERN` names one.

    regex:8:[ab]+c       rows of just 8 characters
    regex:3-8:[ab]+c     of 3 to 8 characters, filled up to 8 cells with a pad symbol at the end

A pattern is in the notation of vmdsolve/automata/pattern.py, what Python's `re` and Rust's regex crate share.
`.` and classes stand for printable ASCII characters, of which at most 64 can be symbols.
Known counts: [ab]+c of length 8 has 2^7 rows; of 3 to 8, the sum of 2^2 to 2^7, 252.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from ..automata.characters import Ranges, intersection, set_of
from ..automata.dfa import Dfa, TooLarge
from ..automata.pattern import parse, shorter
from ..constraints import DFA, Regular
from ..errors import InvalidInput
from ..problem import Constraint
from ..sets import MAX_SYMBOLS
from .kind import Kind
from .sequence import TokenSequence, shown

__all__ = ["DOMAINS", "Regex"]

PRINTABLE: Ranges = ((32, 126),)
PAD = ""  # how steps call it
PADS = ["_", "~", *map(chr, range(33, 127))]  # what it may look like: the first that is no symbol
MAX_STATES, MAX_LENGTH = 4096, 4096
WORK = 1 << 21  # steps between states that are looked at: a second at most
State = tuple[int, int]  # of the pattern's automaton, and the characters so far, up to the fewest wanted
END: State = (-1, 0)  # where padding begins
Steps = dict[State, dict[str, State]]


class Regex(TokenSequence):
    """Rows of `length` cells that `pattern` matches; with `least`, words of `least` to `length` characters, padded.

    Attributes
    ----------
    symbols
        the characters to use; None: all that occur in a match

    Raises
    ------
    InvalidInput
        What is not read, no match, over 64 symbols, over 4,096 states.

    Examples
    --------
    >>> domain = Regex("[ab]+c", 4)
    >>> domain.symbols, [domain.rules.constraints[0].violations(domain.parse(t).values) == [] for t in ("abac", "abab")]
    ('abc', [True, False])
    """

    about = "Complete a row that a regular expression matches from end to end."
    many_answers = True
    example = "a.b..c.."

    def __init__(self, pattern: str, length: int, *, least: int | None = None, symbols: str | None = None) -> None:
        lengths = f"{length}" if least is None else f"{least}-{length}"
        if not 1 <= length <= MAX_LENGTH or not 0 <= (least or 0) <= length:
            raise InvalidInput(f"length of a regex is {lengths}; wanted 1 to {MAX_LENGTH}, or FEWEST-MOST")
        try:
            start, accept, steps = _compiled(pattern, least, symbols)
            used = _used(start, accept, steps, length)
        except TooLarge:
            what = f"{shorter(pattern)} needs over {MAX_STATES:,} states, or too long to find them"
            raise InvalidInput(f"{what}; use fewer counted repetitions") from None
        if not used:
            what = f"no row of {lengths} characters matches {shorter(pattern)}"
            raise InvalidInput(f"{what}; change the length or the pattern")
        letters = shown(used - {PAD})
        pad = "" if least is None else next(c for c in PADS if c not in letters)
        if len(letters + pad) > MAX_SYMBOLS:
            raise InvalidInput(f"{shorter(pattern)} uses {len(letters)} characters, over {MAX_SYMBOLS}; give symbols=")
        characters = [" " if c == "_" and " " in used else c for c in letters] + [PAD] * len(pad)
        numbers = {state: i for i, state in enumerate(steps)}
        table = tuple(tuple(numbers[row[c]] if c in row else -1 for c in characters) for row in steps.values())
        dfa = DFA(numbers[start], frozenset(numbers[state] for state in accept), table)
        super().__init__(f"regex:{lengths}:{pattern}", letters + pad, length, [Regular(range(length), dfa, "regex")])

    def rule_text(self, constraint: Constraint) -> str:
        del constraint  # there is one
        return f"the row matches {self.name.split(':', 2)[2]}"


def _compiled(pattern: str, least: int | None, symbols: str | None) -> tuple[State, set[State], Steps]:
    """Start, accepting states and steps; unless `least` is None, a match may be followed by padding."""
    used = PRINTABLE if symbols is None else intersection(PRINTABLE, set_of(symbols))
    dfa = Dfa.of(parse(pattern), states=MAX_STATES, alphabet=used)
    rows: list[dict[str, int]] = [{} for _ in range(dfa.Q)]
    for q, low, high, to in dfa.ranges():
        rows[q] |= {chr(byte): to for byte in range(low, high + 1)}
    start = (0, 0)
    steps: Steps = {start: {}}
    for state in (queue := [start]):  # grows while it is read: breadth first
        at, so_far = state
        row = steps[state]
        if state != END:
            row |= {c: (target, min(least or 0, so_far + 1)) for c, target in rows[at].items()}
        if least is not None and (state == END or (dfa.accepting[at] and so_far == least)):
            row[PAD] = END
        queue += [target for target in dict.fromkeys(row.values()) if target not in steps]
        steps |= {target: {} for target in row.values() if target not in steps}
        if len(steps) > MAX_STATES:
            raise TooLarge
    return start, {state for state in steps if state == END or dfa.accepting[state[0]]}, steps


def _used(start: State, accept: set[State], steps: Steps, length: int) -> set[str]:
    """The characters on the way from start to acceptance in just `length` steps.

    Raises
    ------
    TooLarge
        Ever other states, and many, are reached: over WORK steps between states to look at.
    """
    ways: dict[State, dict[State, set[str]]] = {state: {} for state in steps}  # what leads where
    for state, row in steps.items():
        for c, target in row.items():
            ways[state].setdefault(target, set()).add(c)
    left = WORK

    def spend(states: Iterable[State]) -> None:
        nonlocal left
        left -= sum(len(ways[state]) + 1 for state in states)
        if left < 0:
            raise TooLarge

    @cache
    def reached(layer: frozenset[State]) -> frozenset[State]:  # after a while layers mostly are those of before
        spend(layer)
        return frozenset[State]().union(*(ways[state] for state in layer))

    @cache
    def alive_before(layer: frozenset[State], alive: frozenset[State]) -> frozenset[State]:
        spend(layer)
        for state in layer:
            used.update(*(characters for target, characters in ways[state].items() if target in alive))
        return frozenset(state for state in layer if not alive.isdisjoint(ways[state]))

    layers = [frozenset({start})]
    for _ in range(length):
        layers.append(reached(layers[-1]))
    used: set[str] = set()
    alive = layers.pop() & accept
    for layer in reversed(layers):
        alive = alive_before(layer, alive)
    return used


def _named(rest: str) -> Regex:
    match = re.fullmatch(r"(?:(\d{1,9})-)?(\d{1,9}):(.*)", rest, re.DOTALL)
    if match is None:
        raise InvalidInput(f"domain 'regex:{rest}'; wanted regex:LENGTH:PATTERN, or regex:FEWEST-MOST:PATTERN")
    return Regex(match[3], int(match[2]), least=None if match[1] is None else int(match[1]))


DOMAINS = {"regex": Kind(_named, "LENGTH:PATTERN", shown="8:[abc]+")}
