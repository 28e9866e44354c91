"""How likely a model finds the answers to problems, as many of them as there is time for."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from ..deadline import Deadline, stop_point, within
from ..errors import InvalidInput
from ..model.vmd import VMD
from ..problem import OPEN, Board, Rules
from ..search import solve_values
from .likelihood import Bound, nelbo

__all__ = ["answers_of", "likelihood_of_answers"]

PIECE = 32  # problems that are measured together


def answers_of(rules: Rules, boards: Board, clock: Deadline) -> Board:
    """The one answer of each problem [n, L], by exact search; a full board is its own.

    Raises
    ------
    InvalidInput
        A problem has none, or several.
    TimeoutError
        Search did not prove it in time.
    """
    found = solve_values(rules, boards, limit=2, time_limit=clock.limit)
    for row in np.flatnonzero(found.counts != 1):
        if not found.complete[row] and not found.counts[row]:
            break
        has = "several answers" if found.counts[row] else "no answer"
        raise InvalidInput(f"problem {row + 1} of {len(boards)} has {has}; the likelihood is of the one that it has")
    if not found.complete.all():
        raise TimeoutError(f"not all of {len(boards)} problems were solved in {clock.seconds:g} s; allow more")
    return found.values


def likelihood_of_answers(
    model: VMD, rules: Rules, boards: Board, answers: Board, *, loops: int | None, seed: int, clock: Deadline
) -> Bound:
    """The NELBO of answers given what their problems show; a problem that is a full board shows nothing.

    Parameters
    ----------
    boards, answers
        int32 [n, L].
    loops
        Applications of the block; None: what the model was made for.
    seed
        Of masks and z.
    clock
        Those that are not done by its end are left out.

    Raises
    ------
    ModelMismatch
        The latent has no density.
    TimeoutError
        Not one piece of 32 problems was done in time.
    """
    given = np.where((boards == OPEN).any(axis=1, keepdims=True), boards, OPEN)
    parts: list[Bound] = []
    with suppress(TimeoutError), within(clock):
        for first in range(0, len(boards), PIECE):
            here = slice(first, first + PIECE)
            stop_point()
            parts.append(nelbo(model, rules, answers[here], given=given[here], loops=loops, seed=seed, first=first))
    if not parts:
        raise TimeoutError(f"the likelihood of no {PIECE} answers was done in {clock.seconds:g} s; allow more")
    nats = np.concatenate([part.nats for part in parts])
    return Bound(nats, float((given[: len(nats)] == OPEN).sum() / len(nats)))
