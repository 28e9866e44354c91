"""Units: the structure of a problem as the networks take it. Weights know no puzzle; this is what tells them.

Made once for a set of rules and the relations that a model knows, and kept as long as the rules are. Weights for every
all-different puzzle know slots in place of relations, see slots.py: there the rules' units are dealt to slots first.
No torch here: native inference does without; matrices.py makes tensors of units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from ..errors import ModelMismatch
from ..problem import Rules
from .config import ModelConfig
from .slots import SLOTS, slotted

__all__ = ["Units", "units_for", "units_of"]

Made = TypeVar("Made")
SUMMED = 0.25  # of a sum: so that in small units it is about as large as a mean


class Units:
    """The units of one set of rules.

    Attributes
    ----------
    L, V
        cells and symbols
    relations
        the names, in the order in which a model has weights for them
    members
        for each relation, the cells of each of its units, ascending
    shares
        for each of these cells, what it takes of the mean over the unit; None: of each relation the mean over its units
    """

    def __init__(self, rules: Rules, relations: tuple[str, ...], pool: str = "mean") -> None:
        if missing := [r for r in rules.relations if r not in relations]:
            raise ModelMismatch(f"the model knows the relations {list(relations)}, the problem also has {missing}")
        self.L, self.V, self.relations = rules.L, rules.V, relations
        dealt: dict[str, list[tuple[int, ...]]] = {relation: [] for relation in relations}
        for unit in rules.constraints:
            dealt[unit.relation].append(tuple(sorted(unit.cells)))
        self.members = tuple(tuple(units) for units in dealt.values())
        self.shares = None if pool == "mean" else tuple(map(_of_sums, self.members))
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made the first time and kept with the units: whatever depends on nothing but them."""
        if key not in self._made:
            self._made[key] = make()
        out: Made = self._made[key]
        return out


def _of_sums(units: Sequence[Sequence[int]]) -> tuple[tuple[float, ...], ...]:
    """Shares by which a cell takes, of the units of a relation, the mean of their sums, each times SUMMED.

    A sum says how many there are, in a unit of any size; and what a cell says itself is in it once.

    Examples
    --------
    >>> _of_sums([(0, 1, 2), (0, 3)])
    ((0.375, 0.75, 0.75), (0.25, 0.5))
    """
    often = Counter(cell for unit in units for cell in unit)
    return tuple(tuple(SUMMED * len(unit) / often[cell] for cell in unit) for unit in units)


_UNITS: WeakKeyDictionary[Rules, dict[tuple[tuple[str, ...], str], Units]] = WeakKeyDictionary()


def units_of(rules: Rules, relations: tuple[str, ...], pool: str = "mean") -> Units:
    """The units of `rules` for a model that knows these relations and pools so: the same object for the same rules.

    Raises
    ------
    ModelMismatch
        The rules have a relation that the model does not know.
    """
    cached = _UNITS.setdefault(rules, {})
    key = relations, pool
    if key not in cached:
        dealt = relations != SLOTS or (rules.constraints and set(rules.relations) <= set(SLOTS))
        cached[key] = Units(rules if dealt else slotted(rules), relations, pool)
    return cached[key]


def units_for(config: ModelConfig, rules: Rules) -> Units:
    """The units of `rules` for a model of this config: the same object for the same rules.

    Raises
    ------
    ModelMismatch
        The model knows another number of cells or symbols, or lacks one of the relations.
    """
    if config.positions not in ((0, 0), (0, rules.V), (rules.L, rules.V)):
        raise ModelMismatch(
            f"positions = {config.positions}; wanted ({rules.L}, {rules.V}), (0, {rules.V}): symbols alone, or (0, 0)"
        )
    if config.symbols not in (0, rules.V):
        raise ModelMismatch(f"the model knows {config.symbols} symbols, the problem has {rules.V}")
    return units_of(rules, config.relations, config.pool)
