"""The transformer of text models: pre-norm layers with rotary positions and norms of queries and keys.

    n = norm(h)                                  scaled and shifted by z, where there is one
    h = h + W attention(rotate(norm(q)), rotate(norm(k)), v)
    h = h + W gelu(W norm(h))                    the same

A stack runs over the cells that follow what it has read before: `past` are keys and values of finished cells, one pair
for every layer. A mask says which cells see which; None: each sees all that is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import TextConfig

__all__ = ["Heard", "Keys", "Norm", "Regions", "Stack", "block_mask", "stream_mask"]

Keys = list[tuple[Tensor, Tensor]]  # of every layer: keys and values, each [B, heads, cells, H / heads]
BASE = 10_000.0  # of the rotary positions' wavelengths (Su et al. 2021)


def block_mask(begin: int, n: int, block: int, device: torch.device | None = None) -> Tensor:
    """bool [n, begin + n]: cells begin .. begin + n - 1 see blocks before their own, and their own.

    Examples
    --------
    >>> block_mask(0, 4, 2).int().tolist()
    [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]
    """
    own = torch.arange(begin + n, device=device) // block
    return own[begin:, None] >= own[None]


def stream_mask(n: int, block: int, device: torch.device | None = None) -> Tensor:
    """bool [n, 2n]: cells see, of finished cells, the blocks before their own; of themselves, their own block.

    Examples
    --------
    >>> stream_mask(4, 2).int().tolist()[2]
    [1, 1, 0, 0, 0, 0, 1, 1]
    """
    own = torch.arange(n, device=device) // block
    return torch.cat([own[:, None] > own[None], own[:, None] == own[None]], 1)


def turns(begin: int, n: int, d: int, device: torch.device | None = None) -> Tensor:
    """[n, 1, d / 2, 2], cosine and sine of what heads of d channels are turned by at begin .. begin + n - 1."""
    rate = BASE ** (-torch.arange(0, d, 2, device=device, dtype=torch.float32) / d)
    angle = (torch.arange(begin, begin + n, device=device, dtype=torch.float32)[:, None] * rate)[:, None]
    return torch.stack([angle.cos(), angle.sin()], -1)


def turned(x: Tensor, by: Tensor) -> Tensor:
    """Pairs of channels [B, n, heads, d / 2, 2], turned."""
    if torch.compiler.is_compiling():  # which writes no code for complex numbers, and needs none
        (a, b), (cos, sin) = x.unbind(-1), by.unbind(-1)
        return torch.stack([a * cos - b * sin, a * sin + b * cos], -1)
    return torch.view_as_real(torch.view_as_complex(x) * torch.view_as_complex(by))


def paired(weight: Tensor, d: int) -> Tensor:
    """Rows of a weight, of heads of d, in the order in which channels are turned: i of a head beside i + d / 2.

    Pairs that lie side by side are complex numbers as they are, and turning them is one product.

    Examples
    --------
    >>> paired(torch.arange(4), 4).tolist()
    [0, 2, 1, 3]
    """
    return weight.reshape(-1, 2, d // 2, *weight.shape[1:]).transpose(1, 2).flatten(0, 2)


def behind(q: Tensor, past_k: Tensor, past_v: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attention of a block's cells over all that is past and over themselves, all [B, heads, cells, d].

    The past is not copied to stand beside the block, which took two fifths of a step of sampling.
    """
    n = past_k.shape[2]
    score = torch.cat([q @ past_k.transpose(2, 3), q @ k.transpose(2, 3)], -1) / q.shape[-1] ** 0.5
    weight = score.float().softmax(-1).to(v.dtype)
    out: Tensor = weight[..., :n] @ past_v + weight[..., n:] @ v
    return out


class Heard(NamedTuple):
    """What the cells of N blocks hear of z: `own`, where a block has several regions, else `layers`.

    Attributes
    ----------
    own
        [B, N, R, H], added to the embeddings of a region's cells; None where a block is one
    layers
        [B, N, 1, H], of every layer four: scale and shift before attention and before the hidden channels
    """

    own: Tensor | None
    layers: Sequence[Tensor]


