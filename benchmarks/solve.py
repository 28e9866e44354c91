"""`solve`: whole problems a second, ours and peers', and by which of our methods they were finished."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from typer import Option

from vmdsolve import Solution, solve, solve_batch
from vmdsolve.checker import accepts

from .driver import RESULTS, Row, Run, summary, table, times
from .peers import PEERS, Peer, work
from .puzzles import ProblemSet, choose, sudoku
from .weighed import used

METHOD = (
    "throughput: solve_batch over the whole set, text in and Solution out, after a warm-up; peers: one call a puzzle "
    "in one process and one thread, start and imports not counted, stopped when their time is over. `first` = one "
    "solution, `unique` = also whether it is the only one. Every answer is judged by vmdsolve.checker; all puzzles "
    "have exactly one solution, so an answer `not unique` counts as wrong. `vmd-only`: the learned model alone, one "
    "board a problem, all cores; no rule helps it, and what it did not solve is `open`."
)
BASE = "CP-SAT"  # ratios are to this
ONE_CALL = ", one call a puzzle"  # how rows of single calls end
# The model alone: one evaluation of as many loops as it may take; or twenty, of as many as it was trained with before.
ALONE: tuple[Row, ...] = tuple(
    {"bf16": bf16, **asked} for bf16 in (False, True) for asked in ({"steps": 1}, {"steps": 20, "loops": 96})
)


def run(
    sets: Annotated[str, Option(help="Sets of problems, separated by commas.")] = "held-out,17_clue,top1465,11+",
    n: Annotated[int, Option(min=1, help="Problems a set for method search.")] = 4000,
    vmd_n: Annotated[int, Option(min=0, help="Problems a set where the model is asked; 0: leave it out.")] = 256,
    loops: Annotated[int, Option(min=1, help="Block applications for method vmd where the model is asked.")] = 32,
    call_n: Annotated[int, Option(min=1, help="Problems a set for single calls of solve().")] = 200,
    peers: Annotated[str, Option(help="Peers, separated by commas; '' for none.")] = ",".join(PEERS),
    peer_n: Annotated[int, Option(min=1, help="Problems a set for peers.")] = 100,
    peer_seconds: Annotated[float, Option(help="Most seconds a peer, set and goal.")] = 20.0,
    repeats: Annotated[int, Option(min=1, help="Timed runs over a set.")] = 5,
    budget: Annotated[float, Option(help="Seconds after which no further repeat is begun, for each row.")] = 60.0,
    seed: Annotated[int, Option(min=0, help="Of the choice of problems.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Throughput of solve_batch against CP-SAT, z3, python-constraint2 and py-sudoku; latency of one call."""
    wanted = [PEERS[name] for name in peers.split(",") if name]
    parameters: Row = {
        "sets": sets, "n": n, "vmd_n": vmd_n, "loops": loops, "call_n": call_n, "peers": peers,
        "peer_n": peer_n, "peer_seconds": peer_seconds, "repeats": repeats, "budget": budget, "seed": seed,
        "weights": used("sudoku-9x9"),
    }  # fmt: skip
    with Run("solve", METHOD, parameters, [peer.package for peer in wanted], out) as this:
        for problems in choose(this, sets, n, seed):
            for unique in (False, True):
                rows = [*_search(problems, unique, repeats, budget, this.head["machine"]["cores"])]
                rows.append(_vmd(problems, n, "vmd", unique=unique))
                if vmd_n:
                    rows.append(_vmd(problems, vmd_n, "vmd", unique=unique, loops=loops))
                    if not unique:
                        rows += [_vmd(problems, vmd_n, "vmd-only", latents=1, **asked) for asked in ALONE]
                rows += _one_by_one(problems, call_n, unique)
                rows += [_peer(problems, peer_n, unique, peer, peer_seconds) for peer in wanted]
                _ratios(rows)
                about: Row = {"set": problems.name, "goal": "unique" if unique else "first"}
                this.rows += [{**about, **row} for row in rows]
                print(f"{problems.name}, {about['goal']}: done", flush=True)
        print(f"\n{shown(this.rows)}")


def _search(problems: ProblemSet, unique: bool, repeats: int, budget: float, cores: int) -> Iterator[Row]:
    """Throughput of exact search, on one thread and on all."""
    for threads in (1, 0) if cores > 1 else (1,):
        call = partial(_ours, problems.lines, method="search", threads=threads, unique=unique)
        taken = summary(times(call, repeats, budget=budget))
        name = "search, one thread" if threads else "search, all cores"
        rate = {"seconds": taken, "per_second": len(problems.lines) / taken["median"]}
        yield {"solver": name, **_judged(problems, call()), **rate}


def _vmd(problems: ProblemSet, n: int, method: str, **options: Any) -> Row:
    """Throughput of a method with the model, once over n problems; by which method they were finished, and the cost."""
    lines = problems.lines[:n]
    _ours(lines[:1], method=method, **options)  # loads the weights
    solver = f"{method}, T = {options['steps']}{', bf16' * options['bf16']}" if method == "vmd-only" else method
    start = time.perf_counter()
    found = _ours(lines, method=method, **options)
    taken = time.perf_counter() - start
    ways = Counter(solution.method for solution in found)
    return {
        "solver": solver + (f", asked for {options['loops']} loops" if "loops" in options else ""),
        **_judged(problems, found),
        "seconds": summary([taken]),
        "per_second": len(lines) / taken,
        "finished_by": {name: ways[name] / len(lines) for name in ("propagation", "vmd", "search")},
        "nfe": sum(solution.nfe for solution in found) / len(lines),
        "loops": sum(solution.loops for solution in found) / len(lines),
    }


