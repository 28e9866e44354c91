"""Models are sampled as their config says they were made for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vmdsolve import sample, solve
from vmdsolve.domains import get
from vmdsolve.model.config import ModelConfig, Sampling
from vmdsolve.model.vmd import VMD

PAIRS = get("chains")


def model_of(sampling: Sampling) -> VMD:
    """The same weights, whatever the sampling; z is heard."""
    shape = {
        "mixer": "attention",
        "positions": (4, 10),
        "width": 16,
        "hidden": 16,
        "loops": 1,
        "latent": 4,
        "classes": 8,
    }
    model = VMD(ModelConfig.of(PAIRS, **shape, sampling=sampling)).eval().requires_grad_(False)
    assert model.denoiser.modulate is not None
    model.denoiser.modulate.weight *= 20
    return model


def drawn(sampling: Sampling) -> list[str | None]:
    options = {"method": "vmd-only", "device": "cpu", "latents": 1, "steps": 4}
    return [one.text for one in sample(PAIRS, 30, model=model_of(sampling), **options)]


@pytest.mark.parametrize("change", [{"draw": "each_step"}, {"blocks": 2}, {"remask": "least", "rate": 0.9}])
def test_a_model_made_for_other_sampling_is_sampled_otherwise(change: dict[str, object]) -> None:
    plain = Sampling(steps=4)
    assert drawn(plain) == drawn(replace(plain, rate=0.7))  # of no effect without re-masking
    assert drawn(replace(plain, **change)) != drawn(plain)


def test_solving_goes_by_the_models_sampling_too() -> None:
    """What is opened again takes more evaluations."""
    four = get("sudoku-4x4")

    def evaluations(sampling: Sampling) -> int:
        model = VMD(ModelConfig.of(four, width=8, latent=0, loops=1, sampling=sampling)).eval()
        return solve("12..34..214343..", model=model, method="vmd-only", device="cpu", latents=1).nfe

    assert evaluations(Sampling(remask="least", rate=0.9)) > evaluations(Sampling())
