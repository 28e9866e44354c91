"""`solve`: whole problems a second, ours and peers', and by which of our methods they were finished."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from vmdsolve import Solution, solve, solve_batch
from vmdsolve.checker import accepts

from .driver import RESULTS, Row, Run, summary, table, times
from .peers import PEERS, work
from .puzzles import ProblemSet, choose, sudoku

METHOD = (
    "throughput: solve_batch over the whole set, text in and Solution out, after a warm-up; peers: one call a puzzle in "
    "one process and one thread, start and imports not counted, stopped when their time is over. `first` = one "
    "solution, `unique` = also whether it is the only one. Every answer is judged by vmdsolve.checker; all puzzles "
    "have exactly one solution, so an answer `not unique` counts as wrong."
)
ONE_CALL = "solve(), search"
BASE = "CP-SAT"  # ratios are to this


def run(
    sets: Annotated[str, Option(help="Sets of problems, separated by commas.")] = "held-out,17_clue,top1465,11+",
    n: Annotated[int, Option(min=1, help="Problems a set for method search.")] = 4000,
    vmd_n: Annotated[int, Option(min=0, help="Problems a set for method vmd; 0: leave it out.")] = 256,
    latents: Annotated[int, Option(min=1, help="K for method vmd.")] = 8,
    steps: Annotated[int, Option(min=1, help="T for method vmd.")] = 16,
    call_n: Annotated[int, Option(min=1, help="Problems a set for single calls of solve().")] = 200,
    peers: Annotated[str, Option(help="Peers, separated by commas; '' for none.")] = ",".join(PEERS),
    peer_n: Annotated[int, Option(min=1, help="Problems a set for peers.")] = 100,
    peer_seconds: Annotated[float, Option(help="Most seconds of a peer a set, once for first, once for unique.")] = 20.0,
    repeats: Annotated[int, Option(min=1, help="Timed runs over a set.")] = 5,
    budget: Annotated[float, Option(help="Seconds after which no further repeat is begun, for each row.")] = 60.0,
    seed: Annotated[int, Option(min=0, help="Of the choice of problems.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Throughput of solve_batch against CP-SAT, z3, python-constraint2 and py-sudoku; latency of one call."""
    wanted = [PEERS[name] for name in peers.split(",") if name]
    parameters = {key: value for key, value in locals().items() if key not in ("out", "wanted")}
    with Run("solve", METHOD, parameters, [peer.package for peer in wanted], out) as this:
        for problems in choose(this, sets, n, seed):
            lines = sudoku().format_many(problems.boards)
            for goal in ("first", "unique"):
                about: Row = {"set": problems.name, "goal": goal}
                for threads in (1, 0) if this.head["machine"]["cores"] > 1 else (1,):
                    call = partial(_ours, lines, method="search", threads=threads, unique=goal == "unique")
                    taken = times(call, repeats, budget=budget)
                    found = call()
                    name = f"search, {'one thread' if threads else 'all cores'}"
                    this.rows.append({**about, "solver": name, **_judged(problems, found), **_rate(len(lines), taken)})
                if vmd_n:
                    some = lines[:vmd_n]
                    options: Row = {"method": "vmd", "latents": latents, "steps": steps, "unique": goal == "unique"}
                    _ours(some[:1], **options)  # loads the weights
                    start = time.perf_counter()
                    found = _ours(some, **options)
                    taken = [time.perf_counter() - start]
                    row = {**about, "solver": "vmd", **_judged(problems, found), **_rate(len(some), taken)}
                    this.rows.append({**row, **_ways(found)})
                this.rows.append({**about, **_one_by_one(problems, lines[:call_n], goal == "unique")})
                for peer in wanted:
                    row = {**about, "solver": peer.name}
                    if not peer.installed:
                        this.rows.append({**row, "n": 0, "per_second": None, "note": "not installed"})
                        continue
                    done = work(peer, lines[:peer_n], 2 if goal == "unique" else 1, peer_seconds)
                    this.rows.append({**row, **_peer_row(problems, done.answers, done.each, done.seconds, done.stopped)})
                _ratios([row for row in this.rows if row["set"] == problems.name and row["goal"] == goal])
        print(f"\n{shown(this.rows)}")


