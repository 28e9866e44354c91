"""Native sums over large vocabularies: every path and type of logits, classes that stream, classes that are picked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.grammars import ints

from vmdsolve import _native
from vmdsolve.canvas import reference
from vmdsolve.canvas.grammar import Grammar
from vmdsolve.canvas.law import Posterior, native, posterior
from vmdsolve.errors import InvalidInput

V = 5003  # no multiple of 16


def with_classes(token_class: Any) -> Grammar:
    """One state that any live class leads back to."""
    C = int(np.max(token_class)) + 1
    return Grammar(
        token_class=ints(token_class), set_first=ints([0, C - 1]), set_class=ints(range(1, C)), edge_first=ints([0, 1]),
        edge_next=ints([0]), edge_set=ints([0]), edge_weight=None, accepting=np.array([True]), least=ints([0]), start=0,
        end=-1,
    )  # fmt: skip


def mixed(rng: np.random.Generator, large: int, small: int) -> Grammar:
    """`large` classes share most of the vocabulary, `small` the rest, and some tokens are dead."""
    draw = rng.random(V)
    classes = np.where(draw < 0.8, 1 + rng.integers(0, large, V), 1 + large + rng.integers(0, small, V))
    return with_classes(np.where(draw > 0.97, 0, classes))


def bfloat16(logits: Any) -> Any:
    """The bits of the nearest below, and their values."""
    bits = (logits.view(np.uint32) >> 16).astype(np.uint16)
    return bits, (bits.astype(np.uint32) << 16).view(np.float32)


@pytest.mark.parametrize("large", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("scale", [1.0, 8.0, 3000.0])
def test_sums_and_bests_are_those_of_the_reference_on_every_path(large: int, scale: float) -> None:
    rng = np.random.default_rng(large)
    grammar = mixed(rng, large, 40)
    logits = (scale * rng.standard_normal((6, V))).astype(np.float32)
    logits[rng.random(logits.shape) < 0.05] = -np.inf
    logits[1, grammar.token_class == 1] -= 300  # a class so far below that a single sum beside the best loses it
    logits[2, grammar.token_class == 2] = -np.inf
    logits[3, :2048] = -np.inf
    logits[4, 3000:] += 200  # the row rises far above its first tokens
    held = ints([-1, -1, -1, -1, -1, 17])
    for values, numbers in ((logits, logits), bfloat16(logits)):
        for sums in (True, False):
            exact = reference.numbers(grammar, numbers, held, 0.7, sums)
            found = [
                native(grammar).numbers(values, held, 0.7, sums, 1 + path, path)
                for path in range(_native.canvas_paths())
            ]
            for one in found:
                np.testing.assert_array_equal(one, found[0])
            y = np.abs(np.where(np.isfinite(numbers), numbers, 0)).max(axis=1, keepdims=True) / 0.7
            tolerance = (2e-6 + 2e-7 * y) * np.ones_like(exact) if sums else np.zeros_like(exact)  # y is float32
            finite = np.isfinite(exact)
            np.testing.assert_array_equal(np.isfinite(found[0]), finite)
            assert (np.abs(found[0][finite] - exact[finite]) <= tolerance[finite]).all()


def test_marginals_and_entropies_of_a_large_vocabulary_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    for grammar in (mixed(rng, 3, 30), with_classes(np.where(rng.random(V) < 0.98, 0, 1 + rng.integers(0, 5, V)))):
        logits = (3 * rng.standard_normal((4, V))).astype(np.float32)
        logits[:, grammar.token_class == 0] = np.nan  # nobody looks at dead tokens
        if grammar.token_class.astype(bool).mean() > 0.5:
            logits = np.nan_to_num(logits, nan=50)
        found = posterior(grammar, logits, held=[-1, -1, int(np.argmax(grammar.token_class)), -1], temperature=1.3)
        marginals = found.log_marginals()
        p = np.exp(marginals.astype(np.float64))
        np.testing.assert_allclose(p.sum(axis=1), 1, atol=2e-6)
        assert (p[:, grammar.token_class == 0] == 0).all()
        np.testing.assert_allclose(
            found.entropy, -(p * np.where(p > 0, marginals, 0)).sum(axis=1), rtol=1e-5, atol=1e-6
        )
        into = np.zeros_like(logits)
        assert found.log_marginals(into, floor=-1e4) is into
        assert into.min() == -1e4
        live = p > 0
        np.testing.assert_array_equal(into[live], marginals[live])


def test_marginals_may_be_written_over_the_logits() -> None:
    rng = np.random.default_rng(8)
    few = with_classes(np.where(rng.random(V) < 0.98, 0, 1 + rng.integers(0, 5, V)))
    for grammar in (few, *(mixed(rng, 3, small) for small in (5, 100, 400))):  # offsets at hand, and beyond
        logits = (3 * rng.standard_normal((3, V))).astype(np.float32)
        apart = posterior(grammar, logits).log_marginals()
        exact = posterior(grammar, logits, backend="reference").log_marginals()
        np.testing.assert_allclose(apart, exact, atol=1e-5)
        law = posterior(grammar, logits)
        np.testing.assert_array_equal(law.log_marginals(logits), apart)


def test_draws_within_a_large_class_are_those_of_the_reference() -> None:
    rng = np.random.default_rng(4)
    grammar = mixed(rng, 2, 5)
    logits = (3 * rng.standard_normal((12, V))).astype(np.float32)
    ours, theirs = posterior(grammar, logits), posterior(grammar, logits, backend="reference")
    theirs._sums = ours._sums
    for step in range(3):
        np.testing.assert_array_equal(ours.draw(9, step=step), theirs.draw(9, step=step))
    np.testing.assert_array_equal(ours.argmax(), theirs.argmax())


def test_bfloat16_tensors_are_read_as_they_are() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(5)
    grammar = mixed(rng, 3, 20)
    logits = torch.from_numpy(rng.standard_normal((2, 3, V)).astype(np.float32)).bfloat16()
    ours, same = posterior(grammar, logits), posterior(grammar, logits.float())
    np.testing.assert_array_equal(ours.log_z, same.log_z)
    np.testing.assert_array_equal(ours.draw(1), same.draw(1))
    np.testing.assert_array_equal(ours.log_marginals(), same.log_marginals())


@pytest.mark.parametrize(
    "bits", [0x7F800000, 0x7FC00000, 0x7FC00001, 0x7F800123, 0xFFFFFFFF]
)  # +inf, and NaN of four kinds
def test_logits_of_live_tokens_that_are_no_numbers_are_named(bits: int) -> None:
    value = np.uint32(bits).view(np.float32)
    rng = np.random.default_rng(6)
    grammar = mixed(rng, 3, 20)
    for token in (int(np.argmax(grammar.token_class == 2)), V - 1 - int(np.argmax(grammar.token_class[::-1] > 0))):
        for rows in (1, 2, 3, 19):  # alone, of few side by side, and of a second lot
            logits = rng.standard_normal((rows, V)).astype(np.float32)
            logits.view(np.uint32)[rows - 1, token] = bits
            for asked in (Posterior.draw, Posterior.argmax):
                with pytest.raises(InvalidInput, match=rf"logits\[{rows - 1}, {token}\] is {value}"):
                    asked(posterior(grammar, logits))


def test_logits_of_dead_tokens_may_be_anything() -> None:
    rng = np.random.default_rng(7)
    grammar = mixed(rng, 3, 20)
    logits = rng.standard_normal((3, V)).astype(np.float32)
    dirty = np.where(grammar.token_class == 0, rng.choice(np.float32([np.nan, np.inf, -np.inf, 1e38]), V), logits)
    clean, same = posterior(grammar, logits), posterior(grammar, dirty)
    np.testing.assert_array_equal(same.log_z, clean.log_z)
    np.testing.assert_array_equal(same.draw(3), clean.draw(3))
    np.testing.assert_array_equal(same.argmax(), clean.argmax())
    np.testing.assert_array_equal(same.log_marginals(), clean.log_marginals())


def test_a_row_has_the_same_sums_whatever_stands_beside_it() -> None:
    rng = np.random.default_rng(9)
    grammar = mixed(rng, 3, 40)
    logits = (5 * rng.standard_normal((23, V))).astype(np.float32)
    logits[7, 2000:] += 300  # a row that is read again, beside others that are not
    held = np.where(rng.random(23) < 0.2, 17, -1).astype(np.int32)
    of = native(grammar)
    for sums in (True, False):
        whole = of.numbers(logits, held, 0.9, sums, 1)
        assert whole is not None
        for n in (1, 2, 4, 5, 8, 9, 17):
            for threads in (1, 3):
                parts = [of.numbers(logits[i : i + n], held[i : i + n], 0.9, sums, threads) for i in range(0, 23, n)]
                np.testing.assert_array_equal(np.concatenate(parts), whole)
        apart = np.zeros((23, V + 3), np.float32)  # rows that begin anywhere in memory
        for shift in range(4):
            apart.reshape(-1)[shift : shift + logits.size] = logits.reshape(-1)
            shifted = apart.reshape(-1)[shift : shift + logits.size].reshape(logits.shape)
            np.testing.assert_array_equal(of.numbers(shifted, held, 0.9, sums, 1), whole)


def test_logits_beyond_float32_ask_for_another_temperature() -> None:
    grammar = mixed(np.random.default_rng(6), 3, 20)
    with pytest.raises(InvalidInput, match="raise the temperature"):
        posterior(grammar, np.full((1, V), 1e38, np.float32), temperature=1e-6).draw()


def test_arrays_that_are_no_grammar_are_refused_by_name() -> None:
    good: list[Any] = [ints([0, 1]), ints([0, 1]), ints([1]), ints([0, 1]), ints([0]), ints([0]), None, ints([0])]
    _native.CanvasGrammar(*good)
    for place, wrong, message in (
        (0, ints([]), "token_class"),
        (0, ints([-1, 1]), "token_class"),
        (1, ints([0, 2]), "set_first"),
        (2, ints([0]), "set_class"),
        (2, ints([7]), "set_class"),
        (3, ints([1, 1]), "edge_first"),
        (4, ints([1]), "edge_next"),
        (5, ints([1]), "edge_set"),
        (6, np.array([np.nan], np.float32), "edge_weight"),
        (7, ints([0, 0]), "least"),
    ):
        if place == 2 and wrong[0] == 7:  # a class without tokens is one, too
            _native.CanvasGrammar(*good[:2], wrong, *good[3:])
            continue
        with pytest.raises(ValueError, match=message):
            _native.CanvasGrammar(*good[:place], wrong, *good[place + 1 :])
