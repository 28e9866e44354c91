"""`picture`: the same noise with and without z, boards side by side as T goes up; needs matplotlib, the extra `plots`.

python -m benchmarks picture --without runs/sudoku-4x4-no-latent    measures and draws
python -m benchmarks picture                                        draws the committed result again
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from typer import Option

from vmdsolve.checker import accepts, violations
from vmdsolve.domains import Domain, get
from vmdsolve.errors import InvalidInput
from vmdsolve.model.checkpoint import load_model
from vmdsolve.model.folder import weights_in
from vmdsolve.model.packaged import weights_for
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN
from vmdsolve.sampler import Plan, Predictor, fill_boards, latent_keys

from ..driver import RESULTS, ROOT, Row, Run, table, wilson

__all__ = ["WITH", "WITHOUT", "measured", "run"]

METHOD = (
    "Boards from nothing: no rule masks a symbol, nothing is drawn again, the checker says what is valid. Both "
    "networks have the same shape and loops, and saw as many boards in training, copies counted. The n boards begin "
    "with the same keys of noise at every T and for both. With z: noise on the states is drawn, then the likeliest "
    "symbols are taken, order margin. Without z: symbols are drawn at temperature 1, in the better of two orders, "
    "random and margin, by the share of valid boards. T: network evaluations a board."
)
STEPS = (1, 2, 4, 8, 16)
WITH, WITHOUT = "with z", "without z"
SHOWN = 16  # boards that the file holds of each row: the first
OUT = ROOT / "docs" / "same-noise.svg"


def run(
    domain: Annotated[str, Option(help="Whose boards.")] = "sudoku-4x4",
    without: Annotated[Path | None, Option(help="Weights without a latent; none: draw what was measured.")] = None,
    weights: Annotated[Path | None, Option(help="Weights with one, instead of those that come along.")] = None,
    n: Annotated[int, Option(min=1, help="Boards a row.")] = 4000,
    seed: Annotated[int, Option(min=0, help="Of the noise.")] = 0,
    picture: Annotated[Path, Option(help="The file to draw: .svg or .png.")] = OUT,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """The same noise with and without z: boards side by side, and share valid by T."""
    from .picture_drawn import draw

    if without is None:
        rows = _known(domain)
    else:
        where = get(domain)
        files = {WITH: weights or weights_for(where, sampling=True), WITHOUT: without}
        rows = _run(where, files, n, seed, out)
    draw(get(domain), rows, picture)
    print(f"drawn {picture}")


def _known(domain: str) -> list[Row]:
    """The rows of the committed results for a domain: the newest."""
    from ..committed import known

    rows = [result["rows"] for result in known("picture") if result["parameters"]["domain"] == domain]
    if not rows:
        raise InvalidInput(f"no result of picture for {domain} is here: measure it, with --without WEIGHTS")
    return list(rows[0])


def _run(where: Domain, files: dict[str, Path | None], n: int, seed: int, out: Path) -> list[Row]:
    models: dict[str, VMD] = {}
    for name, file in files.items():
        if file is None:
            raise InvalidInput(f"no weights for {where.name} come along: name some with --weights")
        models[name] = load_model(weights_in(file), where)
        if bool(models[name].config.latent) == (name == WITHOUT):
            raise InvalidInput(f"{file} has latent {models[name].config.latent}; wanted weights {name}")
    about = {name: {"weights": weights_in(file).name, **_cost(models[name])} for name, file in files.items() if file}
    with Run("picture", METHOD, {"domain": where.name, "n": n, "seed": seed, "models": about}, (), out) as this:
        loops = max(model.config.loops for model in models.values())
        for name, model in models.items():
            for steps in STEPS:
                this.rows.append({"arm": name, **measured(where, model, steps, n, seed, loops)})
                this.keep()
        header = ["arm", "T", "order", "valid", "95%", "loops a board"]
        print(
            table(header, [[row[key] for key in ("arm", "T", "order", "valid", "range", "loops")] for row in this.rows])
        )
        return this.rows


def _cost(model: VMD) -> Row:
    told = {key: model.record.get(key) for key in ("puzzles", "step", "hours", "machine")}
    return {"numbers": sum(tensor.numel() for tensor in model.parameters()), "loops": model.config.loops, **told}


def measured(where: Domain, model: VMD, steps: int, n: int, seed: int, loops: int) -> Row:
    """n boards from nothing in T steps, each an evaluation of so many loops: how many are valid, and the first of them
    with the cells that clash.
    """
    rules, nothing = where.rules, np.full((n, where.rules.L), OPEN, np.int32)
    predict, keys = Predictor(model, rules, loops=loops), latent_keys(np.arange(n, dtype=np.uint64), 0)
    best: Row = {"share": -1.0}
    for order in ("margin",) if model.config.latent else ("random", "margin"):
        plan = Plan(steps=steps, order=order, temperature=0.0 if model.config.latent else 1.0, legal=False)
        filled = fill_boards(predict, rules, nothing, plan, keys=keys, seed=seed)
        good = accepts(rules, nothing, filled.values)
        if (share := float(good.mean())) > best["share"]:
            low, high = wilson(int(good.sum()), n)
            best = {
                "T": steps, "order": order, "n": n, "share": share, "valid": f"{share:.1%}",
                "range": f"{low:.1%} to {high:.1%}", "loops": round(float(filled.loops.mean()), 1),
                "boards": where.format_many(filled.values[:SHOWN]),
                "clashes": [_clashes(where, board) for board in filled.values[:SHOWN]],
            }  # fmt: skip
    return best


def _clashes(where: Domain, board: Any) -> list[int]:
    """The cells of a board that break a rule."""
    return sorted({cell for broken in violations(where.rules, board) for cell in broken.cells})
