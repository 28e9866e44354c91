"""`deadlines`: seconds asked for against seconds taken, call by call, on instances that nobody settles so soon."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from typer import Option

import vmdsolve
from vmdsolve.domains import Clued, Family, get
from vmdsolve.domains.reading import read
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Board, Problem
from vmdsolve.search import generate_values, solve_values

from .driver import RESULTS, Row, Run, table

SLACK, SHARE = 0.05, 0.05  # what a call may take beyond its limit: seconds, or that share of it, whichever is more
METHOD = (
    "one process, one thread; of every call the seconds of the wall clock and of the process, from before the text of "
    "the puzzle is read to the last result. A call that ends before its limit was done. `over` are the seconds of the "
    f"process after the limit, which other work on the machine does not change; allowed are {SLACK:g} s or {SHARE:.0%} "
    "of the limit, whichever is more."
)


# Instances ----------------------------------------------------------------------------------------------


def opened(domain: str, share: float, seed: int = 0) -> Problem:
    """A solution of a domain of one board, of which that share is open."""
    where = get(domain)
    rng = np.random.default_rng(seed)
    _, answers = generate_values(where.rules, 1, seed=seed, clues=where.rules.L)
    values = np.where(rng.random(where.rules.L) < share, OPEN, answers[0]).astype(np.int32)
    return Problem(where.name, where.rules, values, where)


def invented(domain: str, size: int, seed: int = 0) -> Problem:
    """A board of that size with nothing given."""
    where = get(domain)
    assert isinstance(where, Family)
    board = where.kind.invent(np.random.default_rng(seed), size, where.kind.density, _fill)
    return empty(board)


def empty(board: Clued) -> Problem:
    return Problem(board.name, board.rules, np.full(board.rules.L, OPEN), board)


def _fill(rules: Any) -> Board:
    answer: Board = solve_values(rules, np.full((1, rules.L), OPEN)).values[0]
    return answer


def queen_graph(n: int) -> Problem:
    """The squares of a board of n x n, joined where a queen goes; to colour in n colours."""
    squares = [divmod(cell, n) for cell in range(n * n)]
    joined = [
        (f"r{a[0]}c{a[1]}", f"r{b[0]}c{b[1]}")
        for a, b in combinations(squares, 2)
        if a[0] == b[0] or a[1] == b[1] or abs(a[0] - b[0]) == abs(a[1] - b[1])
    ]
    names = [f"r{row}c{column}" for row, column in squares]
    family = get("colouring")
    assert isinstance(family, Family)
    return family.problem(joined, colours=n, vertices=names)


INSTANCES: dict[str, Callable[[], Problem]] = {
    "latin-40, 42 % open": partial(opened, "latin-40", 0.42),
    "sudoku-25x25, 57 % open": partial(opened, "sudoku-25x25", 0.57),
    "takuzu 60x60, distinct": partial(invented, "takuzu", 60),
    "nonogram 45x45": partial(invented, "nonogram", 45),
    "queen12_12 in 12 colours": partial(queen_graph, 12),
    "starbattle 20x20": partial(invented, "starbattle", 20),
}


# Calls --------------------------------------------------------------------------------------------------


def _outcome(result: object) -> str:
    for name in ("status", "technique", "complete"):
        if (found := getattr(result, name, None)) is not None:
            return f"{name} {getattr(found, 'value', found)}"
    return f"{len(result)} found" if isinstance(result, list) else str(result)


def _count(problem: str, **options: Any) -> object:
    return vmdsolve.count_solutions(problem, limit=None, **options)


def _enumerate(problem: str, **options: Any) -> list[object]:
    return list(vmdsolve.enumerate_solutions(problem, **options))


def _check(problem: str, *, domain: str, time_limit: float) -> object:
    """A first cell filled in: whether it is in some solution is for search to say."""
    return vmdsolve.check(problem, _filled(problem, domain), domain=domain, time_limit=time_limit)


@cache
def _filled(problem: str, domain: str) -> str:
    given = read(problem, domain)
    values = given.values.copy()
    values[int(np.argmax(values == OPEN))] = 0
    return str(given.layout.format(values))


CALLS: dict[str, Callable[..., object]] = {
    "solve": partial(vmdsolve.solve, method="search", threads=1),
    "unique": partial(vmdsolve.solve, method="search", unique=True, threads=1),
    "count": _count,
    "enumerate": _enumerate,
    "candidates": partial(vmdsolve.candidates, threads=1),
    "estimate": partial(vmdsolve.estimate_solutions, threads=1, samples=1_000_000),
    "check": _check,
    "hint": vmdsolve.hint,
    "explain": vmdsolve.explain,
    "grade": vmdsolve.grade,
}
MADE = {"sudoku-25x25": {}, "sudoku-16x16": {"harder": 1000}, "killer": {"size": 9}, "jigsaw": {}}


def run(
    seconds: Annotated[float, Option(min=0.1, help="What is asked for.")] = 1.0,
    instances: Annotated[str, Option(help="Those whose names hold this.")] = "",
    calls: Annotated[str, Option(help="Names of calls, with commas between; by default all.")] = "",
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Time limits asked for, and what calls took."""
    wanted = [name.strip() for name in calls.split(",") if name.strip()] or [*CALLS, "generate"]
    with Run("deadlines", METHOD, {"seconds": seconds, "instances": instances, "calls": wanted}, (), out) as this:
        for what, call, work in _work(instances, wanted, seconds):
            this.rows.append(_measured(what, call, seconds, work))
        print(shown(this.rows))
        late = [row for row in this.rows if row["late"]]
        this.note(f"{len(late)} of {len(this.rows)} calls took more than they may")


