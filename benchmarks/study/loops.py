"""`loops`: what a problem costs by method `vmd`, by the loops that its one evaluation may take before search."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from vmdsolve import search
from vmdsolve import sets as symbols
from vmdsolve.api.weights import predictor_on
from vmdsolve.problem import OPEN
from vmdsolve.sampler import Plan, Predictor
from vmdsolve.sampler.attempts import Round, attempts
from vmdsolve.sampler.keys import board_keys

from ..driver import RESULTS, Row, Run, table
from ..puzzles import ProblemSet, choose, sudoku
from ..weighed import used

METHOD = (
    "the stages of method vmd one after the other on arrays, one thread, processor time: propagation of all problems; "
    "one evaluation of those that it leaves open, which settles early; search of what the checker did not accept, with "
    "the model's order of symbols and without. `whole` is the mean over all problems, with the cheaper search."
)
LOOPS = "0,4,8,12,16,24,32,48,96"


def run(
    sets: Annotated[str, Option(help="Sets of problems, separated by commas.")] = "held-out,17_clue,top1465,11+",
    n: Annotated[int, Option(min=1, help="Problems a set.")] = 500,
    loops: Annotated[str, Option(help="The most loops, separated by commas; 0: the model is not asked.")] = LOOPS,
    seed: Annotated[int, Option(min=0, help="Of the choice of problems.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """What the model settles before search, and what that costs, by loops."""
    with Run(
        "loops", METHOD, {"sets": sets, "n": n, "loops": loops, "seed": seed, "weights": used("sudoku-9x9")}, (), out
    ) as this:
        domain = sudoku()
        predict = predictor_on("cpu", domain, domain.rules, None, bf16=False, threads=1)
        if predict is None:
            raise SystemExit("no packaged weights are for 9x9 Sudoku")
        for problems in choose(this, sets, n, seed):
            for most in map(int, loops.split(",")):
                this.rows.append({"set": problems.name, **_measured(problems, predict, most)})
                print(shown(this.rows[-1:]), flush=True)
        print(f"\n{shown(this.rows)}")


def _measured(problems: ProblemSet, predict: Predictor, most: int) -> Row:
    """What one set comes to with so many loops."""
    rules, n = predict.rules, len(problems.boards)
    (allowed, _), propagated = _timed(lambda: search.propagate(rules, problems.boards, threads=1))
    forced = symbols.single(allowed)
    left = (forced == OPEN).any(axis=1)
    row: Row = {"n": n, "loops": most, "open": int(left.sum()), "settled": 0, "applied": 0}
    boards = problems.boards[left]
    first, modelled = None, 0.0
    if most and left.any():
        tried, modelled = _timed(lambda: _tried(replace(predict, loops=most), forced[left], allowed[left]))
        row |= {"settled": int(tried.good.sum()), "applied": int(tried.loops.sum())}
        boards, first = boards[~tried.good], tried.first
        first = None if first is None else first[~tried.good]
    ways = {"alone": None} | ({} if first is None else {"guided": first})
    for name, guide in ways.items():
        result, taken = _timed(lambda g=guide: search.solve_values(rules, boards, threads=1, marginals=g))  # type: ignore[misc]
        row[name] = {"seconds": taken, "nodes": int(result.nodes.sum()), "n": len(boards)}
    searched = min(row[name]["seconds"] for name in ways)
    return {**row, "model": modelled, "whole": (propagated + modelled + searched) / n}


def _tried(predict: Predictor, boards: Any, allowed: symbols.Sets) -> Round:
    """One evaluation of each board, as method vmd has it."""
    plan, keys = Plan.of(predict.model.config, steps=1, settle=True), board_keys(predict.rules, boards)
    [tried] = attempts(
        predict, predict.rules, boards, plan, keys=keys, latents=range(1), domains=allowed, keep_first=True
    )
    return tried


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    return call(), time.process_time() - begun


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    header = [
        "set", "n", "loops, at most", "left open", "settled of these", "loops a problem", "model, ms", "search, us",
        "guided, us", "nodes", "guided", "whole, ms a problem",
    ]  # fmt: skip
    return table(header, [_line(row) for row in rows])


def _line(row: Row) -> list[str]:
    ways = [row["alone"], row.get("guided")]
    each = [f"{1e6 * way['seconds'] / max(1, way['n']):.0f}" if way else "-" for way in ways]
    nodes = [f"{way['nodes'] / max(1, way['n']):.1f}" if way else "-" for way in ways]
    settled = f"{row['settled'] / max(1, row['open']):.1%}"
    return [
        row["set"], str(row["n"]), str(row["loops"]), str(row["open"]), settled, f"{row['applied'] / row['n']:.1f}",
        f"{1000 * row['model'] / max(1, row['open']):.3f}", *each, *nodes, f"{1000 * row['whole']:.3f}",
    ]  # fmt: skip
