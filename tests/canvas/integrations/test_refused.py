"""What no client can be made of is refused when it is made, in a sentence, before a model runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from helpers.grammars import lists

from vmdsolve.canvas import CanvasMatcher
from vmdsolve.canvas.grammar import grammars_of
from vmdsolve.canvas.integrations.diffusers import constrained
from vmdsolve.canvas.integrations.transformers import CanvasLogitsProcessor
from vmdsolve.errors import InvalidInput

V, EOS = 64, 1
MODEL = SimpleNamespace(config=SimpleNamespace(canvas_length=4), generation_config=SimpleNamespace())


class Scheduler:
    """As much of one as is looked at."""

    def step(self, model_output: Any, timestep: Any, sample: Any) -> tuple[Any, Any, Any]:
        return model_output, timestep, sample

    def set_timesteps(self, steps: int) -> None:
        self.num_inference_steps = steps


def of_diffusers(grammar: Any, room: int) -> Any:
    return constrained(Scheduler(), grammar, gen_length=room, canvas_length=4)


def of_transformers(grammar: Any, room: int) -> Any:
    return CanvasLogitsProcessor(grammar, model=MODEL, prompt_length=3, max_new_tokens=room)


def of_a_denoiser(grammar: Any, room: int) -> Any:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from vmdsolve.canvas.integrations.denoiser import Constrained

    return Constrained(torch.nn.Identity(), grammar, prompt_length=3, gen_length=room, mask_id=V)


@pytest.mark.parametrize("client", [of_diffusers, of_transformers, of_a_denoiser])
def test_grammars_that_are_none_or_have_no_room_are_refused_by_name(client: Any) -> None:
    good = lists(V, EOS, items=5)
    least = int(good.least[good.start])
    assert least > 4
    client(good, 64)
    client([good, good], 64)
    for wrong, told in (
        ({"type": "object"}, "grammar is a dict; wanted a Grammar"),
        ("[a-z]+", "grammar is a str; wanted a Grammar"),
        (None, "grammar is a NoneType; wanted a Grammar"),
        ([good, {}], "a grammar of 2 is a dict; wanted a Grammar"),
        ([], "grammar is an empty list; wanted one for each row"),
    ):
        with pytest.raises(InvalidInput, match=told.replace("[", r"\[")):
            client(wrong, 64)
    with pytest.raises(InvalidInput, match=f"a text needs {least} tokens and .* is 4; give it more"):
        client(good, 4)
    assert grammars_of(good, least, "room") == [good]


def test_what_is_no_scheduler_is_refused() -> None:
    for wrong in ("BlockRefinementScheduler", None, Scheduler.step):
        with pytest.raises(InvalidInput, match=r"scheduler is a \w+; wanted one of diffusers for discrete tokens"):
            constrained(wrong, lists(V, EOS), gen_length=64, canvas_length=4)


@pytest.mark.parametrize(("wrong", "name"), [({}, "dict"), ([lists(V, EOS)], "list")])
def test_a_matcher_is_of_one_grammar(wrong: Any, name: str) -> None:
    with pytest.raises(InvalidInput, match=f"grammar is a {name}; wanted a Grammar"):
        CanvasMatcher(wrong)