def _work(instances: str, wanted: list[str], seconds: float) -> Iterator[tuple[str, str, Callable[[], object]]]:
    for what, made in INSTANCES.items():
        if instances in what:
            problem = made()
            text, domain = problem.layout.write(problem.values), problem.domain
            _filled(text, domain)
            for name in wanted:
                if name in CALLS:
                    yield what, name, partial(CALLS[name], text, domain=domain, time_limit=seconds)
    for domain, options in MADE.items() if "generate" in wanted else ():
        if instances in domain:
            yield domain, "generate", partial(_generated, domain, time_limit=seconds, threads=1, **options)


def _generated(domain: str, **options: Any) -> list[Any]:
    return list(vmdsolve.generate(domain, 1, **options))


def _measured(what: str, call: str, seconds: float, work: Callable[[], object]) -> Row:
    at_limit: list[float] = []
    watch = threading.Timer(seconds, lambda: at_limit.append(time.process_time()))
    watch.start()
    wall, process = time.perf_counter(), time.process_time()
    try:
        outcome = _outcome(work())
    except (TimeoutError, InvalidInput) as error:
        outcome = f"{type(error).__name__}: {error}"
    wall, ended = time.perf_counter() - wall, time.process_time()
    watch.cancel()
    watch.join()
    over = max(0.0, ended - at_limit[0]) if at_limit else 0.0
    print(f"{what:26} {call:12} {wall:7.2f} {ended - process:7.2f} {over:7.3f}  {outcome[:70]}", flush=True)
    row = {"what": what, "call": call, "asked": seconds, "wall": wall, "process": ended - process, "over": over}
    return {**row, "late": over > max(SLACK, SHARE * seconds), "outcome": outcome}


def shown(rows: list[Row]) -> str:
    header = ["instance", "call", "asked s", "wall s", "over s", ""]
    return table(
        header,
        [
            [row["what"], row["call"], f"{row['asked']:g}", f"{row['wall']:.2f}", f"{row['over']:.3f}",
             "late" if row["late"] else ""]
            for row in rows
        ],
    )  # fmt: skip
