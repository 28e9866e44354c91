"""What a training says of itself as it goes on: a line of at most 80 columns, whose terms are explained once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path

__all__ = ["COLUMNS", "Progress", "append_line", "explained", "line_of", "time_text"]

COLUMNS = 80


@dataclass(frozen=True)
class Progress:
    """One line of the log: averages since the line before."""

    step: int
    puzzles: int
    loss: float  # cross-entropy, mean over the supervised loops, later ones counting more; nats a masked cell
    last: float  # cross-entropy after the last loop, nats a masked cell
    kl: float  # nats a board
    active_units: int  # latent dimensions with KL above 0.01 nats; 0 = the latent is dead
    puzzles_per_second: float
    hours: float
    held_out: float | None = None  # NELBO of held-out examples, nats a cell; None without any
    solved: float | None = None  # share of held-out puzzles solved in one evaluation; None where none are to be had
    rate: float = 0.0  # of learning, in the last step
    left: float = 0.0  # seconds until the run ends, as fast as it has been


def line_of(p: Progress, steps: int, latent: int) -> str:
    """A line for people, of a run of so many steps with a latent of so many dimensions or groups.

    Examples
    --------
    >>> p = Progress(50, 3200, 1.234, 1.2, 3.21, 4, 900.0, 0.1, solved=0.125, rate=4e-3, left=740)
    >>> line_of(p, 6000, 8)
    'step 50/6000  left 12m  rate 0.004  loss 1.234  KL 3.21  active 4/8  solved 12%'
    """
    parts = [f"step {p.step}/{steps}", f"left {time_text(p.left)}", f"rate {p.rate:.2g}", f"loss {p.loss:.3f}"]
    parts += [f"KL {p.kl:.{0 if p.kl >= 100 else 2}f}", f"active {p.active_units}/{latent}"] if latent else []
    parts += [] if p.solved is None else [f"solved {p.solved:.0%}"]
    parts += [] if p.held_out is None else [f"held out {p.held_out:.3f}"]
    wide, narrow = "  ".join(parts), " ".join(parts)
    if len(wide) <= COLUMNS:
        return wide
    return narrow if len(narrow) <= COLUMNS else narrow.removeprefix("step ").replace("/" + str(latent) + " ", " ", 1)


def append_line(path: Path, text: str) -> None:
    """Add a line to a file of lines; one that was torn, as on a full disk, is ended before."""
    with path.open("a+b") as log:
        end = log.seek(0, SEEK_END)
        log.seek(max(0, end - 1))
        begin = b"\n" if end and log.read(1) != b"\n" else b""
        log.write(begin + text.encode() + b"\n")


def explained(latent: int, puzzles: int, examples: bool) -> Iterator[str]:
    """What the terms of a line mean, said once a run."""
    yield "loss: cross-entropy of hidden cells, in nats a cell, later loops counting more"
    if latent:
        yield "KL: what z tells of an answer, in nats a board; active: parts of z in use"
    if puzzles:
        yield f"solved: of {puzzles} puzzles that training never draws, in one evaluation"
    if examples:
        yield "held out: bound on the likelihood of held-out examples, in nats a cell"


def time_text(seconds: float) -> str:
    """A time in its largest unit.

    Examples
    --------
    >>> [time_text(s) for s in (0.2, 59, 740, 7200, 1e6)]
    ['0s', '59s', '12m', '2h', '12d']
    """
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size or (unit == "m" and seconds >= size):
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"
