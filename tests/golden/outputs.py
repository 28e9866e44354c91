"""What is kept from release to release: outputs of fixed seeds, a function a file of this folder, an entry a call.

Only integers and texts, and of floats the digits that all machines agree on. What is fed in comes from `numbers`, so
that no other stream of random numbers plays a part.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from helpers.commands import PUZZLES, run

import vmdsolve
from vmdsolve import kernels
from vmdsolve.constraints import DFA, Table
from vmdsolve.domains import get
from vmdsolve.model.config import ModelConfig
from vmdsolve.problem import OPEN, Rules
from vmdsolve.sampler import board_keys, latent_keys
from vmdsolve.sampler.regular import grammar_of, regular
from vmdsolve.search import SearchStatus, enumerate_values, generate_values, propagate, solve_values
from vmdsolve.train import Recipe, Trainer

FOLDER = Path(__file__).parent
Entries = dict[str, Any]
FOUR = "1......2..4..3.."
FAMILIES = {
    "akari": 5, "colouring-3": 8, "endview": 4, "futoshiki": 4, "jigsaw": 5, "kakuro": 5, "kenken": 4, "killer": 6,
    "nonogram": 5, "skyscrapers": 4, "starbattle": 5, "takuzu": 6, "zebra": 3,
}  # fmt: skip
BOARDS = ["sudoku-4x4", "sudoku-9x9", "sudoku-x-9x9", "windoku-9x9", "latin-5", "queens-6", "equation-6", "chains"]


def numbers(seed: int, *shape: int) -> np.ndarray:
    """float32 in -4 .. 4, by multiplication of whole numbers: the same wherever there are whole numbers."""
    counted = np.arange(1, math.prod(shape) + 1, dtype=np.uint64) + np.uint64(seed << 20)
    mixed = counted * np.uint64(0x9E3779B97F4A7C15)
    return (((mixed >> np.uint64(41)) / np.float64(1 << 20)) - 4).astype(np.float32).reshape(shape)


def digest(array: Any) -> str:
    """12 hexadecimal digits that stand for all numbers of an array, and for its shape."""
    data = np.ascontiguousarray(array)
    data = data.astype(data.dtype.newbyteorder("<"))
    return hashlib.sha256(repr(data.shape).encode() + data.tobytes()).hexdigest()[:12]


def lines(name: str, n: int | None = None) -> list[str]:
    """The first n puzzles of a file of this project."""
    text = (PUZZLES / name).read_text(encoding="utf-8").splitlines()
    return list(islice((line for line in text if not line.startswith("#")), n))


def written(made: Iterable[tuple[Any, Any]]) -> list[str]:
    """Problems and their answers as text."""
    return [f"{p.layout.write(p.values)} = {p.layout.format(answer)}" for p, answer in made]


# Without model ----------------------------------------------------------------------------------------


def _found(rules: Rules, boards: Any, **options: Any) -> list[str]:
    result = solve_values(rules, boards, **options)
    status = [SearchStatus(code).name for code in result.status.tolist()]
    rows = zip(result.nodes.tolist(), result.counts.tolist(), status, result.values, strict=True)
    return [f"{nodes} nodes, {count} found, {name}, {digest(values)}" for nodes, count, name, values in rows]


def _pigeons(n: int, holes: int) -> tuple[Table, ...]:
    pairs = [(a, b) for a in range(holes) for b in range(holes) if a != b]
    return tuple(Table([p, q], pairs) for q in range(n) for p in range(q))


def search() -> Entries:
    """Results and nodes: what search does in which order."""
    four, nine = get("sudoku-4x4"), get("sudoku-9x9")
    hard = np.stack([nine.parse(line).values for line in lines("sudoku/hard.txt", 10)])
    several = np.stack([nine.parse(line).values for line in lines("sudoku/multiple.txt")])
    out = {
        "first": _found(nine.rules, hard),
        "unique": _found(nine.rules, hard, limit=2),
        "all": _found(nine.rules, several, limit=None),
        "by marginals": _found(nine.rules, hard, marginals=numbers(1, len(hard), 81, 9)),
        "node limit": _found(nine.rules, hard, node_limit=20),
        "by learning": _found(Rules(9, 8, _pigeons(9, 8)), np.full((1, 9), OPEN), limit=None),
        "propagate": digest(propagate(nine.rules, hard)[0]),
        "enumerate": four.format_many(np.stack(list(enumerate_values(four.rules, np.full(16, OPEN), limit=5)))),
    }
    for name, size in FAMILIES.items():
        [(problem, _)] = vmdsolve.generate(name, seed=9, size=size)
        out[name] = _found(problem.rules, problem.values[None], limit=2)
    return out


def generate() -> Entries:
    """Puzzles of every kind."""
    out = {name: written(vmdsolve.generate(name, 2, seed=7)) for name in BOARDS}
    out |= {name: written(vmdsolve.generate(name, 2, seed=7, size=size)) for name, size in FAMILIES.items()}
    out["sudoku-9x9 with 30 clues, from 5 on"] = written(vmdsolve.generate("sudoku-9x9", seed=7, first=5, clues=30))
    out["sudoku-9x9, 3 rounds harder"] = written(vmdsolve.generate("sudoku-9x9", seed=7, harder=3))
    out["sudoku-25x25"] = digest(generate_values(get("sudoku-25x25").rules, 1, seed=7, clues=400))
    return out


def hints() -> Entries:
    """Reasons in words, and by which technique."""
    killer = next(vmdsolve.generate("killer", seed=9, size=4))[0]
    zebra = next(vmdsolve.generate("zebra", seed=9, size=3))[0]
    asked = {"sudoku-4x4": FOUR, "hard": lines("sudoku/hard.txt", 1)[0], "several": lines("sudoku/multiple.txt")[4]}
    out: Entries = {}
    for name, problem in {**asked, "killer": killer, "zebra": zebra}.items():
        found = vmdsolve.hint(problem)
        out[name] = [found.technique, found.cell, found.value, "; ".join(found.steps)]
    clashes = {"two givens": "1....1..........", "no place": lines("sudoku/clash.txt")[1]}
    return out | {f"explain {name}": vmdsolve.explain(text).reason for name, text in clashes.items()}


def _drawn(name: str, n: int = 3, **options: Any) -> list[str]:
    return [f"{s.text or s.status} by {s.method}" for s in vmdsolve.sample(name, n, seed=3, **options)]


def sample() -> Entries:
    """Draws without z: none at all, or from a model without latent."""
    out = {name: _drawn(name, method="search") for name in ("brackets-16", "regex:9:(ab|c)*", "text-16", *BOARDS)}
    out["given"] = _drawn("sudoku-9x9", 1, given=lines("sudoku/multiple.txt")[0], method="search")
    model = _trainer("brackets-8", "attention", 0, data="law").average
    out["by a model alone"] = _drawn("brackets-8", 6, model=model, steps=3, method="vmd-only", latents=20)
    out["by a model under rules"] = _drawn("brackets-8", 6, model=model, steps=3)
    return out


# Kernels and keys -------------------------------------------------------------------------------------


def draws() -> Entries:
    """What kernels draw, and the keys that their randomness hangs on."""
    nine = get("sudoku-9x9")
    x = np.stack([nine.parse(line).values for line in lines("sudoku/hard.txt", 4)])
    keys, peers = board_keys(nine.rules, x), nine.rules.peers
    legal = kernels.candidates(x, np.full(81, 511, np.uint64), peers)
    out: Entries = {"candidates": digest(legal), "keys": keys.tolist(), "latent 7": latent_keys(keys, 7).tolist()}
    for name in (*BOARDS, "brackets-16"):
        rules = get(name).rules
        out[f"key of {name}"] = board_keys(rules, np.full((1, rules.L), OPEN, np.int32)).tolist()
    for order in kernels.ORDERS:
        for temperature in (0.0, 0.8):
            filled, _, _ = kernels.unmask(
                numbers(2, 4, 81, 9), x, legal, peers, key=keys, order=order, n_keep=20, temperature=temperature,
                noise=0.1, seed=5, step=6,
            )  # fmt: skip
            out[f"unmask {order} at {temperature}"] = nine.format_many(filled)
    filled, _, _ = kernels.unmask(numbers(2, 4, 81, 9), x, legal, peers, key=keys, threshold=0.9)
    out["unmask above a threshold"] = nine.format_many(filled)
    even = grammar_of(DFA(0, frozenset({0, 2}), ((0, 1, 2), (1, 2, -1), (2, 0, 1))), 3)
    open_cells, sets = np.full((3, 12), OPEN, np.int32), np.full((3, 12), 7, np.uint64)
    for temperature in (0.0, 1.0):
        words = regular(
            numbers(3, 3, 12, 3), open_cells, sets, np.arange(12, dtype=np.int32), even, key=keys[:3],
            temperature=temperature, seed=5, step=6,
        )  # fmt: skip
        out[f"regular at {temperature}"] = ["".join(map(str, word)) for word in words.word.tolist()]
    return out


# With a model -----------------------------------------------------------------------------------------


@cache
def _trainer(name: str, mixer: str, latent: int, **choices: Any) -> Trainer:
    domain = get(name)
    places = (domain.rules.L, domain.rules.V) if mixer == "attention" else (0, 0)
    config = ModelConfig(
        name, domain.rules.relations, 16, 8, 16, loops=2, latent=latent, mixer=mixer, positions=places
    )  # fmt: skip
    recipe = Recipe(steps=20, batch=8, warmup=2, loops=((0.0, 2),), free=2, seed=11, bf16=False)
    return Trainer(domain, config, replace(recipe, **choices))


def _losses(trainer: Trainer) -> list[str]:
    """The losses of three steps to 5 digits."""
    return [f"{float(trainer.advance().nll.sum()):.5g}" for _ in range(3)]


def _answers(problems: Iterable[Any], **options: Any) -> list[str]:
    found = vmdsolve.solve_batch(problems, **options)
    return [f"{s.text or s.status} by {s.method}, {s.nfe} evaluations, {s.latents_tried} boards" for s in found]


def solve() -> Entries:
    """Answers with the weights that have no latent: by which method, at what cost."""
    problems = [problem for problem, _ in vmdsolve.generate("latin-9", 6, seed=7)]
    return {
        f"{method} {order}": _answers(problems, method=method, order=order, seed=2, steps=6, latents=2)
        for method in ("vmd", "vmd-only")
        for order in kernels.ORDERS
    }


def training() -> Entries:
    """The stream of boards, batch by batch, and the loss of the first steps without latent."""
    out: Entries = {}
    for name, choices in {
        "sudoku-4x4": {},
        "latin-5": {"reveal": "ease", "draw": "each_step"},
        "chains": {"data": "law", "givens": (0, 2)},
    }.items():
        trainer = _trainer(name, "messages", 0, **choices)
        for step in (0, 7):
            start, x, x0, _, t = trainer.stream.at(step).batch(step)
            boards = [digest(np.asarray(board, np.int32)) for board in (start, x, x0)]
            out[f"{name}, step {step}"] = [*boards, *(f"{time:.4f}" for time in t.tolist())]
        out[f"{name}, loss"] = _losses(trainer)
    return out


def noise() -> Entries:
    """What hangs on the normal numbers that z is drawn with."""
    nine, four = lines("sudoku/hard.txt", 2), lines("sudoku/mini.txt", 5)
    out: Entries = {
        "sudoku-9x9": _answers(nine, steps=4, latents=2),
        "sudoku-4x4": _answers(four, method="vmd-only", steps=4, latents=4),
        "sample": _drawn("sudoku-4x4", 6, steps=4),
        "sample by a small model": _drawn("latin-4", 6, model=_trainer("latin-4", "messages", 2).average, steps=4),
    }
    trainer = _trainer("sudoku-4x4", "messages", 4)
    z = trainer.stream.at(3).batch(3)[3]
    return out | {"z of a batch": [f"{number:.4f}" for number in z[0].tolist()], "loss": _losses(trainer)}


# What commands print ----------------------------------------------------------------------------------


def commands() -> Entries:
    """Rows and lines, to the letter; but for seconds."""
    out: Entries = {}
    for arguments in (
        f"solve {PUZZLES}/sudoku/mini.txt --method search --unique",
        f"solve {PUZZLES}/sudoku/clash.txt --method search",
        f"hint {FOUR} --all",
        "generate sudoku-4x4 -n 3 --seed 7",
        "generate futoshiki -n 2 --seed 7 --size 4",
        "sample brackets-16 -n 3 --seed 5",
    ):
        printed = run(*arguments.split()).stdout.splitlines()
        if arguments.startswith("solve"):
            printed = [",".join(f for i, f in enumerate(line.split(",")) if i != 7) for line in printed]
        out[arguments.replace(str(PUZZLES), "puzzles")] = printed
    return out


FILES: dict[str, Callable[[], Entries]] = {
    f.__name__: f for f in (search, generate, hints, sample, draws, solve, training, noise, commands)
}


def differences(wanted: Entries, got: Entries) -> Iterator[str]:
    """An entry a line: what it was and what it is."""
    for name in sorted({*wanted, *got}):
        if wanted.get(name) != got.get(name):
            yield f"{name}:\n    was {wanted.get(name)}\n    is  {got.get(name)}"
