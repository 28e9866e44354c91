"""From the latents that were tried on a problem to its trace, and from traces of several samples to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..trace import Trace
from .work import Task, Tried

__all__ = ["beside", "trace_of"]


def trace_of(task: Task, row: int, tried: Sequence[Tried]) -> Trace | None:
    """The trace of a problem; None where none was asked for, or nothing was tried."""
    if not tried:
        return None
    return beside([
        Trace(
            task.domain, task.givens[row], np.concatenate([one.start[None], one.steps.values])[:, None],
            np.concatenate([(one.start >= 0).astype(np.float32)[None], one.steps.sure])[:, None],
            np.concatenate([[0], one.steps.loops.cumsum()])[:, None], task.told(one.z), np.array([one.right]),
        )
        for one in tried
    ])  # fmt: skip


def beside(traces: Sequence[Trace]) -> Trace:
    """The boards of several traces of one problem side by side; those that were done first stay as they are."""
    T = max(len(one.loops) for one in traces)

    def long(steps: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate([steps, steps[-1:].repeat(T - len(steps), 0)])

    values, sure, loops = (
        np.concatenate([long(steps) for steps in of], 1)
        for of in zip(*((one.values, one.confidence, one.loops) for one in traces), strict=True)
    )
    z = [one.z for one in traces if one.z is not None]
    right = np.concatenate([one.right for one in traces])
    same = np.concatenate(z) if len(z) == len(traces) else None
    return Trace(traces[0].layout, traces[0].givens, values, sure, loops, same, right)
