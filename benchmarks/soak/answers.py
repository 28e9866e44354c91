"""Fresh puzzles and boards with none, one or several answers, solved by the package and judged without it."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from hashlib import blake2b
from multiprocessing import get_context
from typing import Any

import numpy as np

from ..driver import Run
from .judge import Puzzle, Unjudged, breaks
from .judge_clues import CLUED
from .judge_grids import GRIDS, REGEX
from .judge_marks import MARKED
from .oracle import answers as proved
from .parts import Soak, row

__all__ = ["JUDGED", "WANTED", "answers", "chunk"]

CHUNKS = 1000  # all that is wanted, in so many pieces, each a function of seed and number
WANTED = {
    "sudoku-9x9": 1_000_000,
    # the others are 100,000 together, more of those that are made quickly
    "sudoku-4x4": 6000, "sudoku-6x6": 10_600, "sudoku-16x16": 300, "sudoku-x": 10_000, "windoku": 10_000,
    "latin-7": 10_000, "queens-8": 6000, "brackets-12": 4000, "equation-7": 3000, "chain": 1000,
    f"regex:6:{REGEX}": 2000, "akari": 900, "colouring": 3000, "endview": 3500, "futoshiki": 4000, "jigsaw": 200,
    "kakuro": 300, "kenken": 4500, "killer": 1700, "nonogram": 8000, "skyscrapers": 6500, "starbattle": 1900,
    "takuzu": 900, "zebra": 1700,
    # and these, which have come later
    "anti-king": 300, "anti-knight": 300, "arrow": 300, "consecutive": 500, "even-odd": 500, "hitori": 500,
    "kakurasu": 800, "mathrax": 500, "minesweeper": 500, "renban": 500, "sandwich": 500, "str8ts": 500, "suguru": 500,
    "tango": 800, "tenner": 300, "thermo": 300, "thermometers": 500, "trinairo": 500, "samurai": 100,
}  # fmt: skip
JUDGED: dict[str, Callable[[str], Puzzle]] = {**GRIDS, **CLUED, **MARKED}
BY_MODEL = 4  # puzzles of a chunk that are solved by method vmd, too
SAMPLES = 10  # puzzles of a chunk that CP-SAT looks at
PARTIAL = 12  # boards of a chunk that are no puzzles
LIMIT = 20  # answers that are counted
SECONDS = 20.0  # that a proof may take
TOLD = ("by vmd", "by CP-SAT", "partial", "0", "1", "several", "refused")
KEPT = 60.0  # seconds after which what is done is written

Told = dict[str, tuple[Counter[str], list[str], set[bytes]]]  # by kind: figures, faults, digests of puzzles


def answers(run: Run, soak: Soak) -> None:
    """Solve and judge until all is done or the time is over; what is done is kept piece by piece."""
    end, left, pieces = soak.end(), iter(range(CHUNKS)), 0
    before, kept = len(run.rows), time.monotonic()
    figures: dict[str, Counter[str]] = defaultdict(Counter)
    faults: dict[str, list[str]] = defaultdict(list)
    seen: dict[str, set[bytes]] = defaultdict(set)
    with ProcessPoolExecutor(soak.jobs, get_context("spawn")) as pool:
        busy: set[Future[Told]] = set()
        while True:
            while len(busy) <= soak.jobs and time.monotonic() < end and (number := next(left, None)) is not None:
                busy.add(pool.submit(chunk, soak.seed, number))
            if not busy:
                break
            done, busy = wait(busy, return_when=FIRST_COMPLETED)
            for told in done:
                pieces += 1
                if pieces % 50 == 0:
                    print(f"answers: {pieces} of {CHUNKS} pieces", file=sys.stderr, flush=True)
                for kind, (figure, fault, digests) in told.result().items():
                    figures[kind] += figure
                    faults[kind] += fault
                    seen[kind] |= digests
                run.rows[before:] = [
                    row("answers", kind, count["puzzles"], WANTED[kind], faults[kind],
                        distinct=len(seen[kind]), **{name: count[name] for name in TOLD})
                    for kind, count in figures.items()
                ]  # fmt: skip
            if time.monotonic() - kept > KEPT:
                kept = time.monotonic()
                run.keep()


def chunk(seed: int, number: int) -> Told:
    """One piece: its share of each kind, samples for the model and for CP-SAT, boards with more answers or none."""
    import vmdsolve

    rng = np.random.default_rng((seed, number))
    told: Told = defaultdict(lambda: (Counter(), [], set()))
    held: list[tuple[str, str, str]] = []
    for kind, wanted in WANTED.items():
        first, last = wanted * number // CHUNKS, wanted * (number + 1) // CHUNKS
        if first == last:
            continue
        made = vmdsolve.generate(kind, last - first, first=first, seed=seed, threads=1)
        texts = [problem.layout.write(problem.values) for problem, _ in made]
        found = _judged(kind, texts, "search", told[kind][1])
        told[kind][0]["puzzles"] += len(texts)
        told[kind][2].update(blake2b(text.encode(), digest_size=8).digest() for text in texts)
        if kind == "sudoku-9x9":
            _judged(kind, texts[:BY_MODEL], "vmd", told[kind][1])
            told[kind][0]["by vmd"] += len(texts[:BY_MODEL])
        held += [(kind, text, answer) for text, answer in zip(texts[:5], found, strict=False)]
    for i in rng.integers(len(held), size=SAMPLES):
        kind, text, answer = held[i]
        if (all_of := proved(JUDGED[kind](text), 2, SECONDS)) is not None:
            told[kind][0]["by CP-SAT"] += 1
            if all_of != [answer]:
                told[kind][1].append(f"{text}: CP-SAT has {all_of}, we say {answer} alone")
    for i in rng.integers(len(held), size=PARTIAL):
        kind, text, answer = held[i]
        other = _thinned(answer, rng) if kind in GRIDS else _edited(text, rng)
        _compared(kind, other, *told[kind][:2])
    return {kind: (figure, fault, digests) for kind, (figure, fault, digests) in told.items()}


def _judged(kind: str, texts: list[str], method: str, faults: list[str]) -> list[str]:
    """Answers to puzzles that have one each."""
    import vmdsolve

    found = []
    options: dict[str, Any] = {"domain": kind, "method": method, "unique": True, "threads": 1}
    options |= {"latents": 1} if method == "vmd" else {}  # asks for the model, whatever it was measured to settle
    for text, solution in zip(texts, vmdsolve.solve_batch(texts, **options), strict=True):
        found.append(solution.text or "")
        why = breaks(JUDGED[kind](text), found[-1])
        if solution.status != "SOLVED" or solution.unique is not True or why:
            faults.append(f"{text} by {method}: {solution.status}, unique {solution.unique}, {solution.text}: {why}")
    return found


def _compared(kind: str, text: str, figure: Counter[str], faults: list[str]) -> None:
    """Count, status and uniqueness of any board, beside CP-SAT's; what either does not read is passed over."""
    import vmdsolve

    try:
        count = vmdsolve.count_solutions(text, domain=kind, limit=LIMIT, time_limit=SECONDS)
        puzzle = JUDGED[kind](text)
    except (vmdsolve.InvalidInput, Unjudged):
        figure["refused"] += 1
        return
    all_of = proved(puzzle, LIMIT, SECONDS)
    if all_of is None:
        return
    figure["partial"] += 1
    figure["several" if len(all_of) > 1 else str(len(all_of))] += 1
    solution = vmdsolve.solve(text, domain=kind, method="search", unique=True, threads=1)
    each = [str(one.text) for one in vmdsolve.enumerate_solutions(text, domain=kind, limit=LIMIT)]
    wrong = [why for one in each if (why := breaks(puzzle, one))]
    status = "SOLVED" if all_of else "UNSATISFIABLE"
    alone = {0: solution.unique, 1: True}.get(len(all_of), False)
    if (
        tuple(count) not in ((len(all_of), True), (LIMIT, False)) or len(set(each)) != len(all_of) or wrong
        or (len(all_of) < LIMIT and sorted(each) != all_of) or (solution.status, solution.unique) != (status, alone)
        or (all_of and breaks(puzzle, solution.text or ""))
    ):  # fmt: skip
        faults.append(
            f"{kind} {text}: CP-SAT has {len(all_of)}, we count {tuple(count)}, list {len(each)} {wrong[:1]}, and say "
            f"{solution.status}, unique {solution.unique}"
        )


def _thinned(answer: str, rng: np.random.Generator) -> str:
    """An answer with cells opened, and at times a symbol that is not the answer's."""
    share = rng.uniform(0.2, 0.7)
    cells = [symbol if rng.random() < share else "." for symbol in answer]
    if rng.random() < 0.3:
        cells[rng.integers(len(cells))] = answer[rng.integers(len(answer))]
    return "".join(cells)


def _edited(text: str, rng: np.random.Generator) -> str:
    """A text in which one or two words or signs were replaced by others of the same text."""
    pieces: list[str] = [*text] if rng.random() < 0.5 else re.split(r"([/ ])", text)
    places = [i for i, piece in enumerate(pieces) if piece and piece not in "/ "]
    for _ in range(int(rng.integers(1, 3))):
        pieces[places[rng.integers(len(places))]] = pieces[places[rng.integers(len(places))]]
    return "".join(pieces)
