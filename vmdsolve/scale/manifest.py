"""Manifest: which shards of an output one job has finished, and under which settings; a line each, never changed.

It begins with a line of settings. A line follows each shard when that is in its place, and one with the number of all
records when the input has been read to its end. A torn last line, of a job that was killed, is dropped.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..atomic import replacing
from ..errors import InvalidInput
from ..files.hashes import hash_of_file
from ..problem import Status
from ..untrusted import loads
from .place import Place

__all__ = ["Done", "Manifest", "manifests", "part_name"]

VERSION = "vmdsolve-shards-2"
STATUSES = frozenset(map(str, Status))


def part_name(shard: int, ending: str) -> str:
    """The file of a shard; in the order of names they are in the order of the input.

    Examples
    --------
    >>> part_name(7, ".parquet")
    'part-00000007.parquet'
    """
    return f"part-{shard:08d}{ending}"


@dataclass(frozen=True)
class Done:
    """A shard that is whole.

    Attributes
    ----------
    shard
        0, 1, 2, ... in the order of the input
    rows, size, check
        how many there are, and the file's bytes: their number and a hash of them
    columns
        their names
    ends
        how many rows have which status, and those with an answer which method
    """

    shard: int
    rows: int
    size: int
    check: str
    columns: tuple[str, ...]
    ends: Mapping[str, int]

    def is_there(self, folder: Path, ending: str) -> bool:
        """Whether its file is there and holds what it did."""
        path = folder / part_name(self.shard, ending)
        if not path.is_file() or path.is_symlink() or path.stat().st_size != self.size:
            return False
        return hash_of_file(path) == self.check


class Manifest:
    """What one job of an output has done.

    Attributes
    ----------
    settings
        all that its rows depend on
    place
        which of the jobs it is
    done
        its shards, by number
    records
        how many the input has, once that is known
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], place: Place) -> None:
        self.path, self.settings, self.place = path, settings, place
        self.done: dict[int, Done] = {}
        self.records: int | None = None

    @staticmethod
    def at(folder: Path, place: Place) -> Path:
        """Where it is kept; the names of all begin with a line below, which readers of data sets pass over."""
        return folder / f"_manifest-{place.k}-of-{place.n}.jsonl"

    @classmethod
    def new(cls, folder: Path, settings: Mapping[str, Any], place: Place) -> Manifest:
        """An empty one, on disk."""
        out = cls(cls.at(folder, place), settings, place)
        with replacing(out.path) as stream:
            stream.write(_line({"manifest": VERSION, "shard": str(place), "settings": settings}))
        return out

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """One that is there.

        Raises
        ------
        InvalidInput
            It is none, of another version, or damaged before its end.
        """
        with path.open("rb") as stream:
            lines = list(stream)
        if lines and not lines[-1].endswith(b"\n"):
            lines.pop()
        version = None
        try:
            head = loads(lines[0])
            version = head["manifest"]
            if version == VERSION:
                return cls._told(path, head, map(loads, lines[1:]))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(f"{path} is damaged: it is no manifest of shards; move it away") from error
        what = f"{path} is of version {version!r:.60}; this one writes {VERSION!r}"
        raise InvalidInput(f"{what}: finish it with the vmdsolve that began it, or name another folder")

    @classmethod
    def _told(cls, path: Path, head: Any, lines: Iterable[Any]) -> Manifest:
        """What its lines say; one of many errors where that cannot be."""
        out = cls(path, dict(head["settings"]), Place.of(str(head["shard"]), {}))
        if out.path.name != cls.at(path.parent, out.place).name:
            raise ValueError("it says of which job it is, and is named as another's")
        _counted(out.settings["shard_size"], 1)
        for told in lines:
            if "records" in told:
                out.records = _counted(told["records"])
                continue
            one = Done(**{**told, "columns": tuple(map(str, told["columns"])), "ends": dict(told["ends"])})
            for n in (one.shard, one.size, *one.ends.values()):
                _counted(n)
            if sum(n for status, n in one.ends.items() if status in STATUSES) != _counted(one.rows, 1):
                raise ValueError("it has more rows, or fewer, than there are")
            out.done[one.shard] = one
        return out

    def whole(self) -> bytes:
        """Its lines as they should be on disk."""
        head = {"manifest": VERSION, "shard": str(self.place), "settings": self.settings}
        rest = [asdict(one) for one in self.done.values()]
        return b"".join(map(_line, [head, *rest, *([] if self.records is None else [{"records": self.records}])]))

    def tidy(self) -> None:
        """Write it anew as it is in memory: without a torn line, or shards that are not there any more."""
        with replacing(self.path) as stream:
            stream.write(self.whole())

    def add(self, one: Done) -> None:
        """A shard is in its place."""
        self.done[one.shard] = one
        self._append(asdict(one))

    def end(self, records: int) -> None:
        """The input has so many records, and all shards of this job are in their places."""
        self.records = records
        self._append({"records": records})

    def _append(self, told: Mapping[str, Any]) -> None:
        with self.path.open("ab") as stream:
            stream.write(_line(told))
            stream.flush()
            os.fsync(stream.fileno())

    @property
    def ends(self) -> Counter[str]:
        """How the problems of all its shards ended."""
        return sum((Counter(one.ends) for one in self.done.values()), Counter())


def manifests(folder: Path) -> list[Manifest]:
    """All that are in a folder, by their places.

    Raises
    ------
    InvalidInput
        One of them is damaged, or they are of jobs that do not belong together.
    """
    found = [Manifest.read(path) for path in sorted(folder.glob("_manifest-*.jsonl"))]
    for one in found[1:]:
        first = found[0]
        if (one.place.n, one.settings) != (first.place.n, first.settings):
            raise InvalidInput(f"{one.path.name} and {first.path.name} are of different jobs: {differ(first, one)}")
    return sorted(found, key=lambda one: one.place)


def differ(before: Manifest, now: Manifest) -> str:
    """Where the settings of two jobs differ, in words."""
    if before.place.n != now.place.n:
        return f"one of {before.place.n}, one of {now.place.n} jobs"
    names = sorted(n for n in {*before.settings, *now.settings} if before.settings.get(n) != now.settings.get(n))
    return ", ".join(f"{name} {before.settings.get(name)!r:.60}, then {now.settings.get(name)!r:.60}" for name in names)


def _counted(n: object, least: int = 0) -> int:
    if type(n) is not int or n < least:
        raise ValueError(f"{n!r} is no number of what there is")
    return n


def _line(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told).encode() + b"\n"
