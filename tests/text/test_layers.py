"""A layer of the text models, held to what its file says, written out one head and one position at a time."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vmdsolve.text.config import TextConfig
from vmdsolve.text.layers import Stack

H, HEADS, N, BEGIN = 16, 2, 5, 3
D = H // HEADS


def norm(x: Tensor) -> Tensor:
    return (x - x.mean()) / (x.var(unbiased=False) + 1e-5).sqrt()


def turned(x: Tensor, position: int) -> Tensor:
    """Channel i and channel i + D / 2 of a head are a point in a plane, turned by position * 10000^(-2i / D)."""
    out = x.clone()
    for i in range(D // 2):
        angle = position * 10_000 ** (-2 * i / D)
        a, b = x[i], x[i + D // 2]
        out[i], out[i + D // 2] = a * math.cos(angle) - b * math.sin(angle), b * math.cos(angle) + a * math.sin(angle)
    return out


def test_a_layer_is_what_its_file_says() -> None:
    stack = Stack(TextConfig(3, width=H, heads=HEADS, layers=1), 1)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in stack.parameters():
            parameter.normal_(generator=generator)
        h = torch.randn(N, H, generator=generator)
        layer = stack.layers[0]
        qkv = torch.stack([layer.qkv.weight @ (norm(row) * layer.attention_norm.weight) for row in h])
        heard = torch.zeros(N, H)
        for head in range(HEADS):
            q, k, v = (qkv[:, part * H + head * D : part * H + (head + 1) * D] for part in range(3))
            q, k = (
                torch.stack([turned(norm(row) * layer.match[which, 0], BEGIN + at) for at, row in enumerate(part)])
                for which, part in enumerate((q, k))
            )
            heard[:, head * D : (head + 1) * D] = (q @ k.T / D**0.5).softmax(1) @ v
        wanted = h + heard @ layer.attention_update.weight.T
        hidden = torch.stack([layer.hidden.weight @ (norm(row) * layer.hidden_norm.weight) for row in wanted])
        gelu = 0.5 * hidden * (1 + torch.tanh((2 / math.pi) ** 0.5 * (hidden + 0.044715 * hidden**3)))
        wanted = wanted + gelu @ layer.hidden_update.weight.T
        torch.testing.assert_close(stack(h[None], BEGIN)[0], wanted, rtol=1e-4, atol=1e-4)
