"""diffusers: schedulers of DiffusionGemmaPipeline that commit nothing but texts of a grammar.

    pipeline.scheduler = constrained(pipeline.scheduler, grammar, gen_length=256, canvas_length=256)
    pipeline(prompt, gen_length=256)

The scheduler given (BlockRefinementScheduler, DiscreteDDIMScheduler, EntropyBoundScheduler, or another that has their
`step`) does what it always does, with logits that say one text; at a canvas's last step that text is what the canvas
holds, where the scheduler itself might leave noise in cells that it did not accept.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from ...arguments import choice, whole
from ...errors import InvalidInput
from ..grammar import Grammar, grammars_of
from ..torch_ import CHOOSE, Choose, constrain_logits_, off_tensor, per_row
from .texts import states_after

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["constrained"]

REFUSED = ("top_p", "top_k")


def constrained(
    scheduler: Any,
    grammar: Grammar | Sequence[Grammar],
    *,
    gen_length: int,
    canvas_length: int,
    choose: Choose = "draw",
    seed: int = 0,
    requests: Sequence[int] | None = None,
) -> Any:
    """A scheduler like this one, whose canvases are texts of the grammar; the one given is not changed.

    Parameters
    ----------
    scheduler
        of diffusers, for discrete tokens
    grammar
        one, or one for each row
    gen_length, canvas_length
        as the pipeline is called, and the model's `config.canvas_length`; texts end within whole canvases
    choose
        "draw" from the exact law, or its most probable text: "argmax"
    seed, requests
        of the random numbers

    Raises
    ------
    InvalidInput
        No such scheduler or grammar, or too few tokens for a text. At a step: a temperature above 0, top-k or top-p,
        which choose cell by cell and break the text.
    """
    base: Any = type(scheduler)
    if not all(callable(getattr(scheduler, name, None)) for name in ("step", "set_timesteps")):
        what = f"scheduler is a {base.__name__}"
        raise InvalidInput(f"{what}; wanted one of diffusers for discrete tokens, such as BlockRefinementScheduler()")
    canvases = -(-whole(gen_length, "gen_length", 1) // whole(canvas_length, "canvas_length", 1))
    grammars_of(grammar, canvases * canvas_length, "gen_length, in whole canvases,")
    choice(choose, "choose", CHOOSE)

    class OfTexts(base):  # type: ignore[misc]  # which class that is, is known when it is called
        _texts: Tensor | None = None
        _before: Sequence[list[int]] = ()
        _canvas = 0

        def set_timesteps(self, *arguments: Any, **options: Any) -> None:
            """As the scheduler; a new batch of texts begins."""
            super().set_timesteps(*arguments, **options)
            self._texts, self._before, self._canvas = None, (), 0

        def step(self, model_output: Tensor, timestep: Any, sample: Tensor, *arguments: Any, **options: Any) -> Any:
            """As the scheduler, on logits that say one text; that text at the last step."""
            import torch

            _refuse(options)
            rows, at = per_row(grammar, len(sample)), int(timestep)
            if at == 0 and self._texts is not None:  # the text of the last step is what that canvas became
                before = self._before or [[] for _ in rows]
                self._before = [was + new for was, new in zip(before, off_tensor(self._texts), strict=True)]
                self._texts, self._canvas = None, self._canvas + 1
            if self._canvas >= canvases:
                raise InvalidInput(f"a canvas follows the {canvases} that gen_length={gen_length} leaves room for")
            held = torch.full_like(sample, -1)
            committed = getattr(self, "_committed", None)
            if at > 0 and committed is not None and committed.shape == sample.shape:
                held = torch.where(committed, sample, held)
            if at > 0 and self._texts is not None:  # a row that came back whole is finished, and stays
                whole_rows = (sample == self._texts).all(dim=1, keepdim=True)
                held = torch.where(whole_rows, sample, held)
            logits = model_output.clone()
            temperature = _temperature(self, at)
            self._texts = constrain_logits_(
                logits,
                rows,
                held=held,
                states=states_after(rows, self._before or [[] for _ in rows]),
                left=(canvases - self._canvas - 1) * sample.shape[1],
                temperature=temperature,
                scale=temperature,
                how="swap" if temperature != 1 else "cap",
                choose=choose,
                seed=seed,
                requests=requests,
                canvas=self._canvas,
                step=at,
            )
            out = super().step(logits, timestep, sample, *arguments, **options)
            if at != self.num_inference_steps - 1:
                return out
            if isinstance(out, tuple):
                return (self._texts.clone(), *out[1:])
            out.prev_sample = self._texts.clone()
            return out

    OfTexts.step.__signature__ = inspect.signature(base.step)  # type: ignore[attr-defined]  # pipelines read it
    OfTexts.set_timesteps.__signature__ = inspect.signature(base.set_timesteps)  # type: ignore[attr-defined]
    OfTexts.__name__ = OfTexts.__qualname__ = base.__name__
    out = copy(scheduler)
    out.__class__ = OfTexts
    return out


def _temperature(scheduler: Any, at: int) -> float:
    """What the scheduler will divide the logits by, as EntropyBoundScheduler does."""
    config = scheduler.config
    if not (hasattr(config, "t_min") and hasattr(config, "t_max")):
        return 1.0
    fraction = (scheduler.num_inference_steps - at) / scheduler.num_inference_steps
    return float(config.t_min + (config.t_max - config.t_min) * fraction)


def _refuse(options: dict[str, Any]) -> None:
    if options.get("temperature"):
        raise InvalidInput(
            f"temperature is {options['temperature']}; wanted 0: texts are drawn here, noise cell by cell breaks them"
        )
    for name in REFUSED:
        if options.get(name):
            raise InvalidInput(f"{name} is {options[name]}; leave it out: it takes tokens away, those of the text too")
