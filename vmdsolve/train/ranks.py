"""Ranks: processes that train one model together, each on some boards of every batch.

The batch of a step is the same whatever their number, since it is a function of the seed and the step; each rank makes
its share of the boards, and gradients are summed. So a run is that of one process but for the order in which
numbers are added, and goes on with another number of ranks. torchrun starts them and says who is who.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn import Parameter

from ..errors import InvalidInput

__all__ = ["ALONE", "Ranks", "joined"]


@dataclass(frozen=True)
class Ranks:
    """Which of how many processes this is.

    Attributes
    ----------
    rank
        0 to n - 1; the first alone writes files and says how it goes
    n
        how many there are

    Examples
    --------
    >>> Ranks(1, 2).share(5), ALONE.share(5)
    (slice(3, 5, None), slice(0, 5, None))
    """

    rank: int = 0
    n: int = 1

    @property
    def first(self) -> bool:
        """Whether it is the one that speaks and writes."""
        return self.rank == 0

    def share(self, boards: int) -> slice:
        """Its boards of so many: those of all ranks are all of them, each once, and as even as can be."""
        edges = [-(-boards * rank // self.n) for rank in (self.rank, self.rank + 1)]
        return slice(*edges)

    def sum(self, tensors: Iterable[Tensor]) -> None:
        """Each becomes the sum of those of all ranks, in one exchange; all ranks then have the same bits."""
        if self.n == 1:
            return
        held = list(tensors)
        flat = torch.cat([tensor.reshape(-1) for tensor in held])
        dist.all_reduce(flat)
        for tensor, part in zip(held, torch.split(flat, [tensor.numel() for tensor in held]), strict=True):
            tensor.copy_(part.view_as(tensor))

    def sum_gradients(self, loss: Tensor, parameters: Iterable[Parameter]) -> None:
        """Those of all ranks, and the loss; a rank that had no board has none of its own."""
        if self.n == 1:
            return
        learning = [one for one in parameters if one.requires_grad]
        for one in learning:
            one.grad = torch.zeros_like(one) if one.grad is None else one.grad
        self.sum([loss, *(one.grad for one in learning if one.grad is not None)])

    def of_all(self, part: Tensor) -> Tensor:
        """The sum of what every rank has."""
        out = part.clone()
        self.sum([out])
        return out

    def whole(self, part: Tensor, boards: int, dim: int) -> Tensor:
        """Of all boards what each rank has of its own, side by side along `dim`."""
        if self.n == 1:
            return part
        shape = list(part.shape)
        shape[dim] = boards
        out = part.new_zeros(shape)
        own = self.share(boards)
        out.narrow(dim, own.start, own.stop - own.start).copy_(part)
        self.sum([out])
        return out

    def agreed(self, numbers: Sequence[float]) -> tuple[float, ...]:
        """What the first says, for time is not the same for all."""
        if self.n == 1:
            return tuple(numbers)
        told = torch.tensor(numbers, dtype=torch.float64)
        if dist.get_backend() == "nccl":
            told = told.cuda()
        dist.broadcast(told, 0)
        return tuple(told.tolist())

    def any(self, here: bool) -> bool:
        """Whether it is so for one of them."""
        flag = torch.tensor([float(here)])
        if self.n > 1 and dist.get_backend() == "nccl":
            flag = flag.cuda()
        self.sum([flag])
        return bool(flag.item())


ALONE = Ranks()


def joined(device: str, environment: Mapping[str, str] = os.environ) -> tuple[Ranks, str]:
    """This process among those that torchrun started, and its device; alone where nobody else is.

    Raises
    ------
    InvalidInput
        The variables make no sense.

    Examples
    --------
    >>> joined("cpu", {})
    (Ranks(rank=0, n=1), 'cpu')
    """
    told = {name: environment.get(name, "0") for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK")}
    if not all(value.isdigit() for value in told.values()):
        raise InvalidInput(f"RANK and WORLD_SIZE are {told['RANK']!r} and {told['WORLD_SIZE']!r}; wanted whole numbers")
    rank, n, local = map(int, told.values())
    if n <= 1:
        return ALONE, device
    if rank >= n:
        raise InvalidInput(f"RANK is {rank} and WORLD_SIZE {n}; ranks are 0 to {n - 1}; let torchrun start them")
    if device == "cuda":
        device = f"cuda:{local}"
        torch.cuda.set_device(local)
    if not dist.is_initialized():
        dist.init_process_group("nccl" if device.startswith("cuda") else "gloo", rank=rank, world_size=n)
        atexit.register(dist.destroy_process_group)
    return Ranks(rank, n), device
