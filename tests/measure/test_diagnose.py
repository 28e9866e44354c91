"""Diagnostics against laws that can be written down, and the command that prints them."""

from __future__ import annotations

import json
import logging
import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.commands import run
from torch import Tensor, nn

from vmdsolve import deadline
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch, VmdsolveError
from vmdsolve.measure.information import SHARED
from vmdsolve.measure.latent import Diagnosis, diagnose
from vmdsolve.measure.plots import plot_diagnosis
from vmdsolve.model.batch import Batch
from vmdsolve.model.checkpoint import save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.latents.distributions import Categorical, Distribution, Gaussian
from vmdsolve.model.latents.prior import Prior
from vmdsolve.model.units import Units, units_of
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN, Rules
from vmdsolve.train import Recipe
from vmdsolve.train.stream import Stream

PAIR = get("pair")
LAW = Recipe(data="law", batch=256)
SURE = 30.0  # a logit so large that nothing else counts


class Known(nn.Module):
    """A model of the domain `pair` in closed form: the class is the first digit divided by `lump`, and nothing else.

    Of D = 2 groups of ten classes the second says nothing. lump = 10 says nothing at all. The network knows what a
    class means, and that a class never used means digit 0.
    """

    def __init__(self, lump: int) -> None:
        super().__init__()
        self.config = ModelConfig("pair", ("pair",), latent=2, classes=10)
        self.prior, self.lump = Prior(self.config), lump
        self.weight = nn.Parameter(torch.zeros(1))

    def units(self, rules: Rules) -> Units:
        return units_of(rules, self.config.relations)

    def posterior_of(self, start: Tensor, x0: Tensor, _: Units, *, likeliest: bool) -> Distribution:
        assert (start == OPEN).all()
        assert not likeliest
        even = torch.zeros(len(x0), 10)
        return Categorical(torch.stack([SURE * nn.functional.one_hot(x0[:, 0] // self.lump, 10), even], 1))

    def draw(self, _: Tensor, __: Units, noise: Tensor) -> Tensor:
        """The aggregate posterior, as a learned prior would have it."""
        digit = (noise[:, 0].abs() * 1e4).long() % 10
        first = nn.functional.one_hot(digit // self.lump, 10).float()
        return torch.cat([first, torch.zeros_like(first)], 1)

    def forward(self, _: Tensor, __: Units, z: Tensor, ___: int | None = None) -> Tensor:
        digit = torch.arange(10)
        meant = (digit // self.lump == z[:, :10].argmax(1, keepdim=True)).float()
        return torch.stack([meant, meant.roll(1, 1)], 1).log().clamp(min=-SURE)


def looked(model: Any, recipe: Recipe = LAW, batches: int = 8, **options: Any) -> Diagnosis:
    stream = Stream(PAIR, recipe, model.config.code_width)
    return diagnose(model, PAIR.rules, (stream.batch(step) for step in range(batches)), **options)


@pytest.mark.slow
@pytest.mark.parametrize("lump", [1, 2, 5])
def test_classes_that_say_so_much_are_measured_so_much(lump: int) -> None:
    """10 / lump classes in even use: log(10 / lump) nats, and lump digits are left for each."""
    found, said = looked(Known(lump)), math.log(10 / lump)
    assert (found.boards, found.informed, found.conditional, found.classes) == (2048, 2048, True, 10)
    assert found.kl == pytest.approx((math.log(10), 0), abs=1e-4)
    assert (found.active, found.dead) == (1, False)
    assert found.information == pytest.approx(said, abs=0.02)
    assert found.information_each == pytest.approx((said, 0), abs=0.02)
    assert found.information_limit == pytest.approx(math.log(2048))
    assert found.used == pytest.approx((1 / lump, 0.1))
    assert found.perplexity == pytest.approx((10 / lump, 10), rel=0.02)
    explained = 1 - (1 - 1 / lump) / 0.9  # Var of one of so many digits, one-hot, is 1 - 1 / digits
    assert found.explained == pytest.approx(explained, abs=0.01)
    assert found.explained_cells == pytest.approx((explained,) * 2, abs=0.02)


def test_a_dead_latent_is_called_dead_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "vmdsolve"):
        found = looked(Known(10))
    assert caplog.messages == ["the latent is dead: no dimension of z tells the network anything"]
    assert found.dead
    assert found.active == 1  # it has KL, being always the same class, but no information
    assert found.information == pytest.approx(0, abs=1e-6)
    assert found.explained == pytest.approx(0, abs=1e-6)
    caplog.clear()
    assert not looked(Known(1)).dead
    assert caplog.messages == []


def test_a_few_boards_bound_the_information_that_can_be_seen() -> None:
    few = looked(Known(1), replace(LAW, batch=4), 1)
    assert few.information_limit == pytest.approx(math.log(4))
    assert few.information <= few.information_limit + 1e-9


def test_batches_that_time_does_not_suffice_for_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now, stream = [1000.0], Stream(PAIR, LAW, 20)
    monkeypatch.setattr(deadline, "perf_counter", lambda: now[0])

    def batches() -> Iterator[Batch]:
        for step in range(4):
            now[0] += 10
            yield stream.batch(step)

    model: Any = Known(1)
    assert diagnose(model, PAIR.rules, batches(), seconds=45).boards == 4 * 256
    assert diagnose(model, PAIR.rules, batches(), seconds=25).boards == 2 * 256
    with pytest.raises(TimeoutError, match="not one batch of boards was looked at in 5 s; allow more"):
        diagnose(model, PAIR.rules, batches(), seconds=5)


class Waves(Known):
    """One Gaussian dimension: mean +-gap by the parity of the first digit, deviation 1."""

    def __init__(self, gap: float) -> None:
        super().__init__(1)
        self.config = ModelConfig("pair", ("pair",), latent=1)
        self.prior, self.gap = Prior(self.config), gap

    def posterior_of(self, _: Tensor, x0: Tensor, __: Units, *, likeliest: bool) -> Distribution:
        assert not likeliest
        mean = self.gap * (2.0 * (x0[:, :1] % 2) - 1)
        return Gaussian(mean, torch.zeros_like(mean))

    def draw(self, _: Tensor, __: Units, noise: Tensor) -> Tensor:
        return noise

    def forward(self, x: Tensor, _: Units, __: Tensor, ___: int | None = None) -> Tensor:
        return torch.zeros(*x.shape, 10)


@pytest.mark.parametrize("gap", [0.3, 1.0, 4.0])
def test_a_gaussians_information_is_that_of_its_mixture(gap: float) -> None:
    z = np.linspace(-15, 15, 20_001)
    one, other = (np.exp(-0.5 * (z - m) ** 2) / math.sqrt(2 * math.pi) for m in (-gap, gap))
    exact = float((one * np.log(one / ((one + other) / 2))).sum() * (z[1] - z[0]))
    found = looked(Waves(gap))
    assert found.information == pytest.approx(exact, abs=0.03)
    assert found.information_each[0] == pytest.approx(found.information)
    assert found.kl[0] == pytest.approx(gap**2 / 2, abs=1e-5)
    assert (found.classes, found.used, found.perplexity) == (0, (), ())
    assert found.explained == pytest.approx(0, abs=1e-6)  # the network does not listen


@pytest.mark.slow
def test_boards_that_share_a_start_are_told_from_others() -> None:
    config = ModelConfig("pair", ("pair",), width=8, message=8, hidden=8, loops=1, latent=2, classes=3)
    model = VMD(config)
    mixed = looked(model, replace(LAW, blocks=2), 1)  # half of the boards start from nothing
    assert mixed.conditional
    assert SHARED <= mixed.informed < 0.7 * mixed.boards
    assert mixed.information_limit == pytest.approx(math.log(mixed.informed))
    apart = looked(model, replace(LAW, givens=(1, 1)), 1)
    assert not apart.conditional
    assert apart.informed == apart.boards == 256
    settled = looked(model, likeliest=True)
    assert settled.kl == pytest.approx((math.log(3),) * 2, abs=1e-4)


def test_what_cannot_be_diagnosed_is_refused() -> None:
    plain = VMD(ModelConfig("pair", ("pair",), latent=0, loops=1))
    with pytest.raises(ModelMismatch, match="no latent; there is nothing to diagnose"):
        looked(plain)
    with pytest.raises(InvalidInput, match="no boards to diagnose with"):
        looked(Known(1), batches=0)
    with pytest.raises(ModelMismatch, match="Gaussian posterior cannot settle"):
        looked(VMD(ModelConfig("pair", ("pair",), loops=1)), likeliest=True)


# Plots and the command ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("model", "more"), [(Known(2), ["classes"]), (Waves(1), [])])
def test_every_diagnostic_has_a_picture(model: Any, more: list[str], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    files = sorted([*more, "embedding", "explained", "information", "kl", "traversal"])
    hostile = "$\\frac, \x1b[2J a name \n" * 9  # no formula, no escape, one line
    written = plot_diagnosis(looked(model, batches=1), tmp_path / "plots", name=hostile, symbols="$_^\\{}%&#~")
    assert sorted(path.stem for path in written) == files
    assert sorted(path.stem for path in (tmp_path / "plots").iterdir()) == files
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written)
    assert "matplotlib.pyplot" not in sys.modules  # no global state


@pytest.mark.slow
def test_a_symbol_that_begins_with_a_line_stands_in_the_legend(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    found = looked(Waves(1), batches=1)
    few = replace(found, embedding=replace(found.embedding, symbols=(0,) * len(found.embedding.points)))
    assert plot_diagnosis(few, tmp_path, symbols="_Q")  # matplotlib warns where it does not


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    found = looked(Known(1), batches=1)
    with pytest.raises(VmdsolveError, match=r"pip install 'vmdsolve\[plots\]'"):
        plot_diagnosis(found, tmp_path / "plots")
    assert not (tmp_path / "plots").exists()


def test_weights_that_come_along_are_diagnosed() -> None:
    said = run("diagnose", "sudoku-9x9", "-n", 64, "--json", "--device", "cpu")
    assert said.exit_code == 0
    found = json.loads(said.stdout)
    assert (found["domain"], found["boards"], len(found["shown"])) == ("sudoku-9x9", 4, 16)  # 64 boards of 4 starts
    assert ("the latent is dead" in said.stderr) == found["dead"]


@pytest.mark.slow
def test_a_run_is_trained_on_a_law_and_diagnosed_by_its_recipe(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    weights = folder / "weights.safetensors"
    begun = run(
        "train", "pair", "--run-dir", folder, "--device", "cpu", "--steps", 4, "--batch", 32, "--loops", "0:1",
        "--mixer", "attention", "--width", 8, "--hidden", 8, "--latent", 2, "--classes", 3, "--prior",
        "autoregressive", "--data", "law", "--givens", "0:1", "--blocks", 2, "--draw", "each_step", "--latent-kl", 0.5,
        "--kl-warmup", 0.2, "--free-bits", 0.05, "--settle", 0.5, "--no-bf16",
    )  # fmt: skip
    assert begun.exit_code == 0, begun.stderr
    record = json.loads((folder / "weights.json").read_text())
    shape = {"mixer": "attention", "classes": 3, "prior": "autoregressive", "positions": [2, 10]}
    assert {name: record["config"][name] for name in shape} == shape
    asked = {"data": "law", "givens": [0, 1], "blocks": 2, "draw": "each_step", "latent_kl": 0.5, "kl_warmup": 0.2,
             "free_bits": 0.05, "settle": 0.5}  # fmt: skip
    assert {name: record["recipe"][name] for name in asked} == asked
    assert record["data"] == "law of pair, 10 solutions, seed 0"

    said = run("plot", "--latent", weights, "-n", 100, "--device", "cpu", "-o", tmp_path / "plots")
    assert said.exit_code == 0, said.stderr
    assert f"pair, {weights}: 128 boards, law of pair, 10 solutions\n" in said.stdout
    assert "group" in said.stdout
    assert " of 2 (KL above 0.01 nats)\n" in said.stdout
    assert said.stderr.count("\nwrote ") + said.stderr.startswith("wrote ") == 6
    settled = json.loads(run("diagnose", "pair", "--weights", weights, "--json", "--device", "cpu").stdout)
    assert settled["boards"] == 512
    assert settled["gaps"] is None  # it is sampled in two blocks, and gaps are of one evaluation
    assert settled["used"] != []
    assert "was trained for pair, not for chain" in run("diagnose", "chain", "--weights", weights).stderr


def test_the_command_refuses_what_it_cannot_find_or_read(tmp_path: Path) -> None:
    for arguments, text in (
        ([], "name a domain whose weights come along, a run's folder, or a file of weights"),
        (["brackets-6"], "no weights for brackets-6 are packaged"),
        (["marble"], "unknown domain 'marble'"),
        (["--weights", tmp_path / "gone"], "no weights at"),
    ):
        refused = run("diagnose", *arguments)
        assert refused.exit_code == 2
        assert text in refused.stderr
    model = VMD(ModelConfig("pair", ("pair",), loops=1))
    save_model(tmp_path / "w.safetensors", model, {"recipe": 3})
    assert "recipe cannot be read by this version" in run("diagnose", "--weights", tmp_path / "w.safetensors").stderr
    save_model(tmp_path / "bare.safetensors", model, {})
    assert "native generator" in run("diagnose", "--weights", tmp_path / "bare.safetensors", "-n", 1).stdout
