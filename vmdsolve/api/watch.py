"""watch: what the network makes of a board, loop after loop, from each of several latents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Unpack

import numpy as np
import numpy.typing as npt

from ..arguments import whole
from ..checker import accepts
from ..deadline import Deadline
from ..domains import layout_of
from ..domains.reading import Grid, read
from ..drawing import Part, Picture, Said, Shown
from ..drawing.figure import Figure
from ..kernels.normal import normal
from ..problem import OPEN, Board, Problem
from ..trace import side_by_side
from .option import takes
from .options import Options, WatchOptions
from .weights import is_trained, predictor, without_weights

__all__ = ["Watched", "watch"]

MOST_BOARDS = 64
STOPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)


@dataclass(frozen=True, eq=False, repr=False)
class Watched(Shown):
    """What a network says of one problem after so many loops.

    Attributes
    ----------
    problem
        what was looked at
    loops
        int [F], block applications after which a frame was kept
    values
        int32 [F, K, L], the most probable value of each open cell, givens as they are
    confidence
        float32 [F, K, L], its probability, 0 to 1; 1 of givens
    z
        float32 [K, Z], what was drawn for each board
    right
        bool [F, K], whether the checker accepts that board
    """

    problem: Problem
    loops: npt.NDArray[np.int64]
    values: Board
    confidence: npt.NDArray[np.float32] = field(repr=False)
    z: npt.NDArray[np.float32] = field(repr=False)
    right: npt.NDArray[np.bool_] = field(repr=False)

    def __repr__(self) -> str:
        F, K = self.right.shape
        return f"Watched({self.problem.domain!r}, {F} frames of {K} boards, {int(self.right[-1].sum())} right)"

    def picture(self) -> Picture:
        """The last frame of each board, one under another."""
        layout, parts = layout_of(self.problem), list[Part]()
        for values, right in zip(self.values[-1], self.right[-1].tolist(), strict=True):
            parts += [*layout.picture(values, givens=self.problem.values).parts]
            parts.append(Said("an answer" if right else "no answer", "aside"))
        return Picture(tuple(parts))

    def frames(self) -> list[tuple[str, Figure]]:
        """All boards after each number of loops, pale where the network is unsure."""
        K = self.right.shape[1]
        layout, out = layout_of(self.problem), list[tuple[str, Figure]]()
        for loops, values, sure, right in zip(self.loops, self.values, self.confidence, self.right, strict=True):
            said = ["an answer" if good else " " for good in right.tolist()]
            drawn = side_by_side(layout, self.problem.values, values, sure, said)
            out.append((f"after {loops} loops: {int(right.sum())} of {K} are answers", drawn))
        return out


@takes(WatchOptions)
def watch(problem: Grid, boards: int = 4, **options: Unpack[WatchOptions]) -> Watched:
    """One evaluation of the network, watched: the board that it leans to after 1, 2, 3, 4, 6 ... loops.

    Boards differ by their latents, which are those that `solve` would try, in order. No rule masks a symbol, and
    nothing is given to search: what is seen is the network's alone.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    boards
        K, how many latents, 1 to 64.
    {options}

    Raises
    ------
    InvalidInput
        As `solve` does.
    ModelMismatch
        There are no weights for such boards.
    TimeoutError
        The time limit ran out.

    Examples
    --------
    >>> seen = watch("1......2..4..3..", 2)
    >>> seen.values.shape, seen.right[-1].tolist()
    ((11, 2, 16), [True, True])
    """
    K, checked = whole(boards, "boards", 1, MOST_BOARDS), Options(WatchOptions, **options)
    clock, given = Deadline(checked.time_limit), read(problem, checked.domain)
    layout, rules = layout_of(given), given.rules
    if not is_trained(layout, rules, checked):
        without_weights(layout, rules, checked.but(method="vmd-only"))
    from ..sampler.keys import board_keys, latent_keys

    most = predictor(layout, rules, checked, checked.loops)
    assert most is not None  # is_trained has said so
    x = np.broadcast_to(given.values, (K, rules.L)).copy()
    key = board_keys(rules, given.values[None])
    keys = np.concatenate([latent_keys(key, k) for k in range(K)])
    z = most.draw(x, normal(keys, most.z_width, seed=checked.seed))
    z[: most.model.config.sampling.still] = 0  # as of the first board that `solve` tries
    stops = [stop for stop in STOPS if stop < most.most_loops] + [most.most_loops]
    values, sure = list[Board](), list[npt.NDArray[np.float32]]()
    for stop in stops:
        predict = predictor(layout, rules, checked, stop)
        assert predict is not None
        if clock.over:
            raise TimeoutError(f"{len(values)} of {len(stops)} frames were made in {clock.seconds:g} s; allow more")
        logits = predict.evaluate(x, predict.prepare(z), time_limit=clock.left()).logits
        chosen = logits.argmax(-1).astype(np.int32)
        weights = np.exp(logits - logits.max(-1, keepdims=True))
        values.append(np.where(x == OPEN, chosen, x))
        sure.append(np.where(x == OPEN, 1.0 / weights.sum(-1), 1.0).astype(np.float32))
    right = np.stack([accepts(rules, x, board) for board in values])
    return Watched(given, np.array(stops), np.stack(values), np.stack(sure), z, right)
