"""`guided`: exact search that tries symbols in the order of a model's marginals, beside the same search alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
from typer import Option

from vmdsolve import domains
from vmdsolve.api.options import Options
from vmdsolve.api.weights import predictor
from vmdsolve.errors import ModelMismatch
from vmdsolve.measure.accuracy import held_out
from vmdsolve.problem import Problem
from vmdsolve.sampler import Plan, Predictor, fill_boards
from vmdsolve.sampler.keys import board_keys, latent_keys
from vmdsolve.search import SearchStatus, propagate, solve_values

from ..driver import RESULTS, Limit, Row, Run, table
from ..instances import milliseconds
from ..puzzles import choose
from ..real import SETS
from ..weighed import used

LOOPS = 96  # of the evaluation; more are for boards that are to settle, and search is sooner done than those
METHOD = (
    "search alone: solve_values from the givens; guided: propagate, one network evaluation of what is left, of up "
    "to 96 loops, and solve_values from the givens, in each cell the likeliest symbol first, as solve() does. Nodes"
    " are propagations of the search; seconds are the processor's, on one thread; those of the guided search "
    "contain propagation and network, loading weights not. One after the other on each instance. What runs out of "
    "time counts with the nodes and seconds that it had. A win is a solution where the other found none, or fewer "
    "nodes where both did; instances that propagation alone decides are left out."
)


class Way(NamedTuple):
    """One search: whether it decided the problem, its nodes and seconds."""

    decided: bool
    nodes: int
    seconds: float


class Pair(NamedTuple):
    """One instance, both ways; the guided seconds contain those of the network."""

    alone: Way
    guided: Way
    network: float


Read = Callable[[Run, int, int], list[Problem] | None]  # run, n, seed


def _real(name: str, least: int = 0) -> Read:
    """A set of real instances, those of so many symbols at least."""

    def read(this: Run, n: int, seed: int) -> list[Problem] | None:
        held = SETS[name].instances()
        if held is None:
            this.note(f"{name}: not at hand (set VMDSOLVE_DATA)")
            return None
        problems = [instance.problem for instance in held if least <= instance.problem.rules.V]
        return [problems[i] for i in np.random.default_rng(seed).permutation(len(problems))[:n]]

    return read


def _nines(name: str) -> Read:
    def read(this: Run, n: int, seed: int) -> list[Problem]:
        [problems] = choose(this, name, n, seed)
        domain = domains.get("sudoku-9x9")
        return [Problem(domain.name, domain.rules, board, domain) for board in problems.boards]

    return read


def _minimal(name: str) -> Read:
    def read(this: Run, n: int, seed: int) -> list[Problem]:
        del this
        domain = domains.get(name)
        return [Problem(name, domain.rules, board, domain) for board in held_out(domain, n, seed=seed)[0]]

    return read


HARDEST: dict[str, Read] = {
    "sudoku-9x9, 17_clue": _nines("17_clue"),
    "sudoku-9x9, 11+": _nines("11+"),
    "sudoku-9x9, minimal": _minimal("sudoku-9x9"),
    "sudoku-16x16, minimal": _minimal("sudoku-16x16"),
    "sudoku-16x16, printed": _real("sudoku", 16),
    "sudoku-dzn": _real("sudoku-dzn"),
    "qwh-30": _real("qwh-30"),
    "colouring": _real("colouring"),
    "colouring, more": _real("colouring, more"),
}


def run(
    sets: Annotated[str, Option(help="Sets, separated by ';'.")] = ";".join(HARDEST),
    model: Annotated[Path | None, Option(help="Weights for sets whose domain has none in the package.")] = None,
    n: Annotated[int, Option(min=1, help="Most instances a set.")] = 200,
    limit: Annotated[float, Option(help="Seconds an instance, each way.")] = 20.0,
    stretch: Annotated[float, Option(min=1, help="Seconds to wait for one of the processor on a shared machine.")] = 1,
    budget: Annotated[float, Option(help="Seconds after which no further instance is begun.")] = 3600.0,
    seed: Annotated[int, Option(min=0, help="Of the choice of instances and of z.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Nodes and time of search with a model's marginals and without, on one thread."""
    wanted = sets.split(";")
    if unknown := set(wanted) - set(HARDEST):
        raise SystemExit(f"unknown set {', '.join(sorted(unknown))}; there are {'; '.join(HARDEST)}")
    parameters: Row = {
        "sets": sets, "model": None if model is None else model.name, "n": n, "limit": limit, "stretch": stretch,
        "budget": budget, "seed": seed, "weights": used("sudoku-9x9", "all-different"),
    }  # fmt: skip
    with Run("guided", METHOD, parameters, (), out) as this:
        end, most = time.perf_counter() + budget, Limit(limit, 1, stretch)
        for name in wanted:
            this.rows.append({"set": name, **_measured(this, HARDEST[name](this, n, seed), model, most, end, seed)})
            print(shown(this.rows[-1:]), flush=True)
        print(f"\n{shown(this.rows)}")


