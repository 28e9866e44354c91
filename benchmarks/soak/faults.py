"""Full disks, links in the way, edited journals, inputs that change, pipes: right, or refused in a sentence."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from vmdsolve.files.owned import grown

from ..driver import Run
from .jobs import Job, command
from .kills import write_input
from .parts import Soak, row
from .places import LINES, Place

__all__ = ["CASES", "faults"]

OLD = b"from before"
FULL = (20_000, 200_000, 700_000)  # bytes that a file may have; the last stops rows near their end
SOON = 60.0  # seconds in which a case without an end must end

Case = Callable[[Place], None]
CASES: dict[tuple[str, str], Case] = {}


def faults(run: Run, soak: Soak) -> None:
    """Every case, in an order of the seed, until the time is over."""
    end = soak.end()
    place = Place(soak, "undisturbed")
    place.run()
    wanted = place.rows()
    if len(wanted) != LINES:
        raise SystemExit(f"a job that nobody disturbs writes {len(wanted)} of {LINES} lines")
    done: dict[str, int] = defaultdict(int)
    found: dict[str, list[str]] = defaultdict(list)
    before, sizes = len(run.rows), Counter(group for group, _ in CASES)
    run.rows += [row("faults", group, 0, of, []) for group, of in sizes.items()]
    for index in np.random.default_rng(soak.seed).permutation(len(CASES)).tolist():
        (group, name), case = [*CASES.items()][index]
        if time.monotonic() < end:
            place = Place(soak, f"{group} {name}", wanted)
            try:
                case(place)
            except Unable as error:
                run.note(f"{group}, {name}: not tried: {error}")
                continue
            done[group] += 1
            found[group] += [f"{name}: {fault}" for fault in place.faults]
            run.rows[before:] = [row("faults", group, done[group], of, found[group]) for group, of in sizes.items()]


def case(group: str, name: str) -> Callable[[Case], Case]:
    """Enter a case."""

    def enter(function: Case) -> Case:
        CASES[group, name] = function
        return function

    return enter


# Disks -------------------------------------------------------------------------------------------------


def _limited(limit: int) -> Case:
    def full(place: Place) -> None:
        limits = (limit, limit)
        place.refuses(
            place.run(before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits)), "out.csv", "--resume"
        )
        place.ends_well(place.run("--resume"))

    return full


for _limit in FULL:
    CASES["full disk", f"files of {_limit:,} bytes at most"] = _limited(_limit)


class Unable(Exception):
    """A case that cannot be tried here."""


@contextmanager
def _disk(place: Place, size: str) -> Iterator[None]:
    """The place's folder as a small disk of its own."""
    how = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place.folder)]
    if subprocess.run(how, capture_output=True, check=False).returncode:
        raise Unable("only root may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place.folder)], check=True)


def _small(size: str) -> Case:
    def full(place: Place) -> None:
        with _disk(place, size):
            place.refuses(place.run(), "out.csv", "--resume")
            subprocess.run(["mount", "-o", "remount,size=50m", str(place.folder)], check=True)
            place.ends_well(place.run("--resume"))

    return full


for _size in ("64k", "300k", "1200k"):
    CASES["full disk", f"of {_size}"] = _small(_size)


@case("full disk", "read only")
def _(place: Place) -> None:
    with _disk(place, "1m"):
        subprocess.run(["mount", "-o", "remount,ro", str(place.folder)], check=True)
        place.refuses(place.run(), "out.csv")


@case("full disk", "standard output")
def _(place: Place) -> None:
    arguments = ["solve", str(place.source), "--method", "search"]
    place.refuses(command(arguments, place.folder, stdout=Path("/dev/full")))


# Links and other files in the way ----------------------------------------------------------------------


@case("links", "the output is one")
def _(place: Place) -> None:
    target = place.folder / "target.csv"
    target.write_bytes(OLD)
    place.out.symlink_to(target)
    place.ends_well(place.run())
    if not place.out.is_symlink() or target.read_bytes() == OLD:
        place.fault("the link was replaced, or its target left as it was")


@case("links", "the output leads to a pipe")
def _(place: Place) -> None:
    pipe = place.folder / "pipe"
    os.mkfifo(pipe)
    place.out.symlink_to(pipe)
    place.refuses(place.run(seconds=SOON))
    if not pipe.is_fifo() or not place.out.is_symlink():
        place.fault("the pipe, or the link to it, was replaced")


def _in_the_way(ending: str, kind: str) -> Case:
    """What is at a name of the job's own may go, and what it leads to stays."""

    def met(place: Place) -> None:
        there, victim = place.out.with_name(place.out.name + ending), place.folder / "victim"
        if not ending:
            there = grown(place.out)
        victim.write_bytes(OLD)
        match kind:
            case "link":
                there.symlink_to(victim)
            case "hard link":
                there.hardlink_to(victim)
            case "folder":
                there.mkdir()
            case "pipe":
                os.mkfifo(there)
            case _:
                there.write_bytes(OLD)
        place.refuses_or_ends_well(place.run(seconds=SOON))
        kept = ending and (not os.path.lexists(there) or (there.is_file() and there.read_bytes() != OLD))
        if victim.read_bytes() != OLD or kept:
            place.fault("what was there was changed")

    return met


for _ending in (".partial", ".partial.jsonl", ".lock", ".tmp", ""):
    for _kind in ("link", "hard link", "folder", "pipe", "file of the user"):
        _where = f"OUT{_ending}" if _ending else "the rows"
        CASES["in the way", f"{_kind} at {_where}"] = _in_the_way(_ending, _kind)


# Journals ----------------------------------------------------------------------------------------------


def _altered(name: str, new: Callable[[Any], Any]) -> Callable[[list[dict[str, Any]]], list[Any]]:
    """Another value in a line of answers."""

    def change(lines: list[dict[str, Any]]) -> list[Any]:
        at = next(i for i, one in enumerate(lines) if i > 50 and one["rows"]["status"] == {"all": "SOLVED"})
        told = lines[at]["rows"]
        return [*lines[:at], {**lines[at], "rows": {**told, name: new(told[name])}}, *lines[at + 1 :]]

    return change


EDITS: dict[str, Callable[[list[dict[str, Any]]], list[Any]]] = {
    "a line deleted": lambda rows: [*rows[:50], *rows[51:]],
    "a line doubled": lambda rows: [*rows[:50], *rows[49:]],
    "all lines three times": lambda rows: rows * 3,
    "two lines exchanged": lambda rows: [*rows[:50], rows[51], rows[50], *rows[52:]],
    "lines backwards": lambda rows: rows[::-1],
    "rows that begin elsewhere": _altered("at", lambda at: at + 1),
    "rows before the first": _altered("at", lambda at: -at),
    "fewer bytes of rows": _altered("size", lambda size: size - 1),
    "another hash of rows": _altered("check", lambda text: text[::-1]),
    "a puzzle that is said to have no answer": _altered("status", lambda _: {"all": "UNSATISFIABLE"}),
    "an unknown status": _altered("status", lambda _: {"all": "DONE"}),
    "a list as status": _altered("status", lambda _: [["SOLVED"]]),
    "a text as number": _altered("at", lambda _: "x"),
    "a number beyond all bounds": _altered("size", lambda _: 10**400),
    "a torn last line": lambda rows: [*rows[:100], '{"others": {"number": "10'],
    "a line of noise": lambda rows: [*rows[:50], "\x00\x01 noise\n", *rows[50:]],
    "a line that is no object": lambda rows: [*rows[:50], "7\n", *rows[50:]],
    "a line of brackets": lambda rows: [*rows[:50], "[" * 100_000 + "\n", *rows[50:]],
    "an empty line": lambda rows: [*rows[:50], "\n", *rows[50:]],
    "half a surrogate": lambda rows: [*rows[:50], '"\ud800"\n', *rows[50:]],
    "one line in place of each": lambda rows: [rows[60]] * len(rows),
    "more rows than problems": lambda rows: rows * (2 * LINES // len(rows) + 1),
}


def _edited(change: Callable[[list[dict[str, Any]]], list[Any]]) -> Case:
    def resumed(place: Place) -> None:
        place.stop()
        place.edit(change)
        place.ends_well(place.run("--resume"))

    return resumed


for _name, _change in EDITS.items():
    CASES["edited journals", _name] = _edited(_change)


ROWS: dict[str, Callable[[bytes], bytes]] = {
    "an answer changed": lambda rows: rows.replace(b",SOLVED", b"1,SOLVED", 60).replace(b"1,SOLVED", b",SOLVED", 59),
    "a byte changed": lambda rows: rows[:999] + bytes([rows[999] ^ 1]) + rows[1000:],
    "cut in the middle": lambda rows: rows[: len(rows) // 2],
    "empty": lambda _: b"",
    "noise behind": lambda rows: rows + b"noise\n" * 99,
    "backwards": lambda rows: rows[::-1],
}


def _edited_rows(change: Callable[[bytes], bytes] | None) -> Case:
    """The rows of a job that was killed, as somebody edited them; None: they are gone."""

    def resumed(place: Place) -> None:
        place.stop()
        rows = grown(place.out)
        if change is None:
            rows.unlink()
        else:
            rows.write_bytes(change(rows.read_bytes()))
        place.ends_well(place.run("--resume"))

    return resumed


for _name, _changed in {**ROWS, "gone": None}.items():
    CASES["edited rows", _name] = _edited_rows(_changed)


def _refused(change: Callable[[bytes], bytes], *options: str) -> Case:
    def met(place: Place) -> None:
        place.stop()
        place.journal.write_bytes(before := change(place.journal.read_bytes()))
        place.refuses(place.run("--resume", *options))
        if not place.journal.exists() or place.journal.read_bytes() != before:
            place.fault("the journal was changed")

    return met


@case("edited journals", "other settings in the head alone")
def _(place: Place) -> None:
    place.stop()
    place.journal.write_bytes(place.journal.read_bytes().replace(b'"seed": 0', b'"seed": 1', 1))
    place.ends_well(place.run("--resume"))  # its rows say whose they are


CASES["edited journals", "other settings"] = _refused(bytes, "--seed", "1")
CASES["edited journals", "settings of brackets"] = _refused(lambda text: b"[" * 100_000 + b"\n" + text)
CASES["edited journals", "a file of zeros"] = _refused(lambda text: bytes(len(text)))


# Inputs ------------------------------------------------------------------------------------------------


@case("inputs", "rewritten during the job")
def _(place: Place) -> None:
    job = Job(place.arguments(), place.folder)
    if place.wait_for_rows(job):
        write_input(place.texts[::-1], place.source)
        done = job.wait()
        place.refuses(done, place.source.name)
        if done.code == 2 and not place.journal.exists():
            place.fault("the journal is gone")
    else:
        place.fault("the job ended too soon")


@case("inputs", "rewritten before a job is resumed")
def _(place: Place) -> None:
    place.stop()
    write_input(place.texts[::-1], place.source)
    place.refuses(place.run("--resume"))


@case("inputs", "longer when a job is resumed")
def _(place: Place) -> None:
    place.stop()
    write_input([*place.texts, place.texts[0]], place.source)
    place.refuses(place.run("--resume"))


@case("inputs", "the output as input")
def _(place: Place) -> None:
    place.out.write_bytes(place.source.read_bytes())
    done = command(place.arguments(source=place.out), place.folder)
    if done.code != 2 or place.out.read_bytes() != place.source.read_bytes():
        place.fault(f"exit {done.code}, or the input was changed")


def _fed(name: str) -> Case:
    def fed(place: Place) -> None:
        read, write = os.pipe()

        def feed() -> None:
            with os.fdopen(write, "wb") as stream:
                stream.write(place.source.read_bytes())

        thread = threading.Thread(target=_quietly, args=(feed,), daemon=True)
        job = Job([*place.arguments(source=name), "--format", "csv"], place.folder, stdin=read)
        os.close(read)
        thread.start()
        place.refuses_or_ends_well(job.wait(SOON))

    return fed


for _name in ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
    CASES["pipes", f"{_name} as input"] = _fed(_name)


@case("pipes", "a named pipe as input")
def _(place: Place) -> None:
    fifo = place.folder / "pipe.csv"
    os.mkfifo(fifo)
    thread = threading.Thread(target=_quietly, args=(lambda: fifo.write_bytes(place.source.read_bytes()),), daemon=True)
    thread.start()
    place.refuses_or_ends_well(command(place.arguments(source=fifo), place.folder, SOON))


@case("pipes", "a reader that goes away")
def _(place: Place) -> None:
    script = f"{_python()} -m vmdsolve solve {place.source} --method search --threads 1 | head -n 3"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, check=False)
    if "Traceback" in done.stderr or len(done.stdout.splitlines()) != 3:
        place.fault(done.stderr[-300:])


def _python() -> str:
    import sys

    from ..driver import ROOT

    return f"PYTHONPATH={ROOT} {sys.executable}"


def _quietly(call: Callable[[], object]) -> None:
    try:
        call()
    except OSError:
        return  # the other side has gone
