"""Tables of the study, made from the rows of `synthetic`, `generate` and `overhead`: for the terminal and README.md.

A figure over several seeds is their mean, with the worst of them in brackets where there is more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import mean

from ..driver import Row, table
from .published import PUBLISHED

__all__ = ["alike", "choices", "combined", "cost", "few_steps", "grids", "shown", "sweep"]

KEY = ("domain", "blocks", "arm", "variant", "nfe", "remask", "seed")
MAIN = ("baseline", "published", "codes", "matched")


def alike(files: list[Row]) -> list[Row]:
    """The files with the newest one's number of samples, the newest first."""
    return [file for file in files if file["parameters"]["n"] == files[0]["parameters"]["n"]]


# `arms.fingerprint` once counted two new fields at their defaults: digests then, and what they are without.
SAME = {"e1979400": "d6950281", "d1e5aec3": "f3adf1e9"}
# What arms were called in the first results.
CALLED = {"ours": "codes", "ours, trained for z each step": "codes, trained for z each step"}


def combined(files: list[Row]) -> list[Row]:
    """Rows of all files that are alike; of rows measured twice, and of trainings under two choices, the newer."""
    rows: dict[tuple[object, ...], Row] = {}
    choices: dict[tuple[object, ...], str] = {}
    for file in alike(files):
        for row in ({**row, "arm": CALLED.get(row["arm"], row["arm"])} for row in file["rows"]):
            said = row.get("choices", "")  # of rows that no training made: none
            made = SAME.get(said, said)
            if choices.setdefault((row["domain"], row["blocks"], row["arm"]), made) == made:
                rows.setdefault(tuple(row.get(part) for part in KEY), row)
    return list(rows.values())


def sampled(row: Row) -> str:
    """How a row was sampled; without a latent there is no z to speak of."""
    text = str(row["variant"])
    return text.partition(", ")[2] if row["arm"] == "baseline" else text


def grouped(rows: Iterable[Row], *parts: str) -> dict[tuple[object, ...], list[Row]]:
    """Rows by the values of some of their fields, in order of first appearance: the seeds of one cell."""
    out: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        out.setdefault(tuple(row.get(part) for part in parts), []).append(row)
    return out


def figure(rows: list[Row], field: str, form: Callable[[float], str], worst: Callable[[list[float]], float]) -> str:
    """Mean and worst of a field over seeds."""
    values = [row[field] for row in rows if row[field] is not None]
    if not values:
        return "-"
    return form(mean(values)) + (f" ({form(worst(values))})" if len(values) > 1 else "")


def percent(value: float) -> str:
    return f"{100 * value:.1f}"


def nats(value: float) -> str:
    return f"{round(value, 3) + 0.0:.3f}"  # no minus before what is 0


def pair(rows: list[Row]) -> list[str]:
    """Accuracy and KL."""
    return [figure(rows, "accuracy", percent, min), figure(rows, "kl", nats, max)]


def shown(rows: list[Row]) -> str:
    """All rows, one line for all seeds of a cell."""
    header = ["domain", "blocks", "arm", "sampled", "re-mask", "NFE", "seeds", "accuracy %", "KL", "TV", "reached %"]
    parts = ("domain", "blocks", "arm", "variant", "remask", "nfe")
    return table(header, [
        [name, blocks, arm, sampled(held[0]), remask or "-", nfe, len(held), *pair(held),
         figure(held, "variation", nats, max), figure(held, "reached", percent, min)]
        for (name, blocks, arm, _, remask, nfe), held in grouped(rows, *parts).items()
    ])  # fmt: skip


# Tables of README.md --------------------------------------------------------------------------------------


def few_steps(rows: list[Row]) -> list[str]:
    """Every cell of the paper's table: its figures, and ours of the three arms as each is meant to be sampled."""
    held = grouped([row for row in rows if row["headline"]], "domain", "blocks", "nfe", "arm")
    header = ["", "", *(f"{d} B{b} NFE {nfe}" for d, b, nfe in PUBLISHED)]
    body = []
    for field, form, worst in (("accuracy", percent, min), ("kl", nats, max)):
        place = ("accuracy", "kl").index(field)
        what = "accuracy, %" if field == "accuracy" else "KL, nats"
        for arm in ("baseline", "published"):
            printed = [form(found[arm][place]) for found in PUBLISHED.values()]
            body.append([what, f"{'VMD' if arm == 'published' else 'block MDM'}, as printed", *printed])
        for arm in MAIN:
            found = [held.get((*cell, arm)) for cell in PUBLISHED]
            cells = [figure(f, field, form, worst) if f else "not measured" for f in found]
            body.append([what, f"{arm}, here", *cells])
    legend = f"{_seeds(rows)} `chain` is D1, `chains` is D2; {_sampled(rows)}"
    return [table(header, body), legend]


