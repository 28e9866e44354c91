"""The arms of `text`: models of one code, told as `vmdsolve train text` is."""

from __future__ import annotations

from vmdsolve.text.config import TextConfig
from vmdsolve.text.keys import MODEL, TEXT
from vmdsolve.train.run import layers as layers_of

from ..driver import Row

__all__ = ["ARMS", "LEFT_TO_RIGHT", "MAIN", "config_of", "evaluations", "keys_of"]

ALL = 1 << 16  # cells a step: a text in one evaluation
GAUSSIAN: Row = {"latent": 8}
PUBLISHED: Row = {"preset": "published"}  # the posterior sees what is masked, each step pays its KL
OURS: Row = {"preset": "ours"}
WHOLE: Row = {"latent": 4, "classes": 16, "prior": "autoregressive", "free_bits": 0.3}  # of the block as a whole
ARMS: dict[str, Row] = {  # the model's shape, and what of its recipe is its own
    "autoregressive": {"kind": "autoregressive"},
    "MDM": {},
    "VMD, as published": PUBLISHED,
    "VMD, classes": OURS,
    "block 16": {"block": 16},
    "block 16, VMD, classes": {"block": 16, **OURS},
    "block 8": {"block": 8},
    "block 8, VMD as published": {"block": 8, **PUBLISHED},
    "block 8, VMD, classes": {"block": 8, **OURS},
    "block 4": {"block": 4},
    "block 4, 6 layers": {"block": 4, "layers": 6},
    "block 4, VMD as published": {"block": 4, **PUBLISHED},
    "block 4, VMD, Gaussian, prior on the blocks before": {"block": 4, **GAUSSIAN, "prior": "conditional"},
    "block 4, VMD, classes of the whole block": {"block": 4, **WHOLE},
    "block 4, VMD, classes": {"block": 4, **OURS},
    "block 4, 4 a step": {"block": 4, "at_once": 4},
    "block 4, VMD, classes of the whole block, 4 a step": {"block": 4, **WHOLE, "at_once": 4},
    "block 4, VMD, classes, 4 a step": {"block": 4, **OURS, "at_once": 4},
    "block 4, VMD, classes, 2 layers, 4 a step": {"block": 4, **OURS, "at_once": 4, "layers": 2},
    "block 8, 8 a step": {"block": 8, "at_once": 8},
    "block 8, VMD, classes, 8 a step": {"block": 8, **OURS, "at_once": 8},
    "VMD, classes, all at once": {**OURS, "at_once": ALL},
    "VMD, classes, of gaps, all at once": {**OURS, "given": True, "at_once": ALL},
    "block 8, VMD, classes, of gaps, 8 a step": {"block": 8, **OURS, "given": True, "at_once": 8},
    "tied": {"tied": True},
}
MAIN = (
    "autoregressive", "block 4", "block 4, VMD, classes", "block 4, 4 a step", "block 4, VMD, classes, 4 a step",
    "block 8", "block 8, VMD, classes", "block 8, 8 a step", "block 8, VMD, classes, 8 a step",
    "block 4, VMD, classes, 2 layers, 4 a step", "MDM", "VMD, classes", "VMD, classes, all at once",
    "block 4, VMD as published",
)  # fmt: skip
LEFT_TO_RIGHT = "autoregressive"


def config_of(arm: str, V: int, length: int, width: int, layers: int) -> TextConfig:
    """The shape of an arm."""
    told = {"width": width, "layers": layers, **keys_of(arm, length)}
    return TextConfig(V, **{name: value for name, value in told.items() if name in MODEL})


def keys_of(arm: str, length: int) -> Row:
    """What an arm is told, as the command is."""
    return layers_of({"length": length, **ARMS[arm]}, table=TEXT)


def evaluations(arm: str, length: int) -> int:
    """Of the network, for a text of that length, as its bound has it."""
    cells = int(ARMS[arm].get("block") or length)
    return length // cells * -(-cells // int(ARMS[arm].get("at_once", 1)))
