"""Hidden Markov models against brute force over all paths of states; their rows as a domain."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from helpers.chi_square import merged_z
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.domains.hidden import CHAIN, Hidden
from vmdsolve.domains.parts.markov import UNTOLD, HiddenMarkov
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.law import law_of
from vmdsolve.problem import OPEN


def random_chain(seed: int, Q: int, V: int) -> HiddenMarkov:
    rng = np.random.default_rng(seed)
    return HiddenMarkov(*(rng.dirichlet(np.full(n, 0.7), size) for n, size in ((Q, ()), (Q, Q), (V, Q))))


def paths(chain: HiddenMarkov, x: np.ndarray, told: np.ndarray) -> dict[tuple[int, ...], float]:
    """Each path of states with its chance together with what is visible of row x [L]."""
    Q, out = len(chain.start), {}
    for path in itertools.product(range(Q), repeat=len(x)):
        p = chain.start[path[0]]
        for before, after in itertools.pairwise(path):
            p *= chain.move[before, after]
        for cell, state in enumerate(path):
            p *= 1.0 if x[cell] == OPEN else chain.emit[state, x[cell]]
            p *= told[cell] in (UNTOLD, state)
        out[path] = float(p)
    return out


@given(seed=st.integers(0, 1000), Q=st.integers(1, 3), V=st.integers(1, 3), L=st.integers(1, 4))
def test_rows_and_cells_have_the_chances_that_all_paths_give_them(seed: int, Q: int, V: int, L: int) -> None:
    rng, chain = np.random.default_rng(seed), random_chain(seed, Q, V)
    x = rng.integers(-1, V, (3, L)).astype(np.int32)
    told = np.where(rng.random((3, L)) < 0.3, rng.integers(0, Q, (3, L)), UNTOLD).astype(np.int32)
    total, cells = np.exp(chain.log_p(x, told)), chain.symbols(x, told)
    for row in range(3):
        every = paths(chain, x[row], told[row])
        assert total[row] == pytest.approx(sum(every.values()))
        for cell in np.flatnonzero(x[row] == OPEN) if total[row] > 1e-12 else ():
            each = sum(p * chain.emit[path[cell]] for path, p in every.items()) / total[row]
            np.testing.assert_allclose(cells[row, cell], each, atol=1e-9)


def test_states_are_drawn_as_they_are_likely() -> None:
    chain, x = random_chain(3, 2, 3), np.array([2, OPEN, 0], np.int32)
    every = paths(chain, x, np.full(3, UNTOLD))
    drawn = chain.states(np.tile(x, (20_000, 1)), np.random.default_rng(0).random((20_000, 3)))
    counts = np.bincount(drawn @ [4, 2, 1], minlength=8).tolist()
    wanted = np.array(list(every.values())) / sum(every.values())
    assert merged_z(counts, wanted.tolist()) < 4
    assert merged_z(counts, ((wanted + 0.02) / (1 + 8 * 0.02)).tolist()) > 4


def test_rows_drawn_follow_the_law_of_their_domain() -> None:
    domain = get("hidden-markov:4")
    assert isinstance(domain, Hidden)
    law = law_of(domain)
    assert float(domain.weight(law.boards).sum()) == pytest.approx(1)
    found = law.compare(domain.chain.draw(np.random.default_rng(0), 50_000, 4))
    assert found.variation < 1.3 * found.variation_floor
    skewed = law.compare(HiddenMarkov.ring(3, 0.85, 0.9).draw(np.random.default_rng(0), 50_000, 4))
    assert skewed.variation > 2 * skewed.variation_floor


def test_what_is_no_chain_is_refused() -> None:
    even = np.full((2, 2), 0.5)
    with pytest.raises(InvalidInput, match="move of a hidden Markov model holds"):
        HiddenMarkov(np.full(2, 0.5), np.eye(2) + 0.1, even)
    with pytest.raises(InvalidInput, match="shapes"):
        HiddenMarkov(np.full(3, 1 / 3), even, even)
    with pytest.raises(InvalidInput, match="1 cell or more, got 0"):
        get("hidden-markov:0")
    assert CHAIN.V == 3
