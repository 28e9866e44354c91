"""The study's arms: what is compared, at which size, and how each is trained and sampled.

    baseline     no latent: plain masked diffusion
    published    VMD as in arXiv 2510.23606: a Gaussian z of 8 dimensions, prior N(0, I), posterior that sees x_t,
                 lambda annealed to 1; sampled by its Algorithm 2
    codes        16 groups of 8 classes, an autoregressive prior fitted to the codes after the posterior has settled
    matched      z is noise on the states; of 32 copies of a board each learns the nearest of its answers

The others change one choice each. All arms of a cell see as many boards (copies count) in as many steps, with
the same loops, under the same learning rate, and have the same number of parameters within 5%: those with a smaller
latent get a wider block. Their times differ, so they are part of every row.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from vmdsolve.domains import Domain, get
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.law import Law, law_of
from vmdsolve.model.checkpoint import packaged
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN, Board, Rules
from vmdsolve.sampler import Plan, Predictor, fill_boards, latent_keys
from vmdsolve.train import Recipe, Trainer

from ..driver import Row

Floats = npt.NDArray[np.float32]

__all__ = ["ABLATIONS", "ARMS", "MAIN", "PACKAGED", "SETTINGS", "Arm", "Setting", "Timed", "Trained", "Variant",
           "measured", "record", "rounded", "settings_named", "trained", "widened"]  # fmt: skip

TOLERANCE = 0.05  # by how much the arms' numbers of parameters may differ
TILE = 512  # boards a network call of the study: its networks are small


@dataclass(frozen=True)
class Variant:
    """A way to sample one model; `name` is "once" or "each step", then "argmax" or "drawn"."""

    each_step: bool
    drawn: bool

    @property
    def name(self) -> str:
        return f"z {'each step' if self.each_step else 'once'}, {'drawn' if self.drawn else 'argmax'}"

    def plan(self, steps: int, blocks: int = 1, **more: Any) -> Plan:
        """The plan at `steps` evaluations. No rule masks a symbol.

        Drawn symbols go with a random order: to take first the symbols that came out probable would favour them, and
        what is sampled would no longer follow the model.
        """
        order, temperature = ("random", 1.0) if self.drawn else ("top_prob", 0.0)
        return Plan(
            steps=steps, blocks=blocks, each_step=self.each_step, temperature=temperature, order=order, legal=False,
            **more,
        )  # fmt: skip


ONCE = (Variant(False, False), Variant(False, True))
EVERY = (*ONCE, Variant(True, False), Variant(True, True))


@dataclass(frozen=True)
class Arm:
    """One of the compared: its latent, its recipe, its ways of sampling, and which of them is the headline."""

    name: str
    variants: tuple[Variant, ...]
    headline: Variant
    latent: Row = field(default_factory=dict)  # fields of ModelConfig
    recipe: Row = field(default_factory=dict)  # fields of Recipe


GAUSSIAN: Row = {"latent": 8, "classes": 0, "prior": "standard"}
CODES: Row = {"latent": 16, "classes": 8, "prior": "autoregressive"}
ANNEALED: Row = {"latent_kl": 1.0, "kl_warmup": 0.8}
FITTED: Row = {"latent_kl": 0.05, "kl_warmup": 0.3, "settle": 0.6}
MAIN = (
    Arm("baseline", ONCE, ONCE[1], {"latent": 0}),
    Arm("published", EVERY, ONCE[0], GAUSSIAN, {**ANNEALED, "draw": "each_step"}),
    Arm("codes", ONCE, ONCE[1], CODES, FITTED),
    Arm("matched", ONCE, ONCE[0], {"latent": 1, "classes": 0, "prior": "states"},
        {"batch": 3, "attempts": 32, "matched": True, "begin_noise": 1.0}),
)  # fmt: skip
ABLATIONS = (
    Arm("Gaussian, posterior sees the start", ONCE, ONCE[0], GAUSSIAN, ANNEALED),
    Arm("Gaussian, prior p(z | x_t)", EVERY, EVERY[2], {**GAUSSIAN, "prior": "conditional"},
        {**ANNEALED, "draw": "each_step"}),
    Arm("classes, uniform prior", ONCE, ONCE[1], {**CODES, "prior": "standard"}, {**FITTED, "latent_kl": 1.0}),
    Arm("classes, prior p(z | x_t)", ONCE, ONCE[1], {**CODES, "prior": "conditional"}, FITTED),
    Arm("codes, trained for z each step", EVERY, EVERY[3], CODES, {**FITTED, "draw": "each_step"}),
)  # fmt: skip
ARMS = {arm.name: arm for arm in (*MAIN, *ABLATIONS)}
PACKAGED = Arm("packaged", ONCE[:1], ONCE[0])  # the weights that come along, of another size and training than all arms


@dataclass(frozen=True)
class Setting:
    """What all arms of a domain share: the network's shape and the training."""

    width: int = 32
    hidden: int = 64  # of the arm with most parameters; the others' is made larger
    loops: int = 2
    steps: int = 1600
    batch: int = 96
    rate: float = 5e-3
    full: float = 0.6

    def config(self, domain: Domain, arm: Arm, hidden: int | None = None) -> ModelConfig:
        """The arm's model, with attention and positions."""
        rules = domain.rules
        return ModelConfig(
            domain.name, rules.relations, mixer="attention", width=self.width, hidden=hidden or self.hidden,
            loops=self.loops, positions=(rules.L, rules.V), **arm.latent,
        )  # fmt: skip

    def recipe(self, arm: Arm, seed: int, blocks: int, scale: float) -> Recipe:
        """The arm's training; `scale` multiplies its steps."""
        steps = max(1, round(self.steps * scale))
        return Recipe(**{
            "steps": steps, "batch": self.batch, "rate": self.rate, "warmup": min(100, steps // 4), "decay": 0.5,
            "weight_decay": 0.0, "loops": ((0.0, self.loops),), "free": 0, "data": "law", "full": self.full,
            "blocks": blocks, "ema": 0.99, "seed": seed, "bf16": False, **arm.recipe,
        })  # fmt: skip


SETTINGS = {
    "chain": Setting(hidden=32, steps=800),
    "chains": Setting(steps=1500),
    **{f"list-{task}-3": Setting(width=48, steps=1500) for task in ("copy", "reverse", "permute", "choice")},
    "hidden-markov-6": Setting(hidden=32, steps=1500),
    "sudoku-4x4": Setting(width=48, hidden=96, steps=3600, rate=3e-3, full=0.7),
}
TWO_TOKENS = Setting(hidden=32, steps=400)


def settings_named(name: str) -> Setting:
    """The setting of a domain."""
    if name not in SETTINGS and get(name).rules.L > 2:
        raise InvalidInput(f"the study has no setting for {name!r}; there are {', '.join(SETTINGS)}, and pairs")
    return SETTINGS.get(name, TWO_TOKENS)


# Size -----------------------------------------------------------------------------------------------------


def parameters(config: ModelConfig) -> int:
    """How many numbers a model of this shape learns, its posterior included."""
    with torch.device("meta"):  # nothing is allocated or drawn
        return sum(p.numel() for p in VMD(config).parameters())


def widened(domain: Domain, setting: Setting, arm: Arm) -> ModelConfig:
    """The arm's model, its block widened until it has as many parameters as `codes`, within TOLERANCE.

    >>> setting = settings_named("pair")
    >>> sizes = [parameters(widened(get("pair"), setting, arm)) for arm in MAIN]
    >>> max(sizes) / min(sizes) < 1 + TOLERANCE
    True
    """
    aim = parameters(setting.config(domain, ARMS["codes"]))
    low, high = 1, 4096
    while low < high:  # the narrowest that is not below the aim by more than half the tolerance
        middle = (low + high) // 2
        if parameters(setting.config(domain, arm, middle)) < aim * (1 - TOLERANCE / 2):
            low = middle + 1
        else:
            high = middle
    return setting.config(domain, arm, low)


# Training and sampling ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trained:
    """A model and what it cost."""

    domain: Domain
    law: Law
    arm: Arm
    model: VMD
    seconds: float
    about: Row


def trained(
    name: str, arm: Arm, seed: int, *, blocks: int = 1, scale: float = 1.0, setting: Setting | None = None
) -> Trained:
    """Train an arm on a domain's law, or take the packaged weights; `about` says with what, and of what latent."""
    if arm is PACKAGED:
        return come_along(name, seed)
    domain, setting = get(name), setting or settings_named(name)
    config, recipe = widened(domain, setting, arm), setting.recipe(arm, seed, blocks, scale)
    trainer = Trainer(domain, config, recipe)
    start = time.perf_counter()
    *_, last = trainer.run(every=max(1, recipe.steps // 10))
    seconds = time.perf_counter() - start
    about: Row = {
        "domain": name, "blocks": blocks, "arm": arm.name, "seed": seed, "steps": recipe.steps,
        "batch": recipe.batch * recipe.attempts,
        "parameters": sum(p.numel() for p in trainer.model.parameters()), "train_seconds": seconds,
        "latent_kl": last.kl, "active_units": last.active_units, "choices": fingerprint(config, recipe),
    }  # fmt: skip
    return Trained(domain, law_of(domain), arm, trainer.average.eval(), seconds, about)


def come_along(name: str, seed: int) -> Trained:
    """The weights that come along for a domain, sampled by this seed; what they cost is told by their record."""
    domain = get(name)
    model = packaged(domain, sampling=True)
    if model is None:
        raise InvalidInput(f"no weights for {name} come along")
    record = model.record
    recipe = Recipe.recorded(record)
    about: Row = {
        "domain": name, "blocks": 1, "arm": PACKAGED.name, "seed": seed, "steps": record["step"],
        "batch": recipe.batch * recipe.attempts, "parameters": sum(p.numel() for p in model.parameters()),
        "train_seconds": 3600.0 * record["hours"], "latent_kl": 0.0, "active_units": 0.0,
        "choices": fingerprint(model.config, recipe),
    }  # fmt: skip
    return Trained(domain, law_of(domain), PACKAGED, model, 0.0, about)


class Timed(Predictor):
    """A Predictor for n boards that counts the prior's draws and their time, in tiles of the study's size."""

    def __init__(self, model: VMD, rules: Rules, n: int) -> None:
        super().__init__(model, rules)
        self.tile = min(TILE, n)
        self.drawn, self.seconds = 0, 0.0

    def draw(self, x: Board, noise: Floats) -> Floats:
        start = time.perf_counter()
        z = super().draw(x, noise)
        self.seconds += time.perf_counter() - start
        self.drawn += len(x)
        return z


def measured(it: Trained, variant: Variant, nfe: int, n: int, **more: Any) -> tuple[Row, Board]:
    """One row: n samples of `it` at `nfe` evaluations, beside the law; and the samples."""
    L = it.domain.rules.L
    predict = Timed(it.model, it.domain.rules, n)
    start = time.perf_counter()
    plan = variant.plan(nfe, it.about["blocks"], **more)
    keys, boards = latent_keys(np.arange(n, dtype=np.uint64), 0), np.full((n, L), OPEN, np.int32)
    values = fill_boards(predict, it.domain.rules, boards, plan, keys=keys, seed=it.about["seed"]).values
    seconds = time.perf_counter() - start
    config = it.model.config
    none = dict.fromkeys(("standard", "states"), 0)
    calls = {**none, "conditional": 1, "autoregressive": config.latent}[config.prior] if config.latent else 0
    row: Row = {
        **it.about, "variant": variant.name, "headline": variant == it.arm.headline, "nfe": nfe,
        **asdict(it.law.compare(values)), "sample_seconds": seconds, "prior_draws": predict.drawn / n if calls else 0.0,
        "prior_calls": calls, "prior_share": predict.seconds / seconds if calls else 0.0,
    }  # fmt: skip
    return rounded(row), values


def rounded(row: Row) -> Row:
    """Floats to five digits, which is more than any of them means; what is not a number becomes null."""
    return {key: _digits(value) if isinstance(value, float) else value for key, value in row.items()}


def _digits(value: float) -> float | None:
    return float(f"{value:.5g}") if np.isfinite(value) else None


LATER = {
    name: getattr(Recipe(), name)
    for name in (
        "examples", "native", "hard", "hard_share", "later", "reveal", "batch_to", "tail", "tail_loops", "tail_free",
        "begin_noise", "path_noise", "attempts", "others", "matched", "dealt", "again", "price", "puzzles",
    )
} | {"pool": "mean", "fade": 0}  # fmt: skip


def essential(choices: ModelConfig | Recipe) -> dict[str, Any]:
    """Its fields; those that came after the first results only where they are not at their defaults."""
    return {name: value for name, value in asdict(choices).items() if LATER.get(name, ...) != value}


def fingerprint(config: ModelConfig, recipe: Recipe) -> str:
    """8 hex digits for every choice of a training but its seed: results under other choices are not mixed."""
    shape = {name: value for name, value in essential(config).items() if name not in ("symbols", "sampling", "noise")}
    said = json.dumps(shape, sort_keys=True) + json.dumps({**essential(recipe), "seed": None}, sort_keys=True)
    return hashlib.blake2b(said.encode(), digest_size=4).hexdigest()


def record(domains: Iterable[str], arms: Iterable[Arm]) -> Row:
    """The choices of a run in full, for the file that it leaves."""
    return {
        "settings": {name: asdict(settings_named(name)) for name in domains},
        "arms": {arm.name: {**arm.latent, **arm.recipe} for arm in arms},
    }