def _measured(
    this: Run, problems: list[Problem] | None, model: Path | None, limit: Limit, end: float, seed: int
) -> Row:
    """What a set comes to; n = 0 and `why`, if nothing was measured."""
    if problems is None:
        return {"n": 0, "why": "not at hand"}
    pairs: list[Pair] = []
    fit: set[str] = set()
    for tried, problem in enumerate(problems):
        if time.perf_counter() > end:
            this.note(f"the budget is spent: {tried} of {len(problems)} instances")
            break
        if predict := weights(problem, model):
            fit.add(predict.model.config.domain)
            pairs += [pair] if (pair := both(problem, predict, limit, seed)) else []
    if not pairs:
        spent = "the budget was spent" if time.perf_counter() > end else "no weights that fit"
        return {"n": 0, "why": "propagation decides all" if fit else spent}
    return {"weights": ", ".join(sorted(fit)), "instances": len(problems), **summed(pairs)}


def weights(problem: Problem, model: Path | None) -> Predictor | None:
    """The network for a problem: the package's weights, else those of the file; None where neither fit."""
    domain = domains.layout_of(problem)
    for named in (None, model):
        with suppress(ModelMismatch):
            if found := predictor(domain, problem.rules, Options(model=named, threads=1), LOOPS):
                return found
    return None


def both(problem: Problem, predict: Predictor, limit: Limit, seed: int) -> Pair | None:
    """Both searches of a problem; None where propagation decides it."""
    rules, board = problem.rules, problem.values[None]
    start = limit.now()
    allowed, clash = propagate(rules, board, threads=1)
    single = (allowed & (allowed - np.uint64(1))) == 0
    if clash[0] or single.all():
        return None
    forced = np.where(single, np.log2(allowed.astype(np.float64)), -1).astype(np.int32)
    keys = latent_keys(board_keys(rules, forced), 0)
    plan = Plan.of(predict.model.config, steps=1)
    drawn = fill_boards(predict, rules, forced, plan, keys=keys, seed=seed, domains=allowed, keep_first=True)
    network = limit.now() - start
    alone = search(problem, limit, None)
    guided = search(problem, limit, drawn.first)
    return Pair(alone, guided._replace(seconds=guided.seconds + network), network)


def search(problem: Problem, limit: Limit, marginals: npt.NDArray[np.uint8] | None) -> Way:
    """Exact search on one thread."""
    start = limit.now()
    result = solve_values(problem.rules, problem.values[None], time_limit=limit.wall, threads=1, marginals=marginals)
    seconds = limit.taken(start)
    decided = result.status[0] in (SearchStatus.SOLVED, SearchStatus.UNSATISFIABLE) and seconds < limit.seconds
    return Way(bool(decided), int(result.nodes[0]), seconds)


def summed(pairs: list[Pair]) -> Row:
    """What a set's instances come to."""
    order = [_better(pair.guided, pair.alone) for pair in pairs]
    faster = sum(pair.guided.decided and pair.guided.seconds < pair.alone.seconds for pair in pairs)
    row: Row = {"n": len(pairs), "wins": order.count(1), "losses": order.count(-1), "faster": faster}
    for name in ("alone", "guided"):
        ways: list[Way] = [getattr(pair, name) for pair in pairs]
        row[name] = {
            "solved": sum(way.decided for way in ways),
            "nodes": float(np.median([way.nodes for way in ways])),
            "seconds": float(np.median([way.seconds for way in ways])),
            "all_seconds": sum(way.seconds for way in ways),
        }
    row["network"] = float(np.median([pair.network for pair in pairs]))
    return row


def _better(a: Way, b: Way) -> int:
    """1 if the first way did better than the second, -1 if worse, 0 if neither can be said."""
    if a.decided != b.decided:
        return 1 if a.decided else -1
    return (a.nodes < b.nodes) - (a.nodes > b.nodes) if a.decided else 0


def shown(rows: list[Row]) -> str:
    """All rows as a table, and below it the sets that were not measured."""
    header = [
        "set", "weights", "n", "solved: alone", "guided", "nodes: alone", "guided", "wins", "losses",
        "ms: alone", "guided", "of it network", "faster",
    ]  # fmt: skip
    lines = [table(header, [_line(row) for row in rows if row["n"]])] if any(row["n"] for row in rows) else []
    lines += [f"{row['set']}: not measured, {row['why']}." for row in rows if not row["n"]]
    return "\n\n".join(lines)


def _line(row: Row) -> list[str]:
    alone, guided = row["alone"], row["guided"]
    taken = (alone["seconds"], guided["seconds"], row["network"])
    return [
        row["set"], row["weights"], str(row["n"]), str(alone["solved"]), str(guided["solved"]),
        f"{alone['nodes']:,.0f}", f"{guided['nodes']:,.0f}", str(row["wins"]), str(row["losses"]),
        *map(milliseconds, taken), str(row["faster"]),
    ]  # fmt: skip
