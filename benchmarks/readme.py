"""`readme`: writes the tables of pages from the committed results, so that every figure comes from a file.

A table stands between <!-- NAME --> and <!-- /NAME -->, and is that of the newest complete results/NAME-*.json that
git knows (committed or added). Tables of accuracy combine all files that measured the same weights, those of the study
all that were made under the same choices, interrupted ones too, since a row is written when its cell is done; newer
rows win. A NAME may go on after a slash: another table of that result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated

from typer import Option

from . import (
    canvas,
    denoise,
    exact,
    instances,
    kernels,
    overhead,
    page,
    plan,
    schemas,
    soundness,
    specialised,
    startup,
    streaming,
    training,
    validity,
    weighed,
)
from .committed import known
from .driver import ROOT, Row, table
from .soak import tables as soak
from .solve import BASE, ONE_CALL, calls, speed
from .study import (
    ablation,
    beside,
    chances,
    curve,
    fewsteps,
    gaps,
    guided,
    latin5,
    lists,
    loops,
    testtime,
    text_speed,
    text_tables,
    universal,
)
from .study import tables as study_tables
from .study.many import tables as many

__all__ = ["DOCUMENTS", "filled", "run"]

PAGES = (
    "README.md",
    "benchmarks/README.md",
    "docs/canvas.md",
    "docs/compare.md",
    "docs/reproduce.md",
    "docs/scale.md",
    "docs/security.md",
)
DOCUMENTS = tuple(ROOT / page for page in PAGES)
Result = Row  # what a file holds, see README.md beside this file


def run(
    check: Annotated[bool, Option("--check", help="Change nothing; fail where a table is out of date.")] = False,
) -> None:
    """Fill the tables of the pages from the newest committed results."""
    results = {name: known(name) for name in RENDERERS}
    for name, files in results.items():
        print(f"{name:<18} {', '.join(result['file'] for result in files) or 'no results: not measured'}")
    for path in DOCUMENTS:
        before = path.read_text(encoding="utf-8")
        after = filled(before, results)
        if check and after != before:
            raise SystemExit(f"{path.relative_to(ROOT)} is out of date: run `python -m benchmarks readme`")
        if after != before:
            path.write_text(after, encoding="utf-8")


def filled(text: str, results: dict[str, list[Result]]) -> str:
    """`text` with the tables of `results`, by name, between its markers."""
    for name, files in results.items():
        body = "\n\n".join(RENDERERS[name](files)) if files else "not measured"
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        text = re.sub(rf"(?<={start}).*?(?={end})", f"\n\n{body}\n\n".replace("\\", r"\\"), text, flags=re.DOTALL)
    return text


# One function a table -----------------------------------------------------------------------------------


def _source(results: Iterable[Result]) -> str:
    """Who measured, at which commit, and how to do it again."""
    said = []
    for result in results:
        host = result["machine"]
        where = host.get("gpu") or f"{host['cpu']}, {host['cores']} cores"
        changes = " with changes" if result["dirty"] else ""
        changes += "" if result["complete"] else " (interrupted)"
        of = weighed.told(result.get("parameters", {}))
        said.append(f"{where}{of}, commit {result['commit']}{changes}, `{result['command']}`, {result['date'][:8]}")
    return "Measured: " + "; ".join(said) + "."


def _accuracy(files: list[Result]) -> list[str]:
    used = _of_one_model(files)
    rows: dict[tuple[object, ...], Row] = {}
    for result in reversed(used):
        for row in result["rows"]:
            key = tuple(row[part] for part in ("legal", "set", "n", "loops", "order", "latents", "steps"))
            if row["solved"] is not None or key not in rows:
                rows[key] = row
    blocks = []
    for legal, title in ((False, "No rule helps"), (True, "Rule masks and guard on")):
        if some := [row for row in rows.values() if row["legal"] is legal]:
            blocks += [f"{title}, {files[0]['parameters']['parameters']:,} parameters:", _by_steps(some)]
    legend = (
        "A cell: problems solved, Wilson's 95% interval of the sample, and block applications a problem "
        "(loops, which a board leaves once it breaks no rule). K boards a problem, T steps a board."
    )
    return [*blocks, legend, _source(used)]


# Set: aims for one evaluation of one, 16 and 64 boards; published figures nearest to it.
AIMS: dict[str, tuple[str, str, str, str]] = {
    "held-out": ("99.5", "", "", "97.35 one pass, 99.70 best: weight-tied masked diffusion, own minimal puzzles"),
    "no-guess": ("", "", "", "80.9 / 99.7 top_prob / margin at NFE 20: VMD, Kaggle's puzzles"),
    "17_clue": ("99.9", "", "", "96.7: RRN, Recurrent Transformer"),
    "top1465": ("95", "99.9", "", "none"),
    "11+": ("60", "", "99.5", "93.0 one, 99.8 with 128: EqR, 5M parameters, Sudoku-Extreme"),
    "nearly-full": ("100", "", "", "HRM fails on such (arXiv 2601.10679)"),
}


def _aims(files: list[Result]) -> list[str]:
    """What was reached beside what was aimed at: margin order, the model's own loops, the largest sample of a set."""
    measured = [
        row for result in reversed(_of_one_model(files)) for row in result["rows"]
        if not row["legal"] and row["order"] == "margin" and row["solved"] is not None
    ]  # fmt: skip
    loops = min((row["loops"] for row in measured), default=0)  # more are for one set or another
    rows = [row for row in measured if row["loops"] == loops]
    held = {(row["set"], row["steps"], row["latents"]): row for row in sorted(rows, key=lambda row: int(row["n"]))}

    def cell(name: str, steps: int, latents: int, aim: str) -> str:
        row = held.get((name, steps, latents))
        reached = "not measured" if row is None else f"{100 * row['solved'] / row['n']:.4g}"
        return f"{reached} ({aim})" if aim else reached

    body = []
    for name, (*aims, published) in AIMS.items():
        n = held[name, 1, 1]["n"] if (name, 1, 1) in held else 0
        cells = (cell(name, 1, K, aim) for K, aim in zip((1, 16, 64), aims, strict=True))
        body.append([name, f"{n:,}", *cells, published])
    more = ("one evaluation, %", "of 16 boards", "of 64 boards")
    header = ["problems", "n", *more, "published, other puzzles and training"]
    said = (
        f"In brackets: what we aim at. n is of one board; 16 and 64 were given to as many problems or to 100. Up to "
        f"{loops:,} loops an evaluation, no rule helps."
    )
    return [table(header, body), said]


