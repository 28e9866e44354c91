"""Which weights a result is of: their fingerprint, and whether they are those that come along."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import Any

from vmdsolve.model.names import former_name
from vmdsolve.model.packaged import packaged_files
from vmdsolve.model.stored import load_tensors

from .driver import Row

__all__ = ["come_along", "fingerprint", "told", "used"]

DIGITS = 12


def fingerprint(tensors: dict[str, Any]) -> str:
    """12 hex digits that tell one set of weights from another, by what sampling uses of them.

    Layers count by the names that they first had, so that results are still of the weights they were measured with.
    """
    digest = hashlib.blake2b(digest_size=DIGITS // 2)
    named = {former_name(name): tensor for name, tensor in tensors.items() if not name.startswith("posterior.")}
    for name in sorted(named):
        digest.update(name.encode() + named[name].detach().cpu().numpy().tobytes())
    return digest.hexdigest()


@cache
def come_along() -> dict[str, str]:
    """Names of the weights that come along, by fingerprint."""
    return {fingerprint(load_tensors(path)[0]): path.stem for path in packaged_files()}


def used(*names: str) -> Row:
    """Of weights that come along, their fingerprints by name: what a result says that it is of."""
    return {name: digits for digits, name in come_along().items() if name in names}


def told(parameters: Row) -> str:
    """What a result's parameters say of weights, in words; "" where they say nothing.

    Examples
    --------
    >>> told({"model": "0123456789ab"}), told({"n": 3})
    (', earlier weights (0123456789ab)', '')
    """
    named = parameters.get("weights")
    digits = [*named.values()] if isinstance(named, dict) else [parameters.get("model")]
    here = come_along()
    said = [
        f"weights {here[one]} ({one})" if one in here else f"earlier weights ({one})"
        for one in digits
        if isinstance(one, str) and re.fullmatch(rf"[0-9a-f]{{{DIGITS}}}", one)
    ]
    return "".join(f", {one}" for one in said)
