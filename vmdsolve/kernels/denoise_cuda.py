"""`denoise` on a GPU: all loops of a network evaluation, or all steps of a solve, as one launch on CUDA tensors.

Products are of bfloat16, sums of float32. A board's logits do not depend on the batch; a solve is bit for bit what
evaluations and `unmask` by turns give. Launches go to torch's current stream and wait for nothing. What fits: mixer
"messages", widths H, M, N up to 32, 32, 64, and 768 candidates (cells times symbols); others are refused when made.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.kernels import checks
from vmdsolve.kernels.cuda import pairs, place, tensor, why_not
from vmdsolve.kernels.denoise import MAX_LOOPS, Evaluated, Network
from vmdsolve.kernels.state_noise import StateNoise
from vmdsolve.kernels.structure import Structure

if TYPE_CHECKING:
    from torch import Tensor

    from vmdsolve.peers import Peers

__all__ = ["DenoiseCuda"]


class DenoiseCuda(Network):
    """A denoiser's weights on one GPU, prepared once and never changed, for boards of any structure; see `Denoise`."""

    def __init__(self, weights: Mapping[str, Any], device: int = 0) -> None:
        super().__init__(weights)
        if why := why_not():
            raise InvalidInput(f"the CUDA kernels are {why}; take device cpu")
        self.device = device
        self._module = import_module("vmdsolve._cuda")
        self._cuda = self._module.Denoise(self.weights, device)
        self._there: WeakKeyDictionary[Structure, Any] = WeakKeyDictionary()  # structures, on the device

    def want(self, structure: Structure) -> None:
        """Refuse what `Denoise` refuses, and what is too large for a multiprocessor."""
        super().want(structure)
        self._on_device(structure)

    def __call__(self, structure: Structure, x: Tensor, z: Tensor | None = None, *, loops: int) -> Tensor:
        """Logits [B, L, V] float32 after the last of `loops` loops, by `evaluate`."""
        logits: Tensor = self.evaluate(structure, x, z, loops=loops).logits
        return logits

    def evaluate(
        self,
        structure: Structure,
        x: Tensor,
        z: Tensor | None = None,
        *,
        loops: int,
        peers: Peers | None = None,
        noise: StateNoise | None = None,
        fade: int = 0,
    ) -> Evaluated:
        """Up to `loops` loops for x int32 [B, L] and z float32 [B, D], on tensors, all of them finished.

        Boards settle, and their states have noise and fade, as by `Denoise.evaluate`; keys of noise are a tensor
        int64 [B]. Values are not looked at: a symbol beyond V - 1 counts as another one.
        """
        import torch

        x, latent, loops = self._inputs(structure, x, z, loops)
        logits = torch.empty((*x.shape, structure.V), dtype=torch.float32, device=x.device)
        spent = torch.empty(len(x), dtype=torch.int32, device=x.device)
        self._cuda(
            self._on_device(structure),
            B=len(x),
            x=x.data_ptr(),
            z=latent.data_ptr(),
            loops=loops,
            settling=_settling(peers, x),
            logits=logits.data_ptr(),
            spent=spent.data_ptr(),
            **_stirring(noise, x),
            fade=checks.whole("fade", fade, MAX_LOOPS + 1),
            stream=place(x)["stream"],
        )
        return Evaluated(logits, spent, torch.ones_like(spent, dtype=torch.bool))

    def solve(
        self,
        structure: Structure,
        x: Tensor,
        allowed: Tensor,
        z: Tensor | None,
        peers: Peers,
        *,
        key: Tensor,
        steps: int,
        loops: int,
        order: str = "margin",
        threshold: float | None = None,
        temperature: float = 0.0,
        guard: bool = True,
        noise: float = 0.0,
        seed: int = 0,
        settling: Peers | None = None,
        keep_first: bool = False,
        states: StateNoise | None = None,
        fade: int = 0,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Up to `steps` steps.

            while a board has open cells, each with a legal symbol, and steps are left:
                unmask(denoise(x, z), ...) with n_keep = ceil(open cells / steps left), or all where it settles

        Values [B, L] int32; evaluations spent, and their loops, [B] int32; logits of the first [B, L, V] if kept.

        A board that never was evaluated has logits 0; one that holds a forbidden value, or was given a logit that is
        none, comes back as one of `cuda.REFUSALS`.

        Parameters
        ----------
        allowed
            uint64 [B, L] symbols allowed from outside; the others as for `unmask`, in which step counts from 0
        settling
            By which peers boards settle; None: they do not.
        states
            Noise on states, the same at each evaluation; its keys a tensor int64 [B].
        fade
            As for `evaluate`.
        """
        import torch

        x, latent, loops = self._inputs(structure, x, z, loops)
        sizes = {"B": len(x), "L": structure.L}
        allowed = tensor("allowed", allowed, ("uint64",), "BL", sizes, x)
        key = tensor("key", key, ("uint64",), "B", sizes, x)
        rule = checks.rule(order, threshold, temperature, guard, noise, seed, 0)
        values, (nfe, spent) = torch.empty_like(x), torch.empty((2, len(x)), dtype=torch.int32, device=x.device)
        shape = (*x.shape, structure.V)
        first = torch.zeros(shape, dtype=torch.float32, device=x.device) if keep_first else None
        following = torch.zeros(1, dtype=torch.int32, device=x.device)  # the board that a free block takes
        self._cuda.solve(
            self._on_device(structure),
            rule=rule.native,
            B=len(x),
            steps=checks.whole("steps", steps, 1 << 31),
            loops=loops,
            x=x.data_ptr(),
            allowed=allowed.data_ptr(),
            z=latent.data_ptr(),
            peers=pairs(peers, x, sizes),
            key=key.data_ptr(),
            following=following.data_ptr(),
            x_new=values.data_ptr(),
            nfe=nfe.data_ptr(),
            spent=spent.data_ptr(),
            first=0 if first is None else first.data_ptr(),
            settling=_settling(settling, x),
            **_stirring(states, x),
            fade=checks.whole("fade", fade, MAX_LOOPS + 1),
            stream=place(x)["stream"],
        )
        return values, nfe, spent, first

    def _on_device(self, structure: Structure) -> Any:
        """The structure on the device, if this network fits there with it."""
        if not structure.plain:
            raise ModelMismatch("this network does not fit: it takes sums over units, and on a GPU there are means")
        if structure not in self._there:
            try:
                there = self._module.Structure(structure.native, self.device)
                self._cuda.want(there)
            except ValueError as error:
                raise ModelMismatch(f"this network does not fit: {error}") from None
            self._there[structure] = there
        return self._there[structure]

    def _inputs(self, structure: Structure, x: Tensor, z: Tensor | None, loops: int) -> tuple[Tensor, Tensor, int]:
        """Tokens, latents and loops, checked; the tensors contiguous."""
        import torch

        self.want(structure)
        sizes = {"L": structure.L, "D": self.D}
        x = tensor("x", x, ("int32",), "BL", sizes, x)
        if x.get_device() != self.device:
            raise InvalidInput(f"x is on {x.device}, the network on cuda:{self.device}; make one of them there")
        self.want_latent(z)
        latent = torch.empty((len(x), 0), device=x.device) if z is None else z
        latent = tensor("z", latent, ("float32",), "BD", sizes, x)
        return x, latent, self.loops(loops)


def _settling(peers: Peers | None, x: Tensor) -> tuple[int, int]:
    """Addresses of the peers by which boards settle; 0 where they do not."""
    return (0, 0) if peers is None else pairs(peers, x, {"L": x.shape[1]})


def _stirring(noise: StateNoise | None, x: Tensor) -> dict[str, Any]:
    """Noise on states as a launch takes it: the address of its keys, 0 where there is none."""
    if noise is None:
        return {"keys": 0, "begin_noise": 0.0, "path_noise": 0.0}
    keys = tensor("keys", noise.keys, ("int64",), "B", {"B": len(x)}, x)
    return {"keys": keys.data_ptr(), "begin_noise": float(noise.begin), "path_noise": float(noise.path)}
