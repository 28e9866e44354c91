"""Configs: what they refuse, what they read, and what a person is told of them."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace

import numpy as np
import pytest

from vmdsolve import kernels
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.model.config import PRIORS, ModelConfig, Sampling
from vmdsolve.model.latents import KINDS
from vmdsolve.model.latents.prior import PRIORS as CODED
from vmdsolve.sampler import Plan
from vmdsolve.train import Recipe
from vmdsolve.train.keys import RECIPE, SAMPLING, SHAPE

PAIR = ModelConfig("pair", ("pair",))


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ({"width": 0}, "width is 0; wanted a whole number from 1 to 4,096"),
        ({"width": 8.5}, "width is 8.5; wanted a whole number"),
        ({"width": 8.0}, "width is 8.0; wanted a whole number"),
        ({"width": True}, "width is True; wanted a whole number"),
        ({"width": None}, "width is None; wanted a whole number"),
        ({"latent": -1}, "latent is -1"),
        ({"classes": "3"}, "classes is '3'; wanted a whole number"),
        ({"prior": "flat"}, "prior is 'flat'; wanted one of standard, "),
        ({"prior": ["cells"]}, r"prior is \['cells'\]"),
        ({"mixer": 3}, "mixer is 3"),
        ({"positions": 3}, "positions is 3; wanted two whole numbers"),
        ({"positions": (4.0, 4)}, "wanted two whole numbers"),
        ({"positions": (1, 2, 3)}, "wanted two whole numbers"),
        ({"positions": (-1, 4)}, "wanted two whole numbers"),
        ({"relations": "row"}, "relations is 'row'; wanted a list of names"),
        ({"relations": None}, "relations is None"),
        ({"relations": [1]}, r"relations is \[1\]"),
        ({"relations": ["a", "a"]}, "2 relations; wanted up to 1,024 different names"),
        ({"relations": [str(i) for i in range(2000)]}, "2,000 relations; wanted up to 1,024"),
        ({"domain": 3}, "domain is 3; wanted its name"),
        ({"symbols": 4}, "symbols is 4; wanted 1 to 64 for attention, 0 for messages"),
        ({"mixer": "attention", "symbols": 65}, "symbols is 65"),
        ({"mixer": "attention", "symbols": True}, "symbols is True"),
        ({"sampling": {}}, "sampling is {}"),
        ({"latent": 4096, "classes": 4096, "width": 4096, "hidden": 4096}, "206,158,430,208 weights is wanted"),
        ({"message": 4096, "hidden": 4096, "relations": [str(i) for i in range(1000)]}, "weights is wanted"),
        ({"width": 4096, "positions": (65_536, 64)}, "weights is wanted"),
    ],
)  # fmt: skip
def test_absurd_shapes_are_refused_in_a_sentence(shape: dict[str, object], text: str) -> None:
    with pytest.raises(ModelMismatch, match=text):
        replace(PAIR, **shape)


@pytest.mark.parametrize(
    ("sampling", "text"),
    [
        ({"draw": "twice"}, "draw is 'twice'; wanted one of once, each_step"),
        ({"steps": 0}, "steps is 0"),
        ({"steps": 2.5}, "steps is 2.5"),
        ({"order": "bogus"}, "order is 'bogus'; wanted one of"),
        ({"remask": "all"}, "remask is 'all'"),
        ({"rate": 0}, "rate is 0"),
        ({"rate": float("nan")}, "rate is nan"),
        ({"blocks": -1}, "blocks is -1"),
    ],
)
def test_absurd_sampling_is_refused(sampling: dict[str, object], text: str) -> None:
    with pytest.raises(ModelMismatch, match=text):
        Sampling(**sampling)


def test_a_config_is_read_as_it_was_written_and_numbers_of_numpy_are_numbers() -> None:
    config = replace(PAIR, latent=np.int64(3), sampling=Sampling("each_step", 2, 9, "entropy", "least", 0.5))
    assert type(config.latent) is int
    assert ModelConfig.from_json(config.to_json()) == config
    assert config.same_weights(replace(config, loops=3, sampling=Sampling()))
    assert not config.same_weights(replace(config, width=3))
    bare, noisy = replace(config, latent=0), replace(config, latent=1, prior="states", noise=(1.0, 0.0))
    assert bare.same_weights(noisy)  # noise has no weights
    assert noisy.same_weights(bare)
    assert not bare.same_weights(config)
    assert not noisy.same_weights(config)
    assert not config.same_weights(noisy)


def test_configs_of_earlier_versions_have_the_defaults() -> None:
    old = asdict(PAIR)
    del old["sampling"], old["symbols"]
    assert ModelConfig.from_json(json.dumps(old)) == PAIR
    assert PAIR.sampling == Sampling(draw="once", blocks=1, steps=16, order="margin", remask="none")
    attention = replace(PAIR, mixer="attention", positions=(2, 10))
    assert attention.symbols == 10


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "3", '"x"', "{", "{}", '{"domain": "d"}', "[" * 100_000, '{"domain": "d", "relations": {}}',
     '{"domain": "d", "relations": [], "sampling": 3}', '{"domain": "d", "relations": [], "sampling": {"magic": 1}}',
     '{"domain": "d", "relations": [], "width": ' + "9" * 5000 + "}",
     '{"domain": "d", "relations": [], "width": 1e999}'],
)  # fmt: skip
def test_what_is_no_config_is_refused_as_such(text: str) -> None:
    with pytest.raises(ModelMismatch):
        ModelConfig.from_json(text)


def test_a_plan_starts_from_the_model_and_an_option_overrides() -> None:
    made = replace(PAIR, sampling=Sampling("each_step", 2, 9, "entropy", "least", 0.5))
    assert Plan.of(made) == Plan(steps=9, order="entropy", each_step=True, blocks=2, remask="least", rate=0.5)
    assert Plan.of(made, steps=4, order=None, legal=False) == replace(Plan.of(made), steps=4, legal=False)
    assert Plan.of(PAIR) == Plan()
    with pytest.raises(InvalidInput, match="blocks is 2; wanted 1 to the number of steps, 1"):
        Plan.of(made, steps=1)


def test_every_prior_has_a_latent_and_every_order_a_place_in_a_config() -> None:
    assert set(KINDS) == set(PRIORS)
    assert set(CODED) == {name for name in PRIORS if name not in ("cells", "states")}
    for order in (*kernels.ORDERS, *kernels.ALIASES):
        assert Sampling(order=order).order == order


def test_every_field_is_an_option_of_train_or_comes_from_elsewhere() -> None:
    """Loops and givens are read from text, positions are a switch, the others follow from the domain or the recipe."""
    assert {one.name for one in fields(Recipe)} - set(RECIPE) == {"loops", "givens"}
    assert {one.name for one in fields(ModelConfig)} - set(SHAPE) == {
        "domain", "relations", "loops", "positions", "symbols", "sampling", "noise",
    }  # fmt: skip
    assert {one.name for one in fields(Sampling)} - {one.name for one in SAMPLING.values()} == {"draw", "blocks"}
    assert ModelConfig.of(get("sudoku-4x4"), mixer="attention").symbols == 4