def _one_by_one(problems: ProblemSet, n: int, unique: bool) -> Iterator[Row]:
    """One call of solve() a problem, as peers are called, by search and by default, turn by turn."""
    methods: tuple[Literal["search", "vmd"], ...] = ("search", "vmd")
    found: dict[str, list[Solution]] = {method: [] for method in methods}
    each: dict[str, list[float]] = {method: [] for method in methods}
    for line in [problems.lines[0], *problems.lines[:n]]:  # the first twice, to warm up
        for method in methods:
            start = time.perf_counter()
            found[method].append(solve(line, method=method, unique=unique, threads=1))
            each[method].append(time.perf_counter() - start)
    over = [vmd - search for vmd, search in zip(each["vmd"][1:], each["search"][1:], strict=True)]
    for method in methods:
        taken = each[method][1:]
        rate = {"each": summary(taken), "per_second": len(taken) / sum(taken)}
        more = {"over": summary(over)} if method == "vmd" else {}
        yield {"solver": f"{method}{ONE_CALL}", **_judged(problems, found[method][1:]), **rate, **more}


def _peer(problems: ProblemSet, n: int, unique: bool, peer: Peer, seconds: float) -> Row:
    if not peer.installed:
        return {"solver": peer.name, "n": 0, "per_second": None, "note": "not installed"}
    done = work(peer, problems.lines[:n], 2 if unique else 1, seconds)
    row: Row = {"solver": peer.name, **_answers(problems, done.answers), "stopped": done.stopped}
    if not done.answers:
        return {**row, "per_second": None, "note": f"none in {seconds:g} s"}
    return {**row, "each": summary(done.each), "per_second": len(done.answers) / done.seconds}


def _ours(lines: list[str], **options: Any) -> list[Solution]:
    return list(solve_batch(lines, domain=sudoku().name, **options))


def _judged(problems: ProblemSet, found: list[Solution]) -> Row:
    """`_answers` of our own Solutions; a unique solution denied is wrong, too."""
    answers = [[solution.text] if solution.text else [] for solution in found]
    denied = sum(solution.unique is False for solution in found)
    row = _answers(problems, answers)
    return {**row, "wrong": row["wrong"] + denied}


def _answers(problems: ProblemSet, held: list[list[str]]) -> Row:
    """How many problems there were, how many are without an answer, and how many have one that is wrong."""
    rows = [i for i, found in enumerate(held) if found]
    boards = sudoku().parse_many([held[i][0] for i in rows])
    right = 0 if boards is None or not rows else int(accepts(sudoku().rules, problems.boards[rows], boards).sum())
    several = sum(len(found) > 1 for found in held)
    return {"n": len(held), "open": len(held) - len(rows), "wrong": len(rows) - right + several}


def _ratios(rows: list[Row]) -> None:
    """Every row's speed as a multiple of BASE's, where both are known."""
    base = next((row["per_second"] for row in rows if row["solver"] == BASE), None)
    for row in rows:
        row["ratio"] = row["per_second"] / base if base and row["per_second"] else None


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    header = ["set", "goal", "solver", "n", "a second", f"times {BASE}", "a puzzle, ms", "open", "wrong", "how"]
    return table(header, [_line(row) for row in rows])


def calls(rows: list[Row]) -> str:
    """What a call of solve() a puzzle takes by default beyond one of search, where that was measured; aim: 1 ms."""
    body = [
        [row["set"], row["goal"], str(row["n"]), _ms(row["each"]), f"{_ms(row['over'])}, {_aim(row['over'])}"]
        for row in rows
        if "over" in row
    ]
    return table(["problems", "goal", "n", "ms a call, vmd", "of it beyond search, aim 1"], body) if body else ""


def _aim(over: Row) -> str:
    return "met" if over["median"] <= 1e-3 else "missed"


def _ms(each: Row) -> str:
    """Milliseconds: the median, and between which half of all lie."""
    return f"{1000 * each['median']:.3g} ({1000 * each['q1']:.3g} to {1000 * each['q3']:.3g})"


def _line(row: Row) -> list[str]:
    each, how = row.get("each"), ", ".join(f"{k} {v:.0%}" for k, v in row.get("finished_by", {}).items() if v)
    if "nfe" in row:
        how += f", NFE {row['nfe']:.1f}"
    if "loops" in row:
        how += f", loops {row['loops']:.1f}"
    if row.get("stopped"):
        how = "stopped"
    return [
        row["set"],
        row["goal"],
        row["solver"],
        f"{row['n']:,}",
        row["note"] if row["per_second"] is None else speed(row["per_second"]),
        "-" if row.get("ratio") is None else f"{row['ratio']:.3g}",
        "-" if each is None else _ms(each),
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
