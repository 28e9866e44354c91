"""Problems as Python and JSON hold them in one object: `{"domain": "killer", "cages": [...], "size": 9}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput, InvalidProblem
from . import registry
from .base import Domain
from .clued import ABOUT, GRIDS, KIND, Family

__all__ = ["of_object"]


def of_object(value: Mapping[Any, Any], name: str | Domain | None) -> tuple[Any, str | Domain | None]:
    """What an object holds, and the domain: a Problem of a kind with clues, else a grid that is to be read.

    Raises
    ------
    InvalidInput
        Two kinds are named, or none where one is needed; a key that the kind does not know.

    Examples
    --------
    >>> of_object({"domain": "sudoku:4", "puzzle": "1..............."}, None)
    ('1...............', 'sudoku:4')
    >>> of_object({"domain": "jigsaw", "regions": ["AB", "AB"]}, None)[0].domain
    'jigsaw'
    """
    rest = {key: held for key, held in value.items() if key not in ABOUT}
    said = [rest.pop(key) for key in KIND if key in rest]
    if len(said) > 1:
        raise InvalidInput("an object names its kind twice, by 'domain' and 'kind'; leave one out")
    wanted = registry.get(name) if isinstance(name, str) else name
    if said and wanted is not None and registry.get(said[0]) is not wanted:
        raise InvalidInput(f"an object says that its domain is {said[0]!r}, not {wanted.name!r}")
    where = name if name is not None else said[0] if said else None
    domain = registry.get(where) if isinstance(where, str) else where
    if isinstance(domain, Family):
        if len(rest) == 1 and isinstance(text := next(iter(rest.values())), str) and next(iter(rest)) in GRIDS:
            return domain.parse(text), None
        return domain.problem(**{str(key): held for key, held in rest.items()}), None
    if len(rest) != 1 or next(iter(rest)) not in (*GRIDS, "givens"):
        keys = ", ".join(map(str, value))[:80]
        asked = (
            f"one of {', '.join(GRIDS)}" if domain else "its kind under 'domain', such as 'killer', or a puzzle alone"
        )
        raise InvalidProblem(f"an object has the keys {keys}; wanted {asked}")
    return next(iter(rest.values())), where
