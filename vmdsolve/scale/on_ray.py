"""Shards solved by a Ray cluster: this process reads and hands out, the others solve, and make the files.

Each shard is a task that any node may take; of a node that dies others do the shards again. A node that sees the folder
puts its files there, any other sends them back. Answers are those of the local job, byte for byte.
"""

from __future__ import annotations

import os
import pickle
import secrets
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..api.columns import BatchSolver
from ..behind import Behind
from ..errors import VmdsolveError
from ..extras import load
from ..files.formats import writer_of
from ..files.formats.base import Tabular
from ..files.hashes import hash_of
from ..files.record import Record
from .manifest import Done
from .rows import columns_of, ends_of
from .shards import Shards

__all__ = ["Made", "made", "run_on_ray"]

ANSWER = 10.0  # seconds that a cluster has to answer
AHEAD = 2  # shards a processor that are handed out at once: one is solved, one waits


class Made(NamedTuple):
    """A shard as it comes back: what its manifest says, and its file: the name of that, or what it holds."""

    done: Done
    file: str | npt.NDArray[np.uint8]  # which Ray hands over without a copy, as it does not bytes


def made(records: Sequence[Record], options: bytes, shard: int, ending: str, meeting: Path | None = None) -> Made:
    """One shard, solved, its file put beside the others or handed back.

    Parameters
    ----------
    options
        Of `BatchSolver`, pickled.
    meeting
        Where there is a file of this name its folder is that of the shards, and a file is put there, whose name begins
        so. Whoever asked gives it its own: of two that make a shard one is taken, and none waits for a disk.

    Examples
    --------
    >>> one = made([Record("", 1, "1......2..4..3..")], pickle.dumps({"method": "search"}), 0, ".csv")
    >>> one.file.tobytes().count(b"SOLVED"), one.done.rows
    (1, 1)
    """
    columns = columns_of(records, _solver(options))
    form = writer_of(ending)
    assert isinstance(form, Tabular)  # the driver asked before
    content = form.content(columns)
    done = Done(shard, len(records), len(content), hash_of(content), tuple(columns), ends_of(columns))
    if meeting is not None and meeting.exists():
        path = meeting.with_name(f"{meeting.name}-{secrets.token_hex(8)}")
        try:
            path.write_bytes(content)
            return Made(done, path.name)
        except OSError:  # a full disk, say: who asked is told when it writes
            with suppress(OSError):
                path.unlink()
    return Made(done, np.frombuffer(content, np.uint8))


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
    VmdsolveError
        There is no cluster at RAY_ADDRESS.
    """
    ray = load("ray", "ray", "engine 'ray'")
    began = not ray.is_initialized()
    if began:
        _begin(ray)
    try:
        gpus = 1 if str(options.get("device") or "").startswith("cuda") else 0
        task = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=-1)(made)
        told = pickle.dumps({**options, "threads": 1})
        most = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
        yield from _handed_out(ray, task, shards, records, told, most)
    finally:
        if began:
            ray.shutdown()


def _begin(ray: Any) -> None:
    """Join a cluster, or begin one here; a signal to end is heard as before."""
    told = os.environ.get("RAY_ADDRESS", "")
    host, _, port = told.rpartition(":")
    try:
        if host and port.isdigit() and "/" not in told:  # Ray itself would ask for minutes
            socket.create_connection((host, int(port)), ANSWER).close()
        before = signal.getsignal(signal.SIGTERM)
        ray.init(log_to_driver=False, logging_level="ERROR", include_dashboard=False)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)
    except (OSError, ValueError, OverflowError, RuntimeError) as error:
        where = f"RAY_ADDRESS is {told!r:.80}" if told else "no cluster could be begun here"
        raise VmdsolveError(f"cannot reach a Ray cluster: {where}: {str(error).partition(chr(10))[0]:.200}") from error


def _handed_out(
    ray: Any, task: Any, shards: Shards, records: Iterator[Record], options: bytes, most: int
) -> Iterator[int]:
    at_work: dict[Any, tuple[int, Sequence[Record]]] = {}
    total = 0
    with shards.meeting() as meeting, Behind[int]() as behind:
        for shard in count():
            n, some = shards.next(shard, records)
            total += n
            if some:
                at_work[task.remote(some, options, shard, shards.ending, meeting)] = shard, some
            elif n and shards.place.has(shard):
                yield n
            while at_work and (len(at_work) >= most or not n):
                [found], _ = ray.wait([*at_work])
                number, its = at_work.pop(found)
                one: Made = ray.get(found)
                file = meeting.with_name(one.file) if isinstance(one.file, str) else one.file.data
                if isinstance(file, Path) and not file.exists():  # some file systems tell of it later
                    at_work[task.remote(its, options, number, shards.ending)] = number, its
                    continue
                yield from behind.do(shards.put, one.done, file)
            if not n:
                break
        yield from behind.done()
    shards.end(total)
