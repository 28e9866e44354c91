"""Logits of tensors: what is no such tensor is refused in a sentence, and what is asked of rows is there for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.grammars import fits, phrases

from vmdsolve.errors import InvalidInput

torch = pytest.importorskip("torch")

V, EOS, L = 32, 0, 11


def constrained(logits: Any, **options: Any) -> Any:
    from vmdsolve.canvas.torch_ import constrain_logits_

    return constrain_logits_(logits, phrases(V, EOS), **options)


@pytest.mark.parametrize(
    ("logits", "said"),
    [
        (np.zeros((2, L, V), np.float32), r"ndarray of float32 \[2, 11, 32\]"),
        (None, "NoneType"),
        (torch.zeros(2, L, V, dtype=torch.int32), "Tensor of torch.int32"),
        (torch.zeros(L, V), r"Tensor of torch.float32 \[11, 32\]"),
    ],
)
def test_what_is_no_tensor_of_logits_is_refused(logits: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=f"logits are {said}.*wanted a tensor"):
        constrained(logits)


@pytest.mark.parametrize("name", ["states", "requests"])
@pytest.mark.parametrize("n", [1, 3])
def test_states_and_requests_are_one_for_each_row(name: str, n: int) -> None:
    logits = torch.zeros(2, L, V)
    with pytest.raises(InvalidInput, match=f"there are {n} {name} for 2 rows"):
        constrained(logits, **{name: [0] * n})
    assert not logits.any()


def test_logits_that_gradients_flow_to_are_written_as_others_are() -> None:
    leaf = torch.zeros(2, L, V, requires_grad=True)
    plain = torch.zeros(2, L, V)
    text = constrained(leaf)
    assert text.tolist() == constrained(plain).tolist()
    assert torch.equal(leaf.detach(), plain)
    assert all(fits(phrases(V, EOS), row) for row in text.tolist())
