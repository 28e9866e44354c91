"""Experiments: what was tried to find out how to train, sample and guide; `python -m benchmarks NAME` runs them."""
