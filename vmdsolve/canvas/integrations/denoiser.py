"""Masked models: a denoiser whose logits say a text of the grammar, for loops that only know the denoiser.

LLaDA's `generate`, Dream's `diffusion_generate` and diffusers' `LLaDA2Pipeline` call model(x) with prompt, committed
tokens and masks in x, and commit some of the best tokens. A wrapped denoiser pins what is committed, draws one text for
the open cells, and gives the client no better token than the text's.

    pipeline = LLaDA2Pipeline(model=Constrained(model, grammar, prompt_length=n, gen_length=128, mask_id=mask), ...)

Run the client at temperature 0: noise that it adds cell by cell would break the text. With how="only" no noise can.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ...arguments import choice, flag, whole
from ...errors import InvalidInput
from ..grammar import Grammar, grammars_of
from ..torch_ import CHOOSE, HOW, Choose, How, constrain_logits_, per_row

__all__ = ["Constrained"]


class Constrained(nn.Module):
    """A denoiser of masked tokens, constrained.

    Parameters
    ----------
    model
        gives logits [B, cells, V], alone or as `.logits`, for tokens x [B, cells]; None where only `hook` is used
    grammar
        one, or one for each row
    prompt_length, gen_length
        where the text lies in x. x may be shorter, as it is in loops over blocks: what is beyond comes later
    mask_id
        the token of open cells; the grammar must not take it
    how, choose
        see `vmdsolve.canvas.torch_`; "cap" is for clients that commit by confidence
    shifted
        True where the client uses the logits at place i for cell i + 1, as Dream's loop does
    seed, requests
        of the random numbers; `request` of a row is its number unless given

    Notes
    -----
    Committed cells are pinned: a client that edits what it has committed finds nothing to change.
    """

    def __init__(
        self,
        model: Any,
        grammar: Grammar | Sequence[Grammar],
        *,
        prompt_length: int,
        gen_length: int,
        mask_id: int,
        how: How = "cap",
        choose: Choose = "draw",
        shifted: bool = False,
        temperature: float = 1.0,
        seed: int = 0,
        requests: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self.model = model
        self.grammar, self.requests, self.seed, self.temperature = grammar, requests, seed, temperature
        self.prompt_length = whole(prompt_length, "prompt_length", 0)
        self.gen_length = whole(gen_length, "gen_length", 1)
        self.mask_id = whole(mask_id, "mask_id", 0)
        self.how: Any = choice(how, "how", HOW)
        self.choose: Any = choice(choose, "choose", CHOOSE)
        self.shifted = flag(shifted, "shifted")
        if self.shifted and self.prompt_length < 1:
            raise InvalidInput("shifted logits begin after the first token; wanted a prompt of one token or more")
        for one in grammars_of(grammar, self.gen_length, "gen_length"):
            if mask_id < one.V and one.token_class[mask_id]:
                raise InvalidInput(f"the grammar takes token {mask_id}, the mask; leave it out of the vocabulary")

    @property
    def config(self) -> Any:
        """The model's."""
        return self.model.config

    @property
    def device(self) -> torch.device:
        """Where the model's weights are."""
        return next((p.device for p in self.parameters()), torch.device("cpu"))

    @property
    def dtype(self) -> torch.dtype:
        """That of the model's weights."""
        return next((p.dtype for p in self.parameters()), torch.float32)

    def forward(self, x: Tensor, *arguments: Any, **options: Any) -> Any:
        """The model's output, its logits of the text's cells replaced."""
        out = self.model(x, *arguments, **options)
        if isinstance(out, Tensor):
            return self._constrained(x, out, int(self.shifted))
        out.logits = self._constrained(x, out.logits, int(self.shifted))
        return out

    def hook(self, _step: Any, x: Tensor, logits: Tensor) -> Tensor:
        """For loops that let logits be changed, Dream's `generation_logits_hook_func`; those of cell i at place i."""
        return self._constrained(x, logits, 0)

    def _constrained(self, x: Tensor, logits: Tensor, back: int) -> Tensor:
        first, last = self.prompt_length, min(self.prompt_length + self.gen_length, x.shape[1])
        if bool((x[:, :first] == self.mask_id).any()):
            raise InvalidInput(
                "the prompt holds masks: classifier-free guidance mixes the logits of two calls, which breaks any text;"
                " switch it off (cfg_scale=0), or wrap the model that mixes them"
            )
        if last <= first:
            return logits
        cells = x[:, first:last]
        held = self._closed(torch.where(cells == self.mask_id, -1, cells))
        part = logits[:, first - back : last - back].clone()
        constrain_logits_(
            part,
            self.grammar,
            held=held,
            left=self.prompt_length + self.gen_length - last,
            temperature=self.temperature,
            how=self.how,
            choose=self.choose,
            seed=self.seed,
            requests=self.requests,
            step=int((held < 0).sum(dim=1).max()) % 65_536,
        )
        out = logits.clone()
        out[:, first - back : last - back] = part
        return out

    def _closed(self, held: Tensor) -> Tensor:
        """Tokens after a committed EOS are whatever the client pads with: they are left to the grammar."""
        rows = per_row(self.grammar, len(held))
        for b, grammar in enumerate(rows):
            if not grammar.eos:
                continue
            ends = torch.isin(held[b], torch.tensor(grammar.eos, device=held.device)).nonzero()
            if len(ends):
                after = held[b, int(ends[0]) + 1 :]
                allowed = torch.tensor([*grammar.eos, *grammar.pad], device=held.device)
                after[~torch.isin(after, allowed)] = -1
        return held
