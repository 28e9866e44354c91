"""What a run is told of a latent that it does not have is refused, and what it leaves says none of it."""

from __future__ import annotations

from typing import Any

import pytest

from vmdsolve.errors import InvalidInput
from vmdsolve.train.run import Run

NONE = {"domain": "latin-4", "latent": 0}
NOISE = {"domain": "latin-4", "preset": "matched"}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (
            {**NONE, "classes": 4},
            r"^classes is 4, which is of a latent, and latent is 0: give its width, such as 4, or",
        ),
        ({**NONE, "prior": "conditional"}, r"^prior is 'conditional', .* or leave prior at 'standard'$"),
        ({**NONE, "free_bits": 1.0}, r"^free_bits is 1.0, .* latent is 0"),
        ({**NONE, "settle": 0.5}, r"^settle is 0.5, .* latent is 0"),
        ({**NONE, "latent_kl": 0.5}, r"^latent_kl is 0.5, .* latent is 0"),
        ({**NONE, "kl_warmup": 0.5}, r"^kl_warmup is 0.5, .* latent is 0"),
        ({**NONE, "draw": "each_step"}, r"^draw is 'each_step', .* latent is 0"),
        ({**NONE, "sampling_still": True}, r"^sampling_still is True, .* latent is 0"),
        ({**NONE, "preset": "codes"}, r"^classes is 8, .* latent is 0"),
        ({"domain": "all-different", "classes": 4}, r"^classes is 4, .* latent is 0"),
        ({"domain": "sudoku-9x9", "init": "packaged", "latent": 0, "prior": "states"}, r"^prior is 'states', "),
        (
            {**NOISE, "free_bits": 1.0},
            r"^free_bits is 1.0, which is of a latent that is learned, and prior 'states' is",
        ),
        ({**NOISE, "latent_kl": 0.5}, r"^latent_kl is 0.5, .* leave latent_kl at 1.0$"),
    ],
)
def test_what_is_of_a_latent_that_is_not_there_is_refused(told: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        Run.of(told)


@pytest.mark.parametrize(
    "told",
    [
        {**NONE, "classes": 0, "prior": "standard", "free_bits": 0, "settle": 0.0, "latent_kl": 1.0, "draw": "once"},
        {"domain": "latin-4", "latent": 4, "classes": 4, "free_bits": 1.0, "prior": "conditional"},
        {"domain": "latin-4", "preset": "published"},
        {**NOISE, "draw": "each_step"},
    ],
)
def test_what_changes_nothing_or_something_is_taken(told: dict[str, Any]) -> None:
    assert Run.of(told).config.domain == "latin-4"


def test_weights_that_begin_a_run_without_a_latent_leave_nothing_of_theirs_in_its_config() -> None:
    run = Run.of({"domain": "sudoku-9x9", "init": "packaged", "latent": 0})
    assert (run.config.latent, run.config.prior, run.config.sampling.still) == (0, "standard", False)
    again = Run.of(run.told())
    assert (again.config, again.recipe, again.init) == (run.config, run.recipe, run.init)