def _ours(lines: list[str], **options: Any) -> list[Solution]:
    return list(solve_batch(lines, domain=sudoku().name, **options))


def _rate(n: int, taken: list[float]) -> Row:
    return {"n": n, "seconds": summary(taken), "per_second": n / summary(taken)["median"]}


def _judged(problems: ProblemSet, found: list[Solution]) -> Row:
    """Problems without an answer, and with one that is wrong. Raises nothing: a benchmark reports."""
    answers = [[solution.text] if solution.text else [] for solution in found]
    denied = sum(solution.unique is False for solution in found)
    row = _answers(problems, answers)
    return {**row, "wrong": row["wrong"] + denied}


def _answers(problems: ProblemSet, answers: Iterable[list[str]]) -> Row:
    held = list(answers)
    rows = [i for i, found in enumerate(held) if found]
    boards = sudoku().parse_many([held[i][0] for i in rows])
    right = 0 if boards is None or not rows else int(accepts(sudoku().rules, problems.boards[rows], boards).sum())
    several = sum(len(found) > 1 for found in held)
    return {"open": len(held) - len(rows), "wrong": len(rows) - right + several}


def _ways(found: list[Solution]) -> Row:
    """Share of problems by the method that finished them, and what the model cost."""
    ways = Counter(solution.method for solution in found)
    n = len(found)
    return {
        "finished_by": {name: ways[name] / n for name in ("propagation", "vmd", "search")},
        "nfe": sum(solution.nfe for solution in found) / n,
    }


def _one_by_one(problems: ProblemSet, lines: list[str], unique: bool) -> Row:
    """One call of solve() a problem, as peers are called."""
    solve(lines[0], method="search")
    found, each = [], []
    for line in lines:
        start = time.perf_counter()
        found.append(solve(line, method="search", unique=unique, threads=1))
        each.append(time.perf_counter() - start)
    about: Row = {"solver": ONE_CALL, "n": len(lines), **_judged(problems, found)}
    return {**about, "each": summary(each), "per_second": len(each) / sum(each)}


def _peer_row(
    problems: ProblemSet, answers: list[list[str]], each: list[float], seconds: float, stopped: bool
) -> Row:
    row: Row = {"n": len(answers), **_answers(problems, answers), "stopped": stopped}
    if not answers:
        return {**row, "per_second": None, "note": f"none in {seconds:g} s"}
    return {**row, "each": summary(each), "per_second": len(answers) / seconds}


def _ratios(rows: list[Row]) -> None:
    """Every row's speed as a multiple of BASE's, where both are known."""
    base = next((row["per_second"] for row in rows if row["solver"] == BASE), None)
    for row in rows:
        row["ratio"] = row["per_second"] / base if base and row["per_second"] else None


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    header = ["set", "goal", "solver", "n", "a second", f"times {BASE}", "a puzzle, ms", "open", "wrong", "how"]
    return table(header, [_line(row) for row in rows])


def _line(row: Row) -> list[str]:
    each, how = row.get("each"), ", ".join(f"{k} {v:.0%}" for k, v in row.get("finished_by", {}).items() if v)
    if "nfe" in row:
        how += f", NFE {row['nfe']:.1f}"
    if row.get("stopped"):
        how = "stopped"
    return [
        row["set"],
        row["goal"],
        row["solver"],
        f"{row['n']:,}",
        row["note"] if row["per_second"] is None else speed(row["per_second"]),
        "-" if row.get("ratio") is None else f"{row['ratio']:.3g}",
        "-" if each is None else f"{1000 * each['median']:.3g} ({1000 * each['q1']:.3g} to {1000 * each['q3']:.3g})",
        str(row.get("open", "-")),
        str(row.get("wrong", "-")),
        how,
    ]


def speed(rate: float) -> str:
    """Three digits.

    >>> speed(123456.0), speed(1.234)
    ('123,000', '1.23')
    """
    return f"{float(f'{rate:.3g}'):,.0f}" if rate >= 100 else f"{rate:.3g}"