def _of_one_model(files: list[Result]) -> list[Result]:
    """The files that measured the newest one's weights."""
    model = files[0]["parameters"]["model"]
    return [result for result in files if result["parameters"]["model"] == model]


def _by_steps(rows: list[Row]) -> str:
    """One line for set, loops, order and K; one column for T."""
    columns = sorted({row["steps"] for row in rows})
    lines: dict[tuple[object, ...], dict[int, str]] = {}
    for row in sorted(rows, key=lambda row: (row["order"], row["latents"], row["loops"])):
        line = (row["set"], str(row["n"]), row["order"], str(row["loops"]), str(row["latents"]))
        lines.setdefault(line, {})[row["steps"]] = _share(row)
    sets = sorted(dict.fromkeys(row["set"] for row in rows), key=[*AIMS, *(row["set"] for row in rows)].index)
    ordered = sorted(lines, key=lambda line: sets.index(line[0]))
    header = ["problems", "n", "order", "loops", "K", *(f"T = {steps}" for steps in columns)]
    return table(header, [[*line, *(lines[line].get(T, "not measured") for T in columns)] for line in ordered])


def _share(row: Row) -> str:
    if row["solved"] is None:
        return "not measured"
    low, high = row["interval"]
    return f"{row['solved'] / row['n']:.1%} ({low:.0%} to {high:.0%}), {row['block_applications']:.0f}"


