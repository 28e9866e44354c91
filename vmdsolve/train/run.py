"""Run: what a training was told, checked and made whole before anything is waited for; then its Trainer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..domains import Domain, Family, get
from ..errors import InvalidInput
from ..model.about import about, domain_of
from ..model.config import ModelConfig, Sampling
from ..model.packaged import packaged_file
from ..problem import OPEN
from ..search import solve_values
from .config import checked, told_of
from .graphs import Graphs
from .idle import refuse_idle
from .keys import PACKAGED, PUZZLES, RECIPE, SAMPLING, SHAPE, Keys, givens_of, loops_of
from .mixture import Mixture
from .presets import OURS, best, left_open
from .queens import Chessboards
from .recipe import Recipe
from .stream import SOURCES, check_source

if TYPE_CHECKING:
    from .ranks import Ranks
    from .trainer import Trainer

__all__ = ["Run", "layers", "learned"]

STATE = "state.safetensors"
MIXTURES: dict[str, type[Mixture]] = {one.name: one for one in (Mixture, Graphs, Chessboards)}  # as configs say
NO_LATENT = {"classes": 0, "prior": "standard"}
LISTED, NODES = 20_000, 200_000  # answers that are listed, and what search may spend to see that there are no more


def layers(*given: Mapping[str, Any], table: Keys = PUZZLES) -> dict[str, Any]:
    """Keys of one run from several places, later ones counting more; below them all the preset that they name.

    That named `ours` stays a name: which it is depends on what is learned.

    Examples
    --------
    >>> told = layers({"preset": "codes", "latent": 4}, {"steps": 100})
    >>> told["latent"], told["classes"], told["steps"], "preset" in told
    (4, 8, 100, False)
    """
    told: dict[str, Any] = {}
    for one in given:
        told |= one
    name = told.pop("preset", "")
    if name == OURS and table is PUZZLES:
        return {"preset": name, **told}
    return {**(table.preset(name, told) if name else {}), **told}


@dataclass(frozen=True)
class Run:
    """A training as it was told to be.

    Attributes
    ----------
    domain
        what it learns
    config
        the model's shape
    recipe
        all else
    init
        the weights that it begins with; None: random ones
    resumed
        the folder of the run that it goes on with; None: it is new
    preset
        the one that it was given since none was named and its problems have many answers; "": none was

    Examples
    --------
    >>> run = Run.of({"domain": "latin-4", "steps": 100, "preset": "baseline"})
    >>> run.domain.name, run.recipe.steps, run.config.latent
    ('latin-4', 100, 0)
    """

    domain: Domain | Mixture
    config: ModelConfig
    recipe: Recipe
    init: Path | None = None
    resumed: Path | None = None
    preset: str = ""

    @staticmethod
    def of(told: Mapping[str, Any], resumed: Path | None = None, *, domain: Domain | Mixture | None = None) -> Run:
        """A run from the keys of its config, as `read_config` or `checked` gives them. torch is not needed yet.

        Parameters
        ----------
        told
            Values by key; what is not there has its default, or its value in the run that is resumed.
        resumed
            The folder of a run to go on with.
        domain
            What `learned` makes of the keys; None: it is made here.

        Raises
        ------
        InvalidInput
            What cannot be trained so.
        """
        told = layers(checked(told))
        named = told.pop("preset", "")  # ours, or none
        domain = domain or learned(told, resumed)
        chosen = _best(domain) if resumed is None and (named or left_open(told)) else {}
        if named and not chosen and not isinstance(domain, Mixture):  # of one answer, as far as anybody says
            chosen = _if_many(domain) or {"preset": best(domain.rules.L)}
        given = "" if named else chosen.get("preset", "")
        told = layers(chosen, told)
        recipe = {name: told[name] for name in RECIPE if name in told}
        recipe |= {"loops": loops_of(told["loops"])} if "loops" in told else {}
        recipe |= {"givens": givens_of(told["givens"])} if "givens" in told else {}
        if told.get("examples"):
            recipe = {"data": "examples", **recipe}
        if resumed is not None:
            said = about(resumed / STATE)
            before = Recipe.recorded(said.record, native=False)  # a run from before there was a kernel goes on without
            return Run(domain, _shaped(said.config, domain, told), replace(before, **recipe), resumed=resumed)
        if isinstance(domain, Mixture):
            recipe = {"data": domain.sources[0], **recipe}
        plan = Recipe(**recipe)
        check_source(domain, plan)
        if not (begin := told.get("init")):
            config = _new_config(domain, plan, told)
            _refuse_idle(told, config)
            return Run(domain, config, plan, preset=given)
        path = packaged_file(domain.name) if begin == PACKAGED else Path(begin)
        if path is None:
            raise InvalidInput(f"no weights come along for {domain.name}; name a file, or train without --init")
        config = _shaped(replace(about(path).config, loops=plan.loops[-1][1]), domain, told)
        _refuse_idle(told, config)
        if config.stirs:  # as the weights know it, where nobody says otherwise
            begin_noise, path_noise = config.noise
            plan = Recipe(**{"begin_noise": begin_noise, "path_noise": path_noise, **recipe})
        return Run(domain, config, plan, path)

    def told(self, **others: Any) -> dict[str, Any]:
        """All keys of its config, with these others."""
        return told_of(self.domain, self.recipe, self.config, self.init, **others)

    def trainer(self, device: str = "cpu", ranks: Ranks | None = None) -> Trainer:
        """The Trainer, where the run has come to; `ranks`: this process among those that train together.

        Raises
        ------
        InvalidInput
            Weights or a state that do not fit, see `Trainer`.
        """
        from .ranks import ALONE
        from .trainer import Trainer

        made = Trainer(self.domain, self.config, self.recipe, device, ranks or ALONE)
        if self.init is not None:
            made.begin_with(self.init)
        if self.resumed is not None:
            made.resume(self.resumed)
        return made


def learned(told: Mapping[str, Any], resumed: Path | None = None) -> Domain | Mixture:
    """What is trained on: named, or told by a run to resume, or made from examples.

    Raises
    ------
    InvalidInput
        There is no such domain, or none of these tells.
    """
    name, examples = told.get("domain"), told.get("examples")
    if not name and resumed is not None:
        name = about(resumed / STATE).config.domain
        if name not in MIXTURES:
            return domain_of(resumed / STATE) or Mixture()
    if name:
        if name in MIXTURES:
            return MIXTURES[name]()
        domain = get(name)  # which may have other names, too
        return MIXTURES[domain.name]() if domain.name in MIXTURES else domain
    if not examples:
        raise InvalidInput("name a domain, see `vmdsolve domains`, or a file of --examples; to --resume, a --run-dir")
    from .examples import domain_from

    return domain_from(examples)


def _best(domain: Domain | Mixture) -> dict[str, Any]:
    """The preset and data that are best where problems have many answers; nothing where they have not, or no rules.

    Which it is depends on how many cells there are, and whether the answers are few enough to be listed beforehand.
    """
    if isinstance(domain, Mixture):
        return {"preset": best(0, listed=False), "data": domain.sources[0]} if domain.many_answers else {}
    return _if_many(domain) if domain.many_answers else {}


def _if_many(domain: Domain) -> dict[str, Any]:
    """What `_best` says of a domain that has many answers; nothing without rules, or without answers so soon."""
    if isinstance(domain, Family) or not domain.rules.constraints:
        return {}
    nothing = np.full((1, domain.rules.L), OPEN, np.int32)
    found = solve_values(domain.rules, nothing, limit=LISTED + 1, node_limit=NODES, threads=1)
    if not found.counts[0]:  # none, or none so soon: nothing to learn from
        return {}
    listed = bool(found.complete[0] and found.counts[0] <= LISTED)
    return {"preset": best(domain.rules.L, listed=listed), "data": "law" if listed else "answers"}


def _new_config(domain: Domain | Mixture, plan: Recipe, told: Mapping[str, Any]) -> ModelConfig:
    """The shape of a new model."""
    placed = _positions(domain, plan.data not in SOURCES)
    mixer = "messages" if domain.rules.constraints else "attention"  # messages go along rules
    shape = {"loops": plan.loops[-1][1], "positions": placed, "mixer": mixer, **_shape(domain, told)}
    shape["sampling"] = Sampling(**_sampling(told))
    if isinstance(domain, Mixture):  # an answer that is the only one leaves a latent nothing to say
        dead = {} if domain.many_answers else {"latent": 0}
        return ModelConfig(domain.name, domain.relations, **{"pool": domain.pool, **dead, **shape})
    return ModelConfig.of(domain, **shape)


def _shaped(config: ModelConfig, domain: Domain | Mixture, told: Mapping[str, Any]) -> ModelConfig:
    """A shape that there is, with what is told in its place; where that is no latent, nothing of it is left."""
    shape, sampling = _shape(domain, told), _sampling(told)
    if shape.get("latent") == 0:
        shape, sampling = {**NO_LATENT, **shape}, {"still": False, **sampling}
    return replace(config, **shape, sampling=replace(config.sampling, **sampling))


def _refuse_idle(told: Mapping[str, Any], config: ModelConfig) -> None:
    defaults = {name: one.default for name, one in {**RECIPE, **SHAPE, **SAMPLING}.items()}
    refuse_idle(told, defaults, latent=config.latent, learned=config.divergences > 0)


def _shape(domain: Domain | Mixture, told: Mapping[str, Any]) -> dict[str, Any]:
    shape = {name: told[name] for name in SHAPE if name in told}
    shape |= {"loops": told["evaluation_loops"]} if "evaluation_loops" in told else {}
    return shape | ({"positions": _positions(domain, told["positions"])} if "positions" in told else {})


def _sampling(told: Mapping[str, Any]) -> dict[str, Any]:
    return {one.name: told[name] for name, one in SAMPLING.items() if name in told}


def _positions(domain: Domain | Mixture, wanted: bool) -> tuple[int, int]:
    """How many cells and symbols have embeddings: all, or none; where boards differ in size no cell has one."""
    L = 0 if isinstance(domain, Mixture) else domain.rules.L
    return (L, domain.rules.V) if wanted else (0, 0)