class Regions(NamedTuple):
    """Equal parts of a block.

    Attributes
    ----------
    R
        how many
    cells
        of a block
    """

    R: int
    cells: int

    def within(self, n: int) -> int:
        """How many have a cell among the first n of a block: a window that is one block may be short."""
        return min(self.R, -(-n * self.R // self.cells))

    def of(self, n: int, device: torch.device | None = None) -> Tensor:
        """int64 [n], the region of each of a block's first n cells.

        Examples
        --------
        >>> Regions(2, 6).of(6).tolist(), Regions(2, 6).of(3).tolist(), Regions(2, 6).within(3)
        ([0, 0, 0, 1, 1, 1], [0, 0, 0], 1)
        """
        return torch.arange(n, device=device) * self.R // self.cells


class Norm(nn.Module):
    """Of the last axis, mean 0 and deviation 1; then a learned scale, no shift."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, h: Tensor) -> Tensor:
        out: Tensor = F.layer_norm(h, self.weight.shape, self.weight)
        return out


class Layer(nn.Module):
    """See the file's text."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        H, self.heads = config.width, config.heads
        self.attention_norm, self.hidden_norm = Norm(H), Norm(H)
        self.match = nn.Parameter(torch.ones(2, 1, H // self.heads))  # scale of the norms of queries and of keys
        self.qkv = nn.Linear(H, 3 * H, bias=False)
        self.attention_update = nn.Linear(H, H, bias=False)
        self.hidden = nn.Linear(H, 4 * H, bias=False)
        self.hidden_update = nn.Linear(4 * H, H, bias=False)

    def forward(
        self, h: Tensor, turn: Tensor, past: tuple[Tensor, Tensor] | None, mask: Tensor | None, causal: bool,
        heard: Sequence[Tensor], keys_only: bool,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:  # fmt: skip
        """States [B, n, H] of cells, and their keys and values; see `Stack`."""
        (B, n, H), d = h.shape, h.shape[2] // self.heads
        first = H if keys_only else 0  # no query then
        heard_h, weight = _modulated(self.attention_norm(h), heard, 0), self.qkv.weight
        qk = F.linear(heard_h, paired(weight[first : 2 * H], d)).view(B, n, -1, d)
        v = F.linear(heard_h, weight[2 * H :]).view(B, n, self.heads, d).transpose(1, 2)
        match = paired(self.match.expand(2, self.heads, d).reshape(-1), d)[first:]
        matched = F.layer_norm(qk, (d,)).float().flatten(-2) * match
        matched = turned(matched.view(B, n, -1, d // 2, 2), turn).view(B, n, -1, self.heads, d)
        *query, k = matched.to(v.dtype).transpose(1, 3).unbind(2)
        if not query:
            return h, (k, v)
        [q] = query
        if past is not None and mask is None:
            m = behind(q, *past, k, v)
        else:
            keys, values = (k, v) if past is None else (torch.cat([past[0], k], 2), torch.cat([past[1], v], 2))
            m = F.scaled_dot_product_attention(q, keys, values, attn_mask=mask, is_causal=causal)
        h = h + self.attention_update(m.transpose(1, 2).reshape(B, n, H))
        a = self.hidden(_modulated(self.hidden_norm(h), heard, 2))
        return h + self.hidden_update(F.gelu(a, approximate="tanh")), (k, v)


def _modulated(n: Tensor, heard: Sequence[Tensor], at: int) -> Tensor:
    """States [B, n, H], scaled and shifted by what each block of them hears; nothing: as they are."""
    if not heard:
        return n
    blocks = n.view(*heard[at].shape[:2], -1, n.shape[-1])
    return torch.addcmul(heard[at + 1], blocks, heard[at]).view(n.shape)


class Stack(nn.Module):
    """So many layers, or one applied so many times.

    Examples
    --------
    >>> stack = Stack(TextConfig(3, width=8, heads=2, layers=2), 2)
    >>> keys = stack.read(torch.zeros(5, 4, 8))
    >>> len(keys), keys[0][0].shape, stack(torch.zeros(5, 3, 8), 4, keys).shape
    (2, torch.Size([5, 2, 4, 4]), torch.Size([5, 3, 8]))
    """

    def __init__(self, config: TextConfig, layers: int, *, tied: bool = False, hears: bool = False) -> None:
        super().__init__()
        self.count, self.tied, self.heads = layers, tied, config.heads
        self.layers = nn.ModuleList([Layer(config) for _ in range(1 if tied else layers)])
        self.regions, H = Regions(config.regions, config.cells), config.width
        whole, parts = hears and config.regions == 1, hears and config.regions > 1
        self.modulate = nn.Linear(config.z_width, 4 * H * len(self.layers)) if whole else None
        self.tell = nn.Linear(config.z_width // config.regions, H, bias=False) if parts else None
        for name, weight in self.named_parameters():
            if name.endswith("modulate.weight"):
                nn.init.normal_(weight, std=0.05)  # z is heard from the first step on
            elif name.endswith("modulate.bias"):  # z scales about 1 and shifts about 0
                weight.data = torch.tensor([1.0, 0.0]).repeat(2 * len(self.layers)).repeat_interleave(config.width)
            elif weight.ndim == 2:
                last = name.endswith("update.weight")
                nn.init.normal_(weight, std=0.02 / (2 * layers) ** 0.5 if last else 0.02)

    def forward(
        self, h: Tensor, begin: int = 0, past: Keys | None = None, mask: Tensor | None = None, *,
        causal: bool = False, heard: Heard | None = None,
    ) -> Tensor:  # fmt: skip
        """States [B, n, H] after the layers.

        Parameters
        ----------
        h
            [B, n, H], the cells' embeddings
        begin
            the position of the first
        past
            of cells that are seen, too, see the file's text
        mask
            bool [n, cells of `past` and n], what sees what; None: all, or with `causal` the cells before and itself
        heard
            what `hear` made of the blocks' z; None: nothing
        """
        return self._applied(h, begin, past, mask, causal, heard, read=False)[0]

    def hear(self, z: Tensor) -> Heard:
        """What the cells of N blocks hear of z [B, N, Z]: worked out once per z, whatever steps follow."""
        if self.tell is not None:
            return Heard(self.tell(z.view(*z.shape[:2], -1, self.tell.in_features)), ())
        if self.modulate is None:
            return Heard(None, ())
        return Heard(None, self.modulate(z)[:, :, None].chunk(4 * len(self.layers), -1))

    def read(
        self, h: Tensor, begin: int = 0, past: Keys | None = None, mask: Tensor | None = None, *, causal: bool = False
    ) -> Keys:
        """Keys and values of these cells, for `past`; parameters as above."""
        keys = self._applied(h, begin, past, mask, causal, None, read=True)[1]
        if torch.is_grad_enabled():  # they are read once
            return keys
        return [(k.contiguous(), v.contiguous()) for k, v in keys]  # else each step behind them copies them anew

    def _applied(
        self, h: Tensor, begin: int, past: Keys | None, mask: Tensor | None, causal: bool,
        heard: Heard | None, *, read: bool,
    ) -> tuple[Tensor, Keys]:  # fmt: skip
        turn = turns(begin, h.shape[1], h.shape[2] // self.heads, h.device)
        if heard is not None and heard.own is not None:
            own = self.regions.of(h.shape[1] // heard.own.shape[1], h.device)
            h = h + heard.own[:, :, own].flatten(1, 2)
        keys, injected = [], h
        for i in range(self.count):
            at = 0 if self.tied else i
            if self.tied and i:
                h = h + injected
            before = None if past is None else past[i]
            own_heard = heard.layers[4 * at : 4 * at + 4] if heard is not None else ()
            h, own = self.layers[at](h, turn, before, mask, causal, own_heard, read and i == self.count - 1)
            keys.append(own)
        return h, keys
