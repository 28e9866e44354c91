"""The denoiser's loops, forward and back, as two native calls on arrays: `DenoiseGradient`.

    B boards, L cells, V symbols, S supervised loops; T numbers of all weights, W of a board's scale, shift and gate.
`csrc/denoise/tables.hpp` says what the T and W numbers are; `vmdsolve/model/fused.py` makes them from a denoiser. The
gradients do not depend on the number of threads. Paths are those of `denoise`.
"""

from typing import NamedTuple

import numpy as np

import vmdsolve._native as _native
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels import checks
from vmdsolve.kernels.denoise import path_number
from vmdsolve.kernels.state_noise import StateNoise
from vmdsolve.kernels.structure import Structure

__all__ = ["DenoiseGradient", "Pass"]


class Pass(NamedTuple):
    """What the way back needs of a way forth.

    Attributes
    ----------
    x
        int32 [B, L], open = -1
    tables
        float32 [T]
    latent
        float32 [B, W]
    free
        loops before the supervised ones, which carry no gradient
    supervise
        S
    path
        number of the code path
    kept
        states of all boards and loops
    fade
        from which loop on states fade
    """

    x: checks.Array
    tables: checks.Array
    latent: checks.Array
    free: int
    supervise: int
    path: int
    kept: checks.Array
    fade: int


class DenoiseGradient:
    """The loops of denoisers of one shape on boards of one structure; their weights are given to each call.

    Parameters
    ----------
    structure
        Of the boards.
    H, M, N
        Channels of a candidate, a message, a block; 1 to 4096 each.
    cells, symbols
        Whether they have embeddings: symbols may without cells.
    """

    def __init__(self, structure: Structure, *, H: int, M: int, N: int, cells: bool, symbols: bool) -> None:
        self.structure = structure
        self._native = _native.DenoiseGradient(structure.native, H=H, M=M, N=N, cells=cells, symbols=symbols)
        self._spare: checks.Array | None = None  # of an earlier pass: asking the system for memory costs much

    def forward(
        self,
        x: checks.Array,
        tables: checks.Array,
        latent: checks.Array,
        *,
        free: int,
        supervise: int,
        threads: int = 0,
        path: str | None = None,
        noise: StateNoise | None = None,
        fade: int = 0,
    ) -> tuple[checks.Array, Pass]:
        """Logits [S, B, L, V] float32 of the supervised loops, and what `backward` needs.

        Parameters
        ----------
        threads
            0: one a core
        path
            a name in `denoise_paths()`; None: `fastest_path()`, which is in float32
        noise
            on the states; None: none. It is added, so the way back needs none of it
        fade
            from which loop on states fade, as for `denoise`; 0: never
        """
        if supervise < 1 or free < 0:
            raise InvalidInput(f"{supervise} supervised loops after {free} others; wanted 1 or more, and 0 or more")
        number = path_number(path)
        size = len(x) * self._native.kept_bytes(supervise, number)
        kept, self._spare = self._spare, None
        if kept is None or kept.size < size:
            kept = np.empty(size, np.int8)
        stir = {} if noise is None else noise.arrays(len(x))
        logits = self._native.forward(x, tables, latent, free, supervise, kept, threads, number, fade=fade, **stir)
        if logits is None:  # refused by the native code, which leaves the words to this check
            checks.refuse(x, self.structure.V)
        return logits, Pass(x, tables, latent, free, supervise, number, kept, fade)

    def backward(self, held: Pass, d_logits: checks.Array, *, threads: int = 0) -> tuple[checks.Array, checks.Array]:
        """Gradients of sum(logits * d_logits): [T] of the tables, and [B, W] of the latents.

        A pass goes back once: a later one may take its memory.
        """
        out: tuple[checks.Array, checks.Array] = self._native.backward(
            held.x,
            held.tables,
            held.latent,
            held.free,
            held.supervise,
            held.kept,
            d_logits,
            threads,
            held.path,
            fade=held.fade,
        )
        self._spare = held.kept
        return out
