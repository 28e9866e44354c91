"""What not every installation has: packages that are extras, and a GPU. Who needs one asks here, so that its lack is
told in one way."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .errors import MissingExtra

__all__ = ["EXTRAS", "default_device", "load", "want", "want_torch"]

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


def load(module: str, package: str, what: str) -> Any:
    """A module of a package that is not ours, or a sentence where the package is lacking or broken.

    Parameters
    ----------
    module
        Its name, as "torch.utils.tensorboard".
    package, what
        As of `want`.

    Raises
    ------
    MissingExtra
        The package is not installed, or does not come to life.
    """
    want(package, what)
    try:
        return import_module(module)
    except Exception as error:  # whatever a package does when its own needs are not met
        said = f"{type(error).__name__}: {error!s:.200}"
        raise MissingExtra(
            f"{what} needs {CALLED.get(package, package)}, which is there but fails when it is imported ({said}): "
            f"pip install --force-reinstall 'vmdsolve[{EXTRAS[package]}]'"
        ) from error


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
