"""Small grammars over tokens made by hand or by chance, and their texts by trying all."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from vmdsolve.canvas.compile import compile_regex
from vmdsolve.canvas.grammar import Grammar
from vmdsolve.canvas.vocabulary import Vocabulary


def of_table(
    step: Any, accepting: Any, *, start: int = 0, eos: int | None = None,
    weights: dict[tuple[int, int], float] | None = None,
) -> Grammar:  # fmt: skip
    """A grammar from next states [Q, V], -1 = dead. Tokens with equal columns are one class; one edge a state and next.

    `eos` closes a text from accepting states, and stands for itself after that. weights: ln weight of (state, next).
    """
    step = np.asarray(step)
    Q, V = step.shape
    accepting = np.asarray(accepting, bool)
    end = -1
    if eos is not None:
        end = Q
        step = np.vstack([step, np.full(V, -1)])
        step[:, eos] = np.where(np.append(accepting, True), Q, -1)
        accepting, Q = np.append(accepting, True), Q + 1
    columns = {(-1,) * Q: 0}
    token_class = [columns.setdefault(tuple(column), len(columns)) for column in step.T.tolist()]
    sets: dict[tuple[int, ...], int] = {}
    first, following, by, weight = [0], [], [], []
    for q in range(Q):
        for to in sorted(set(step[q].tolist()) - {-1}):
            classes = tuple(sorted({token_class[t] for t in np.flatnonzero(step[q] == to).tolist()}))
            following.append(to)
            by.append(sets.setdefault(classes, len(sets)))
            weight.append((weights or {}).get((q, to), 0.0))
        first.append(len(following))
    least = np.where(accepting, 0, 1 << 20)
    for _ in range(Q):
        for q in range(Q):
            for to in following[first[q] : first[q + 1]]:
                least[q] = min(least[q], least[to] + 1)
    flat = [c for classes in sets for c in classes]
    return Grammar(
        token_class=ints(token_class),
        set_first=ints(np.cumsum([0, *map(len, sets)])),
        set_class=ints(flat),
        edge_first=ints(first),
        edge_next=ints(following),
        edge_set=ints(by),
        edge_weight=np.array(weight, np.float32) if weights is not None else None,
        accepting=accepting,
        least=ints(least),
        start=start,
        end=end,
        eos=() if eos is None else (eos,),
        pad=() if eos is None else (eos,),
    )


def ints(numbers: Any) -> Any:
    return np.ascontiguousarray(numbers, np.int32)


def by_chance(rng: np.random.Generator, Q: int, V: int, *, weights: bool = False, closed: bool = True) -> Grammar:
    """Any automaton of Q states over V tokens, the last of which closes if `closed`; most transitions are dead."""
    step = rng.integers(0, Q, (Q, V))
    step[rng.random((Q, V)) < 0.5] = -1
    step[:, V // 2] = step[:, 0]  # a class of two tokens at least
    pairs = {(q, to): float(rng.normal()) for q in range(Q + 1) for to in range(Q + 1)}
    return of_table(
        step, rng.random(Q) < 0.4, start=int(rng.integers(Q)), eos=V - 1 if closed else None,
        weights=pairs if weights else None,
    )  # fmt: skip


def word(text: str, V: int, eos: int) -> Grammar:
    """The one text whose tokens are the numbers of its letters, a = 0."""
    step = np.full((len(text) + 1, V), -1)
    for i, letter in enumerate(text):
        step[i, ord(letter) - 97] = i + 1
    return of_table(step, [i == len(text) for i in range(len(text) + 1)], eos=eos)


def law(
    grammar: Grammar, logits: Any, *, held: Sequence[int] | None = None, state: int | None = None, left: int = 0,
    temperature: float = 1.0,
) -> dict[tuple[int, ...], float]:  # fmt: skip
    """ln weight of every row of tokens that fits, by trying all; logits [L, V] as float64."""
    logits = np.asarray(logits, np.float64) / temperature
    L, V = logits.shape
    out = {}
    for row in itertools.product(*([range(V)] * L)):
        if held is not None and any(h >= 0 and h != t for h, t in zip(held, row, strict=True)):
            continue
        q, score = grammar.start if state is None else state, 0.0
        for i, token in enumerate(row):
            edge = edge_of(grammar, q, token)
            if edge < 0:
                break
            score += 0.0 if held is not None and held[i] >= 0 else float(logits[i, token])
            score += 0.0 if grammar.edge_weight is None else float(grammar.edge_weight[edge])
            q = int(grammar.edge_next[edge])
        else:
            if grammar.least[q] <= left and score > -np.inf:
                out[row] = score
    return out


def edge_of(grammar: Grammar, state: int, token: int) -> int:
    for edge in range(grammar.edge_first[state], grammar.edge_first[state + 1]):
        if grammar.token_class[token] in grammar.classes(edge):
            return edge
    return -1


def lists(V: int, eos: int, items: int | None = None) -> Grammar:
    """Texts like "x,x,x": token 4 and one of 5, 6, 7 in turn, a 4 at both ends; `items` fours, if it is given."""
    n = 2 * items if items else 3
    step = np.full((n, V), -1)
    for q in range(n):
        if q % 2 == 0 and q + 1 < n:
            step[q, 4] = q + 1
        elif q % 2 and q + 1 < n:
            step[q, 5:8] = q + 1
    if not items:
        step[2, 4] = 1
    return of_table(step, [q == n - 1 if items else q == 1 for q in range(n)], eos=eos)


def fits(grammar: Grammar, row: Sequence[int]) -> bool:
    """Whether the tokens up to the first EOS are a text of the grammar, by its own steps."""
    row = list(row)
    closed = row[: row.index(grammar.eos[0])] if grammar.eos[0] in row else row
    return grammar.accepts(closed)


def phrases(V: int, eos: int) -> Grammar:
    """Texts like "hello world quick": words that share letters' places and little else, so cells hang on each other."""
    letters = [None] * 4 + [bytes([97 + i]) for i in range(26)] + [b" "]
    words = "(hello|world|chess|jumps|nymph|quick|fight|vodka)"
    return compile_regex(f"{words}( {words})*", Vocabulary.from_bytes(letters, vocab_size=V, eos=eos))
