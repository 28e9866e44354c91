"""Sampling: draw z, predict, choose and commit the most certain cells, again; by a Plan, with a Predictor."""

from __future__ import annotations

from ..problem import latent_keys
from .loop import SECOND_NOISE, Network, Sample, reopen, sample
from .plan import Plan, block_edges
from .predictor import Predictor

__all__ = ["SECOND_NOISE", "Network", "Plan", "Predictor", "Sample", "block_edges", "latent_keys", "reopen", "sample"]
