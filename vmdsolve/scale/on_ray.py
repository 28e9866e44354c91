"""Shards solved by a Ray cluster: this process reads and puts files into place, the others solve and format them.

Each shard is a task that any node may take; of a node that dies others do the shards again. Answers are those of the
local job, byte for byte.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..api.columns import BatchSolver
from ..behind import Behind
from ..extras import load
from ..files.formats import writer_of
from ..files.record import Record
from .rows import columns_of, ends_of
from .shards import Shards

__all__ = ["Made", "made", "run_on_ray"]

AHEAD = 2  # shards a processor that are handed out at once: one is solved, one waits


class Made(NamedTuple):
    """A shard as it comes back: its file, and what its manifest says."""

    content: npt.NDArray[np.uint8]  # which Ray hands over without a copy, as it does not bytes
    rows: int
    columns: tuple[str, ...]
    ends: Mapping[str, int]


def made(records: Sequence[Record], options: bytes, ending: str) -> Made:
    """One shard, solved and as a file's content; `options` of `BatchSolver`, pickled.

    Examples
    --------
    >>> shard = made([Record("", 1, "1......2..4..3..")], pickle.dumps({"method": "search"}), ".csv")
    >>> shard.content.tobytes().count(b"SOLVED")
    1
    """
    columns = columns_of(records, _solver(options))
    form = writer_of(ending)
    assert form is not None  # the driver asked before
    content = np.frombuffer(form.content(columns), np.uint8)
    return Made(content, len(records), tuple(columns), ends_of(columns))


@cache
def _solver(options: bytes) -> BatchSolver:
    """One a process: weights are read once."""
    return BatchSolver(**pickle.loads(options))


def run_on_ray(shards: Shards, records: Iterator[Record], options: Mapping[str, Any]) -> Iterator[int]:
    """As `Shards.run`, by the cluster that Ray finds (RAY_ADDRESS, or this machine), one CPU a shard.

    Parameters
    ----------
    options
        Of `BatchSolver`; with a GPU as the device each shard has one to itself.

    Raises
    ------
    MissingExtra
        Ray is not installed.
    """
    ray = load("ray", "ray", "engine 'ray'")
    began = not ray.is_initialized()
    if began:
        ray.init(log_to_driver=False, logging_level="ERROR", include_dashboard=False)
    try:
        gpus = 1 if str(options.get("device") or "").startswith("cuda") else 0
        task = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=-1)(made)
        told = pickle.dumps({**options, "threads": 1})
        most = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
        yield from _handed_out(ray, task, shards, records, told, most)
    finally:
        if began:
            ray.shutdown()


def _handed_out(
    ray: Any, task: Any, shards: Shards, records: Iterator[Record], options: bytes, most: int
) -> Iterator[int]:
    at_work: dict[Any, int] = {}
    total = 0
    with Behind[int]() as behind:
        for shard in count():
            n, some = shards.next(shard, records)
            total += n
            if some:
                at_work[task.remote(some, options, shards.ending)] = shard
            elif n and shards.place.has(shard):
                yield n
            while at_work and (len(at_work) >= most or not n):
                [done], _ = ray.wait([*at_work])
                one: Made = ray.get(done)
                yield from behind.do(shards.put, at_work.pop(done), one.content.data, one.rows, one.columns, one.ends)
            if not n:
                break
        yield from behind.done()
    shards.manifest.end(total)
