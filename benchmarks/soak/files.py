"""Hostile files, arguments and weights, given to commands: one sentence, exit 2, nothing written, little memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..driver import Run
from .hostile import ARGUMENTS, FILES, Hostile, written
from .jobs import bad_end, command
from .parts import Soak, row
from .weights import WEIGHTS

__all__ = ["files"]

PUZZLE = "1......2..4..3.."
MEGABYTES = 512.0  # that a command may take; torch alone takes half of it
SECONDS = 30.0  # of the processor
OTHERS = ("check", "hint", "show", "count")  # commands that read puzzles, besides solve; one a file, in turn


def files(run: Run, soak: Soak) -> None:
    """Every file with one or two commands, while there is time."""
    end = soak.end()
    for what, cases in (("weights", _weights(soak)), ("arguments", _arguments()), ("puzzles", _puzzles(soak))):
        faults, n, most, longest, wanted, place = [], 0, 0.0, 0.0, _wanted(what), len(run.rows)
        run.rows.append(row("files", what, 0, wanted, []))  # until there is one that says more
        for name, folder, arguments in cases:
            if time.monotonic() > end:
                break
            before = _seen(folder or soak.folder)
            done = command(arguments, folder or soak.folder, seconds=10 * SECONDS)
            n, most, longest = n + 1, max(most, done.megabytes), max(longest, done.processor)
            why = [bad_end(done, (0, 1, 2))]
            why += [f"{done.megabytes:.0f} MB"] * (done.megabytes > MEGABYTES)
            why += [f"{done.processor:.0f} s of the processor"] * (done.processor > SECONDS)
            why += ["something was written"] * (_seen(folder or soak.folder) != before)
            faults += [f"{arguments[0]} {name}: {reason}" for reason in why if reason]
            figures = {"most megabytes": round(most), "longest seconds": round(longest, 1)}
            run.rows[place:] = [row("files", what, n, wanted, faults, **figures)]


def _wanted(what: str) -> int:
    return {"puzzles": 2 * len(FILES), "arguments": 2 * len(ARGUMENTS), "weights": len(WEIGHTS)}[what]


def _puzzles(soak: Soak) -> Iterator[tuple[str, Path, list[str]]]:
    for number, hostile in enumerate(FILES):
        folder, path = _made(soak, hostile, number)
        for name in ("solve", OTHERS[number % len(OTHERS)]):
            method = ["--method", "search", "--threads", "1"] if name == "solve" else []
            yield hostile.name, folder, [name, path.name, *hostile.more, *method]
        path.unlink()


def _arguments() -> Iterator[tuple[str, None, list[str]]]:
    for number, more in enumerate(ARGUMENTS):
        name = ascii(" ".join(more))[:60]
        yield name, None, ["solve", "--method", "search", *more]
        takes = "solve" if more[0] == "--batch-size" else "count" if more[0].startswith("--") else None  # that option
        yield name, None, [takes or OTHERS[number % len(OTHERS)], *more]


def _weights(soak: Soak) -> Iterator[tuple[str, Path, list[str]]]:
    for number, hostile in enumerate(WEIGHTS):
        folder, path = _made(soak, hostile, number)
        yield hostile.name, folder, ["solve", PUZZLE, "--method", "vmd-only", "--weights", path.name, "--threads", "1"]
        path.unlink()


def _made(soak: Soak, hostile: Hostile, number: int) -> tuple[Path, Path]:
    folder = soak.folder / f"at-{hostile.name}"
    folder.mkdir()
    return folder, written(hostile, folder, np.random.default_rng((soak.seed, number)))


def _seen(folder: Path) -> list[tuple[str, int]]:
    """What lies there, and how large; but for what our own commands say."""
    return sorted((path.name, path.stat().st_size) for path in folder.iterdir() if not path.name.startswith("said-"))
