"""Arrays and limits in the form in which native search takes them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..arguments import whole
from ..errors import InvalidInput
from ..problem import Board

__all__ = ["ENDLESS", "Floats", "count_of", "floats", "integers", "seconds_of"]

Floats = npt.NDArray[np.float32]
ENDLESS = 2**63 - 1  # native counts end there


def integers(values: npt.ArrayLike) -> Board:
    array = np.asarray(values)
    if array.dtype == np.int32 and array.flags.c_contiguous and array.flags.aligned:
        return array
    fits = np.iinfo(np.int32)
    if array.dtype.kind not in "iu":
        raise InvalidInput(f"values: wanted integers, got {array.dtype}")
    if array.size and not fits.min <= int(array.min()) <= int(array.max()) <= fits.max:
        raise InvalidInput(f"values: wanted integers that fit int32, got {array.min()} to {array.max()}")
    return np.require(array, np.int32, ["C", "A", "E"])  # as native code reads them: no gaps, no odd addresses


def floats(marginals: npt.ArrayLike | None) -> Floats | None:
    return None if marginals is None else np.require(marginals, np.float32, ["C", "A", "E"])


def seconds_of(seconds: float | None) -> float:
    """None is -1 on the native side; -1 from a caller is a mistake."""
    if seconds is None:
        return -1.0
    if not seconds >= 0:
        raise InvalidInput(f"limits are None or at least 0, got {seconds}")
    return seconds


def count_of(limit: int | None, what: str, least: int = 0) -> int:
    """The same of whole numbers; nobody waits for more than the native side counts to."""
    return -1 if limit is None else min(whole(limit, what, least), ENDLESS)
