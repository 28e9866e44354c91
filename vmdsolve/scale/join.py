"""Join: are all shards of an output there and whole, and one file of all of them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ..atomic import replacing
from ..errors import InvalidInput
from ..files.formats import writer_of
from ..files.formats.csv import quoted
from .manifest import Done, manifests, part_name

__all__ = ["Joined", "joined", "shards_of"]


DELIMITERS = {".csv": ",", ".tsv": "\t"}


class Joined(NamedTuple):
    """What was found of an output.

    Attributes
    ----------
    folder, ending
        where its shards are, and what their names end in
    shards
        all of them, in order
    """

    folder: Path
    ending: str
    shards: Sequence[Done]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(one.rows for one in self.shards)

    @property
    def ends(self) -> Counter[str]:
        """How the problems ended."""
        return sum((Counter(one.ends) for one in self.shards), Counter())

    @property
    def paths(self) -> list[Path]:
        """The files, in order."""
        return [self.folder / part_name(one.shard, self.ending) for one in self.shards]


def shards_of(folder: Path) -> Joined:
    """All shards of a folder, each held against its manifest.

    Raises
    ------
    InvalidInput
        It is no such folder, a job has not ended, or shards are missing, changed, or there twice: which.
    """
    found = manifests(folder) if folder.is_dir() else []
    if not found:
        raise InvalidInput(f"{folder} is no folder of shards: there is no manifest in it")
    n, ending = found[0].place.n, folder.suffix.lower()
    there = {one.place.k for one in found}
    if missing := [f"{k}/{n}" for k in range(1, n + 1) if k not in there]:
        raise InvalidInput(f"{folder}: of jobs {_some(missing)} there is no manifest; run them with --shard")
    if open_ := [str(one.place) for one in found if one.records is None]:
        raise InvalidInput(f"{folder}: job {_some(open_)} has not ended; run it with --resume")
    records = {one.records or 0 for one in found}
    if len(records) > 1:
        told = ", ".join(f"{one.place}: {one.records:,}" for one in found)
        raise InvalidInput(f"{folder}: the jobs read inputs of different lengths: {told}")
    total, size = records.pop(), found[0].settings["shard_size"]
    done = {shard: one for manifest in found for shard, one in manifest.done.items()}
    wanted = range(-(-total // size))
    odd = [s for s, one in done.items() if s not in wanted or one.rows != min(size, total - s * size)]
    if odd:
        what = f"{_some([part_name(shard, ending) for shard in odd])} cannot be of {total:,} records, {size:,} a shard"
        raise InvalidInput(f"{folder}: the manifests contradict each other: {what}; begin anew in another folder")
    lacking = [part_name(shard, ending) for shard in wanted if shard not in done]
    changed = [part_name(s, ending) for s in wanted if s in done and not done[s].is_there(folder, ending)]
    if lacking or changed:
        parts = [f"there is no {_some(lacking)}"] * bool(lacking)
        parts += [f"{_some(changed)} is gone or was changed since it was written"] * bool(changed)
        raise InvalidInput(f"{folder}: {'; '.join(parts)}; --resume makes it good")
    out = Joined(folder, ending, [done[shard] for shard in wanted])
    ours = {path.name for path in out.paths}
    if strange := sorted(path.name for path in folder.iterdir() if path.name[0] not in "._" and path.name not in ours):
        what = f"{_some(strange)} {'is' if len(strange) == 1 else 'are'} no shard of it"
        raise InvalidInput(f"{folder}: {what}, and whoever reads the folder takes it for one; move it away")
    return out


def joined(found: Joined, out: Path) -> None:
    """Write all shards as one file of the same format, which appears when it is whole; its lines are those of a shard.

    Raises
    ------
    InvalidInput
        OUT has another ending, is among the shards, or columns differ between shards of csv.
    """
    if out.suffix.lower() != found.ending or writer_of(found.ending) is None:
        raise InvalidInput(f"cannot join {found.folder} into {out}: its shards are {found.ending}; name it so")
    if out.resolve().parent == found.folder.resolve():
        raise InvalidInput(f"cannot write {out}: that folder holds the shards, and nothing else; name another place")
    if not out.parent.is_dir():
        raise InvalidInput(f"cannot write {out}: there is no folder {out.parent}")
    if out.is_dir():
        raise InvalidInput(f"cannot write {out}: it is a folder")
    names = {one.columns for one in found.shards}
    if len(names) > 1 and found.ending not in (".jsonl", ".ndjson"):
        raise InvalidInput(
            f"cannot join {found.folder}: its shards have different columns, as their inputs had; use .jsonl"
        )
    with replacing(out) as stream:
        if found.ending == ".parquet":
            _tables(found, stream)
        else:
            for place, (one, path) in enumerate(zip(found.shards, found.paths, strict=True)):
                with path.open("rb") as part:
                    if place and found.ending in DELIMITERS:
                        part.seek(len(quoted(one.columns, DELIMITERS[found.ending]).encode()))  # behind the header
                    shutil.copyfileobj(part, stream, 1 << 20)


def _tables(found: Joined, stream: BinaryIO) -> None:
    parquet: Any = import_module("pyarrow.parquet")
    with ExitStack() as held:
        writer = None
        for table in _read(found.paths, parquet):
            if writer is None:
                writer = held.enter_context(parquet.ParquetWriter(stream, table.schema))
            writer.write_table(table)


def _read(paths: Sequence[Path], parquet: Any) -> Iterator[Any]:
    return (parquet.read_table(path) for path in paths)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
