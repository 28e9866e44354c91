"""What not every installation has: packages that are extras, and a GPU. Who needs one asks here, so that its lack is
told in one way."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from .errors import MissingExtra

__all__ = ["EXTRAS", "default_device", "want", "want_torch"]

# the extra that brings a package
EXTRAS = {
    "torch": "torch", "scipy": "torch", "matplotlib": "plots", "tensorboard": "tensorboard", "wandb": "wandb",
    "ray": "ray", "tokenizers": "tokens", "pyarrow": "parquet", "sentencepiece": "canvas",
    "PIL": "plots", "fpdf": "print", "cpmpy": "cpmpy", "starlette": "web", "uvicorn": "web",
}  # fmt: skip

CALLED = {"PIL": "pillow", "fpdf": "fpdf2"}  # what others call it

AMD = Path("/dev/kfd")  # there where AMD's driver is


def want(package: str, what: str) -> None:
    """Say what needs a package where it is not installed; it is not imported here.

    Parameters
    ----------
    package
        One that EXTRAS names.
    what
        An option, a command, a file of weights: the beginning of the sentence.

    Raises
    ------
    MissingExtra
        It is not installed.
    """
    try:
        there = find_spec(package) is not None
    except (ImportError, ValueError):  # it is barred, or was put in place by hand
        there = sys.modules.get(package) is not None
    if not there:
        raise MissingExtra(f"{what} needs {CALLED.get(package, package)}: pip install 'vmdsolve[{EXTRAS[package]}]'")


def want_torch(what: str) -> None:
    """Say what needs torch where it is not installed, as `want`.

    Raises
    ------
    MissingExtra
    """
    want("torch", what)


def default_device() -> str:
    """A GPU if there is one and torch finds it; "cpu" without importing torch where there is no GPU's driver."""
    if sys.modules.get("torch") is None and not _driver():
        return "cpu"
    try:
        import torch
    except ImportError:
        return "cpu"
    return "cuda" if torch.cuda.is_available() else "cpu"


@cache
def _driver() -> bool:
    """Whether a GPU's driver is at work."""
    try:
        return bool(ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1").cuInit(0) == 0)
    except (OSError, AttributeError):
        return AMD.exists()
