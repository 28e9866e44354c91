"""Words of automata over bytes: drawn at random, and all short ones."""

from __future__ import annotations

import random
from functools import cache

import numpy as np

from vmdsolve.automata.dfa import Dfa


@cache
def least(dfa: Dfa) -> list[int]:
    """Fewest bytes from each state to acceptance."""
    out = np.where(dfa.accepting, 0, -1)
    for n in range(1, dfa.Q + 1):
        near = (out < 0) & ((dfa.step >= 0) & (out[dfa.step] == n - 1)).any(axis=1)
        out[near] = n
    return [int(n) for n in out]


def drawn(dfa: Dfa, rng: random.Random, length: int) -> bytes:
    """A word that is walked at random for `length` bytes, and then ended as soon as can be."""
    to_end = least(dfa)
    bytes_of = [np.flatnonzero(dfa.kind == kind).tolist() for kind in range(dfa.step.shape[1])]
    state, word = 0, bytearray()
    while not (dfa.accepting[state] and (len(word) >= length or rng.random() < 0.1 or (dfa.step[state] < 0).all())):
        kinds = np.flatnonzero(dfa.step[state] >= 0).tolist()
        if len(word) >= length:
            kinds = [kind for kind in kinds if to_end[dfa.step[state, kind]] < to_end[state]]
        kind = rng.choice(kinds)
        word.append(rng.choice(bytes_of[kind]))
        state = int(dfa.step[state, kind])
    return bytes(word)
