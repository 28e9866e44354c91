"""Orders: which open cells the model fills first, by name. Imports nothing, so that help on commands can tell them."""

__all__ = ["ALIASES", "ORDERS"]

ORDERS = ("random", "top_prob", "margin", "entropy")  # their numbers are those of csrc/kernels/ranking.hpp
ALIASES = {"low_confidence": "top_prob", "prob_diff": "margin", "topk_margin": "margin"}  # what others call them
