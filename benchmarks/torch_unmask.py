"""The unmasking step in torch operations, to compare with: margin order, argmax symbols, no noise.

Results equal those of `vmdsolve.kernels.unmask` but for ties and for the last bits of the softmax.
"""

import torch
from torch import Tensor


def torch_unmask(
    logits: Tensor, x: Tensor, candidates: Tensor, peers_mask: Tensor, n_keep: int, guard: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Commit the `n_keep` most certain open cells of every board.

    Arguments
        logits [B, L, V] float32, x [B, L] integer (open = -1), candidates [B, L, V] bool,
        peers_mask [L, L] bool (a cell is not its own peer), n_keep >= 1, guard as in `unmask`

    Returns
        x_new [B, L], committed [B, L] bool, candidates_new [B, L, V] bool
    """
    L, V = logits.shape[1:]
    open_ = x < 0
    legal = candidates & open_[..., None]
    probabilities = torch.softmax(logits.masked_fill(~legal, -torch.inf), dim=-1)
    first, symbol = probabilities.max(dim=-1)
    # Two maxima over so few symbols are several times faster than topk(2).
    second = probabilities.scatter_(-1, symbol[..., None], 0.0).amax(dim=-1)
    margin = (first - second).masked_fill_(~legal.any(-1), -torch.inf)  # softmax over nothing is NaN
    n_keep = min(n_keep, L)
    if guard:
        return _one_by_one(x, candidates, peers_mask, n_keep, margin, symbol)
    best = margin.topk(n_keep, dim=-1)
    committed = torch.zeros_like(open_).scatter_(1, best.indices, best.values > -torch.inf)
    x_new = torch.where(committed, symbol.to(x.dtype), x)
    chosen = (symbol[..., None] == torch.arange(V, device=x.device)) & committed[..., None]
    # How many committed peers hold each symbol: one matrix product instead of a scatter over peers.
    held = (peers_mask.float() @ chosen.float()) > 0
    left = torch.where((x_new < 0)[..., None], candidates & ~held, candidates)
    return x_new, committed, torch.where(committed[..., None], chosen, left)


def _one_by_one(
    x: Tensor, candidates: Tensor, peers_mask: Tensor, n_keep: int, margin: Tensor, symbol: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Each commit takes its symbol from its open peers before the next cell is looked at.

    A cell whose symbol was taken leaves the queue at once, so a commit costs one argmax over cells.
    """
    rows = torch.arange(len(x), device=x.device)
    x, candidates = x.clone(), candidates.clone()
    committed = torch.zeros_like(x, dtype=torch.bool)
    queue = margin.clone()
    for _ in range(n_keep):
        value, cell = queue.max(dim=-1)
        chosen = symbol[rows, cell]
        live = value > -torch.inf
        x[rows, cell] = torch.where(live, chosen.to(x.dtype), x[rows, cell])
        committed[rows, cell] |= live
        peers = peers_mask[cell] & (x < 0) & live[:, None]  # [B, L]
        kept = chosen[:, None] == torch.arange(candidates.shape[-1], device=x.device)
        candidates[rows, cell] = torch.where(live[:, None], kept, candidates[rows, cell])
        candidates &= ~(peers[..., None] & kept[:, None, :])
        queue.masked_fill_(peers & (symbol == chosen[:, None]), -torch.inf)
        queue[rows, cell] = -torch.inf
    return x, committed, candidates
