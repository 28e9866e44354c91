"""Shapes of text models: what is refused, and that what weights say is read."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.text.config import TextConfig
from vmdsolve.text.run import TextRun


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"symbols": 0}, r"^symbols is 0; wanted a whole number from 1 to 262,144$"),
        ({"symbols": True}, r"^symbols is True; wanted"),
        ({"length": 10, "block": 4}, r"^a block has 4 cells, which do not divide a window of 10; wanted, say, 2$"),
        ({"length": 8, "block": 16}, r"^a block has 16 cells, which do not divide a window of 8; wanted, say, 8$"),
        ({"width": 30}, r"^width is 30; 4 heads want a multiple of 8$"),
        ({"kind": "autoregressive", "block": 4}, r"^an autoregressive model has neither blocks nor a latent"),
        ({"kind": "autoregressive", "latent": 4}, r"^an autoregressive model has neither blocks nor a latent"),
        ({"classes": 1}, r"^classes is 1; wanted 0 \(a Gaussian latent\) or 2 to 4096$"),
        ({"classes": 8}, r"^classes is 8, which is of a latent, and latent is 0: give its width, such as 4$"),
        ({"prior": "conditional"}, r"^prior is 'conditional', which is of a latent, and latent is 0"),
        ({"latent": 2, "prior": "autoregressive"}, r"^an autoregressive prior goes over groups of classes"),
        (
            {"latent": 2, "given": True},
            r"^given is True, and this prior reads nothing: leave given out, or choose another",
        ),
        ({"latent": 2, "prior": "conditional", "draw": "each_step", "given": True}, r"prior draws z at each step, and"),
        ({"kind": "causal"}, r"^kind is 'causal'; wanted one of masked, autoregressive$"),
        ({"symbols": 2**18, "width": 8192}, r"^a matrix of 2,147,\d+,\d+ weights is wanted; 268,435,456 is the most"),
    ],
)
def test_shapes_that_cannot_be_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelMismatch, match=said):
        TextConfig(**{"symbols": 27, **given})


def test_what_weights_say_is_read_and_nothing_else() -> None:
    config = TextConfig(2**18, length=64, block=16, latent=4, classes=8, prior="conditional", tied=True)
    assert TextConfig.from_json(config.to_json()) == config
    assert TextConfig.from_json('{"symbols": 9}') == TextConfig(9)
    for text in ("", "{}", "[]", '{"symbols": 9, "wings": 2}', '{"symbols": "9"}'):
        with pytest.raises(ModelMismatch):
            TextConfig.from_json(text)


def test_every_choice_has_its_words_and_its_limits() -> None:
    for one in fields(TextConfig)[1:]:
        assert one.metadata["help"].endswith("."), one.name
        assert isinstance(one.default, bool) or one.metadata["among"] or one.metadata["high"], one.name


@pytest.mark.parametrize("told", [{"free_bits": 1.0}, {"latent_kl": 0.5}, {"kl_warmup": 0.5}, {"readers": 2}])
def test_what_is_of_a_latent_is_refused_without_one(told: dict[str, Any]) -> None:
    [(name, value)] = told.items()
    with pytest.raises(InvalidInput, match=rf"^{name} is {value}, which is of a latent, and latent is 0: "):
        TextRun.of({"files": "a.txt", **told})
    assert TextRun.of({"files": "a.txt", "latent": 4, **told}).config.latent == 4
