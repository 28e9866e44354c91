"""Rules in their native form: made once for each Rules, within the time that there is.

What takes less than a twentieth of a second is done even where no time is left, so that a limit of 0 is no reason to do
it again and again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from weakref import WeakKeyDictionary

import vmdsolve._native as _native

from ..deadline import Deadline, seconds_left, stop_point, within
from ..errors import InvalidInput
from ..problem import Rules

__all__ = ["compiled", "our_errors", "prepared", "silent"]

_MADE: WeakKeyDictionary[Rules, _native.Rules] = WeakKeyDictionary()


def compiled(rules: Rules, time_limit: float | None = None) -> tuple[_native.Rules | None, float | None]:
    """The native rules, None where time ran out first; and the seconds that are left then, by all clocks.

    Examples
    --------
    >>> native, left = compiled(Rules(2, 3), 1.5)
    >>> native.V, 1 < left <= 1.5
    (3, True)
    """
    if not (time_limit is None or time_limit >= 0):
        raise InvalidInput(f"limits are None or at least 0, got {time_limit}")
    left = min(inf if time_limit is None else time_limit, seconds_left())
    native = _MADE.get(rules)
    if native is None:
        begun = time.perf_counter()
        clock = Deadline(None if left == inf else left)
        try:
            with within(clock), our_errors(heed=False):
                arrays = rules.native()
                native = _native.Rules(rules.L, rules.V, *arrays, time_limit=-1.0 if left == inf else clock.left())
        except TimeoutError:
            stop_point()  # it was not the caller's limit
            return None, 0.0
        _MADE[rules] = native
        left = max(0.0, left - (time.perf_counter() - begun))  # looking them up costs a problem none of its time
    return native, None if left == inf else left


def prepared(rules: Rules, time_limit: float | None) -> bool:
    """Make the native rules now, if that takes no longer; False: it does.

    Examples
    --------
    >>> prepared(Rules(2, 3), 0.0)
    True
    """
    return compiled(rules, time_limit)[0] is not None


def silent(rules: Rules) -> _native.Rules:
    """Native rules of the same sizes that say nothing: in place of those that time did not suffice for."""
    return _native.Rules(rules.L, rules.V, *Rules(rules.L, rules.V).native())


@contextmanager
def our_errors(*, heed: bool = True) -> Iterator[None]:
    """The native module knows ValueError only, and no clock but the one that it is given; heed those that there are."""
    try:
        yield
        if heed:
            stop_point()
    except ValueError as error:
        raise InvalidInput(str(error)) from None
