"""What a model would make of a problem is sized before it is made: refused in words, or passed over."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from vmdsolve import solve
from vmdsolve.constraints import AllDifferent
from vmdsolve.domains import Domain
from vmdsolve.errors import TooLarge
from vmdsolve.kernels.structure import Structure
from vmdsolve.model.native import load_native
from vmdsolve.model.packaged import packaged_file
from vmdsolve.model.slots import slotted
from vmdsolve.model.units import Units
from vmdsolve.problem import OPEN, Problem, Rules, Status

WEIGHTS = packaged_file("all-different")


class Long(Domain):
    name, symbols, shape, constraints = "long", "ABC", (1, 20_000), ()


def path(cells: int, symbols: int) -> Rules:
    return Rules(cells, symbols, tuple(AllDifferent(edge) for edge in pairwise(range(cells))))


def test_a_native_evaluation_is_sized_first() -> None:
    assert WEIGHTS is not None
    kernel = load_native(WEIGHTS).kernel
    a_unit = kernel.bytes_of(Structure(1, 64, [[[0]], *([[]] * (kernel.R - 1))]))
    units = [[[0, 1]] * (2**32 // a_unit * 2), *([[]] * (kernel.R - 1))]  # a few bytes each, thousands in the network
    huge = Structure(4, 64, units)
    assert kernel.bytes_of(huge) > 2**32
    with pytest.raises(TooLarge, match="GB"):
        kernel(huge, np.full((1, 4), OPEN, np.int32), loops=1)


def test_matrices_are_sized_first() -> None:
    pytest.importorskip("torch")
    import torch

    from vmdsolve.model.matrices import means_of, pairs_of

    units = Units(path(40_000, 3), ("different",))
    for made in (means_of, pairs_of):
        with pytest.raises(TooLarge, match="GB"):
            made(units, torch.device("cpu"))


def test_slots_are_sized_first() -> None:
    with pytest.raises(TooLarge, match="units"):
        slotted(path(20_000, 3))


@pytest.mark.slow
def test_a_model_without_room_is_passed_over_where_search_comes_after() -> None:
    rules = path(20_000, 3)
    given = Problem("long", rules, np.full(rules.L, OPEN), Long())
    assert WEIGHTS is not None
    solution = solve(given, model=WEIGHTS, threads=1)
    assert (solution.status, solution.method, solution.nfe) == (Status.SOLVED, "search", 0)
    with pytest.raises(TooLarge, match="units"):
        solve(given, model=WEIGHTS, method="vmd-only", threads=1)
