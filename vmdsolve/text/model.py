"""TextModel: p(x0 | x_t, z) of token sequences, and what goes with it, one code for every kind.

    autoregressive        cell l is predicted from the cells before it
    masked, one block     every cell from all that are visible, and z: masked diffusion, VMD with a latent
    masked, of blocks     every cell from the blocks before, finished, what is visible of its own block, and its z

Tokens are int64 [B, n]: a symbol's number, V (`mask_id`) where a cell is open, ABSENT where there is none, as behind
the end of a text. Finished blocks hear of no z: their keys and values (`read`) serve whatever comes after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from ..errors import ModelMismatch
from ..model.latents.distributions import Categorical, Distribution, log_density, scale_gradient
from ..model.seeded import Seeded
from .config import ABSENT, TextConfig
from .latent import Posterior, make_prior, pooled
from .layers import Heard, Keys, Norm, Regions, Stack, block_mask, stream_mask

__all__ = ["Cache", "Terms", "TextModel"]

Told = Tensor | Heard  # z, or what is heard of it
MOST_LOGITS = 1 << 24  # that a training holds at once


@dataclass(frozen=True)
class Cache:
    """What was read of finished cells.

    Attributes
    ----------
    n
        how many cells
    keys, prior
        keys and values of the denoiser's layers, and of the prior's
    last
        int64 [B, 1], the last token; None: there is none
    """

    n: int = 0
    keys: Keys | None = None
    prior: Keys | None = None
    last: Tensor | None = None


class Terms(NamedTuple):
    """What the bound is made of, one row a window.

    Attributes
    ----------
    nll
        [B, L] -log p(x0_l | x_t, z) in nats where a cell is open, 0 elsewhere
    kl
        [B, N, D] KL(q || p) in nats of every block's latent dimensions or groups; D = 0 without latent
    """

    nll: Tensor
    kl: Tensor


class TextModel(nn.Module):
    """See the file's text.

    Parameters
    ----------
    config
        its shape
    seed
        of its first weights

    Examples
    --------
    >>> model = TextModel(TextConfig(27, length=8, block=4, width=16, heads=2, layers=2, latent=3))
    >>> x0 = torch.arange(16).view(2, 8)
    >>> z = model.prior_draw(torch.full_like(x0, model.mask_id), torch.zeros(2, 2, 3), context=x0)
    >>> z.shape, model.logits(torch.full_like(x0, model.mask_id), z, context=x0).shape
    (torch.Size([2, 2, 3]), torch.Size([2, 8, 27]))
    >>> cache = model.read(x0[:, :4])
    >>> model.logits(torch.full((2, 4), model.mask_id), z[:, 1:], cache).shape
    torch.Size([2, 4, 27])
    """

    def __init__(self, config: TextConfig, seed: int = 0) -> None:
        super().__init__()
        self.config, V, H = config, config.symbols, config.width
        self.mask_id = V
        with Seeded(seed):
            self.embedding = nn.Embedding(V + 2, H)  # the last two: open, absent
            nn.init.normal_(self.embedding.weight, std=0.02)
            self.stack = Stack(config, config.layers, tied=config.tied, hears=config.latent > 0)
            self.norm, self.bias = Norm(H), nn.Parameter(torch.zeros(V))
            self.posterior = Posterior(config) if config.latent else None
            self.prior = make_prior(config) if config.latent else None
            self.seen = nn.Embedding(2, H) if config.latent and config.draw == "each_step" else None

    # The denoiser -------------------------------------------------------------------------------

    def logits(
        self, x: Tensor, z: Told | None = None, cache: Cache | None = None, context: Tensor | None = None
    ) -> Tensor:
        """[B, n, V] of the cells of x [B, n], which follow those of the cache.

        Parameters
        ----------
        x
            int64 [B, n]: one block, or several. What is open in an autoregressive model counts for nothing
        z
            [B, N, Z], of these blocks, or what `hear` made of it; None where the model has no latent
        cache
            what `read` made of the blocks before; None: x begins the window
        context
            int64 [B, n], what of x is read as finished by the blocks behind; None: x itself

        Raises
        ------
        ModelMismatch
            A latent that is missing, or one too many.
        """
        return self.readout(self.states(x, z, cache, context))

    def readout(self, h: Tensor) -> Tensor:
        """Logits [..., V] of states [..., H], in float32; embeddings of symbols are the matrix."""
        return F.linear(h, self.embedding.weight[: self.mask_id], self.bias).float()

    def states(
        self, x: Tensor, z: Told | None = None, cache: Cache | None = None, context: Tensor | None = None
    ) -> Tensor:
        """[B, n, H] from which logits are read; as `logits`."""
        if (z is None) != (not self.config.latent):
            raise ModelMismatch(
                "this model has a latent: pass z [B, N, Z]" if z is None else "this model has no latent"
            )
        cache = cache or Cache()
        if self.config.kind == "autoregressive":
            inputs, mask = self._before(x, cache), self._causal(cache.n, x.shape[1], x.device)
            h = self.stack(self.embed(inputs), cache.n, cache.keys, mask, causal=mask is None and x.shape[1] > 1)
        else:
            heard = self.stack.hear(z) if isinstance(z, Tensor) else z
            h = self._over(self.stack, x, cache.n, cache.keys, context, heard)
        out: Tensor = self.norm(h)
        return out

    def read(self, tokens: Tensor, cache: Cache | None = None) -> Cache:
        """A cache of what was read before, and of finished tokens [B, n]: whole blocks, unless the window ends."""
        cache, (_, n) = cache or Cache(), tokens.shape
        if self.config.kind == "autoregressive":
            inputs, mask = self._before(tokens, cache), self._causal(cache.n, n, tokens.device)
            keys = self.stack.read(self.embed(inputs), cache.n, cache.keys, mask, causal=mask is None and n > 1)
            return Cache(cache.n + n, _joined(cache.keys, keys), None, tokens[:, -1:])
        mask, h = self._blocks(cache.n, n, tokens.device), self.embed(tokens)
        keys = self.stack.read(h, cache.n, cache.keys, mask)
        prior = None
        if self.prior is not None and self.prior.reads:
            prior = _joined(cache.prior, self._stack_of_prior().read(h, cache.n, cache.prior, mask))
        return Cache(cache.n + n, _joined(cache.keys, keys), prior, tokens[:, -1:])

    def embed(self, tokens: Tensor) -> Tensor:
        """[B, n, H]."""
        h: Tensor = self.embedding(torch.where(tokens == ABSENT, self.mask_id + 1, tokens))
        return h

    def hear(self, z: Tensor | None) -> Heard | None:
        """What the layers hear of z [B, N, Z], for `logits`: worked out once where many steps have one z."""
        return None if z is None else self.stack.hear(z)

    # The latent ---------------------------------------------------------------------------------

    def prior_draw(
        self, start: Tensor, noise: Tensor, cache: Cache | None = None, context: Tensor | None = None
    ) -> Tensor | None:
        """z [B, N, Z] of the blocks of start [B, n], as they are when they begin; None where there is no latent. Of a
        window that is one block, and short, only of those regions that have cells, and so all that is of z.

        Parameters
        ----------
        start
            int64 [B, n]: open but for what is given
        noise
            [B, N, Z] standard normal
        cache, context
            as of `logits`
        """
        if self.prior is None:
            return None
        noise, held = self._within(noise, start), None
        if self.seen is None and not self.config.given:
            held, start = self._known(start), self._start(start, None)
        seen = self._read_by_prior(start, cache, context)
        return self.prior.draw(seen, noise.flatten(0, 1), held).view(noise.shape)

    def _known(self, start: Tensor) -> Tensor | None:
        """[B * N, G, C], one-hot: the likeliest classes of regions all of whose cells are given, else 0; None: of none.

        A prior that is trained on open blocks cannot read what is given; what it has drawn it goes on from.
        """
        c = self.config
        given = (start >= 0) & (start < self.mask_id)
        if not c.classes or not given.any():
            return None
        q = self.posterior_of(start)
        whole = pooled(given[..., None].float(), self._cells(start), Regions(c.regions, c.cells)) > 1 - 1e-6
        return q.likeliest() * whole.repeat_interleave(c.latent // c.regions, 1) if isinstance(q, Categorical) else None

    def posterior_of(self, x0: Tensor, x: Tensor | None = None) -> Distribution:
        """q(z | x0 [B, L]), one row a block, [B * N, ...]; of a model with draw "each_step" given x [B, L], too.

        Raises
        ------
        ModelMismatch
            No latent, or x is missing.
        """
        if self.posterior is None:
            raise ModelMismatch("this model has no latent; there is no posterior")
        h = self.embed(x0)
        if self.seen is not None:
            if x is None:
                raise ModelMismatch("the posterior sees what is masked: pass x [B, L]")
            h = h + self.seen((x == self.mask_id).long())
        q: Distribution = self.posterior(h, self._blocks(0, x0.shape[1], x0.device), self._cells(x0))
        return q

    def weighed(self, x0: Tensor, noise: Tensor, x: Tensor | None = None) -> tuple[Tensor | None, Tensor]:
        """z [B, N, Z] from the posterior, and log p(z) - log q(z) in nats [B, N], given x0 [B, L]."""
        if self.prior is None:
            return None, noise.new_zeros(noise.shape[:2])
        noise = self._within(noise, x0)
        q = self.posterior_of(x0, x)
        z = q.draw(noise.flatten(0, 1))
        seen = self._read_by_prior(self._start(x0, x), None, x0)
        ratio = self.prior.log_density(z, seen) - log_density(q, z)
        return z.view(noise.shape), ratio.view(noise.shape[:2])

    def terms(
        self, x: Tensor, x0: Tensor, noise: Tensor, *, kl_weight: float = 1.0, free_bits: float = 0.0,
        start: Tensor | None = None,
    ) -> Terms:  # fmt: skip
        """The bound's terms for texts x0 [B, L] of which x [B, L] is visible.

        Parameters
        ----------
        x
            int64 [B, L], x0 with open cells; of an autoregressive model all are counted, whatever is open
        x0
            int64 [B, L]
        noise
            [B, N, Z] standard normal, of which z is made
        kl_weight
            lambda: the share of the KL's gradient that reaches the posterior; a learned prior fits at full rate
        free_bits
            nats; a dimension whose KL is below, on average, sends the posterior none of it
        start
            int64 [B, L], x0 with cells open, what the prior sees of a block; None: nothing, or with draw "each_step" x
        """
        z, kl = None, noise.new_zeros(*noise.shape[:2], 0)
        if self.prior is not None:
            noise = self._within(noise, x0)
            q = self.posterior_of(x0, x)
            z = q.draw(noise.flatten(0, 1))
            seen = self._read_by_prior(self._start(x0, x) if start is None else start, None, x0)
            share = noise.new_full((noise.shape[2] // max(1, self.config.classes),), kl_weight)
            if free_bits:
                with torch.no_grad():
                    share = share * (self.prior.divergence(q, z, seen).mean(0) > free_bits)
            kl = self.prior.divergence(scale_gradient(q, share), z.detach(), seen).view(*noise.shape[:2], -1)
            z = z.view(noise.shape)
        counted = x0 != ABSENT
        if self.config.kind == "masked":
            counted = counted & (x == self.mask_id)
        h = self.states(x0 if self.config.kind == "autoregressive" else x, z, context=x0)
        nll = self._surprise(h[counted], x0[counted])
        return Terms(nll.new_zeros(x0.shape).masked_scatter(counted, nll), kl)

    def _surprise(self, h: Tensor, truth: Tensor) -> Tensor:
        """Nats [n] of symbols [n] by states [n, H]; of a large vocabulary in parts, whose logits are made again on the
        way back, so that memory holds those of one part.
        """

        def nats(h: Tensor, truth: Tensor) -> Tensor:
            return F.cross_entropy(self.readout(h), truth, reduction="none")

        at_once = max(1, MOST_LOGITS // self.mask_id)
        if len(h) <= at_once:
            return nats(h, truth)
        parts = zip(torch.split(h, at_once), torch.split(truth, at_once), strict=True)
        made = [checkpoint(nats, *part, use_reentrant=False, preserve_rng_state=False) for part in parts]
        return torch.cat(made)

    # How cells see each other ----------------------------------------------------------------------

    def _over(
        self,
        stack: Stack,
        x: Tensor,
        begin: int,
        past: Keys | None,
        context: Tensor | None,
        heard: Heard | None,
    ) -> Tensor:
        """States of a stack: of one block behind `past`, or of several, each behind those before it in `context`."""
        (_, n), mask = x.shape, None
        if n > self._cells(x):
            finished = x if context is None else context
            keys = stack.read(self.embed(finished), begin, past, self._blocks(begin, n, x.device))
            past = _joined(past, keys)
            mask = stream_mask(n, self._cells(x), x.device)
            if begin:
                mask = torch.cat([mask.new_ones(n, begin), mask], 1)
        h: Tensor = stack(self.embed(x), begin, past, mask, heard=heard)
        return h

    def _cells(self, x: Tensor) -> int:
        """Cells of a block of x [B, n]; a window that is one block may be of any length."""
        return self.config.block or x.shape[1]

    def _within(self, noise: Tensor, x: Tensor) -> Tensor:
        """The noise [B, N, Z] of regions that have cells: a window that is one block may be short."""
        c = self.config
        return noise[..., : Regions(c.regions, c.cells).within(self._cells(x)) * c.z_width // c.regions]

    def _blocks(self, begin: int, n: int, device: torch.device) -> Tensor | None:
        return block_mask(begin, n, self.config.block, device) if 0 < self.config.block < n else None

    def _causal(self, begin: int, n: int, device: torch.device) -> Tensor | None:
        return block_mask(begin, n, 1, device) if begin and n > 1 else None

    def _before(self, x: Tensor, cache: Cache) -> Tensor:
        """What an autoregressive model predicts each cell of x [B, n] from last: the token before; first, V."""
        last = x.new_full((len(x), 1), self.mask_id) if cache.last is None else cache.last
        return torch.cat([last, x[:, :-1]], 1)

    def _start(self, x0: Tensor, x: Tensor | None) -> Tensor:
        """What the prior sees of blocks as they begin."""
        if self.seen is not None and x is not None:
            return x
        return torch.where(x0 == ABSENT, ABSENT, self.mask_id)

    def _stack_of_prior(self) -> Stack:
        stack = None if self.prior is None else self.prior.stack
        if not isinstance(stack, Stack):
            raise ModelMismatch("the prior of this model reads nothing")
        return stack

    def _read_by_prior(self, start: Tensor, cache: Cache | None, context: Tensor | None) -> Tensor:
        """[B * N, R, H] features of the prior; empty where it reads nothing."""
        if self.prior is None or not self.prior.reads:
            return self.embedding.weight.new_zeros(0)
        cache = cache or Cache()
        h = self._over(self._stack_of_prior(), start, cache.n, cache.prior, context, None)
        return self.prior.features(h, self._cells(start))


def _joined(past: Keys | None, keys: Keys) -> Keys:
    """Keys and values of earlier cells, then those of later ones."""
    if past is None:
        return keys
    return [(torch.cat([a, c], 2), torch.cat([b, d], 2)) for (a, b), (c, d) in zip(past, keys, strict=True)]
