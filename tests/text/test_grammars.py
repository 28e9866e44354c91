"""Texts of a grammar: every one matches, in any number of steps; the law of a block is that of an enumeration."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from helpers.chi_square import merged_z
from helpers.texts import every_text, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.canvas import Grammar, compile_token_dfa
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Board, Status
from vmdsolve.sampler.keys import latent_keys
from vmdsolve.text.filling import fill_windows, plan_of
from vmdsolve.text.grammars import Standing, grammar_for, lengths_of
from vmdsolve.text.model import TextModel
from vmdsolve.text.sampling import complete, sample
from vmdsolve.text.vocabulary import Bytes, Characters, Integers

AB, ABC = Characters("ab"), Characters("abc")
CODES: dict[str, Any] = {"latent": 2, "classes": 2}
SHAPES: list[dict[str, Any]] = [{}, {"block": 2}, {"kind": "autoregressive"}, CODES, {**CODES, "block": 2}]
PATTERN = "(ab|b)*a?"  # no two a in a row: the cells hang on each other


def keys(n: int) -> Any:
    return latent_keys(np.arange(n, dtype=np.uint64), 0)


def legal(pattern: str, V: int, L: int) -> np.ndarray:
    """Which of all texts match, by Python's own matcher."""
    return np.array([re.fullmatch(pattern, "".join("abc"[v] for v in row)) is not None for row in every_text(V, L)])


@torch.no_grad()
def law_within(model: TextModel, good: np.ndarray, shares: tuple[int, ...] | None = None) -> np.ndarray:
    """Chances of all texts by listing them: a step commits cells of one draw from all rows of its block that can end
    well, each as likely as the product of its open cells' chances."""
    config = model.config
    V, L = config.symbols, config.length
    x0 = torch.from_numpy(every_text(V, L))
    cells = 1 if config.kind == "autoregressive" else config.cells
    shares, p, cache = shares or (1,) * cells, np.ones(len(x0)), None
    for begin in range(0, L, cells):
        rows, number = every_text(V, cells), np.arange(len(x0))
        before, which = number // V ** (L - begin), number // V ** (L - begin - cells) % V**cells
        alive = np.zeros((V**begin, V**cells), bool)  # by what stands before, which block can be finished
        np.logical_or.at(alive, (before, which), good)
        block = x0[:, begin : begin + cells]
        orders = list(itertools.permutations(range(cells)))
        codes = list(itertools.product(np.eye(config.classes), repeat=config.latent)) if config.latent else [None]
        chance = np.zeros(len(x0))
        for code, order in itertools.product(codes, orders):
            z = None
            if code is not None:
                z = torch.from_numpy(np.array(code, np.float32)).reshape(1, 1, -1).expand(len(x0), -1, -1)
            x, at, now_p = torch.full_like(block, model.mask_id), 0, np.ones(len(x0))
            for share in shares:
                now, at = list(order[at : at + share]), at + share
                log_p = model.logits(x, z, cache).double().log_softmax(-1).numpy()
                weight = np.ones((len(x0), len(rows)))
                for cell in range(cells):
                    held = (x[:, cell] != model.mask_id).numpy()
                    each = np.exp(log_p[:, cell][:, rows[:, cell]])
                    same = x[:, cell].numpy()[:, None] == rows[:, cell][None]
                    weight *= np.where(held[:, None], same, each)
                weight *= alive[before]
                match = np.all(block.numpy()[:, None, now] == rows[None][:, :, now], axis=2)
                total = weight.sum(1)
                now_p *= np.divide((weight * match).sum(1), total, out=np.zeros(len(x0)), where=total > 0)
                x = x.clone()
                x[:, now] = block[:, now]
            chance += now_p / (len(orders) * len(codes))
        p *= chance
        cache = model.read(block, cache)
    return p


def counts(values: Board, V: int) -> list[int]:
    L = values.shape[1]
    return np.bincount(values @ V ** np.arange(L)[::-1], minlength=V**L).tolist()


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("shares", [None, (2, 2), (4,)], ids=str)
def test_texts_follow_the_law_of_an_enumeration(shape: dict[str, Any], shares: tuple[int, ...] | None) -> None:
    if shares is not None and (shape.get("block") or shape.get("kind")):
        pytest.skip("a block of two cells, or of one, has no such steps")
    model, good, n = tiny(seed=3, **shape), legal(PATTERN, 2, 4), 8000
    windows, grammar = np.full((n, 4), OPEN, np.int32), grammar_for(AB, regex=PATTERN)
    plan = plan_of(model.config, steps=None if shares is None else len(shares))
    found = fill_windows(model, windows, plan, keys=keys(n), grammar=grammar, tile=2000).values
    law, seen = law_within(model, good, shares), np.array(counts(found, 2))
    assert law.sum() == pytest.approx(1)
    assert seen[~good].sum() == 0
    assert merged_z(seen[good].tolist(), law[good].tolist()) < 4
    wrong = law[good] ** 1.3 / (law[good] ** 1.3).sum()  # the test would see another temperature
    assert merged_z(seen[good].tolist(), wrong.tolist()) > 4


