"""What is known of a kind of problems, as plain values: for whoever lists kinds, shows one, or asks for an example."""

from __future__ import annotations

import sys
from typing import Any

from .. import domains
from ..domains import Domain
from ..errors import InvalidInput
from ..plain import clean, cut

__all__ = ["told_of"]

SIGNS = (".", "0", "-", "_", "?", "*", "x")  # that may mean an open cell


def told_of(name: str, size: str = "") -> dict[str, Any]:
    """What is known of a kind, as plain values; why it cannot be made, where that is so.

    Parameters
    ----------
    name, size
        as `domains.find` tells them; "" the usual size

    Examples
    --------
    >>> told_of("latin", "3")["example"], told_of("killer")["sizes"]
    ('.........', "each problem's own")
    """
    of = domains.families()[name]
    told: dict[str, Any] = {
        "kind": name, "about": "", "sizes": of.sizes or "one", "usual": of.default or "", "weights": "no",
        "names": list(of.named), "aliases": list(of.aliases),
    }  # fmt: skip
    shown = size or of.shown or of.default or ""
    try:
        domain = domains.get(f"{name}:{shown}" if shown else name)
        asked = size or (shown if of.sizes and shown != of.default else "")
        told |= {"about": domain.about or _sentence(domain), "text_form": domain.text_form}
        told["said"] = f"{name}:{asked}" if asked else name
        problem = domain.parse(domain.example) if shown == of.shown and domain.example else None
        if problem is None and not isinstance(domain, domains.Family):
            problem = domain.problem()
        if isinstance(domain, domains.Family):
            told["parameters"] = domain.parameters
            told["sizes"] = of.sizes or "each problem's own"
        if problem is not None:
            board = domains.layout_of(problem)
            told |= {
                "domain": domain.name, "example": board.write(problem.values), "picture": board.render(problem.values),
                "symbols": board.symbols, "open": [sign for sign in SIGNS if _is_open(board, sign)],
                "weights": _weights([domain.name] if size else of.named, board),
            }  # fmt: skip
    except Exception as error:  # what a package does is its own; the others are listed all the same
        if size:
            raise
        told["about"] = f"cannot be made: {error}"
    return {**told, "about": clean(cut(told["about"]))}


def _sentence(domain: Domain) -> str:
    """What the author of a domain says of it, where the class has no `about`."""
    of = type(domain)
    said = vars(of).get("__doc__") or getattr(sys.modules.get(of.__module__), "__doc__", None) or ""
    return " ".join(said.strip().split("\n\n")[0].split())


def _is_open(board: Domain, sign: str) -> bool:
    try:
        return bool((board.parse(sign * board.rules.L).values < 0).all())
    except InvalidInput:
        return False


def _weights(names: Any, board: Domain) -> str:
    from ..model.packaged import SAMPLE, packaged_files, weights_for
    from ..model.sizes import kind_of

    own = {path.stem.removesuffix(SAMPLE) for path in packaged_files()} & {*names, board.name, kind_of(board)}
    return "own" if own else "shared" if weights_for(board) else "no"
