"""`canvas`: one step of constrained decoding by part, beside reading the logits and their softmax, by grammar."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from typer import Option

from vmdsolve import _native
from vmdsolve.canvas.compile import compile_choice, compile_json_schema, compile_regex
from vmdsolve.canvas.grammar import Grammar
from vmdsolve.canvas.law import native
from vmdsolve.canvas.vocabulary import Vocabulary

from .driver import RESULTS, Row, Run, summary, table

METHOD = (
    "random normal logits of deviation 3, one thread, CPU time of that thread, parts turn by turn after a call that "
    "is not timed. `read` = torch's sum of all logits, `softmax` = torch.softmax of them; sums = sums over classes of"
    " tokens; backward and forward = the passes over edges; write = log-marginals of all tokens; draw = one joint "
    "text; best = the most probable one, bests of classes included. step = sums, backward, forward and write; ns = a "
    "pass, or both, by edges and cells: the aim of 2 ns an edge and cell both ways is read as 2 of each, backward, and "
    "forward with what it comes to around classes; edges alone = both passes over the same automaton, every set of "
    "which is one class of as much weight, so that no classes are added up into sets and back. `masks` = as many masks "
    "of llguidance as that text has tokens, filled left to right, compiling included; they are no masks of an open "
    "canvas."
)
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 40},
        "age": {"type": "integer", "minimum": 0, "maximum": 120},
        "email": {"type": "string"},
        "tags": {"type": "array", "items": {"enum": ["red", "green", "blue"]}, "maxItems": 4},
        "active": {"type": "boolean"},
    },
    "required": ["name", "age", "email"],
}
SHARES = {
    "sums / softmax": "sums_of_softmax",
    "backward, ns": "ns_backward",
    "forward, ns": "ns_forward",
    "both, ns": "ns_an_edge_and_cell",
    "edges alone, ns": "ns_an_edge_alone",
    "step / softmax": "step_of_softmax",
}
PATTERNS = {
    "date": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
    "IPv4": r"((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)",
    "e-mail": r"[a-z0-9._-]+@([a-z0-9-]+\.)+[a-z]{2,}",
    "text of 200 letters": r"[A-Za-z ,.]{1,200}",
}


def grammars(words: Vocabulary) -> dict[str, Callable[[], Grammar]]:
    """What is compiled for each row."""
    cities = [f"{a}{b}{c}" for a in ("New ", "Old ", "Port ", "Saint ", "") for b in ("Ham", "Wood") for c in
              ("ford", "bury", "stead", "ton", "wick")]  # fmt: skip
    found: dict[str, Callable[[], Grammar]] = {
        name: partial(compile_regex, pattern, words) for name, pattern in PATTERNS.items()
    }
    found["choice of 50"] = lambda: compile_choice(cities, words)
    found["JSON, 5 fields"] = lambda: compile_json_schema(SCHEMA, words)
    return found


def vocabulary(path: Path | None) -> tuple[str, Vocabulary]:
    """Named tokens: of a file, or the large vocabulary that mistral-common brings along."""
    if path is None:
        if (common := find_spec("mistral_common")) is None or common.origin is None:
            raise SystemExit("mistral-common is not installed; give --vocabulary, a tekken.json or tokenizer.json")
        path = Path(common.origin).parent / "data" / "tekken_240911.json"
    read = Vocabulary.from_tekken if "tekken" in path.name else Vocabulary.from_huggingface
    return path.name, read(path)


def cpu_turns(calls: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """CPU seconds of this thread, of each call in turn, after one that is not timed."""
    for call in calls.values():
        call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            begun = time.thread_time()
            call()
            taken[name].append(time.thread_time() - begun)
    return taken


def run(
    cells: Annotated[int, Option(min=1, help="L, cells of a canvas.")] = 256,
    repeats: Annotated[int, Option(min=1, help="Timed calls of each part.")] = 7,
    vocabulary_file: Annotated[Path | None, Option("--vocabulary", help="tekken.json or tokenizer.json.")] = None,
    half: Annotated[bool, Option(help="bfloat16 logits.")] = False,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Class sums, passes over edges, marginals, draws of canvases, part by part."""
    torch.set_num_threads(1)
    name, words = vocabulary(vocabulary_file)
    parameters = {"cells": cells, "repeats": repeats, "vocabulary": name, "tokens": words.V, "half": half}
    logits = (3 * np.random.default_rng(0).standard_normal((cells, words.V), np.float32)).astype(np.float32)
    tensor = torch.from_numpy(logits)
    if half:
        tensor = tensor.bfloat16()
        logits = tensor.view(torch.uint16).numpy()
    with Run("canvas", METHOD, parameters, ("llguidance",), out) as this, torch.inference_mode():
        for row in grammars(words).items():
            this.rows.append(measured(*row, words, logits, tensor, repeats))
        print(shown(this.rows, cells))