def _solve(files: list[Result]) -> list[str]:
    result = files[0]
    rows: list[Row] = result["rows"]
    solvers = [name for name in dict.fromkeys(row["solver"] for row in rows) if not name.startswith("vmd-only")]
    blocks = [f"Problems a second (in brackets: times {BASE}):", _speeds(rows, solvers)]
    learned = [row for row in rows if row["solver"].partition(",")[0] == "vmd" and row["goal"] == "first"]
    learned = [row for row in learned if "finished_by" in row]
    if learned:
        ways = [[f"{row['finished_by'][way]:.1%}" for way in ("propagation", "vmd", "search")] for row in learned]
        names = [row["set"] + row["solver"].removeprefix("vmd") for row in learned]
        body = [
            [name, str(row["n"]), *way, f"{row['nfe']:.1f}"]
            for name, row, way in zip(names, learned, ways, strict=True)
        ]
        header = ["problems", "n", "propagation", "vmd", "search", "NFE"]
        blocks += ["By which stage method `vmd` finished, and its network evaluations a problem:", table(header, body)]
    alone = [row for row in rows if row["solver"].startswith("vmd-only")]
    if alone:
        body = [
            [row["set"], row["solver"], str(row["n"]), f"{1 - row['open'] / row['n']:.1%}", f"{row['nfe']:.0f}",
             f"{1000 / row['per_second']:.1f}", f"{row['ratio']:.2f}" if row["ratio"] else "-"] for row in alone
        ]  # fmt: skip
        header = ["problems", "method", "n", "solved", "NFE", "ms a problem", f"times {BASE}"]
        blocks += ["The learned model alone, one board a problem, all cores (what it did not solve stays open):",
                   table(header, body)]  # fmt: skip
    if said := calls(rows):
        blocks += ["One call of `solve` a puzzle, search and default turn by turn:", said]
    return [*blocks, _wrong(rows), _source([result])]


def _fastest(files: list[Result]) -> list[str]:
    """First solutions a second, by one core where a solver can."""
    result = files[0]
    found = dict.fromkeys(row["solver"] for row in result["rows"])
    solvers = [name for name in found if not name.startswith("vmd-only") and not name.endswith(ONE_CALL)]
    rows = [row for row in result["rows"] if row["goal"] == "first"]
    speeds = _speeds(rows, solvers)
    return [f"Problems a second (in brackets: times {BASE}):", speeds, _wrong(result["rows"]), _source([result])]


def _wrong(rows: list[Row]) -> str:
    return f"Wrong answers among all: {sum(row.get('wrong', 0) for row in rows)}."


def _speeds(rows: list[Row], solvers: list[str]) -> str:
    """One line for problems and goal, one column a solver."""
    lines: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        lines.setdefault((row["set"], row["goal"]), {})[row["solver"]] = row
    body = [[*line, *(_speed(held.get(solver)) for solver in solvers)] for line, held in lines.items()]
    return table(["problems", "goal", *solvers], body)


def _speed(row: Row | None) -> str:
    if row is None:
        return "not measured"
    if row["per_second"] is None:
        return str(row["note"])
    return speed(row["per_second"]) + (f" ({row['ratio']:.3g})" if row["ratio"] is not None else "")


def _kernels(files: list[Result]) -> list[str]:
    result = files[0]
    threads = result["parameters"]["threads"] or "all"
    boards = result["parameters"]["boards"]
    legend = f"{boards:,} boards of 9x9 Sudoku a call, {threads} cores; half of all calls in brackets."
    return [kernels.shown(result["rows"]), legend, _source([result])]


def _canvas(files: list[Result]) -> list[str]:
    result = files[0]
    of = result["parameters"]
    legend = f"{of['cells']} cells, {of['tokens']:,} tokens of {of['vocabulary']}, one thread; medians of CPU time."
    return [canvas.shown(result["rows"], result["parameters"]["cells"]), legend, _source([result])]


def _newest(shown: Callable[[list[Row]], str]) -> Callable[[list[Result]], list[str]]:
    """The newest result as its own benchmark prints it."""
    return lambda files: [shown(files[0]["rows"]), _source(files[:1])]


def _ablation(files: list[Result]) -> list[str]:
    """Trainings of equal computing, newest kind first; before them came those of equal steps."""
    steps = [file for file in files if "steps" in file["parameters"]]
    return [*_arms([file for file in files if file not in steps]), *_arms(steps)]


def _arms(files: list[Result]) -> list[str]:
    """Arms of all results that were trained and measured as the newest one's."""
    if not files:
        return []
    how = files[0]["parameters"]
    parts = [part for part in ("steps", "applications", "begin", "sets", "ways", "n", "hard") if part in how]
    same = [file for file in files if all(file["parameters"].get(part) == how[part] for part in parts)]
    rows = {(row["arm"], row["seed"], row["set"]): row for file in reversed(same) for row in file["rows"]}
    said = f"{how['steps']:,} steps of 64 puzzles each" if "steps" in how else (
        f"{how['applications']:g} million block applications each, begun with "
        f"{'random' if how['begin'] == 'nothing' else 'the packaged'} weights"
    )  # fmt: skip
    ordered = sorted(rows.values(), key=lambda row: [*ablation.ARMS].index(row["arm"]))
    return [ablation.shown(ordered), f"{said}; n = {how['n']}.", _source(same)]


