"""What a latent of noise on states says: of one start, how far apart predictions are by z, and how many boards.

There is no posterior to compare with a prior, so nothing of diagnosis in latent.py is there to be measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..checker import accepts
from ..deadline import Deadline, stop_point, within
from ..errors import InvalidInput
from ..kernels.normal import normal
from ..problem import OPEN, Board, Rules
from ..sampler import Predictor, latent_keys
from ..sampler.keys import board_keys
from .latent import ACTIVE

__all__ = ["DRAWS", "StatesDiagnosis", "diagnose_states"]

DRAWS = 16  # of z, for each start


@dataclass(frozen=True)
class StatesDiagnosis:
    """What z tells the network, by DRAWS of it for each of some starts, one evaluation each.

    As when samples are drawn a board leaves the loops where it settles, and its likeliest symbols are looked at.

    Attributes
    ----------
    boards
        starts looked at
    information
        nats a board: of each open cell, how much less is open about its symbol once z is known, summed over cells; of
        one cell it can be log(DRAWS) at most
    different
        boards that one start gives by DRAWS of z, of DRAWS; mean over starts
    valid
        share of all these boards that no rule objects to
    shown
        DRAWS boards of the start that gives most different ones
    """

    boards: int
    information: float
    different: float
    valid: float
    shown: tuple[tuple[int, ...], ...]

    @property
    def dead(self) -> bool:
        """Whether z tells the network nothing."""
        return self.information < ACTIVE


def diagnose_states(
    predict: Predictor, rules: Rules, starts: Iterable[Board], *, seconds: float | None = None, seed: int = 0
) -> StatesDiagnosis:
    """Look at what noise on states does.

    Parameters
    ----------
    starts
        Boards int32 [n, L] with open cells, a batch after another.
    seconds
        For all of it; what is not begun by then is left out.

    Raises
    ------
    InvalidInput
        There are no boards.
    TimeoutError
        Not one batch was done in time.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> from vmdsolve.model.checkpoint import packaged
    >>> domain = get("sudoku-4x4")
    >>> predict, nothing = Predictor(packaged(domain), domain.rules), domain.problem().values
    >>> found = diagnose_states(predict, domain.rules, [nothing[None]])
    >>> found.dead, found.different > 8
    (False, True)
    """
    clock, told = Deadline(seconds), []
    shown: npt.NDArray[Any] | None = None
    most = 0
    with suppress(TimeoutError), within(clock):
        for batch in starts:
            boards = np.repeat(np.ascontiguousarray(batch, np.int32), DRAWS, axis=0)
            keys = board_keys(rules, batch)
            keys = np.stack([latent_keys(keys, latent) for latent in range(DRAWS)], axis=1).ravel()
            z = predict.draw(boards, normal(keys, predict.z_width, seed=seed))
            said = predict.evaluate(boards, predict.prepare(z), settles=rules.settles)  # as samples are drawn
            logits = said.logits.astype(np.float64)
            p = np.exp(logits - logits.max(-1, keepdims=True))
            p = (p / p.sum(-1, keepdims=True)).reshape(len(batch), DRAWS, rules.L, rules.V)
            cells = _entropy(p.mean(1)) - _entropy(p).mean(1)
            stop_point()  # before anybody looks at what was cut off
            filled = np.where(boards == OPEN, logits.argmax(-1), boards).astype(np.int32)
            good = accepts(rules, boards, filled).reshape(len(batch), DRAWS)
            filled = filled.reshape(len(batch), DRAWS, rules.L)
            several = [len(np.unique(own, axis=0)) for own in filled]
            if max(several) > most:
                most, shown = max(several), filled[int(np.argmax(several))]
            told += list(zip((cells * (batch == OPEN)).sum(1), several, good.mean(1), strict=True))
    if shown is None and clock.over:
        raise TimeoutError(f"not one batch of boards was looked at in {clock.seconds:g} s; allow more")
    if shown is None:
        raise InvalidInput("there are no boards to diagnose with; give at least one batch")
    information, different, valid = np.array(told, np.float64).mean(0).tolist()
    return StatesDiagnosis(len(told), information, different, valid, tuple(map(tuple, shown.tolist())))


def _entropy(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """In nats, of probabilities along the last axis."""
    out: npt.NDArray[np.float64] = -(p * np.log(np.maximum(p, 1e-300))).sum(-1)
    return out