def measured(
    name: str, make: Callable[[], Grammar], words: Vocabulary, logits: Any, tensor: torch.Tensor, repeats: int
) -> Row:
    """One row."""
    begun = time.thread_time()
    grammar = make()
    compiled = time.thread_time() - begun
    L, held, key = len(logits), np.full(len(logits), -1, np.int32), np.zeros(1, np.uint64)
    of, start, left = native(grammar), np.array([grammar.start], np.int32), np.zeros(1, np.int64)
    sums = of.numbers(logits, held, 1.0, True, 1)
    assert sums is not None, "logits are finite"
    lattice = _native.CanvasLattice(of, sums.reshape(1, L, -1), start, left, 1)
    offset = lattice.offsets(1).reshape(L, -1)
    into = np.zeros(logits.shape, np.float32)
    alone = edges_alone(grammar, sums)
    lattice_alone = alone()

    def draw() -> Any:
        classes = lattice.walk(0, key, 0, 1).reshape(-1)
        return of.tokens(logits, held, 1.0, classes, sums, 0, key, 0, 1)

    def best() -> Any:
        bests = of.numbers(logits, held, 1.0, False, 1)
        assert bests is not None, "logits are finite"
        return of.best(bests.reshape(1, L, -1), start, left, 1)

    calls: dict[str, Callable[[], object]] = {
        "read": tensor.sum,
        "softmax": lambda: torch.softmax(tensor, -1),
        "sums": lambda: of.numbers(logits, held, 1.0, True, 1),
        "backward": lambda: _native.CanvasLattice(of, sums.reshape(1, L, -1), start, left, 1),
        "forward": lambda: lattice.offsets(1),
        "edges_backward": alone,
        "edges_forward": lambda: lattice_alone.offsets(1),
        "write": lambda: of.marginals(logits, held, 1.0, offset, -np.inf, into, False, 1),
        "draw": draw,
        "best": best,
    }
    text = draw()
    assert words.text(text.tolist()) is not None
    assert grammar.accepts([t for t in text.tolist() if t not in grammar.eos]), "the text drawn is one of the grammar"
    if name in PATTERNS and (masks := left_to_right_masks(words, PATTERNS[name], text.tolist())) is not None:
        calls["masks"] = masks
    taken = {part: summary(seconds) for part, seconds in cpu_turns(calls, repeats).items()}
    step = sum(taken[part]["median"] for part in ("sums", "backward", "forward", "write"))
    row: Row = {"grammar": name, "states": grammar.Q, "classes": grammar.C, "edges": grammar.E, "sets": grammar.N}
    row |= {
        "bytes": grammar.nbytes,
        "compiled": compiled,
        **taken,
        "step_of_softmax": step / taken["softmax"]["median"],
    }
    row["sums_of_read"] = taken["sums"]["median"] / taken["read"]["median"]
    row["sums_of_softmax"] = taken["sums"]["median"] / taken["softmax"]["median"]
    row |= by_edge(row, L)
    both = taken["edges_backward"]["median"] + taken["edges_forward"]["median"]
    row["ns_an_edge_alone"] = 1e9 * both / (grammar.E * L)
    return row


def by_edge(row: Row, cells: int) -> Row:
    """Nanoseconds of the passes, an edge and cell."""
    ns = {way: 1e9 * row[way]["median"] / (row["edges"] * cells) for way in ("backward", "forward")}
    return {"ns_backward": ns["backward"], "ns_forward": ns["forward"], "ns_an_edge_and_cell": sum(ns.values())}


def edges_alone(grammar: Grammar, sums: Any) -> Callable[[], Any]:
    """The backward pass over the same automaton, each set of which is a class that weighs as much."""
    N, first = grammar.N, grammar.set_first
    weights = np.full((1, len(sums), N + 1), -np.inf)
    for n in range(N):
        weights[0, :, n + 1] = np.logaddexp.reduce(sums[:, grammar.set_class[first[n] : first[n + 1]]], axis=1)
    of = native(
        replace(
            grammar,
            token_class=(np.arange(grammar.V) % (N + 1)).astype(np.int32),
            set_first=np.arange(N + 1, dtype=np.int32),
            set_class=np.arange(1, N + 1, dtype=np.int32),
        )
    )
    start, left = np.array([grammar.start], np.int32), np.zeros(1, np.int64)
    return lambda: _native.CanvasLattice(of, weights, start, left, 1)


def left_to_right_masks(words: Vocabulary, pattern: str, text: list[int]) -> Callable[[], object] | None:
    """Masks of the same pattern before each token of a text, by llguidance; None where it is not installed."""
    if find_spec("llguidance") is None:
        return None
    import llguidance
    import llguidance.numpy

    class Tokens:
        """What llguidance asks of a tokenizer."""

        def __init__(self) -> None:
            self.eos_token_id, self.bos_token_id = words.eos[0], None
            self.tokens = [token or f"\xff[{i}]".encode("latin-1") for i, token in enumerate(words.tokens)]
            self.special_token_ids = [i for i, token in enumerate(words.tokens) if token is None]

        def __call__(self, text: Any) -> list[int]:
            return list(text if isinstance(text, bytes) else text.encode())

    tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(Tokens()))
    bits = llguidance.numpy.allocate_token_bitmask(1, words.V)
    closed = text[: text.index(words.eos[0])] if words.eos[0] in text else text

    def fill() -> None:
        matcher = llguidance.LLMatcher(tokenizer, llguidance.LLMatcher.grammar_from_regex(pattern))
        for token in closed:
            llguidance.numpy.fill_next_token_bitmask(matcher, bits, 0)
            matcher.consume_token(token)

    return fill


def shown(rows: list[Row], cells: int) -> str:
    """All rows as a table; those of older files lack what the seconds of their passes say."""
    parts = ("read", "softmax", "sums", "backward", "forward", "write", "draw", "best", "masks")
    head = [
        "grammar",
        "states",
        "classes",
        "edges",
        *(f"{part}, ms" for part in parts),
        *SHARES,
    ]

    def ms(row: Row, part: str) -> str:
        return f"{1000 * row[part]['median']:.3g}" if part in row else "-"

    body = []
    for row in (by_edge(row, cells) | row for row in rows):
        sizes = [row["grammar"], row["states"], row["classes"], row["edges"]]
        shares = [f"{row[name]:.2f}" if name in row else "-" for name in SHARES.values()]
        body.append([*sizes, *(ms(row, part) for part in parts), *shares])
    return table(head, body)
