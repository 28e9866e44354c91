"""Rules of AllDifferent alone, told in words that do not depend on the puzzle: for weights that serve all of them.

The denoiser shares weights over cells and symbols; all that ties it to a kind of puzzle are the names of its relations.
Here units are dealt to a few slots instead, and a slot is to the model what a relation is:
    full    as many cells as there are symbols, so that every symbol has its place in the unit
    part    fewer cells
A unit goes to the slot of its kind in which the fewest of its cells have a unit already, the first of these. So rows,
columns, boxes and windows get a slot each, and units share cells within a slot only where slots run out; a cell then
hears the mean of its units there, as it does within a relation. No torch here: who asks whether weights would fit
should not have to wait for it.
"""

from __future__ import annotations

import numpy as np

from ..constraints import AllDifferent
from ..errors import ModelMismatch, TooLarge
from ..problem import Rules

__all__ = ["ALL_DIFFERENT", "MOST_CELLS", "MOST_SYMBOLS", "SLOTS", "of_all_different", "slotted", "suits"]

ALL_DIFFERENT = "all-different"  # what a config names as its domain, and the file of the weights
FULL = ("full-1", "full-2", "full-3", "full-4")
PART = ("part-1", "part-2")
SLOTS = (*FULL, *PART)
MOST_SYMBOLS, MOST_CELLS = 16, 256  # of what training shows: 16x16
MOST_PAIRS = 2**27  # of a unit and a cell: the model holds a matrix of them


def of_all_different(rules: Rules) -> bool:
    """Whether AllDifferent is all that the rules say."""
    return bool(rules.constraints) and all(isinstance(unit, AllDifferent) for unit in rules.constraints)


def suits(rules: Rules) -> bool:
    """Whether the weights that come along are for such rules: AllDifferent alone, and no larger than in training.

    Examples
    --------
    >>> suits(Rules(2, 2, (AllDifferent([0, 1]),))), suits(Rules(2, 17, (AllDifferent([0, 1]),))), suits(Rules(2, 2))
    (True, False, False)
    """
    return rules.V <= MOST_SYMBOLS and rules.L <= MOST_CELLS and of_all_different(rules)


def slotted(rules: Rules, rng: np.random.Generator | None = None) -> Rules:
    """The same rules with slots for relations; `rng`: which slot of a kind is which, at random (for training).

    Raises
    ------
    ModelMismatch
        Other constraints, or none; TooLarge where there are far too many.

    Examples
    --------
    >>> units = AllDifferent([0, 1], "row"), AllDifferent([2, 3], "row"), AllDifferent([0, 2], "column")
    >>> [unit.relation for unit in slotted(Rules(4, 2, units)).constraints]
    ['full-1', 'full-1', 'full-2']
    """
    if other := next((c for c in rules.constraints if not isinstance(c, AllDifferent)), None):
        raise ModelMismatch(
            f"weights for every all-different puzzle know AllDifferent alone; the problem also has "
            f"{type(other).__name__} ({other.relation})"
        )
    units = [unit for unit in rules.constraints if len(unit.cells) > 1]
    if not units:
        raise ModelMismatch("weights for every all-different puzzle need units; the problem has none")
    if len(units) * rules.L > MOST_PAIRS:
        raise TooLarge(
            f"weights for every all-different puzzle are for units x cells up to {MOST_PAIRS:,}; "
            f"the problem has {len(units):,} units and {rules.L:,} cells"
        )
    names = {kind: [kind[i] for i in rng.permutation(len(kind))] if rng else kind for kind in (FULL, PART)}
    taken = {slot: np.zeros(rules.L, np.bool_) for slot in SLOTS}
    dealt = []
    for unit in units:
        cells = list(unit.cells)
        slot = min(names[FULL if len(cells) >= rules.V else PART], key=lambda name: int(taken[name][cells].sum()))
        taken[slot][cells] = True
        dealt.append(AllDifferent(unit.cells, slot))
    return Rules(rules.L, rules.V, tuple(dealt))
