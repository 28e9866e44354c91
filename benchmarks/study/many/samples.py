"""Samples of posed problems by one model under one plan, and one row of what is measured of them."""

from __future__ import annotations

import time
from collections import Counter
from functools import cache
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np

from vmdsolve.checker import accepts
from vmdsolve.model.slots import SLOTS, slotted
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import Board
from vmdsolve.sampler import Filled, Plan, Predictor, fill_boards, latent_keys
from vmdsolve.sampler.keys import board_keys

from ...driver import Row
from .asking import Asking
from .measures import Marginals, broken, chance, classes, departure, even, expected, floors, found, of_law
from .subjects import Posed, Subject

__all__ = ["COVER", "Amount", "measured"]

COVER = (1, 5, 20, 100)
LEAST_VALID = 50  # samples of a problem whose marginals are compared
LEAN = 4  # at many evaluations there are so many times fewer samples of what has most
TILE = 256  # boards a call of torch: these networks are small


class Amount(NamedTuple):
    """How much is measured: problems, samples where one problem alone has nothing given, and of every other."""

    problems: int
    n: int
    samples: int

    @property
    def lean(self) -> Amount:
        """For many evaluations."""
        return self._replace(n=max(self.samples, self.n // LEAN))

    def of(self, posed: list[Posed]) -> list[int]:
        """Samples of each problem."""
        alone = sum(one.whole for one in posed) == 1
        return [self.n if alone and one.whole else self.samples for one in posed]


def measured(
    subject: Subject, posed: list[Posed], model: VMD, plan: Plan, amount: Amount, seed: int, threads: int
) -> Row:
    """Everything about the samples of these problems, over all of them and by grade."""
    sizes = amount.of(posed)
    begun = time.process_time()
    filled = [
        part for group in _groups(posed) for part in zip(group, _filled(
            [posed[i] for i in group], [sizes[i] for i in group], model, plan, seed, threads
        ), strict=True)
    ]  # fmt: skip
    seconds = time.process_time() - begun
    each = {i: _of_one(subject, posed[i], values, nfe, loops) for i, (values, nfe, loops) in filled}
    rows = [each[i] for i in range(len(posed))]
    grades = dict.fromkeys(one.grade for one in posed)
    by_grade = {g: _summed([row for row, one in zip(rows, posed, strict=True) if one.grade == g]) for g in grades}
    return {**_summed(rows), **_beside_law(rows), "sample_seconds": seconds, "grades": by_grade}


def _groups(posed: list[Posed]) -> list[list[int]]:
    """Numbers of problems by board: those of one board are sampled together."""
    out: dict[int, list[int]] = {}
    for i, one in enumerate(posed):
        out.setdefault(id(one.domain), []).append(i)
    return list(out.values())


def _filled(posed: list[Posed], sizes: list[int], model: VMD, plan: Plan, seed: int, threads: int) -> list[Any]:
    """(values [n, L], NFE, loops) of each problem; all have one board."""
    domain = posed[0].domain
    rules = domain.rules if model.config.relations != SLOTS else slotted(domain.rules)
    predict = (Asking if model.config.prior == "cells" and model.config.latent else Predictor)(
        model, rules, threads=threads
    )
    predict.tile = TILE
    starts = np.stack([one.start for one in posed])
    of = board_keys(domain.rules, starts)
    latents = np.stack([latent_keys(of, latent) for latent in range(max(sizes))], axis=1)
    keys = np.concatenate([row[:n] for row, n in zip(latents, sizes, strict=True)])
    boards = np.repeat(starts, sizes, axis=0)
    done: Filled = fill_boards(predict, rules, boards, plan, keys=keys, seed=seed)
    ends = np.cumsum(sizes)[:-1]
    parts = (np.split(array, ends) for array in (done.values, done.nfe, done.loops))
    return [*zip(*parts, strict=True)]


def _of_one(subject: Subject, one: Posed, values: Board, nfe: Board, loops: Board) -> Row:
    """What the samples [n, L] of one problem are."""
    n, rules = len(values), one.domain.rules
    right = accepts(rules, np.repeat(one.start[None], n, 0), values)
    good = values[right]
    counts = Counter(row.tobytes() for row in np.ascontiguousarray(good, np.int32))
    ks = [k for k in COVER if k <= n]
    row: Row = {
        "n": n, "right": int(right.sum()), "conflicts": int(broken(one.domain, values).sum()),
        "nfe": int(nfe.sum()), "loops": int(loops.sum()), "S": one.S,
        "found": {k: found(counts.values(), n, k) for k in ks},
        "expected": {k: expected(one.S, k) for k in ks},
    }  # fmt: skip
    if not one.whole:
        return row
    if one.law is not None:
        even(one.law)
        it, (kl, variation) = one.law.compare(values), floors(len(one.law.p), n)
        row |= {"kl": it.kl, "kl_floor": kl, "variation": it.variation, "variation_floor": variation}
    if subject.key is not None:
        row["classes"] = len({*subject.key(good)})
        if one.law is not None:
            row["classes_even"] = classes(_keys_of(subject, one), n)
    marginals = subject.marginals if one.law is None else _marginals_of(one)
    if marginals is not None and len(good) >= LEAST_VALID:
        row["chi_square"], row["freedom"] = departure(marginals, good, rules.V)
    return row


@cache
def _keys_of(subject: Subject, one: Posed) -> list[bytes]:
    return [] if subject.key is None or one.law is None else subject.key(one.law.boards)


@cache
def _marginals_of(one: Posed) -> Marginals | None:
    return None if one.law is None else of_law(one.law, one.domain.rules.V)


def _summed(rows: list[Row]) -> Row:
    """Over some problems: means in which all count alike, and coverage weighted by how much there is to cover."""
    counted = [k for k in COVER if all(k in row["found"] for row in rows)]
    found_by, even_by = ({k: sum(row[of][k] for row in rows) for k in counted} for of in ("found", "expected"))
    known = [row for row in rows if row["S"] is not None and 20 in row["found"]]

    def share(of: str) -> float:
        return fmean(row[of] / row["n"] for row in rows)

    return {
        "problems": len(rows), "n": sum(row["n"] for row in rows), "valid": share("right"),
        "cover": {str(k): found_by[k] / even_by[k] for k in counted},
        "share_20": sum(row["found"][20] / row["S"] for row in known) / len(known) if known else None,
        "conflicts": share("conflicts"), "nfe": share("nfe"), "applications": share("loops"),
    }  # fmt: skip


def _beside_law(rows: list[Row]) -> Row:
    """Means over problems with nothing given; chi-squares of different problems add up."""
    out: Row = {}
    for name in ("kl", "kl_floor", "variation", "variation_floor", "classes", "classes_even"):
        held = [row[name] for row in rows if name in row]
        out[name] = sum(held) / len(held) if held else None
    tested = [row for row in rows if "chi_square" in row]
    square, freedom = (sum(row[name] for row in tested) for name in ("chi_square", "freedom"))
    out |= {"chi_square": square, "freedom": freedom, "chance": chance(square, freedom)} if tested else {
        "chi_square": None, "freedom": None, "chance": None
    }  # fmt: skip
    return out
