"""The global random state of Python, NumPy and torch is the user's: the package neither sets it nor draws from it."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import vmdsolve
from vmdsolve.domains import get
from vmdsolve.model.config import ModelConfig
from vmdsolve.train import Recipe, Trainer

PACKAGE = Path(vmdsolve.__file__).parent
OF_ITS_OWN = {"np.random.default_rng", "np.random.Generator", "np.random.Philox", "np.random.get_state"}
OF_ITS_OWN |= {"random.getstate", "torch.random.fork_rng"}
DRAWS = {f"torch.{name}" for name in ("rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial")}
SEEDS = {"torch.manual_seed", "torch.seed"}
GLOBAL = re.compile(r"((np\.|numpy\.|torch\.)?random\.|torch\.cuda\.(manual_)?seed)\w*")


def touched(node: ast.AST, forked: bool = False) -> Iterator[str]:
    """Calls in a piece of code that set a global state or draw from it.

    Two are no fault: what is inside `with torch.random.fork_rng(...)`, which puts the state back, and the first weights
    of a module, drawn where it is made.
    """
    if isinstance(node, ast.With):
        forked |= any(ast.unparse(item.context_expr).startswith("torch.random.fork_rng(") for item in node.items)
    if isinstance(node, ast.FunctionDef) and node.name == "__init__":
        forked = True
    if isinstance(node, ast.Call) and not forked:
        called = ast.unparse(node.func)
        known = GLOBAL.fullmatch(called) is not None
        drawn = called in DRAWS and not any(keyword.arg == "generator" for keyword in node.keywords)
        if (known and called not in OF_ITS_OWN) or called in SEEDS or drawn:
            yield called
    for child in ast.iter_child_nodes(node):
        yield from touched(child, forked)


def test_no_code_sets_the_global_state_or_draws_from_it() -> None:
    files = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}
    assert len(files) > 80
    found = {str(path.relative_to(PACKAGE)): list(touched(tree)) for path, tree in files.items()}
    assert {path: calls for path, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "code",
    ["np.random.seed(0)", "torch.manual_seed(0)", "np.random.permutation(4)", "random.random()", "torch.rand(2)"],
)
def test_a_touch_is_noticed(code: str) -> None:
    assert len(list(touched(ast.parse(f"def f():\n    return {code}")))) == 1
    fine = "with torch.random.fork_rng(devices=[]):\n    torch.manual_seed(0)\nrng = np.random.default_rng(0)"
    assert list(touched(ast.parse(fine))) == []


def state() -> dict[str, int]:
    """A number that changes with the state, for each library."""
    _, keys, *rest = np.random.get_state()  # noqa: NPY002 - it must not be touched
    known = {"random": random.getstate(), "numpy": (keys.tobytes(), *rest)}
    known["torch"] = torch.get_rng_state().numpy().tobytes()
    return {library: hash(held) for library, held in known.items()}


FOUR = get("sudoku-4x4")
SHAPE = ModelConfig(FOUR.name, FOUR.rules.relations, width=8, message=8, hidden=8, loops=2, latent=2)
CALLS: dict[str, Callable[[], Any]] = {
    "solve": lambda: vmdsolve.solve("1......2..4..3..", method="vmd-only"),
    "solve with the weights for all puzzles": lambda: vmdsolve.solve("." * 25, domain="latin-5", method="vmd-only"),
    "sample": lambda: list(vmdsolve.sample("sudoku-4x4", 2)),
    "generate": lambda: list(vmdsolve.generate("futoshiki", size=4)),
    "train": lambda: Trainer(FOUR, SHAPE, Recipe(steps=2, batch=2, loops=((0.0, 2),), bf16=False)).advance(),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_leaves_the_global_state_as_it_was(name: str) -> None:
    before = state()
    assert CALLS[name]() is not None
    assert state() == before
