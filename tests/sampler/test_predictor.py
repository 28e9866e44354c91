"""A predictor leaves the model that it is given where and as it is."""

from __future__ import annotations

import numpy as np
import torch

from vmdsolve.domains import get
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Predictor

FOUR = get("sudoku-4x4")


def model_of(**shape: object) -> VMD:
    return VMD(ModelConfig.of(FOUR, **{"width": 8, "message": 8, "hidden": 8, "loops": 2, "latent": 2, **shape})).eval()


def test_a_model_is_never_moved_to_another_device() -> None:
    """The device without memory stands for a GPU."""
    model = model_of()
    before = [parameter.data_ptr() for parameter in model.parameters()]
    elsewhere = Predictor(model, FOUR.rules, "meta")
    assert next(elsewhere.model.parameters()).is_meta
    assert [parameter.data_ptr() for parameter in model.parameters()] == before
    assert not any(parameter.is_meta for parameter in model.parameters())
    assert Predictor(model, FOUR.rules).model is model


def test_the_copy_for_a_device_is_made_once_and_again_when_weights_change() -> None:
    model = model_of()
    copies = [Predictor(model, FOUR.rules, "meta").model for _ in range(2)]
    assert copies[0] is copies[1]
    with torch.no_grad():
        model.denoiser.readout.bias.add_(1)
    assert Predictor(model, FOUR.rules, "meta").model is not copies[0]


def test_a_standard_prior_is_drawn_without_the_network_and_classes_are_one_hot() -> None:
    board = np.full((5, 16), -1, np.int32)
    noise = np.random.default_rng(0).standard_normal((5, 6), np.float32)
    gaussian, classes = (Predictor(model_of(**shape), FOUR.rules) for shape in ({"latent": 6}, {"classes": 3}))
    np.testing.assert_array_equal(gaussian.draw(board, noise), noise)
    assert set(classes.draw(board, noise).ravel().tolist()) == {0.0, 1.0}