def _seeds(rows: list[Row], brackets: bool = True) -> str:
    n = len({row["seed"] for row in rows})
    of_each = {len({row["seed"] for row in held}) for held in grouped(rows, "domain", "blocks", "arm").values()}
    floors = sorted({round(row["kl_floor"], 4) for row in rows})
    most, worst = " at most" * (len(of_each) > 1), ", the worst in brackets" * (brackets and n > 1)
    return (
        f"Mean over {n} seed{'s' * (n > 1)}{most}{worst}; {rows[0]['n']:,} samples each; perfect samples would show a "
        f"KL of {floors[0]:g} to {floors[-1]:g}."
    )


def _sampled(rows: list[Row]) -> str:
    how = {row["arm"]: sampled(row) for row in rows if row["headline"] and row["arm"] in MAIN}
    return "sampled with " + "; ".join(f"{arm}: {variant}" for arm, variant in how.items()) + "."


def choices(rows: list[Row]) -> list[str]:
    """Once or each step, argmax or drawn; and the arms that change one choice: `chains` in one block."""
    mine = [row for row in rows if (row["domain"], row["blocks"]) == ("chains", 1)]
    steps = sorted({row["nfe"] for row in mine})
    held = grouped(mine, "arm", "variant", "nfe")
    lines = dict.fromkeys((row["arm"], row["variant"]) for row in sorted(mine, key=lambda row: row["arm"] not in MAIN))
    header = ["arm", "sampled", *(f"{what}, NFE {nfe}" for nfe in steps for what in ("accuracy %", "KL"))]
    body = []
    for arm, variant in lines:
        once = str(variant).replace("each step", "once")  # the same thing in one evaluation
        found = [held.get((arm, variant, nfe)) or held.get((arm, once, nfe)) for nfe in steps]
        how = next(sampled(f[0]) for f in found if f) if arm == "baseline" else variant
        body.append([arm, how, *(text for f in found for text in (pair(f) if f else ["-", "-"]))])
    return [table(header, body)]


def sweep(rows: list[Row]) -> list[str]:
    """KL and wrong pairs in one step, over how strongly the second token depends on the first."""
    mine = [row for row in rows if row["domain"].startswith(("pair", "follow")) and row["headline"] and row["nfe"] == 1]
    held = grouped(mine, "domain", "arm")
    names = sorted({row["domain"] for row in mine}, key=lambda name: (name[0] == "p", _share(name), name))
    header = ["domain", *(f"{arm}, {what}" for arm in MAIN for what in ("KL", "TV"))]
    body = []
    for name in names:
        found = [held.get((name, arm)) for arm in MAIN]
        body.append([
            name,
            *(figure(f, field, nats, max) if f else "not measured" for f in found for field in ("kl", "variation")),
        ])  # fmt: skip
    return [table(header, body)]


def _share(domain: str) -> int:
    return int(domain.removeprefix("follow-")) if domain.startswith("follow-") else 101


def cost(rows: list[Row]) -> list[str]:
    """Parameters, training time, and what the prior's draws take."""
    held = grouped([row for row in rows if row["headline"]], "domain", "blocks", "arm")
    header = ["domain", "blocks", "arm", "parameters", "boards seen", "training, s", "KL of z", "active",
              "prior's calls a draw", "share of one-step sampling"]  # fmt: skip
    body = []
    for (name, blocks, arm), found in held.items():
        if arm not in MAIN or str(name).startswith("follow"):
            continue
        first = found[0]
        few = [row for row in found if row["nfe"] == min(r["nfe"] for r in found)]
        share = f"{100 * mean(row['prior_share'] for row in few):.0f}%" if first["prior_calls"] else "-"
        boards = first["steps"] * first["batch"]
        means = [mean(row[field] for row in few) for field in ("train_seconds", "latent_kl", "active_units")]
        figures = [form.format(value) for form, value in zip(("{:.0f}", "{:.2f}", "{:.1f}"), means, strict=True)]
        sizes = [f"{first['parameters']:,}", f"{boards:,}"]
        body.append([name, blocks, arm, *sizes, *figures, first["prior_calls"], share])
    return [table(header, body)]


def grids(rows: list[Row]) -> list[str]:
    """Grids from nothing: valid share, KL and grids reached, over evaluations."""
    steps = sorted({row["nfe"] for row in rows})
    held = grouped(rows, "domain", "arm", "variant", "remask", "nfe")
    lines = dict.fromkeys((row["domain"], row["arm"], row["variant"], row["remask"]) for row in rows)
    header = ["domain", "arm", "sampled", "re-mask", *(f"NFE {nfe}" for nfe in steps)]

    def cell(found: list[Row] | None) -> str:
        if not found:
            return "-"
        valid, nats, reached = (mean(row[field] for row in found) for field in ("accuracy", "kl", "reached"))
        return f"{valid:.1%}, {nats:.3f}, {reached:.1%}"

    body = []
    for name, arm, variant, remask in lines:
        found = [held.get((name, arm, variant, remask, nfe)) for nfe in steps]
        how = next(sampled(f[0]) for f in found if f)
        body.append([name, arm, how, remask, *map(cell, found)])
    said = _seeds(rows, brackets=False)
    return [table(header, body), f"A cell: valid, KL in nats, share of the law's grids reached. {said}"]
