"""`shares`: what the packaged weights settle of each shape of boards in a millisecond, written down beside them.

By this table method `vmd` decides which problems go to the model before search; see `vmdsolve.model.packaged`.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
from typer import Option

from vmdsolve import domains, search, sets
from vmdsolve.api.generate import generate
from vmdsolve.api.weights import predictor_on
from vmdsolve.domains import Domain, layout_of
from vmdsolve.measure.accuracy import EVALUATION_SEED, held_out
from vmdsolve.model.packaged import packaged_files, size_of, weights_for
from vmdsolve.model.slots import ALL_DIFFERENT
from vmdsolve.problem import OPEN, Board, Problem, Rules
from vmdsolve.sampler import Plan, Predictor
from vmdsolve.sampler.attempts import attempts
from vmdsolve.sampler.keys import board_keys

from .driver import RESULTS, ROOT, Row, Run, table
from .weighed import used

METHOD = (
    "minimal problems of our generator that training never draws; of those that propagation leaves open, each has one "
    "evaluation of the model, with the loops that {budget:g} ms of one core pay for (multiples of "
    "{every}; processor time of 16 boards, the least of 5 runs); a board counts if the checker "
    "accepts what the model made of it. A domain is a shape, and so is a size, of which all kinds are pooled."
)
KINDS = (
    "sudoku:4,sudoku:6,sudoku:8,sudoku:9,sudoku:10,sudoku:12,sudoku:16,sudoku-x-4x4,sudoku-x-6x6,sudoku-x-9x9,"
    "windoku-9x9,latin:3,latin:4,latin:5,latin:6,latin:7,latin:8,latin:9,latin:10,latin:12,latin:16,jigsaw:5,jigsaw:6,"
    "jigsaw:7,jigsaw:8,jigsaw:9"
)
FEWEST = 4  # loops after which boards are looked at
MOST_LOOPS = 4096
MOST = 16  # times as many problems are made as boards are wanted, at most: propagation solves nearly all small ones
Loops = dict[tuple[Path, str], int]  # by weights and shape


def run(
    kinds: Annotated[str, Option(help="Kinds of puzzles, separated by commas.")] = KINDS,
    n: Annotated[int, Option(min=1, help="Open boards of each kind, from up to 16 times as many problems.")] = 300,
    budget: Annotated[float, Option(min=0, help="Milliseconds of one core that a board may cost.")] = 1.0,
    write: Annotated[bool, Option(help="Write the table beside the weights.")] = True,
    seed: Annotated[int, Option(min=0, help="Of the problems.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Which boards go to the model before search: what it settles in a millisecond, by shape."""
    method = METHOD.format(budget=budget, every=FEWEST)
    weights = used("sudoku-4x4", "sudoku-9x9", "all-different")
    parameters: Row = {"kinds": kinds, "n": n, "budget": budget, "seed": seed, "weights": weights}
    with Run("shares", method, parameters, (), out) as this:
        affordable: Loops = {}
        for kind in kinds.split(","):
            this.rows.append({"kind": kind, **_measured(kind, n, seed, affordable, budget)})
            print(table(HEADER, [_line(this.rows[-1])]), flush=True)
        pooled = _pooled(this.rows)
        print(f"\n{table(HEADER, [_line(row) for row in pooled])}")
        if write:
            _written(pooled, this)


def _problems(kind: str, n: int, seed: int) -> list[Problem]:
    """Minimal problems that training never draws."""
    family, size = _family(kind)
    if family is not None:
        return [one.problem for one in generate(family, n, size=size, seed=EVALUATION_SEED + seed)]
    domain = domains.get(kind)
    return [Problem(domain.name, domain.rules, board, domain) for board in held_out(domain, n, seed=seed)[0]]


def _family(kind: str) -> tuple[domains.Family | None, int]:
    """The family and the size of boards, where each problem of a kind has its own."""
    name, _, size = kind.partition(":")
    found = domains.get(name) if name in domains.names() else None
    return (found, int(size)) if isinstance(found, domains.Family) else (None, 0)


