"""The orders in which cells may be filled, as the kernels have them, and peers' names for them."""

from typing import Literal

import vmdsolve._native as _native

__all__ = ["ALIASES", "ORDERS", "Order"]

Order = Literal["random", "top_prob", "margin", "entropy", "low_confidence", "prob_diff", "topk_margin"]  # for checkers
ORDERS = tuple(_native.Order.__members__)
ALIASES = {"low_confidence": "top_prob", "prob_diff": "margin", "topk_margin": "margin"}
