"""Tables of the benchmarks of many answers, made from their rows: for the terminal and benchmarks/README.md.

A figure is the mean over seeds; where it says so, the worst of them stands in brackets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from statistics import mean

from ...driver import Row, table

__all__ = ["NAMES", "PARTS", "combined", "shown"]

NAMES = ("queens", "colouring", "grids9", "squares")
AMOUNTS = ("problems", "n", "samples", "scale")  # rows of an arm that differ in these are not mixed
KEY = ("set", "arm", "way", "T", "seed")
WITHOUT = "no latent"
ONE = "one answer"  # a grade, as Posed.grade says it
FIRST, LATER = 1, 4  # evaluations at which questions are answered
MANY = 20  # samples at which coverage is told
QUESTIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("does z help, at the same size and computing?", (
        (WITHOUT, "drawn"), (WITHOUT, "order noise"), (WITHOUT, "state noise"), (WITHOUT, "cells asked"),
        ("published", "z once, likeliest"), ("codes", "z once, drawn"), ("cells", "z once, likeliest"),
        ("matched", "z once, likeliest"))),
    ("should the prior see the tokens?", (
        ("published", "z each step, likeliest"), ("Gaussian, p(z | x)", "z each step, likeliest"))),
    ("z once, or anew at every step?", (
        ("published", "z once, likeliest"), ("published", "z each step, likeliest"), ("codes", "z once, drawn"),
        ("codes, each step", "z each step, drawn"), ("matched", "z once, likeliest"),
        ("matched", "z each step, likeliest"))),
    ("the likeliest symbols, or drawn ones?", (
        (WITHOUT, "likeliest"), (WITHOUT, "drawn"), ("published", "z once, likeliest"), ("published", "z once, drawn"),
        ("matched", "z once, likeliest"), ("matched", "z once, drawn"))),
    ("is noise enough, without an answer matched to it?", (
        ("noise in the mask", "z once, likeliest"), ("winner takes all", "z once, likeliest"),
        ("matched", "z once, likeliest"))),
)  # fmt: skip

# Of a kind of problem: what others print of their own instances, valid and coverage at 20, and what we aim at.
GRAPHS = "GRAM: conflicts 2.7 (8 vertices), 3.3 (10), in their unit; 85.8, 51.3", "99.5% without conflict; 0.97"
AIMS: dict[str, tuple[str, str]] = {
    "queens-8": ("GRAM 99.5 to 99.7, 90.3; MDLM 96.1, 87.2", "99.9%; 0.98"),
    "queens-10": ("GRAM 89.7, 57.5; autoregressive 90.0, 53.2", "99%; 0.97"),
    "vertices": GRAPHS,
    "sudoku-9x9": ("GRAM 99.05 in 16 steps, 10.9 M; D3PM 91.3 in 1,000", "50% in one, 95% in 2, 99.9% in 8"),
}


def combined(files: list[Row]) -> list[Row]:
    """Rows of all files, the newest first; of an arm at a set those alone that were made and measured as its newest."""
    rows: dict[tuple[object, ...], Row] = {}
    newest: dict[tuple[object, ...], tuple[object, ...]] = {}
    for file in files:
        amounts = [file["parameters"].get(part) for part in AMOUNTS]
        for row in file["rows"]:
            made = (row["choices"], *amounts)
            if newest.setdefault((row["set"], row["arm"]), made) == made:
                rows.setdefault(tuple(row[part] for part in KEY), {**row, "benchmark": file["name"]})
    return list(rows.values())


def grouped(rows: Iterable[Row], *parts: str) -> dict[tuple[object, ...], list[Row]]:
    """Rows by the values of some of their fields, in order of first appearance."""
    out: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        out.setdefault(tuple(row[part] for part in parts), []).append(row)
    return out


def figure(rows: list[Row], of: Callable[[Row], float | None], form: str, worst: Callable[..., float] | None) -> str:
    """Mean over rows, and the worst of them in brackets."""
    values = [value for value in map(of, rows) if value is not None]
    if not values:
        return "-"
    more = f" ({format(worst(values), form)})" if worst is not None and len(values) > 1 else ""
    return format(mean(values), form) + more


def valid(row: Row) -> float:
    return float(row["valid"])


def cover(row: Row, k: int = MANY) -> float | None:
    """Of what an even sampler would cover; None: fewer samples than that."""
    found = row["cover"].get(str(k))
    return None if found is None else float(found)


def both(rows: list[Row] | None) -> str:
    """Share valid and coverage."""
    return "-" if not rows else f"{figure(rows, valid, '.1%', min)}, {figure(rows, cover, '.2f', None)}"


def _field(name: str) -> Callable[[Row], float | None]:
    return lambda row: row[name]


# One function a table -------------------------------------------------------------------------------------


def shown(rows: list[Row]) -> str:
    """All rows: a line for set, arm and way, a column for T."""
    evaluations = sorted({row["T"] for row in rows})
    held = grouped(rows, "set", "arm", "way", "T")
    body = [
        [*line, len({row["seed"] for row in mine}), *(both(held.get((*line, T))) for T in evaluations)]
        for line, mine in grouped(rows, "set", "arm", "way").items()
    ]
    return table(["problems", "arm", "sampled", "seeds", *(f"T = {T}" for T in evaluations)], body)


def main(rows: list[Row]) -> list[str]:
    """The main ways alone, over evaluations."""
    said = (
        f"A cell: share of valid samples, the worst seed in brackets, and different answers among {MANY} samples "
        f"beside what even draws hold. Asked: {_amount(rows)}."
    )
    return [shown([row for row in rows if row["main"]]), said]


def _amount(rows: list[Row]) -> str:
    problems = sorted({row["problems"] for row in rows})
    return f"{' to '.join(map(str, dict.fromkeys((problems[0], problems[-1]))))} problems of each set"


def law(rows: list[Row]) -> list[str]:
    """Everything that is measured in one evaluation, and in sixteen, of the main ways."""
    ends = [row for row in rows if row["main"] and row["T"] in (1, max(other["T"] for other in rows))]
    body = []
    for line, mine in grouped(ends, "set", "arm", "way", "T").items():
        covers = [figure(mine, partial(cover, k=k), ".3f", None) for k in (1, 5, 20, 100)]
        beside = [
            f"{figure(mine, _field(a), f, None)} ({figure(mine, _field(b), f, None)})"
            for a, b, f in (
                ("kl", "kl_floor", ".3f"),
                ("variation", "variation_floor", ".3f"),
                ("classes", "classes_even", ".1f"),
            )
        ]
        chance = [f"{row['chi_square']:.0f}, {row['freedom']}, {row['chance']:.2g}" for row in mine if row["freedom"]]
        body.append([
            *line, *covers, figure(mine, _field("share_20"), ".1%", None),
            *("-" if cell.startswith("-") else cell for cell in beside),
            figure(mine, _field("conflicts"), ".3f", max), "; ".join(chance) or "-",
        ])  # fmt: skip
    header = ["problems", "arm", "sampled", "T", *(f"cover {k}" for k in (1, 5, 20, 100)), "of all, 20",
              "KL (floor)", "TV (floor)", "classes (even)", "conflicts", "chi-square, degrees, p"]  # fmt: skip
    return [table(header, body)]


def grades(rows: list[Row]) -> list[str]:
    """Problems by how many answers they have, in one evaluation."""
    mine = [row for row in rows if row["main"] and row["T"] == FIRST]
    order = ("nothing given", "1,000 answers or more", "up to 999 answers", "up to 99 answers", "up to 9 answers", ONE)
    there = [grade for grade in order if any(grade in row["grades"] for row in mine)]
    body = [
        [*line, *(both([row["grades"][grade] for row in some if grade in row["grades"]]) for grade in there)]
        for line, some in grouped(mine, "set", "arm", "way").items()
    ]
    return [table(["problems", "arm", "sampled", *there], body), f"T = {FIRST}; a cell as above."]


COST = (
    "Of training: boards, block applications (3 with gradient) and CPU seconds; of `packaged` seconds by the clock of "
    "a shared core, with what their training began with. T = 1."
)


def cost(rows: list[Row]) -> list[str]:
    """Size, training, and what a sample takes in one evaluation."""
    mine = [row for row in rows if row["main"] and row["T"] == FIRST]
    body = []
    for (name, arm, way), some in grouped(mine, "set", "arm", "way").items():
        trained = [row["train_applications"] for row in some if row["train_applications"] is not None]
        body.append([
            name, arm, way, f"{some[0]['parameters']:,}", f"{some[0]['boards']:,}",
            f"{mean(trained) / 1e6:.2f}" if trained else "-", figure(some, _field("train_seconds"), ".0f", None),
            figure(some, _field("latent_kl"), ".2f", None), figure(some, _field("applications"), ".0f", None),
            figure(some, lambda row: 1000 * row["sample_seconds"] / row["n"], ".2f", None),
        ])  # fmt: skip
    header = ["problems", "arm", "sampled", "parameters", "boards seen", "million block applications", "CPU s",
              "KL of z", "blocks a sample", "CPU ms a sample"]  # fmt: skip
    return [table(header, body), COST]


def questions(rows: list[Row]) -> list[str]:
    """What reviewers asked of the method: the arms that answer, means over the sets of each benchmark."""
    held = grouped(rows, "benchmark", "arm", "way", "T")
    there = [name for name in NAMES if any(row["benchmark"] == name for row in rows)]
    body = []
    for question, compared in QUESTIONS:
        for i, (arm, way) in enumerate(compared):
            once = way.replace("each step", "once")
            cells = [
                both(held.get((name, arm, way, T)) or held.get((name, arm, once, T) if T == 1 else ()))
                for name in there for T in (FIRST, LATER)
            ]  # fmt: skip
            body.append([question if i == 0 else "", arm, way, *cells])
    if all(cell == "-" for _, _, _, *cells in body for cell in cells):
        return ["not measured"]
    header = ["question", "arm", "sampled", *(f"{name}, T = {T}" for name in there for T in (FIRST, LATER))]
    return [table(header, body), f"A cell: valid (the worst set and seed), coverage at {MANY} beside even draws."]


def several(row: Row) -> float | None:
    """Share valid of the problems with more answers than one, where z has something to say; None: there are none."""
    there = [of for grade, of in row["grades"].items() if grade != ONE]
    return sum(of["valid"] * of["problems"] for of in there) / n if (n := sum(of["problems"] for of in there)) else None


def gain(rows: list[Row]) -> list[str]:
    """The share valid with z beside the best of the same network without, and whether the law is no worse."""
    body = []
    for (name, T), some in grouped([row for row in rows if row["T"] in (1, 2)], "set", "T").items():
        found = grouped(some, "arm", "way")
        if (with_z := found.get(("matched", "z once, likeliest"))) is None:
            continue
        without = [mine for (arm, way), mine in found.items() if arm == WITHOUT and way != "cells asked"]
        told: tuple[tuple[str, Callable[[Row], float | None]], ...] = (("all", valid), ("several answers", several))
        for which, share in told[: 1 + any(ONE in row["grades"] for row in some)]:
            best = max(without, key=lambda mine: mean(share(row) or 0.0 for row in mine), default=None)
            if best is None or share(best[0]) is None:
                continue
            ours, theirs = (mean(share(row) or 0.0 for row in mine) for mine in (with_z, best))
            kl = [figure(mine, _field("kl"), ".3f", None) for mine in (best, with_z)]
            times = f"{ours / theirs:.1f}" if theirs else "-"
            body.append([name, which, T, best[0]["way"], f"{theirs:.2%}", f"{ours:.2%}", times, *kl])
    header = ["problems", "which", "T", "best without z", "valid", "with z, matched", "times", "KL without", "KL with"]
    return [table(header, body)] if body else ["not measured"]


def aims(rows: list[Row]) -> list[str]:
    """What was reached by matched noise, here and in the weights that come along, beside aims and published figures."""
    held = grouped([row for row in rows if row["main"] and row["way"].startswith("z once")], "set", "arm", "T")
    body = []
    for name in dict.fromkeys(row["set"] for row in rows):
        published, aim = next((said for key, said in AIMS.items() if key in name), ("none", ""))
        for arm in ("matched", "packaged"):
            found = [held.get((name, arm, T)) for T in (1, 2, 8)]
            if any(found):
                body.append([name, published, aim, arm, *(_reached(some) for some in found)])
    said = (
        f"Published: of their own instances and training, share valid and coverage at {MANY}, in %. Here: valid, "
        f"coverage at {MANY} as a ratio to even draws, and in brackets as a share of all answers."
    )
    header = ["problems", "published", "aim", "arm", *(f"T = {T}" for T in (1, 2, 8))]
    return [table(header, body), said] if body else ["not measured"]


def _reached(rows: list[Row] | None) -> str:
    return "-" if not rows else f"{both(rows)} ({figure(rows, _field('share_20'), '.1%', None)})"


# By what stands after the slash; those under "many" are of all benchmarks together.
PARTS: dict[str, Callable[[list[Row]], list[str]]] = {
    **dict.fromkeys(NAMES, main),
    **{f"{name}/{part}": of for name in NAMES for part, of in (("law", law), ("grades", grades), ("cost", cost))},
    "many/questions": questions,
    "many/gain": gain,
    "many/aims": aims,
}