def _measured(kind: str, n: int, seed: int, affordable: Loops, budget: float) -> Row:
    """A kind's row; it has one shape and one file of weights."""
    for times in (1, 4, MOST):
        problems = _problems(kind, times * n, seed)
        left = _left_open(problems)
        if sum(len(boards) for _, _, boards, _ in left) >= n:
            break
    found: Row = {"problems": len(problems), **dict.fromkeys(SUMS[1:], 0)}
    for domain, rules, boards, allowed in left:
        weights = weights_for(domain, rules)
        predict = predictor_on("cpu", domain, rules, None, bf16=False, threads=1)
        if weights is None or predict is None:
            raise SystemExit(f"no packaged weights are for {domain.name}")
        key = weights, size_of(rules)
        if key not in affordable:
            affordable[key] = _affordable(predict, boards, budget)
        found.update(weights=weights.stem, size=key[1], loops=affordable[key])
        for name, more in zip(SUMS[1:], _tried(replace(predict, loops=affordable[key]), boards, allowed), strict=True):
            found[name] += more
    return found


def _left_open(problems: list[Problem]) -> list[tuple[Domain, Rules, Board, sets.Sets]]:
    """What propagation leaves open of problems, by their rules: boards [n, L] and the symbols that they may hold."""
    members: dict[Rules, list[Problem]] = {}
    for problem in problems:
        members.setdefault(problem.rules, []).append(problem)
    out = []
    for rules, those in members.items():
        allowed, _ = search.propagate(rules, np.stack([problem.values for problem in those]))
        forced = sets.single(allowed)
        left = (forced == OPEN).any(axis=1)
        if left.any():
            out.append((layout_of(those[0]), rules, forced[left], allowed[left]))
    return out


def _affordable(predict: Predictor, boards: Board, budget: float) -> int:
    """How many loops so many milliseconds of one core pay for."""
    x, made_for = np.resize(boards, (16, boards.shape[1])), predict.most_loops
    z = np.zeros((16, predict.z_width), np.float32)
    taken = []
    for _ in range(6):
        begun = time.process_time()
        predict.evaluate(x, z)
        taken.append(time.process_time() - begun)
    a_loop = 1000 * min(taken[1:]) / (16 * made_for)
    return min(MOST_LOOPS, max(FEWEST, int(budget / a_loop) // FEWEST * FEWEST))


def _tried(predict: Predictor, boards: Board, allowed: sets.Sets) -> tuple[int, int, int]:
    """Of boards that propagation left open: how many there are, how many the model settles, and loops of all."""
    plan = Plan.of(predict.model.config, steps=1, settle=True)
    [tried] = attempts(
        predict, predict.rules, boards, plan, keys=board_keys(predict.rules, boards), latents=range(1), domains=allowed
    )
    return len(boards), int(tried.good.sum()), int(tried.loops.sum())


def _pooled(rows: list[Row]) -> list[Row]:
    """By weights and shape: each domain, and for problems with boards of their own each size, of all kinds together."""
    pools: dict[tuple[str, str], Row] = {}
    for row in rows:
        named = [] if _family(row["kind"])[0] else [domains.get(row["kind"]).name]
        sized = [row["size"]] if row.get("weights") == ALL_DIFFERENT else []
        for shape in [*named, *sized] if row["n"] else []:
            new: Row = {**row, **dict.fromkeys(SUMS, 0), "kind": "", "shape": shape}
            pool = pools.setdefault((row["weights"], shape), new)
            pool["kind"] = ", ".join(filter(None, (pool["kind"], row["kind"])))
            for name in SUMS:
                pool[name] += row[name]
    return [*pools.values()]


def _written(pooled: list[Row], this: Run) -> None:
    """The table, in the JSON of each file of weights."""
    for path in packaged_files():
        said = json.loads((beside := path.with_suffix(".json")).read_text())
        own = [row for row in pooled if row["weights"] == path.stem]
        of = {row["shape"]: {"loops": row["loops"], "share": _share(row), "n": row["n"]} for row in own}
        said["shares"] = {"command": this.head["command"], "machine": this.head["machine"]["cpu"], "shapes": of}
        beside.write_text(json.dumps(said, indent=2) + "\n")
        print(f"written: {beside.relative_to(ROOT)}")


SUMS = ("problems", "n", "settled", "applied")
HEADER = ["weights", "shape", "kinds", "problems", "left open", "loops, at most", "loops a board", "settled"]


def _share(row: Row) -> float:
    return round(float(row["settled"] / row["n"]), 4)


def _line(row: Row) -> list[str]:
    some = row["n"] > 0
    return [
        row.get("weights", "-"), row.get("shape", row.get("size", "-")), row["kind"],
        f"{row['problems']:,}", str(row["n"]),
        str(row["loops"]) if some else "-", f"{row['applied'] / row['n']:.1f}" if some else "-",
        f"{_share(row):.1%}" if some else "-",
    ]  # fmt: skip
