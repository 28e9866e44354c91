"""What is shown of z: the plane in which boards lie by it, and what one board becomes as it changes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from vmdsolve.domains import get
from vmdsolve.measure.latent import diagnose
from vmdsolve.measure.predictions import predictions_of
from vmdsolve.measure.traversal import embedding_of, traversals_of
from vmdsolve.model.batch import Batch
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.latents.distributions import Categorical, Gaussian
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN

CPU = torch.device("cpu")
X0 = torch.arange(40)[:, None].expand(40, 3) % 7


def test_a_plane_holds_all_there_is_of_two_dimensions() -> None:
    generator = torch.Generator().manual_seed(0)
    plane, turn = torch.randn(40, 2, generator=generator), torch.linalg.qr(torch.randn(6, 6, generator=generator)).Q
    mean = torch.cat([plane * torch.tensor([3.0, 1.0]), torch.zeros(40, 4)], 1) @ turn
    found = embedding_of(Gaussian(mean, torch.zeros(40, 6)), X0, 1)
    assert sum(found.shares) == pytest.approx(1)
    assert found.shares[0] > found.shares[1] > 0
    assert (found.cell, found.symbols) == (1, tuple(X0[:, 1].tolist()))
    wanted, got = (torch.cdist(p.double(), p.double()) for p in (mean, torch.tensor(found.points)))
    torch.testing.assert_close(got, wanted, atol=1e-4, rtol=1e-4)  # distances are as they were


@pytest.mark.parametrize("D", [1, 2, 5])
@pytest.mark.parametrize("n", [1, 2, 40])
def test_posteriors_that_are_alike_are_one_point(D: int, n: int) -> None:
    for q in (Gaussian(torch.ones(n, D), torch.zeros(n, D)), Categorical(torch.ones(n, D, 3))):
        found = embedding_of(q, X0[:n], 0)
        assert found.shares == (0, 0)
        np.testing.assert_allclose(found.points, 0, atol=1e-6)


def test_one_dimension_lies_on_a_line() -> None:
    found = embedding_of(Gaussian(torch.arange(40.0)[:, None], torch.zeros(40, 1)), X0, 0)
    assert found.shares == pytest.approx((1, 0))


def known(x: Tensor, z: Tensor) -> Tensor:
    """Two cells of four symbols: the first is z's whole part, the second hears nothing of it."""
    first = torch.nn.functional.one_hot(z[:, 0].round().long().clamp(0, 3), 4).double()
    return torch.stack([first, torch.full((len(x), 4), 0.25, dtype=torch.float64)], 1)


def test_a_traversal_tells_what_moves() -> None:
    q = Gaussian(torch.tensor([[1.0, 0], [0, 0], [2, 0]]), torch.full((3, 2), 0.5 * math.log(1 / 3)))
    found = traversals_of(q, torch.tensor([0.5, 0.1]), torch.tensor([OPEN, OPEN]), known, CPU)
    assert [one.dimension for one in found] == [0, 1]
    one, other = found
    assert one.values == pytest.approx((-1, 0, 1, 2, 3))  # mean 1, deviation sqrt(1/3 + 2/3)
    assert [board[0] for board in one.boards] == [0, 0, 1, 2, 3]
    assert one.moved == ((1, 0), (1, 0), (0, 0), (1, 0), (1, 0))
    assert one.changed == (0, 0, 1, 1, 1)
    assert one.most == 0.5
    assert other.most == 0
    [given, _] = traversals_of(q, torch.tensor([0.5, 0.1]), torch.tensor([3, OPEN]), known, CPU)
    assert {board[0] for board in given.boards} == {3}
    assert given.most == 0


def test_a_groups_classes_are_gone_through() -> None:
    logits = torch.zeros(30, 2, 5)
    logits[:15, 0, 1], logits[15:, 0, 3] = 20.0, 20.0  # two classes are in use

    def predict(x: Tensor, z: Tensor) -> Tensor:
        assert (z.view(len(z), 2, 5).sum(2) == 1).all()
        return known(x, z.view(len(z), 2, 5)[:, 0].argmax(1, keepdim=True).float())

    found = traversals_of(Categorical(logits), torch.tensor([1.0, 0.0]), torch.tensor([OPEN, OPEN]), predict, CPU)
    assert found[0].values == (1, 3)
    assert [board[0] for board in found[0].boards] == [1, 3]
    assert found[0].moved[0] == (0, 0)  # that is its own
    assert len(found[1].values) == 5


@pytest.mark.parametrize("shape", [{}, {"classes": 3}, {"mixer": "attention", "positions": (16, 4)}])
def test_predictions_are_the_models(shape: dict[str, object]) -> None:
    domain = get("sudoku-4x4")
    model = VMD(ModelConfig.of(domain, width=8, hidden=8, loops=3, latent=2, **shape), seed=1).eval()
    x = torch.full((5, 16), OPEN)
    z = model.draw(x, model.units(domain.rules), torch.randn(5, model.config.code_width))
    with torch.no_grad():
        for loops in (None, 2):
            wanted = model(x, model.units(domain.rules), z, loops).double().softmax(-1)
            torch.testing.assert_close(predictions_of(model, domain.rules, loops)(x, z), wanted, atol=1e-4, rtol=0)


def test_as_many_boards_are_predicted_as_are_asked_for() -> None:
    domain = get("sudoku-4x4")
    model = VMD(ModelConfig.of(domain, width=8, hidden=8, loops=1, latent=2), seed=1).eval()
    rng = np.random.default_rng(0)
    board, noise = np.full((6, 16), OPEN, np.int32), rng.standard_normal((6, 2)).astype(np.float32)
    answers = rng.integers(0, 4, (6, 16)).astype(np.int32)
    batches = [Batch(board, board, answers, noise, np.ones(6, np.float32))] * 2
    few, every = (diagnose(model, domain.rules, batches, predicted=n) for n in (8, None))
    assert (few.predicted, every.predicted, few.boards, len(few.embedding.points)) == (8, 12, 12, 12)
    assert few.kl == every.kl
    assert len(few.traversals) == 2
