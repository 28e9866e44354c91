"""Domains that files name."""

from __future__ import annotations

from functools import lru_cache

from ...domains import get
from ...errors import InvalidInput

__all__ = ["known_domain"]


@lru_cache(maxsize=256)
def known_domain(name: str) -> bool:
    """True if a domain goes by this name.

    Examples
    --------
    >>> known_domain("killer"), known_domain("www.example.com")
    (True, False)
    """
    try:
        get(name.strip())
    except InvalidInput:
        return False
    return True
