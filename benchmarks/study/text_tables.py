"""Tables of `text`: every arm by itself, and latents beside the same blocks without, window by window."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import mean, stdev

import numpy as np

from ..driver import Row, table
from .text_arms import ARMS, LEFT_TO_RIGHT, evaluations

__all__ = ["alike", "at_equal_time", "combined", "gains", "shown", "summary"]

OWN = ("seeds", "first_seed")  # what files may differ in and still be of one study
GAINS = (  # an arm, and what it is held to
    ("VMD, as published", "MDM"),
    ("VMD, classes", "MDM"),
    ("VMD, classes, all at once", "MDM"),
    ("block 16, VMD, classes", "block 16"),
    ("block 8, VMD as published", "block 8"),
    ("block 8, VMD, classes", "block 8"),
    ("block 8, VMD, classes, 8 a step", "block 8, 8 a step"),
    ("block 8, VMD, classes, 8 a step", "block 8"),  # in an eighth of the evaluations
    ("block 4, VMD as published", "block 4"),
    ("block 4, VMD, Gaussian, prior on the blocks before", "block 4"),
    ("block 4, VMD, classes of the whole block", "block 4"),
    ("block 4, VMD, classes", "block 4"),
    ("block 4, VMD, classes of the whole block, 4 a step", "block 4, 4 a step"),
    ("block 4, VMD, classes, 4 a step", "block 4, 4 a step"),
    ("block 4, VMD, classes, 2 layers, 4 a step", "block 4, 4 a step"),
    ("block 4, VMD, classes, 4 a step", "block 4"),
    ("block 4, VMD, classes, 4 a step", "block 4, 6 layers"),
    ("block 4, VMD, classes, 2 layers, 4 a step", "block 4"),
)
Place = tuple[str, int]  # an arm and a seed


def alike(files: list[Row], parameters: Row | None = None) -> list[Row]:
    """The files of the study with these parameters, or with the newest one's."""
    wanted = files[0]["parameters"] if parameters is None and files else parameters or {}
    names = [name for name in wanted if name not in OWN]
    return [file for file in files if all(file["parameters"].get(name) == wanted[name] for name in names)]


def combined(files: list[Row]) -> list[Row]:
    """Rows of these files, the newest first; of two for one place, and of an arm under two choices, the newer."""
    rows: dict[tuple[object, ...], Row] = {}
    choices: dict[str, object] = {}
    for file in files:
        for row in file["rows"]:
            if choices.setdefault(row["arm"], row.get("choices")) == row.get("choices"):
                rows.setdefault((row["arm"], row.get("seed"), row["bound"]), row)
    return sorted(rows.values(), key=lambda row: row.get("seed", -1))


def at_equal_time(rows: Iterable[Row]) -> dict[Place, float]:
    """Bits held out of every arm and seed when it had cost as much as the cheapest in all, by arm and seed."""
    whole = [row for row in rows if row.get("lines") and "price" in row]
    least = min((row["price"] * row["lines"][-1]["step"] for row in whole), default=0.0)
    out = {}
    for row in whole:
        so_far = [line["held_out"] for line in row["lines"] if row["price"] * line["step"] <= least * 1.001]
        if so_far:
            out[row["arm"], row["seed"]] = so_far[-1] / math.log(2)
    return out


def shown(rows: list[Row]) -> str:
    """An arm and a seed a line."""
    equal, body = at_equal_time(rows), []
    bounds = {(row["arm"], row.get("seed")): row for row in rows if row["bound"] == "IW"}
    for row in (row for row in rows if row["bound"] != "IW"):
        place = (row["arm"], row.get("seed"))
        figures = [_figure(row), _figure(bounds.get(place, {})), f"{equal[place]:.3f}" if place in equal else "-"]
        kl = "-" if row.get("kl") is None else f"{row['kl']:.3f}"
        size = f"{row['parameters']:,}" if "parameters" in row else "-"
        tokens = f"{row['tokens'] / 1e6:.2f} M" if "tokens" in row else "-"
        price = f"{row['price']:.2f}" if "price" in row else "-"
        saves = f"{row['saves']:.3f} ({row['saves_at_once']:.3f})" if "saves" in row else "-"
        body.append([row["arm"], row.get("seed", "-"), size, tokens, price, *figures, kl, saves])
    header = ["arm", "seed", "parameters", "characters seen", "a step costs", "bits a character", "IW", "at equal time"]
    return table([*header, "KL", "z saves"], body)


def summary(rows: list[Row], length: int) -> str:
    """An arm a line, the mean of its seeds: by how many evaluations it writes, and how likely it finds texts."""
    held: dict[str, list[Row]] = {}
    for row in rows:
        if "seed" in row and row["bound"] != "IW":
            held.setdefault(row["arm"], []).append(row)
    body = []
    for arm in (arm for arm in ARMS if arm in held):
        bits = [row["bits"] for row in held[arm]]
        worst = f" ({max(bits):.3f})" if len(bits) > 1 else ""
        bound = "exact" if arm == LEFT_TO_RIGHT else "bound"
        body.append([arm, evaluations(arm, length), f"{mean(bits):.3f}{worst}", bound, len(bits)])
    return table(["model", "evaluations a text", "bits a character", "", "seeds"], body)


def gains(rows: list[Row]) -> str:
    """What a latent takes off the bound, seed by seed on the same windows; empty where nothing can be compared."""
    held: dict[tuple[str, str], dict[int, Row]] = {}
    for row in rows:
        if "seed" in row and "nats" in row:
            held.setdefault((row["arm"], row["bound"]), {})[row["seed"]] = row
    bounds = [bound for bound in ("NELBO", "IW") if any(bound == of for _, of in held)]
    body = []
    for arm, without in GAINS:
        line, seeds = [], set()
        for bound in bounds:
            mine, other = held.get((arm, bound), {}), held.get((without, bound), {})
            seeds = mine.keys() & other.keys()
            less = [np.subtract(other[seed]["nats"], mine[seed]["nats"]) / math.log(2) for seed in seeds]
            line += _gain(less, mean(other[seed]["bits"] for seed in seeds)) if seeds else ["-", "-"]
        if set(line) - {"-"}:
            body.append([arm, without, len(seeds), *line])
    header = ["arm", "beside", "seeds", *(f"{bound}: {what}" for bound in bounds for what in ("bits less", "of it"))]
    return table(header, body) if body else ""


def _gain(less: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]], bits: float) -> list[str]:
    """Mean difference a character with its standard error, and as a share.

    Seeds are few: the error is the greater of that over windows, of the mean of seeds, and that over seeds.
    """
    by_seed = [float(one.mean()) for one in less]
    over_windows = float(np.mean(less, 0).std(ddof=1)) / len(less[0]) ** 0.5
    over_seeds = stdev(by_seed) / len(by_seed) ** 0.5 if len(by_seed) > 1 else 0.0
    found = mean(by_seed)
    return [f"{found:+.4f} ± {max(over_windows, over_seeds):.4f}", f"{found / bits:+.2%}"]


def _figure(row: Row) -> str:
    if "bits" not in row:
        return "-"
    return f"{row['bits']:.3f}" + (f" ± {row['bits_error']:.3f}" if "bits_error" in row else "")
