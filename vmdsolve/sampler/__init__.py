"""Sampling: draw z, predict, choose and commit the most certain cells, again; by a Plan, with a Predictor.

Names are loaded when first used; none of them imports torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .fill import fill_boards as fill_boards
    from .keys import board_keys as board_keys
    from .keys import latent_keys as latent_keys
    from .plan import SECOND_NOISE as SECOND_NOISE
    from .plan import Filled as Filled
    from .plan import Network as Network
    from .plan import Plan as Plan
    from .plan import block_edges as block_edges
    from .predictor import Predictor as Predictor

_WHERE = {
    "SECOND_NOISE": "plan",
    "Network": "plan",
    "Plan": "plan",
    "Predictor": "predictor",
    "Filled": "plan",
    "block_edges": "plan",
    "board_keys": "keys",
    "latent_keys": "keys",
    "fill_boards": "fill",
}
__all__ = [
    "SECOND_NOISE",
    "Filled",
    "Network",
    "Plan",
    "Predictor",
    "block_edges",
    "board_keys",
    "fill_boards",
    "latent_keys",
]


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value
