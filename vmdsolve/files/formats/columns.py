"""Which columns of a table, or keys of an object, mean what; and under which names all others are carried along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from ...domains import Domain
from ...domains.reading import is_problem
from ...errors import InvalidInput

__all__ = ["Columns", "carried", "columns_of", "domain_of", "found_in", "refuse_doubled", "shown"]

# Names of columns, in any case; the doubtful ones are believed where they hold a puzzle.
PUZZLE = ("puzzle", "problem", "puzzles", "problems", "quizzes", "quiz", "question", "unsolved")
DOUBTFUL = ("sudoku", "board", "grid", "givens", "given", "start", "initial", "values", "value", "clues")
SOLUTION = ("solution", "solutions", "answer", "answers", "solved")
OURS = ("problem", "solution", "status", "method", "unique", "nfe", "loops", "seconds", "reason", "domain")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a row: indices, and for columns that say nothing to us the names they go on under."""

    puzzle: int
    solution: int | None
    domain: int | None
    others: tuple[tuple[int, str], ...]

    @classmethod
    def of(
        cls, name: str, titles: Sequence[str], puzzle: str, solution: str | None, domain: str | None,
        *, asked: bool = False,
    ) -> Columns:  # fmt: skip
        """By the titles of the columns that are known; `asked`: just this spelling of the puzzle's was asked for.

        Raises InvalidInput, with the name of the file, where one of them is there twice.
        """
        spelt = asked and titles.count(puzzle) == 1
        try:
            refuse_doubled(tuple(titles), None if spelt else puzzle, solution, domain)
        except InvalidInput as error:
            raise InvalidInput(f"{name}: {error}") from error
        known = {title: titles.index(title) for title in (puzzle, solution, domain) if title is not None}
        named = carried(tuple(titles))
        others = tuple((i, name) for i, name in enumerate(named) if i not in known.values())
        return cls(known[puzzle], solution and known[solution], domain and known[domain], others)  # type: ignore[arg-type]


def columns_of(titles: Iterable[str], doubtful: bool = True) -> tuple[str | None, str | None]:
    """Which of these names of columns stand for the puzzle and for its solution.

    Examples
    --------
    >>> columns_of(["id", "Solution", "Puzzle"])
    ('Puzzle', 'Solution')
    """
    known = _folded(titles)
    puzzles = PUZZLE + DOUBTFUL * doubtful
    puzzle, solution = (next((known[name] for name in names if name in known), None) for names in (puzzles, SOLUTION))
    return puzzle, solution


def shown(titles: Sequence[str]) -> str:
    """Titles for a message, and not too many of them."""
    return ", ".join(repr(title[:40]) for title in titles[:12]) + ", ..." * (len(titles) > 12)


@lru_cache(maxsize=1024)
def refuse_doubled(titles: tuple[str, ...], *known: str | None) -> None:
    """Raise InvalidInput if a name that says something is there in another spelling, too: which one is meant?

    Examples
    --------
    >>> refuse_doubled(("id", "ID", "puzzle"), "puzzle", None)
    >>> refuse_doubled(("Puzzle", "puzzle"), "puzzle")
    Traceback (most recent call last):
    vmdsolve.errors.InvalidInput: 'puzzle' stands there twice, as 'Puzzle' and 'puzzle'; rename one
    """
    for name in filter(None, known):
        same = [title for title in titles if title.strip().lower() == name.strip().lower()]
        if len(same) > 1:
            one, two = (repr(title[:40]) for title in same[:2])
            raise InvalidInput(f"{name.strip().lower()[:40]!r} stands there twice, as {one} and {two}; rename one")


def domain_of(titles: Iterable[str]) -> str | None:
    """The column that names each puzzle's domain."""
    return _folded(titles).get("domain")


@lru_cache(maxsize=1024)
def carried(titles: tuple[str, ...], ours: tuple[str, ...] = OURS) -> tuple[str, ...]:
    """Names under which columns go on beside ours: their own, or `input_...` where that is taken.

    Examples
    --------
    >>> carried(("id", "Status", "status", ""))
    ('id', 'Status', 'input_status', 'column_4')
    """
    out = dict.fromkeys(ours)  # names that are taken, in order
    tried: Counter[str] = Counter()  # so that a thousand columns of one name are no million tries
    for place, title in enumerate(titles, 1):
        name = own = title.strip() or f"column_{place}"
        while name in out:
            tried[own] += 1
            name = f"input_{own}" + f"_{tried[own]}" * (tried[own] > 1)
        out[name] = None
    return tuple(islice(out, len(ours), None))


def found_in(fields: Sequence[str], domain: Domain | None) -> tuple[int, int | None] | None:
    """Which of some fields is the puzzle, and which its solution, where only what they hold can tell.

    Examples
    --------
    >>> found_in(["7f", "1......44......1", "0.5"], None)
    (1, None)
    >>> found_in(["1......44......1", "1", "1423231441323241"], None)
    (0, 2)
    """
    places = [i for i, field in enumerate(fields) if _is_whole(field, domain)]
    if len(places) == 2 and fields[places[0]] != fields[places[1]] and _answers(*(fields[i].strip() for i in places)):
        return places[0], places[1]
    return (places[0], None) if len(places) == 1 else None


def _is_whole(field: str, domain: Domain | None) -> bool:
    return len(field) > 9 and not any(map(str.isspace, field.strip())) and is_problem(field, domain)


def _answers(puzzle: str, solution: str) -> bool:
    """True if the second holds all that the first does, and no open cell."""
    same = len(puzzle) == len(solution) and not set(solution) & set(".0_?*")
    return same and all(a in (b, "0") or not a.isalnum() for a, b in zip(puzzle, solution, strict=True))


def _folded(titles: Iterable[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for title in titles:
        known.setdefault(title.strip().lower(), title)
    return known
