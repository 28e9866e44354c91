"""transformers: a logits processor for `generate` of DiffusionGemma, whose text is the best token of every cell.

    processor = CanvasLogitsProcessor(grammar, model=model, prompt_length=ids.shape[1], max_new_tokens=512)
    model.generate(ids, max_new_tokens=512, logits_processor=processor.alone())

`generate` appends its own schedule of temperatures to the list that it is given: `alone()` makes a new list each time.
That schedule cannot be switched off, so the law is that of logits / temperature of the step, and what is written is
multiplied by it, to be divided again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ...arguments import whole
from ...errors import InvalidInput
from ..grammar import Grammar, grammars_of
from ..torch_ import Choose, constrain_logits_, off_tensor, per_row
from .texts import states_after

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["CanvasLogitsProcessor"]

TEMPERATURES = "LinearTemperatureScheduleLogitsProcessor"  # what `generate` appends


class CanvasLogitsProcessor:
    """Makes `generate` write texts of a grammar, one in each row, over one canvas or several.

    Parameters
    ----------
    grammar
        one, or one for each row
    model
        whose `config.canvas_length` and `generation_config` say how long canvases are, how many steps they take and
        by which temperatures
    prompt_length, max_new_tokens
        as `generate` is called; texts end within `max_new_tokens`, rounded up to whole canvases
    choose
        "draw" from the exact law, or its most probable text: "argmax"
    seed, requests
        of the random numbers; requests are those of the rows, by default 0, 1, ..
    max_denoising_steps, t_min, t_max
        where `generate` is called with others than the model's

    Notes
    -----
    Logits become log-marginals in which the text's token changed places with the best: acceptance, early stop and
    self-conditioning read entropies, which stay as they are.
    """

    def __init__(
        self,
        grammar: Grammar | Sequence[Grammar],
        *,
        model: Any,
        prompt_length: int,
        max_new_tokens: int,
        choose: Choose = "draw",
        seed: int = 0,
        requests: Sequence[int] | None = None,
        max_denoising_steps: int | None = None,
        t_min: float | None = None,
        t_max: float | None = None,
    ) -> None:
        self.grammar, self.choose, self.seed, self.requests = grammar, choose, seed, requests
        self.prompt_length = whole(prompt_length, "prompt_length", 0)
        self.canvas_length = whole(model.config.canvas_length, "canvas_length", 1)
        self.canvases = -(-whole(max_new_tokens, "max_new_tokens", 1) // self.canvas_length)
        grammars_of(grammar, self.canvases * self.canvas_length, "max_new_tokens, in whole canvases,")
        config = model.generation_config
        self.steps = max_denoising_steps or getattr(config, "max_denoising_steps", None) or 48
        self.t_min = _first(t_min, getattr(config, "t_min", None), 0.4)
        self.t_max = _first(t_max, getattr(config, "t_max", None), 0.8)

    def alone(self, *before: Any) -> Any:
        """A new `LogitsProcessorList` for one call of `generate`; processors of yours come before this one.

        Raises
        ------
        InvalidInput
            At a step: a processor of yours takes tokens away in some cells and not in others, as top-k does by how
            likely they are, and so those of the text too. Or one follows, but for `generate`'s own temperatures.
        """
        base: Any = import_module("transformers").LogitsProcessorList

        def call(processors: Any, input_ids: Tensor, scores: Tensor, **options: Any) -> Any:
            at = processors.index(self)
            self._refuse_others(processors[at + 1 :])
            for other in processors[:at]:
                impossible = scores == -math.inf
                scores = base.__call__(base([other]), input_ids, scores, **options)
                taken = (scores == -math.inf) & ~impossible
                if scores.ndim == 3 and bool((taken & ~(taken | impossible).all(1, keepdim=True)).any()):
                    raise InvalidInput(
                        f"{type(other).__name__} takes tokens away in some cells and not in others, those of the text "
                        "too; leave it out"
                    )
            return base.__call__(base(processors[at:]), input_ids, scores, **options)

        return type("Alone", (base,), {"__call__": call})([*before, self])

    def _refuse_others(self, after: Sequence[Any]) -> None:
        """Refuse what comes after a text is drawn, but for `generate`'s own temperatures, which leave it as it is."""
        for name in (type(other).__name__ for other in after):
            if name != TEMPERATURES:
                raise InvalidInput(f"{name} would change the text that was drawn; leave it out, or put it first")
        if len(after) > 1:
            raise InvalidInput("this list was given to generate before; make a new one by alone() for each call")

    def __call__(self, input_ids: Tensor, scores: Tensor, cur_step: Any) -> Tensor:
        """What `generate` calls at each step; `cur_step` are the steps that remain, this one counted."""
        if scores.ndim != 3:
            raise InvalidInput(
                f"scores have shape {list(scores.shape)}; wanted those of a canvas [B, L, V]: this processor is for "
                "diffusion models, a left-to-right model wants another"
            )
        written = input_ids[:, self.prompt_length :]
        done, odd = divmod(written.shape[1], self.canvas_length)
        if odd or input_ids.shape[1] < self.prompt_length or done >= self.canvases:
            raise InvalidInput(
                f"{input_ids.shape[1]} tokens are no prompt of {self.prompt_length} and whole canvases of "
                f"{self.canvas_length}, up to {self.canvases} of them; make a processor for this prompt and length"
            )
        remaining = int(cur_step)
        temperature = self.t_min + (self.t_max - self.t_min) * (remaining / self.steps)
        rows = per_row(self.grammar, len(scores))
        out = scores.clone()
        constrain_logits_(
            out,
            rows,
            states=states_after(rows, off_tensor(written)),
            left=(self.canvases - done - 1) * self.canvas_length,
            temperature=temperature,
            scale=temperature,
            how="swap",
            choose=self.choose,
            seed=self.seed,
            requests=self.requests,
            canvas=done,
            step=remaining,
        )
        return out


def _first(*values: float | None) -> float:
    return next(float(value) for value in values if value is not None)
