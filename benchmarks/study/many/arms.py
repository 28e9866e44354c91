"""The arms of problems with many answers: how each is trained, and the ways in which each is sampled.

    no latent            plain masked diffusion. Drawn symbols follow the model's law; or the likeliest, with noise on
                         the order of cells, or with noise on states that it was not trained with; or, before all
                         others, the cells that are least certain, one an evaluation, at no training of its own
    published            VMD as in arXiv 2510.23606: Gaussian z, prior N(0, I), posterior that sees x_t
    Gaussian, p(z | x)   the same with a prior that sees the tokens
    codes                4 groups of 8 classes, an autoregressive prior fitted after the posterior has settled
    codes, each step     the same, trained for z anew at every step
    cells                z is values of cells, asked one by one by a network of its own
    noise in the mask    what the network begins with is noise, and it learns one answer drawn without regard to it: the
                         idea of arXiv 2605.10518, in which masked cells carry noise in place of the mask's embedding,
                         no encoder and no KL. Here given cells carry it, too; their value is told again at every loop
    winner takes all     32 copies of a board with noise of their own; the one nearest to the answer learns it
    matched              32 copies, each of which learns the nearest of the board's answers, see train/matching.py
    packaged             the weights that come along, where there are any: of another size and training; as `sample`
                         draws by them, a board leaves the loops as it settles

All others have as many parameters within 5%, all parts counted, and see as many boards (copies count) in as many steps
with the same loops. All have learned positions: what a code says goes to all cells and symbols alike, and without
positions it could not tell one from another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from vmdsolve.domains import Domain
from vmdsolve.errors import InvalidInput
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import SECOND_NOISE, Plan

from ...driver import Row
from ..arms import ANNEALED, FITTED, GAUSSIAN, TOLERANCE, parameters

__all__ = ["ARMS", "PACKAGED", "Arm", "Way", "named", "sized"]

COPIES = 32
BEGIN_NOISE = 1.0
DRAWN: Row = {"order": "random", "temperature": 1.0}
LIKELIEST: Row = {"order": "top_prob"}


def _itself(model: VMD, _questions: int) -> VMD:
    return model


def _stirred(model: VMD, _questions: int) -> VMD:
    """The network of a model without latent, with noise on its states; it has no weight more."""
    out = VMD(replace(model.config, latent=1, classes=0, prior="states", noise=(BEGIN_NOISE, 0.0)))
    out.denoiser = model.denoiser
    return _still(out)


def _asked(model: VMD, questions: int) -> VMD:
    """The network of a model without latent, with itself as the prior that is asked for cells."""
    out = VMD(replace(model.config, latent=questions, prior="cells"))
    out.denoiser = model.denoiser
    out.get_submodule("cells").network = model.denoiser
    return _still(out)


def _still(model: VMD) -> VMD:
    return model.requires_grad_(False).eval()


@dataclass(frozen=True)
class Way:
    """How a model is sampled: fields of Plan, and what is done to the model before."""

    name: str
    options: Row
    change: Callable[[VMD, int], VMD] = _itself
    main: bool = False  # it stands in the main table, at all evaluations

    def plan(self, steps: int) -> Plan:
        """The plan at so many evaluations; no rule masks a symbol."""
        return Plan(steps=steps, legal=False, **self.options)


ONCE = (Way("z once, likeliest", LIKELIEST, main=True), Way("z once, drawn", DRAWN))
EACH = (
    Way("z each step, likeliest", {**LIKELIEST, "each_step": True}),
    Way("z each step, drawn", {**DRAWN, "each_step": True}),
)


def _main(ways: tuple[Way, ...], name: str) -> tuple[Way, ...]:
    return tuple(replace(way, main=way.name == name) for way in ways)


@dataclass(frozen=True)
class Arm:
    """One training and the ways in which it is sampled."""

    name: str
    ways: tuple[Way, ...]
    latent: Row = field(default_factory=dict)  # fields of ModelConfig
    recipe: Row = field(default_factory=dict)  # fields of Recipe
    copies: int = 1  # of each board; the recipe has so many times fewer boards


CODES: Row = {"latent": 4, "classes": 8, "prior": "autoregressive"}
STATES: Row = {"latent": 1, "classes": 0, "prior": "states"}
NOISE: Row = {"begin_noise": BEGIN_NOISE}
EACH_STEP: Row = {"draw": "each_step"}
NO_LATENT = Arm(
    "no latent",
    (
        Way("drawn", DRAWN, main=True),
        Way("likeliest", LIKELIEST),
        Way("order noise", {**LIKELIEST, "noise": SECOND_NOISE}, main=True),
        Way("state noise", LIKELIEST, _stirred, main=True),
        Way("cells asked", LIKELIEST, _asked, main=True),
    ),
    {"latent": 0},
)
TRAINED = (
    NO_LATENT,
    Arm("published", (*ONCE, *EACH), GAUSSIAN, {**ANNEALED, **EACH_STEP}),
    Arm("Gaussian, p(z | x)", _main((*ONCE, *EACH), "z each step, likeliest"), {**GAUSSIAN, "prior": "conditional"},
        {**ANNEALED, **EACH_STEP}),
    Arm("codes", _main((*ONCE, *EACH[1:]), "z once, drawn"), CODES, FITTED),
    Arm("codes, each step", _main(EACH, "z each step, drawn"), CODES, {**FITTED, **EACH_STEP}),
    Arm("cells", ONCE, {"prior": "cells", "classes": 0}),  # so many as the setting has questions
    Arm("noise in the mask", (*ONCE, EACH[0]), STATES, NOISE),
    Arm("winner takes all", (*ONCE, EACH[0]), STATES, NOISE, COPIES),
    Arm("matched", (*ONCE, EACH[0]), STATES, {**NOISE, "matched": True}, COPIES),
)  # fmt: skip
SETTLED = Way("z once, till it settles", {**LIKELIEST, "settle": True, "counted_first": True}, main=True)
PACKAGED = Arm("packaged", (SETTLED,))
ARMS = {arm.name: arm for arm in (*TRAINED, PACKAGED)}


def named(names: str) -> list[Arm]:
    """Arms of an option: names between semicolons, or all."""
    wanted = list(ARMS) if names == "all" else names.split(";")
    if unknown := [name for name in wanted if name not in ARMS]:
        raise SystemExit(f"unknown arm {unknown[0]!r}; there are {'; '.join(ARMS)}, or all")
    return [ARMS[name] for name in wanted]


def sized(domain: Domain, arm: Arm, width: int, loops: int, questions: int, pool: str = "mean") -> ModelConfig:
    """The arm's model, as wide as it takes to have as many parameters as one of this width without latent.

    >>> from vmdsolve.domains import get
    >>> sizes = [parameters(sized(get("latin-5"), arm, 32, 8, 4)) for arm in TRAINED]
    >>> max(sizes) / min(sizes) < 1 + TOLERANCE
    True
    """
    latent = {"latent": questions} | arm.latent

    def config(H: int, N: int, **fields: Any) -> ModelConfig:
        fixed: dict[str, Any] = {"loops": loops, "positions": (domain.rules.L, domain.rules.V), "pool": pool}
        return ModelConfig.of(domain, width=H, message=H, hidden=N, **fixed, **(fields or latent))

    aim = parameters(config(width, 2 * width, latent=0))
    H = bisect_left(range(width), aim, lo=4, key=lambda H: parameters(config(H, 2 * H)))
    H = min((H - 1, H), key=lambda H: abs(parameters(config(H, 2 * H)) - aim))
    now, step = (parameters(config(H, 2 * H + more)) for more in (0, 1))
    best = config(H, max(1, 2 * H + round((aim - now) / (step - now))))
    if abs(parameters(best) / aim - 1) > TOLERANCE / 2:
        raise InvalidInput(f"no {arm.name} has {aim:,} parameters within {TOLERANCE / 2:.1%}; make all wider")
    return best
