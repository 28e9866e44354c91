"""The words of clues about a row of houses: what each demands, and what it says in a mirror."""

from __future__ import annotations

from functools import lru_cache

from ...constraints import AllDifferent, Less, Table, Tuples
from ...problem import Constraint

__all__ = ["ITEMS", "Clue", "clue_text", "mirrored", "rules_of"]

Clue = tuple[str, ...]  # item, word, then items, or houses from 1
MIRRORED = {"left-of": "right-of", "right-of": "left-of", "before": "after", "after": "before"}
ITEMS = {"=": 2, "!=": 2, "next-to": 2, "at": 1, "between": 3} | dict.fromkeys(MIRRORED, 2)  # named in a clue


def rules_of(clue: Clue, cell: dict[str, int], n: int) -> list[Constraint]:
    """The constraints that a clue is, on cells that hold the houses of items.

    Examples
    --------
    >>> rules_of(("fox", "next-to", "milk"), {"fox": 0, "milk": 1}, 2)
    [Table(cells=(0, 1), tuples=((0, 1), (1, 0)), relation='next-to')]
    """
    first, word, *rest = clue
    if word == "at":
        return [Table([cell[first]], _at(*rest), "at")]
    a, others = cell[first], [cell[item] for item in rest]
    if word == "between":
        return [Less(others[0], a, "before"), Less(a, others[1], "before")]
    if word in ("before", "after"):
        return [Less(*((a, others[0]) if word == "before" else (others[0], a)), "before")]
    if word == "!=":
        return [AllDifferent([a, others[0]], "unlike")]
    return [Table([a, others[0]], _pairs(word, n), word)]


@lru_cache(maxsize=512)
def _at(*houses: str) -> Tuples:
    return Tuples((int(house) - 1,) for house in houses)


@lru_cache(maxsize=512)
def _pairs(word: str, n: int) -> Tuples:
    """The houses that the clue allows."""
    steps = {"=": [0], "left-of": [1], "right-of": [-1], "next-to": [1, -1]}[word]
    return Tuples((house, house + step) for house in range(n) for step in steps if 0 <= house + step < n)


SAID = {
    "=": "{} and {} are in the same house",
    "!=": "{} and {} are in different houses",
    "next-to": "{} lives next to {}",
    "left-of": "{} lives just left of {}",
    "right-of": "{} lives just right of {}",
    "before": "{} lives somewhere left of {}",
    "after": "{} lives somewhere right of {}",
    "between": "{} lives somewhere between {} and {}",
}


def clue_text(clue: Clue) -> str:
    """The clue as a sentence.

    Examples
    --------
    >>> clue_text(("norwegian", "next-to", "blue")), clue_text(("milk", "at", "3"))
    ('norwegian lives next to blue', 'milk lives in house 3')
    """
    first, word, *rest = clue
    return f"{first} lives in house {' or '.join(rest)}" if word == "at" else SAID[word].format(first, *rest)


def mirrored(clue: Clue, n: int) -> Clue:
    """The clue with the houses counted from the other end.

    Examples
    --------
    >>> mirrored(("fox", "before", "milk"), 5), mirrored(("fox", "at", "1"), 5)
    (('fox', 'after', 'milk'), ('fox', 'at', '5'))
    """
    first, word, *rest = clue
    if word == "at":
        rest = [str(n + 1 - int(house)) for house in rest]
    return (first, MIRRORED.get(word, word), *(rest[::-1] if word == "between" else rest))
