"""Units: the structure of a problem as the networks take it. Weights know no puzzle; this is what tells them.

Made once for a set of rules and the relations that a model knows, and kept as long as the rules are. Weights for every
all-different puzzle know slots in place of relations, see slots.py: there the rules' units are dealt to slots first.
No torch here: native inference does without; matrices.py makes tensors of units.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from ..errors import ModelMismatch
from ..problem import Rules
from .config import ModelConfig
from .slots import SLOTS, slotted

__all__ = ["Units", "units_for", "units_of"]

Made = TypeVar("Made")


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
    """

    def __init__(self, rules: Rules, relations: tuple[str, ...]) -> None:
        if missing := [r for r in rules.relations if r not in relations]:
            raise ModelMismatch(f"the model knows the relations {list(relations)}, the problem also has {missing}")
        self.L, self.V, self.relations = rules.L, rules.V, relations
        dealt: dict[str, list[tuple[int, ...]]] = {relation: [] for relation in relations}
        for unit in rules.constraints:
            dealt[unit.relation].append(tuple(sorted(unit.cells)))
        self.members = tuple(tuple(units) for units in dealt.values())
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made the first time and kept with the units: whatever depends on nothing but them."""
        if key not in self._made:
            self._made[key] = make()
        out: Made = self._made[key]
        return out


_UNITS: WeakKeyDictionary[Rules, dict[tuple[str, ...], Units]] = WeakKeyDictionary()


def units_of(rules: Rules, relations: tuple[str, ...]) -> Units:
    """The units of `rules` for a model that knows these relations: the same object for the same rules.

    Raises
    ------
    ModelMismatch
        The rules have a relation that the model does not know.
    """
    cached = _UNITS.setdefault(rules, {})
    if relations not in cached:
        dealt = relations != SLOTS or (rules.constraints and set(rules.relations) <= set(SLOTS))
        cached[relations] = Units(rules if dealt else slotted(rules), relations)
    return cached[relations]


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
    return units_of(rules, config.relations)
