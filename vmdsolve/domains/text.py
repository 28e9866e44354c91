"""Text: any row of the letters a-z and the space, as text8 is written; no rules, so nothing can be checked.

A space is written '_' (and read as either). Known counts: 27^n rows of length n.
What is likely comes from examples alone: `vmdsolve train text-64 --examples FILE`.
"""

from __future__ import annotations

from ..errors import InvalidInput
from .kind import Kind, number_in
from .sequence import TokenSequence

__all__ = ["DOMAINS", "Text"]


class Text(TokenSequence):
    """Rows of `length` characters out of 27.

    Examples
    --------
    >>> text = Text(11)
    >>> text.format(text.parse("hello .orld").values)
    'hello_.orld'
    """

    about = "Any row of the letters a-z and the space; what is likely comes from training alone."
    many_answers = True
    example = "hello_.orld....."

    def __init__(self, length: int) -> None:
        if length < 1:
            raise InvalidInput(f"a text has 1 character or more, got {length}")
        super().__init__(f"text-{length}", "abcdefghijklmnopqrstuvwxyz_", length)


DOMAINS = {
    "text": Kind(
        lambda size: Text(number_in(size, "text")), "1 character or more",
        {f"text-{n}": str(n) for n in (16, 32, 64, 128, 256)}, shown="16", bare=False,
    )
}  # fmt: skip
