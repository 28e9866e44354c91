"""A job in shards: so many records a file, each file in its place when it is whole, in the memory of a few shards.

While one shard is solved, the next is read and the one before is written.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Self

from ..api.columns import BatchSolver
from ..atomic import UNFINISHED, keep, replacing
from ..behind import Behind
from ..errors import InvalidInput, VmdsolveError
from ..files.formats import writer_of
from ..files.formats.base import Tabular
from ..files.hashes import hash_of_file
from ..files.lock import Lock
from ..files.record import Record
from ..files.rows import JOURNAL
from ..files.skipping import skipped, taken
from .manifest import Done, Manifest, differ, manifests, part_name
from .place import Place
from .rows import columns_of, ends_of

__all__ = ["SIZE", "Shards"]

KNOWN = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")  # endings of folders of shards
ALONE = Place()
LOCK = "_lock-"
PATIENCE = 10.0  # seconds that a job waits for others that begin
SIZE = 20_000  # records of a shard, where nobody says


class Shards:
    """The output folder of one job, held as long as that is at work.

    Parameters
    ----------
    out
        The folder; its name's ending is that of the files in it.
    settings
        All that rows depend on; the size of a shard is one of them.
    place
        Which of the jobs that share it this is.
    resume
        Go on with what is there.
    unchanged
        Raises something where the input is not what it was: asked before a shard counts as done, and at the end.

    Raises
    ------
    InvalidInput
        With nothing changed: files cannot be written so, there is something else, a job is there and `resume` is
        False, its settings are others, or it is at work.
    """

    def __init__(
        self, out: Path, settings: Mapping[str, Any], size: int = SIZE, place: Place = ALONE, *, resume: bool = False,
        unchanged: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.out, self.size, self.place = out, size, place
        self.ending, self._unchanged = out.suffix.lower(), unchanged
        self._form = _format(out)
        settings = {**settings, "shard_size": size}
        wanted = Manifest(Manifest.at(out, place), settings, place)
        made = not out.exists()
        _check(out, wanted, resume)
        try:
            out.mkdir(exist_ok=True)
            with _turn(out):  # of two that begin at once the second sees what the first is
                _check(out, wanted, resume)
                self._lock = Lock(out / f"{LOCK}{place.k}-of-{place.n}", f"is at work on shards {place} of {out}")
                there = wanted.path.exists()  # as it is now that nobody else writes it
                self.manifest = Manifest.read(wanted.path) if there else Manifest.new(out, settings, place)
        except BaseException as error:
            if made and out.is_dir() and all(path.name.startswith(LOCK) for path in out.iterdir()):
                shutil.rmtree(out, ignore_errors=True)
            if isinstance(error, OSError):
                raise VmdsolveError(f"cannot write {out}: {error.strerror}") from error
            raise
        if there:  # what it says is done counts if it is there
            held = [one for one in self.manifest.done.values() if one.is_there(out, self.ending)]
            self.manifest.done, self.manifest.records = {one.shard: one for one in held}, None
            self.manifest.tidy()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def run(self, records: Iterator[Record], solver: BatchSolver) -> Iterator[int]:
        """Solve the shards of this job that are not done yet; yields how many records are done, a shard at a time.

        Raises
        ------
        VmdsolveError
            What is written of the rest cannot be: the shards that are whole stay.
        """
        pool = ThreadPoolExecutor(1, thread_name_prefix="vmdsolve-ahead")
        try:
            with Behind[int]() as behind:
                ahead, total = pool.submit(self.next, 0, records), 0
                for shard in count():
                    n, some = ahead.result()
                    if not n:
                        break
                    total += n
                    ahead = pool.submit(self.next, shard + 1, records)
                    if some:
                        yield from behind.do(self._write, shard, columns_of(some, solver))
                    elif self.place.has(shard):
                        yield n
                yield from behind.done()
            self.end(total)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # a read may wait for a pipe that nobody fills

    def end(self, records: int) -> None:
        """The input has so many records, and all shards of this job are done."""
        self._unchanged()
        self.manifest.end(records)

    def wants(self, shard: int) -> bool:
        """Whether a shard is this job's, and not done."""
        return self.place.has(shard) and shard not in self.manifest.done

    @contextmanager
    def meeting(self) -> Iterator[Path]:
        """A file by which others know that they see this folder: nobody has one of its name elsewhere.

        Whoever does may put shards beside it, under names that begin with its own; what is left of these goes.
        """
        begin = f"{UNFINISHED}{self.place.k}-of-{self.place.n}-"
        path = self.out.resolve() / f"{begin}{secrets.token_hex(16)}"

        def tidy() -> None:  # of a job that was killed, or of a shard that two made
            for left in self.out.glob(f"{begin}*"):
                left.unlink(missing_ok=True)

        tidy()
        with self._written(path):
            path.touch()
        try:
            yield path
        finally:
            tidy()

    def put(self, one: Done, made: memoryview | Path) -> int:
        """Take a shard that was made elsewhere: its content, or its file in this folder; gives how many rows it has."""
        path = self.out / part_name(one.shard, self.ending)
        self._unchanged()
        with self._written(path):
            if isinstance(made, Path):
                made.replace(path)
                keep(path)
            else:
                with replacing(path) as stream:
                    stream.write(made)
        self.manifest.add(one)
        return one.rows

    def next(self, shard: int, records: Iterator[Record]) -> tuple[int, Sequence[Record]]:
        """How many records a shard has, and they, if they are to be solved; else they are passed over."""
        if not self.wants(shard):
            return skipped(records, self.size), []
        some = taken(records, self.size)
        if len(some) < self.size:  # the last, unless there is an error behind: told now, it leaves no shard cut short
            taken(records, 1)
        return len(some), some

    def _write(self, shard: int, columns: Mapping[str, Any]) -> int:
        path = self.out / part_name(shard, self.ending)
        self._unchanged()
        with self._written(path):
            if path.is_symlink():  # of somebody who moved a shard: what it leads to is not ours
                path.unlink()
            self._form.write_columns(columns, path)
        rows = len(columns["problem"])
        names, ends = tuple(columns), ends_of(columns)
        self.manifest.add(Done(shard, rows, path.stat().st_size, hash_of_file(path), names, ends))
        return rows

    @contextmanager
    def _written(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            what = f"cannot write {path}: {error.strerror}"
            raise VmdsolveError(f"{what}; the shards before are whole; --resume continues") from error

    @property
    def ends(self) -> Counter[str]:
        """How the problems of this job ended."""
        return self.manifest.ends


def _format(out: Path) -> Tabular:
    ending, form = out.suffix.lower(), writer_of(out.suffix.lower())
    if not isinstance(form, Tabular) or ending not in KNOWN:
        raise InvalidInput(f"cannot write shards to {out}: its ending is {ending!r}; wanted one of {', '.join(KNOWN)}")
    form.ready()
    return form


@contextmanager
def _turn(out: Path) -> Iterator[None]:
    """One after another, of jobs that begin in a folder."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            lock = Lock(out / f"{LOCK}begin", f"begins a job in {out}, and has not come to an end of that")
        except InvalidInput:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
            continue
        with lock:
            yield
        return


def _check(out: Path, wanted: Manifest, resume: bool) -> None:
    """Refuse, before anything is changed, what is no place for these shards."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise InvalidInput(f"cannot write shards to {out}: it is no folder, and shards are files of a folder")
    if not out.parent.is_dir():
        raise InvalidInput(f"cannot write {out}: there is no folder {out.parent}")
    if (journal := out.with_name(out.name + JOURNAL)).exists():
        what = f"{journal} is of a job that makes one file of {out}"
        raise InvalidInput(f"{what}: let it end, continue it with --resume and no shards, or name another folder")
    if not out.exists():
        return
    # Names before manifests: a job that begins just now has put its manifest there before anything else.
    strange = [path.name for path in out.iterdir() if not path.name.startswith((LOCK, UNFINISHED))]
    found = manifests(out)
    if strange and not found:
        raise InvalidInput(f"{out} holds files that are no shards; name a folder that is new or empty")
    for one in found:
        if (one.place.n, one.settings) != (wanted.place.n, wanted.settings):
            raise InvalidInput(f"{out} was begun with other settings: {differ(one, wanted)}; name another folder")
    if not resume and any(one.place == wanted.place and (one.done or one.records is not None) for one in found):
        raise InvalidInput(f"{out} holds shards of a job {wanted.place}: continue it with --resume, or name another")
