"""Units: the structure of a problem as the networks take it. Weights know no puzzle; this is what tells them.

Made once for a set of rules and the relations that a model knows, and kept as long as the rules are. Weights for every
all-different puzzle know slots in place of relations, see slots.py: there the rules' units are dealt to slots first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from ..errors import ModelMismatch
from ..problem import Rules
from .slots import SLOTS, slotted

__all__ = ["Means", "Pairs", "Units", "units_of"]

Made = TypeVar("Made")


class Means(NamedTuple):
    """Means over units as two small matrices: cells to units, and units back to cells.

    Attributes
    ----------
    gather
        float32 [U, L] row u is the mean over the cells of unit u
    spread
        float32 [L, U] row l is, for each relation, the mean over l's units of that relation
    spans
        for each relation, its range of unit numbers
    """

    gather: Tensor
    spread: Tensor
    spans: tuple[tuple[int, int], ...]


class Pairs(NamedTuple):
    """How pairs of cells stand to each other.

    Attributes
    ----------
    near
        float32 [R, L, L] 1 where two cells share a unit of the relation
    distance
        int64 [L, L] index, 0 to 2L - 2, of how far one cell lies after another
    """

    near: Tensor
    distance: Tensor


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
            with torch.inference_mode(False):  # what is made while sampling must do for training, too
                self._made[key] = make()
        out: Made = self._made[key]
        return out

    def means(self, device: torch.device) -> Means:
        """For the mixer "messages"."""
        return self.once(("means", device), lambda: self._means(device))

    def pairs(self, device: torch.device) -> Pairs:
        """For the mixer "attention"."""
        return self.once(("pairs", device), lambda: self._pairs(device))

    def _means(self, device: torch.device) -> Means:
        n = sum(map(len, self.members))
        member, spread = torch.zeros(n, self.L, device="cpu"), torch.zeros(self.L, n, device="cpu")
        spans, end = [], 0
        for units in self.members:
            start, end = end, end + len(units)
            for u, cells in enumerate(units, start):
                member[u, list(cells)] = 1
            mine = member[start:end].T
            spread[:, start:end] = mine / mine.sum(1, keepdim=True).clamp(min=1)
            spans.append((start, end))
        gather = member / member.sum(1, keepdim=True)
        return Means(gather.to(device), spread.to(device), tuple(spans))

    def _pairs(self, device: torch.device) -> Pairs:
        near = torch.zeros(len(self.members), self.L, self.L, device="cpu")
        for r, units in enumerate(self.members):
            for unit in units:
                cells = torch.tensor(unit, device="cpu")
                near[r, cells[:, None], cells] = 1
        cell = torch.arange(self.L, device="cpu")
        return Pairs(near.to(device), (cell[:, None] - cell + self.L - 1).to(device))


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
