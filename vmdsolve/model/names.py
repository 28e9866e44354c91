"""Names of layers, and what they were called in files of the first format."""

from __future__ import annotations

__all__ = ["FIRST_FORMAT", "FORMAT", "current_name", "former_name"]

FIRST_FORMAT, FORMAT = "vmdsolve-1", "vmdsolve-2"
FORMER = {
    "message": "speak",
    "qkv": "speak",
    "self_update": "keep",
    "symbol_update": "hear_symbols",
    "unit_updates": "hear_units",
    "attention_update": "hear",
    "update": "write",
    "readout_norm": "read_norm",
    "readout": "read",
    "project": "see",
    "earlier": "before",
}
_CURRENT = {former: name for name, former in FORMER.items() if former != "speak"}


def current_name(former: str, mixer: str) -> str:
    """What a tensor of the first format is called now.

    Examples
    --------
    >>> current_name("denoiser.speak.bias", "messages"), current_name("denoiser.speak.bias", "attention")
    ('denoiser.message.bias', 'denoiser.qkv.bias')
    """
    known = {**_CURRENT, "speak": "qkv" if mixer == "attention" else "message"}
    return ".".join(known.get(part, part) for part in former.split("."))


def former_name(name: str) -> str:
    """What a tensor was called in the first format.

    Examples
    --------
    >>> former_name("denoiser.unit_updates.0.weight")
    'denoiser.hear_units.0.weight'
    """
    return ".".join(FORMER.get(part, part) for part in name.split("."))