def _study(tables: Callable[[list[Row]], list[str]]) -> Callable[[list[Result]], list[str]]:
    """One of the study's tables, with the files whose rows it combines."""
    return lambda files: [*tables(study_tables.combined(files)), _source(study_tables.alike(files))]


def _many(tables: Callable[[list[Row]], list[str]]) -> Callable[[list[Result]], list[str]]:
    """One of the tables of many answers; the files of each benchmark are combined by themselves."""

    def filled_in(files: list[Result]) -> list[str]:
        by_name = [[file for file in files if file["name"] == name] for name in many.NAMES]
        return [*tables([row for some in by_name for row in many.combined(some)]), _source(files)]

    return filled_in


def _soak(name: str) -> Callable[[list[Result]], list[str]]:
    """One of the soak's tables, each part from the newest result that has it."""
    parts, shown = soak.TABLES[name]

    def filled_in(files: list[Result]) -> list[str]:
        rows, used = soak.of_parts(files, parts)
        return [shown(rows), _source(used)] if rows else ["not measured"]

    return filled_in


def _by_parts(files: list[Result]) -> list[str]:
    """What files of any size cost, each part from the newest result that has it."""
    rows, used = soak.of_parts(files, streaming.PARTS)
    return [streaming.shown(rows), _source(used)]


def _text(files: list[Result]) -> list[str]:
    """Arms of all results of the newest one's study, and what latents take off."""
    same = text_tables.alike(files)
    rows = text_tables.combined(same)
    return [text_tables.shown(rows), text_tables.gains(rows), _source(same)]


def _text_summary(files: list[Result]) -> list[str]:
    """The same by evaluations, an arm a line."""
    same = text_tables.alike(files)
    told = same[0]["parameters"]
    said = (
        f"Texts of {told['length']} characters, {told['steps']:,} steps of {told['batch']} such, width "
        f"{told['width']}, {told['layers']} layers; the worst seed in brackets."
    )
    return [text_tables.summary(text_tables.combined(same), told["length"]), said, _source(same)]


RENDERERS: dict[str, Callable[[list[Result]], list[str]]] = {
    "accuracy": _accuracy,
    "accuracy/aims": _aims,
    "solve": _solve,
    "solve/summary": _fastest,
    "exact": _newest(exact.shown),
    "beside": lambda files: [*beside.filled(files), _source(files)],
    "canvas": _canvas,
    "schemas": _newest(schemas.shown),
    "soundness": _newest(soundness.shown),
    "validity": _newest(validity.shown),
    "kernels": _kernels,
    "denoise": _newest(denoise.shown),
    "training": _newest(training.shown),
    "specialised": _newest(specialised.shown),
    "startup": _newest(startup.shown),
    "page": _newest(page.shown),
    "streaming": _by_parts,
    "plan": _newest(plan.shown),
    "synthetic": _study(study_tables.few_steps),
    "lists": _study(lists.filled),
    "synthetic/choices": _study(study_tables.choices),
    "synthetic/sweep": _study(study_tables.sweep),
    "synthetic/cost": _study(study_tables.cost),
    "generate": _study(study_tables.grids),
    "gaps": _study(gaps.filled),
    "overhead": _newest(overhead.shown),
    "latin5": _newest(latin5.shown),
    "chances": _newest(chances.shown),
    "instances": _newest(instances.shown),
    "instances/summary": _newest(instances.summary),
    "guided": _newest(guided.shown),
    "loops": _newest(loops.shown),
    "testtime": _newest(testtime.shown),
    "text": _text,
    "text/summary": _text_summary,
    "text-speed": _newest(text_speed.shown),
    "text-steps": _newest(fewsteps.shown),
    "curve": _newest(curve.shown),
    "ablation": _ablation,
    "universal": _newest(universal.shown),
    **{name: _many(tables) for name, tables in many.PARTS.items()},
    **{f"soak/{name}": _soak(name) for name in soak.TABLES},
}