@pytest.mark.parametrize("shape", [*SHAPES, {"block": 4, "latent": 3, "draw": "each_step"}], ids=str)
def test_every_text_matches(shape: dict[str, Any]) -> None:
    how = {} if shape.get("kind") else {"steps": 4, "remask": "least"}
    for one in sample(tiny(V=3, L=8, **shape), ABC, 6, regex="(ab)*c?|a.b.*", length=7, **how):
        assert re.fullmatch("(ab)*c?|a.b.*", one.text)
        assert len(one.text) == 7


@pytest.mark.slow
@settings(deadline=None)
@given(
    shape=st.sampled_from([*SHAPES, {"block": 4, "latent": 3, "draw": "each_step"}]),
    pattern=st.sampled_from(["(ab)*c?", "a*b{2}(c|ab)*", "[ab]*c[ab]*", "((a|b)c)*a?", "a.b.*|c+"]),
    temperature=st.sampled_from([0.0, 0.5, 1.0]),
    order=st.sampled_from(["random", "margin", "top_prob", "entropy"]),
    remask=st.sampled_from(["none", "least"]),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_every_text_matches_whatever_the_steps(
    shape: dict[str, Any], pattern: str, temperature: float, order: str, remask: str, seed: int, data: st.DataObject
) -> None:
    model, how = tiny(V=3, L=8, seed=seed % 3, **shape), {"temperature": temperature, "order": order}
    if not shape.get("kind"):
        how |= {"steps": data.draw(st.integers(8 // (shape.get("block") or 8), 16)), "remask": remask}
    for one in sample(model, ABC, 3, regex=pattern, seed=seed, **how):
        assert re.fullmatch(pattern, one.text), (one.text, pattern)
    long = [n for n in lengths_of(grammar_for(ABC, regex=pattern), [], 8) if n > 4]
    for one in sample(model, ABC, 2, regex=pattern, seed=seed, length=max(long), **how):
        assert re.fullmatch(pattern, one.text)
        assert len(one.text) == max(long)


@given(
    text=st.text("abc.", min_size=1, max_size=8).filter(lambda text: "." in text),
    pattern=st.sampled_from(["(ab)*c?", "[ab]*c[ab]*", "((a|b)c)*a?"]),
    block=st.sampled_from([0, 2, 4]),
)
def test_what_is_given_stays_and_what_cannot_be_is_proved(text: str, pattern: str, block: int) -> None:
    model = tiny(V=3, L=8, block=block)
    [one] = complete(model, ABC, [text], regex=pattern, order="margin", temperature=0)
    there = [v for v in itertools.product("abc", repeat=text.count(".")) if re.fullmatch(pattern, _put(text, v))]
    assert one.status is (Status.UNCHECKED if there else Status.UNSATISFIABLE)
    if there:
        assert re.fullmatch(pattern, one.text)
        assert all(a in ("." + b) for a, b in zip(text, one.text, strict=True))
    else:
        assert "text 1: no text of" in one.reason


def _put(text: str, letters: Sequence[str]) -> str:
    left = iter(letters)
    return "".join(next(left) if c == "." else c for c in text)


def test_the_most_probable_text_is_that_of_an_enumeration() -> None:
    model, good = tiny(V=2, L=6, seed=5), legal(PATTERN, 2, 6)
    with torch.no_grad():
        log_p = model.logits(torch.full((1, 6), 2)).double().log_softmax(-1)[0].numpy()
    texts = every_text(2, 6)[good]
    best = texts[np.argmax(log_p[np.arange(6), texts].sum(1))]
    [one] = sample(model, AB, 1, regex=PATTERN, length=6, steps=1, temperature=0)
    assert one.text == "".join("ab"[v] for v in best)


def test_a_text_is_a_function_of_its_own_choices() -> None:
    model = tiny(V=3, L=8, block=4, latent=2)
    many = [one.text for one in sample(model, ABC, 9, regex="a*b?c{1,3}", seed=7)]
    assert [one.text for one in sample(model, ABC, 4, regex="a*b?c{1,3}", seed=7)] == many[:4]
    assert [one.text for one in sample(model, ABC, 9, regex="a*b?c{1,3}", seed=8)] != many
    filled = [one.text for one in complete(model, ABC, ["a..", "...c", "..c"], regex="a*b?c{1,3}", temperature=1)]
    assert [one.text for one in complete(model, ABC, ["..c"], regex="a*b?c{1,3}", temperature=1)] == filled[2:]


def test_lengths_are_those_that_texts_have_and_each_is_as_likely() -> None:
    grammar = grammar_for(ABC, regex="a{2}(bc)*")
    assert grammar is not None
    assert lengths_of(grammar, [], 9) == [2, 4, 6, 8]
    assert lengths_of(grammar, [0, OPEN, OPEN], 9) == [4, 6, 8]
    drawn = [len(one.text) for one in sample(tiny(V=3, L=8), ABC, 400, regex="a{2}(bc)*", steps=1)]
    assert merged_z([drawn.count(n) for n in (2, 4, 6, 8)], [0.25] * 4) < 4


def test_bytes_and_json_and_choices() -> None:
    model = tiny(V=256, L=24)
    schema = {
        "type": "object",
        "properties": {"é": {"type": "integer", "minimum": 0, "maximum": 99}},
        "required": ["é"],
    }
    for one in sample(model, Bytes(), 3, json_schema=schema, steps=4):
        assert 0 <= json.loads(one.text)["é"] <= 99
    assert {one.text for one in sample(model, Bytes(), 20, choice=["yes", "no"], steps=2)} == {"yes", "no"}
    assert [one.text for one in sample(model, Bytes(), 1, json_schema='{"const": "a b"}')] == ['"a b"']


def test_tokens_of_a_tokenizer_are_joined_by_bytes() -> None:
    pytest.importorskip("tokenizers")
    from vmdsolve.text.tokenizer import Tokenizer

    words = Tokenizer.train(["to be or not to be, that is the question"] * 9, 300)
    model = tiny(V=words.size, L=16, block=4)
    for one in sample(model, words, 6, given="to", regex=r"to( be| or| not| to)+\?", steps=8):
        assert re.fullmatch(r"to( be| or| not| to)+\?", one.text)


def test_a_grammar_of_tokens_with_weights_is_followed_too() -> None:
    weight = np.log([[1, 3], [9, 1]])  # after b comes a nine times as likely
    grammar = compile_token_dfa([[0, 1], [0, 1]], [0, 1], weight=weight)
    flat, n = tiny(V=2, L=2), 6000
    with torch.no_grad():
        flat.embedding.weight.zero_()
        flat.bias.zero_()
    plan = plan_of(flat.config, steps=1)
    found = fill_windows(flat, np.full((n, 2), OPEN, np.int32), plan, keys=keys(n), grammar=grammar, tile=1000).values
    assert merged_z(counts(found, 2), (np.array([1, 3, 27, 3]) / 34).tolist()) < 4


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"regex": "a", "choice": ["a"]}, "regex and choice are given; wanted one of"),
        ({"regex": "(?=a)b"}, "look"),
        ({"regex": "[ab]{3}", "length": 4}, "no text of 4 tokens .* those that do have 3; give such a length"),
        ({"regex": "a{9}"}, "no text of up to 8 tokens .* nothing that the model may write does"),
        ({"regex": "a{2}|a{4,}", "given": "bb"}, "nothing that the model may write does"),
        ({"choice": []}, "choices are"),
        ({"json_schema": {"type": "no such"}}, "no such"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused_at_the_call(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        sample(tiny(V=3, L=8), ABC, 1, **asked)


def test_numbers_and_other_vocabularies_have_no_such_grammars() -> None:
    with pytest.raises(InvalidInput, match="integers, which write no text"):
        sample(tiny(V=3, L=8), Integers(3), 1, regex="1")
    grammar = grammar_for(ABC, regex="a*")
    window = np.full((1, 4), OPEN, np.int32)
    with pytest.raises(InvalidInput, match="the grammar is of 3 tokens; the model has 2 symbols"):
        fill_windows(tiny(), window, plan_of(tiny().config), keys=keys(1), grammar=grammar)


def test_a_grammar_that_is_too_large_for_its_cells_is_refused() -> None:
    states = 9000
    chain = Grammar(
        token_class=np.array([1], np.int32), set_first=np.array([0, 1], np.int32), set_class=np.array([1], np.int32),
        edge_first=np.arange(states + 1, dtype=np.int32), edge_next=(np.arange(states, dtype=np.int32) + 1) % states,
        edge_set=np.zeros(states, np.int32), edge_weight=None, accepting=np.ones(states, np.bool_),
        least=np.zeros(states, np.int32), start=0, end=-1,
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="9,000 states is too large for 20,000 cells at once"):
        Standing(chain, np.full((1, 20_000), OPEN, np.int32), 20_000)
