"""Hostile calls of all native entry points: `python -m benchmarks.fuzz`. It needs NumPy alone, nothing of vmdsolve.

`calls.py` makes calls that are right, `kernels.py` those of the kernels, `hostile.py` makes them wrong, `run.py` makes
many and says what came of them.
"""
