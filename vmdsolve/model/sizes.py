"""Sizes: which boards weights are for, where they serve a family of them; as the weights' record tells it.

A file that serves one domain is called by that domain. One for a family, `queens` for queens-4 to queens-12, is called
by the kind of puzzle, and its record has an entry `sizes`: the fewest and the most cells and symbols that it was
trained and measured on, and the names of the domains where these have names. Beyond its sizes a network would still
say something, but nobody has seen what. No torch here: who asks whether weights would fit should not have to wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from ..domains import Domain, find, get
from ..errors import InvalidInput, ModelMismatch
from ..problem import MAX_CELLS, Rules
from ..sets import MAX_SYMBOLS

__all__ = ["Sizes", "kind_of"]

MOST_NAMES = 1024


class Sizes(NamedTuple):
    """The boards that weights are for.

    Attributes
    ----------
    cells, symbols
        the fewest and the most that a board has
    domains
        names of the domains that were trained on, the smallest first; none where problems bring boards of their own

    Examples
    --------
    >>> sizes = Sizes.of(get(f"queens-{n}") for n in (4, 5, 6))
    >>> str(sizes), sizes.hold(get("queens-5").rules), sizes.hold(get("queens-7").rules)
    ('16 to 36 cells and 2 symbols (queens-4 to queens-6)', True, False)
    """

    cells: tuple[int, int]
    symbols: tuple[int, int]
    domains: tuple[str, ...] = ()

    @staticmethod
    def of(domains: Iterable[Domain]) -> Sizes:
        """Those of these domains, each with one board."""
        every = sorted(domains, key=lambda domain: (domain.rules.L, domain.rules.V))
        L, V = [domain.rules.L for domain in every], [domain.rules.V for domain in every]
        return Sizes((min(L), max(L)), (min(V), max(V)), tuple(domain.name for domain in every))

    @staticmethod
    def read(told: Any, where: str) -> Sizes:
        """Of what a record says, as `told` makes it; `where` it says so.

        Raises
        ------
        ModelMismatch
            It is none.
        """
        wanted = f"wanted cells and symbols as two whole numbers each, up to {MAX_CELLS:,} and {MAX_SYMBOLS}"
        if not isinstance(told, dict) or not {"cells", "symbols"} <= told.keys() <= {"cells", "symbols", "domains"}:
            raise ModelMismatch(f"sizes in {where} is {told!r:.80}; {wanted}")
        for name, most in (("cells", MAX_CELLS), ("symbols", MAX_SYMBOLS)):
            held = told[name]
            whole = isinstance(held, list) and [*map(type, held)] == [int, int]
            if not whole or not 1 <= held[0] <= held[1] <= most:
                raise ModelMismatch(f"sizes in {where} has {name} {held!r:.80}; {wanted}")
        names = told.get("domains", [])
        if not isinstance(names, list) or len(names) > MOST_NAMES or not all(isinstance(name, str) for name in names):
            raise ModelMismatch(f"sizes in {where} has domains {names!r:.80}; wanted a list of names")
        return Sizes(tuple(told["cells"]), tuple(told["symbols"]), tuple(names))

    def told(self) -> dict[str, Any]:
        """As JSON has it, for a record's `sizes`."""
        return {name: list(value) for name, value in self._asdict().items()}

    def hold(self, rules: Rules) -> bool:
        """Whether boards of these rules are among them."""
        return self.cells[0] <= rules.L <= self.cells[1] and self.symbols[0] <= rules.V <= self.symbols[1]

    def __str__(self) -> str:
        parts = [
            f"{low:,} to {high:,} {what}" if low < high else f"{high:,} {what}"
            for (low, high), what in ((self.cells, "cells"), (self.symbols, "symbols"))
        ]
        names = f" ({self.domains[0]} to {self.domains[-1]})" if len(self.domains) > 1 else ""
        return " and ".join(parts) + names


def kind_of(domain: Domain) -> str:
    """The registry's kind that makes a domain of this name; the name itself where none does.

    Examples
    --------
    >>> kind_of(get("queens-8")), kind_of(get("colouring-3")), kind_of(get("sudoku-9x9"))
    ('queens', 'colouring', 'sudoku')
    """
    return _kind(domain.name)


@lru_cache(maxsize=256)
def _kind(name: str) -> str:
    try:
        kind, _ = find(name)
        return kind if get(name).name == name else name
    except InvalidInput:
        return name
