"""What parts of a schema are read by: how much of what has no end, and what lists and objects ask of whoever reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ..automata.dfa import Dfa
from ..automata.nodes import Node

__all__ = ["LIMITS", "Limits", "Path", "Reading"]

Path = tuple[str, ...]  # of the $refs that lead to a part


@dataclass(frozen=True)
class Limits:
    """What is unlimited, or as good as that, is limited to."""

    unrolled: int = 4  # a $ref within itself
    any_depth: int = 2  # lists and objects within a value of which nothing is said
    characters: int = 100
    beside_pattern: int = 256  # characters, where a pattern says which
    items: int = 32


LIMITS = (Limits(), Limits(3, 1, 32, 64, 8), Limits(2, 1, 12, 24, 3))  # the next one where a grammar grows too large


class Reading(Protocol):
    """Who reads a schema, as its lists and objects see it."""

    closed: bool
    limits: Limits

    def note(self, where: str, what: str) -> None:
        """Say what was tightened, and where."""

    def plain(self, schema: Any, where: str, path: Path) -> tuple[Any, Path]:
        """A part without $ref, allOf and conditions, and the path to it."""

    def value(self, schema: Any, where: str, path: Path) -> Node | None:
        """The texts of a part; None: it allows nothing."""

    def matching(self, pattern: str) -> Dfa:
        """The texts of strings that match."""

    def any_inside(self, where: str, what: str) -> Node:
        """Any value within an object."""
