"""Recipe: every choice of a training run besides the model's shape; saved with the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput, ModelMismatch
from ..measure.seeds import EVALUATION_SEED
from ..model.config import DRAWS
from ..model.fields import check, choice

if TYPE_CHECKING:
    from ..kernels.state_noise import StateNoise

__all__ = ["RISING", "UNTOLD", "Recipe", "rising"]

UNTOLD = -1  # steps of a rise that nobody told; a recipe holds the number that it comes to
RISING = "100, or a tenth of the steps where that is fewer"


def rising(steps: int) -> int:
    """Over how many of its steps a training's rate rises where nobody says: a short one reaches its rate, too.

    Examples
    --------
    >>> rising(50), rising(1000), rising(6000)
    (5, 100, 100)
    """
    return min(100, steps // 10)


@dataclass(frozen=True)
class Recipe:
    """Every choice of a training run besides the model's shape.

    Attributes
    ----------
    steps
        optimiser steps of the whole run; the learning rate's schedule depends on it
    batch
        B, boards a step
    batch_to
        boards at the last step: they grow from `batch`, by the same factor a step, while the rate falls. A step takes
        them in parts of `batch`, so that it needs no more memory. 0: as many all along
    rate
        peak learning rate of AdamW: linear warm-up, constant, then linear decay over the last `decay`
    warmup
        steps over which it rises; not told, `rising` says how many
    loops
        ((from this fraction of the steps on, loops), ...), ascending; supervised, with gradient
    free
        up to so many loops more before those, without gradient, drawn anew each step once `loops` has reached its last
        value: the network learns to go on from where it has come to
    tail
        share of the steps, at the end, in which the network goes far and only the end of its way counts: `tail_loops`
        loops are supervised then, after up to `tail_free` without gradient
    begin_noise
        noise on the states before the first loop, in deviations of a state; 0: all boards begin alike
    path_noise
        noise on the states after each loop but the last, likewise
    attempts
        K, copies of each board that differ in this noise: the loss of the best counts, and a little that of the others
    others
        what all the others count together, as a share of the board's loss
    matched
        each copy of a board learns an answer of its own: with data "law" the nearest, and none takes much more than its
        share of the copies, see matching.py; with data "answers" one that is near, found by search, see near.py. For
        a latent "states", or none
    dealt
        where matched: share of a board's copies that answers get by the law, whatever these say, so that none is left
        out; the others take the nearest. Where answers are many more than copies, more of it blurs what is learned
    again
        where matched: nats that an answer costs more for each copy that learns it already, so that a copy which is
        nearly as near to another learns that one
    price
        where matched, with data "law": nats by which an answer costs more from then on for each copy that learns it
        beyond its due, and less for each that falls short, see prices.py; 0: what was learned is forgotten
    later
        how much more later loops count in the loss: loop i of n as (i / n) to this power; 0: all alike
    solving
        share of boards whose clues are all visible (masks as they occur while solving); the others are masked freely
    reveal
        which cells of a solving board are visible besides its clues: "random", or "ease": those first that exact
        propagation leaves the fewest symbols, as a solver would fill them
    full
        share of the boards at t = 1: nothing but the clues is visible on the solving ones
    data
        "problems": the generator's, each with one answer; "law": answers drawn from the domain's law, which is listed;
        "answers": answers that the generator makes; "examples": answers drawn from a file
    examples
        that file
    hard
        a file of problems, a line each, to mix among those of the generator, such as `generate --harder` makes
    hard_share
        share of the boards that are drawn from it
    givens
        unless data is "problems": fewest and most cells visible at the start
    puzzles
        with data "answers", share of the boards that begin as problems of the generator, with their one answer, so
        that the weights learn to solve, too
    blocks
        unless data is "problems": left to right in so many blocks, each with its own z
    draw
        "once": posterior and prior see the start, as when z is drawn once a sample; "each_step": they see x_t, as when
        z is drawn anew at every step (and as the paper trains)
    weighting
        "cells": every masked cell counts the same; "elbo": a board masked at time t counts w(t) = 1 / t, as the ELBO
        has it, which favours boards with few open cells
    latent_kl
        lambda of the ELBO for the posterior, reached linearly over the first `kl_warmup` of the steps; a learned prior
        fits at full rate, so that 0.25 is what is called balancing the KL 0.8 to 0.2
    free_bits
        nats of a latent dimension or group that cost nothing
    settle
        share of the steps, at the end, in which z is the posterior's likeliest classes and no longer drawn, so that the
        prior can fit the codes; in the second half of them nothing moves the posterior
    ema
        decay of the averaged weights, which are what is saved
    bf16
        products may be of bfloat16: on a GPU and in torch they are; natively where that is faster on this CPU, which is
        with AMX, or with AVX512-BF16 on AMD's, else they are of float32
    native
        the denoiser's loops, forward and back, by the native kernel where there is one: mixer "messages" on a CPU.
        False: by torch, as runs were trained before there was a kernel, and as they are resumed
    compile
        torch.compile the block; the loops are then torch's
    """

    steps: int = choice(6000, "Optimiser steps of the whole run.", low=1)
    batch: int = choice(64, "Boards a step.", low=1, high=65_536)
    batch_to: int = choice(0, "Boards at the last step, growing while the rate falls.", low=0, high=65_536)
    rate: float = choice(4e-3, "Peak learning rate.", low=0, high=1000)
    warmup: int = choice(UNTOLD, "Steps over which the rate rises.", low=UNTOLD)
    decay: float = choice(0.4, "Share of the steps over which the rate falls.", low=0, high=1)
    weight_decay: float = choice(0.01, "Of AdamW.", low=0, high=1000)
    clip: float = choice(1.0, "Greatest norm of the gradient.", low=0, high=1_000_000)
    loops: tuple[tuple[float, int], ...] = ((0.0, 8), (0.1, 16))
    free: int = choice(16, "Up to so many loops without gradient before the others.", low=0, high=65_536)
    tail: float = choice(0.0, "Share of the steps, at the end, in which the last loops alone count.", low=0, high=1)
    tail_loops: int = choice(8, "Loops with gradient then.", low=1, high=65_536)
    tail_free: int = choice(128, "Up to so many without, before them.", low=0, high=65_536)
    begin_noise: float = choice(0.0, "Noise on the states before the first loop, in deviations.", low=0, high=1000)
    path_noise: float = choice(0.0, "Noise on the states between loops, in deviations of a state.", low=0, high=1000)
    attempts: int = choice(1, "K, copies of a board that differ in noise; the best counts.", low=1, high=1024)
    others: float = choice(0.1, "Share of the loss that the other copies have.", low=0, high=1)
    matched: bool = choice(False, "Each copy learns an answer near to it; data 'law' or 'answers'.")
    dealt: float = choice(0.5, "Where matched: share of the copies dealt by the law.", low=0, high=1)
    again: float = choice(
        0.0, "Where matched: nats an answer costs for each copy that has it already.", low=0, high=1000
    )
    price: float = choice(
        0.0, "Where matched to a law: nats an answer's price moves by a copy beyond its due.", low=0, high=1000
    )
    later: float = choice(1.0, "How much more later loops count; 0: all alike.", low=0, high=1000)
    solving: float = choice(0.9, "Share of the boards whose clues are all visible.", low=0, high=1)
    reveal: str = choice("random", "Which cells are visible besides the clues.", among=("random", "ease"))
    full: float = choice(0.3, "Share of the boards that show nothing but their clues.", low=0, high=1)
    data: str = choice("problems", "Where answers come from.", among=("problems", "law", "answers", "examples"))
    examples: str = choice("", "A file of answers to learn from: lines of L characters.")
    hard: str = choice("", "A file of problems to mix among those made, as of `generate --harder 100 -o F.txt`.")
    hard_share: float = choice(0.5, "Share of the boards that are from it.", low=0, high=1)
    givens: tuple[int, int] = (0, 0)
    puzzles: float = choice(0.0, "Share of problems with one answer among boards of data 'answers'.", low=0, high=1)
    blocks: int = choice(1, "Left to right in so many blocks; not for problems.", low=1, high=65_536)
    draw: str = choice("once", "How often sampling will draw z.", among=DRAWS)
    weighting: str = choice("cells", "elbo: boards count by w(t) = 1 / t.", among=("cells", "elbo"))
    latent_kl: float = choice(1.0, "Weight of the KL for the posterior.", low=0, high=1)
    kl_warmup: float = choice(0.1, "Share of the steps over which it rises.", low=0, high=1)
    free_bits: float = choice(0.0, "Nats of each dimension or group that cost nothing.", low=0, high=1_000_000)
    settle: float = choice(0.0, "Share of the steps, at the end, with z the likeliest classes.", low=0, high=1)
    ema: float = choice(0.998, "Decay of the averaged weights.", low=0, high=1)
    seed: int = choice(0, "Of the weights, the puzzles and the masks.", low=0, high=EVALUATION_SEED - 1)
    bf16: bool = choice(True, "Allow bfloat16 products where they are faster.")
    native: bool = choice(True, "Loops by the native kernel where there is one, or by torch.")
    compile: bool = choice(False, "torch.compile the block.")

    def __post_init__(self) -> None:
        check(self, InvalidInput)
        if self.warmup == UNTOLD:
            object.__setattr__(self, "warmup", rising(self.steps))
        object.__setattr__(self, "loops", _schedule(self.loops))
        object.__setattr__(self, "givens", _givens(self.givens))
        for name in ("rate", "clip"):
            if not (value := getattr(self, name)) > 0:
                raise InvalidInput(f"{name} is {value!r}; wanted a number above 0, or nothing is learned")
        if self.data == "problems" and (self.blocks > 1 or self.givens != (0, 0)):
            raise InvalidInput(
                "blocks and givens go with data 'law', 'answers' or 'examples'; problems of the generator have their "
                "own clues"
            )
        if (self.data == "examples") != bool(self.examples):
            raise InvalidInput(f"data is {self.data!r}, examples {self.examples!r}; data 'examples' goes with a file")
        if self.batch_to and self.batch_to < self.batch:
            raise InvalidInput(f"batch_to is {self.batch_to}; wanted {self.batch} or more, as batch is, or 0")
        if self.attempts > 1 and not self.begin_noise + self.path_noise:
            raise InvalidInput(
                f"attempts is {self.attempts}, and nothing tells them apart; give begin_noise or path_noise, too"
            )
        if self.matched and (self.attempts == 1 or self.data not in ("law", "answers") or self.blocks > 1):
            raise InvalidInput(
                "matched goes with attempts of 2 or more, data 'law' or 'answers', and one block; attempts is "
                f"{self.attempts}, data {self.data!r}, blocks is {self.blocks}"
            )
        if self.price and not (self.matched and self.data == "law"):
            told = f"matched is {self.matched}, data {self.data!r}"
            raise InvalidInput(f"price is {self.price}, {told}; prices go with matched and data 'law'")
        if self.puzzles and self.data != "answers":
            raise InvalidInput(f"puzzles is {self.puzzles}, data is {self.data!r}; puzzles go with data 'answers'")
        if self.hard and not (self.data == "problems" or self.puzzles):
            raise InvalidInput(
                f"hard is {self.hard!r}, data is {self.data!r}; hard problems go with data 'problems', or with puzzles"
            )

    @staticmethod
    def recorded(record: Any, **before: Any) -> Recipe:
        """The recipe in the record of a run or of weights.

        Parameters
        ----------
        record
            What stands in the file; what it does not say has its default.
        **before
            Other defaults, for what records of an earlier version do not say.

        Raises
        ------
        ModelMismatch
            It has no recipe that this version knows.
        """
        try:
            return Recipe(**{**before, **record.get("recipe", {})})
        except (AttributeError, TypeError, InvalidInput) as error:
            raise ModelMismatch(f"the recipe cannot be read by this version: {error}") from error

    def place_at(self, step: int, begun: int, spent: float, seconds: float | None) -> int:
        """Where in the schedule a run is at `step`: there, or further on, so that it comes to its end with the clock.

        Parameters
        ----------
        step
            Steps that are done.
        begun
            Of them those that were done when the clock began.
        spent, seconds
            How long the run has taken, and may take; None: as long as it takes.

        Examples
        --------
        >>> recipe = Recipe(steps=1000)
        >>> recipe.place_at(10, 0, 30, 60), recipe.place_at(10, 0, 30, None), recipe.place_at(990, 0, 30, 60)
        (499, 10, 990)
        """
        if seconds is None:
            return step
        share = min(1.0, spent / seconds) if seconds > 0 else 1.0
        return max(step, begun + int(share * (self.steps - 1 - begun)))

    def batch_at(self, step: int) -> int:
        """Boards at `step`.

        Examples
        --------
        >>> recipe = Recipe(steps=1000, batch=64, batch_to=1024, decay=0.5)
        >>> [recipe.batch_at(step) for step in (0, 500, 750, 1000)]
        [64, 64, 256, 1024]
        """
        grown = max(0.0, 1 - (self.steps - step) / max(1.0, self.decay * self.steps))
        factor: float = (max(self.batch, self.batch_to) / self.batch) ** grown
        return round(self.batch * factor)

    def in_tail(self, step: int) -> bool:
        """Whether only the last loops count at `step`."""
        return self.tail > 0 and step >= (1 - self.tail) * self.steps

    def loops_at(self, step: int) -> int:
        """Supervised block applications at `step`."""
        if self.in_tail(step):
            return self.tail_loops
        return next(n for start, n in reversed(self.loops) if step >= start * self.steps)

    def most_free_at(self, step: int) -> int:
        """The most loops without gradient at `step`."""
        if self.in_tail(step):
            return self.tail_free
        return self.free if step >= self.loops[-1][0] * self.steps else 0

    def free_at(self, step: int, place: int | None = None) -> int:
        """Loops without gradient at `step`."""
        import numpy as np  # here, for the command line reads the fields above

        most = self.most_free_at(step if place is None else place)
        return int(np.random.default_rng((self.seed, step, 1)).integers(most + 1))

    def noise_at(self, step: int, boards: int) -> StateNoise | None:
        """Noise on the states of so many boards at `step`, each of which has `attempts` copies; None without."""
        if not self.begin_noise + self.path_noise:
            return None
        import numpy as np

        from ..kernels.state_noise import StateNoise

        keys = np.random.default_rng((self.seed, step, 3)).integers(2**64, size=boards * self.attempts, dtype=np.uint64)
        return StateNoise(keys, self.begin_noise, self.path_noise)

    def rate_at(self, step: int, place: int | None = None) -> float:
        """Learning rate at `step`, or there when the run is further on in its schedule, at `place`."""
        at, warm = step if place is None else place, (step + 1) / max(1, self.warmup)
        if at > step:  # by the clock: then a tenth of the time is enough to rise
            warm = max(warm, 10 * at / self.steps)
        tail = (self.steps - at) / max(1.0, self.decay * self.steps)
        return self.rate * min(1.0, warm, max(0.01, tail))

    def code_at(self, step: int) -> str:
        """What z is at `step`: "drawn" from the posterior, its "likeliest" classes, or these with codes "frozen"."""
        if step < (1 - self.settle) * self.steps:
            return "drawn"
        return "likeliest" if step < (1 - self.settle / 2) * self.steps else "frozen"

    def kl_weight_at(self, step: int) -> float:
        """lambda at `step`."""
        return self.latent_kl * min(1.0, (step + 1) / max(1.0, self.kl_warmup * self.steps))


def _schedule(loops: Any) -> tuple[tuple[float, int], ...]:
    """Shares of the steps, from 0 to below 1 and ascending, each with a number of loops."""
    try:
        schedule = tuple((float(share), int(n)) for share, n in loops)
    except (TypeError, ValueError):
        schedule = ()
    shares = [share for share, _ in schedule]
    ascending = shares[:1] == [0.0] and sorted(set(shares)) == shares and shares[-1] < 1
    if not ascending or not all(1 <= n <= 65_536 for _, n in schedule):
        raise InvalidInput(
            f"loops is {loops!r}; wanted SHARE:LOOPS,... with shares from 0 to below 1, as in 0:8,0.1:16"
        )
    return schedule


def _givens(givens: Any) -> tuple[int, int]:
    """The fewest cells given, and the most."""
    try:
        fewest, most = (int(n) for n in givens)
    except (TypeError, ValueError):
        fewest, most = 1, 0
    if not 0 <= fewest <= most:
        raise InvalidInput(f"givens is {givens!r}; wanted a number of cells, or FEWEST:MOST, as in 3:8")
    return fewest, most
