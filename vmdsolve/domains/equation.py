"""True equations: A+B=C, A-B=C or A*B=C of a fixed length, of whole numbers without sign and leading zeros.

Known counts: length 5 (one digit each) has 55 sums, 55 differences and 42 products, 152 in all; lengths 6, 7 and 8 have
328, 5,612 and 25,888. There are as many sums as differences, for A+B=C says C-B=A.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from ..constraints import Regular
from ..errors import InvalidInput
from ..problem import Constraint, Rules
from .kind import Kind, number_in
from .sequence import TokenSequence, automaton_of

__all__ = ["DOMAINS", "Equation"]

SYMBOLS = "0123456789+-*="


class Equation(TokenSequence):
    """True equations of `length` characters, 5 to 8.

    Examples
    --------
    >>> domain = Equation(8)
    >>> [domain.rules.constraints[0].violations(domain.parse(text).values) == [] for text in ("12+34=46", "12+34=47")]
    [True, False]
    """

    about = "Complete a true equation A+B=C, A-B=C or A*B=C."
    many_answers = True
    example = "1.+3.=46"

    def __init__(self, length: int) -> None:
        if not 5 <= length <= 8:
            raise InvalidInput(f"equations have 5 to 8 characters, got {length}")
        super().__init__(f"equation-{length}", SYMBOLS, length)

    @cached_property
    def rules(self) -> Rules:  # made when asked for: listing all true equations takes half a second
        words = ([SYMBOLS.index(c) for c in text] for text in _true(self.shape[1]))
        rule = Regular(range(self.shape[1]), automaton_of(words, len(SYMBOLS)), "equation")
        return Rules(self.shape[1], len(SYMBOLS), (rule,))

    def rule_text(self, constraint: Constraint) -> str:
        del constraint  # there is one
        return "the row is a true equation"


def _numbers(digits: int) -> range:
    return range(10) if digits == 1 else range(10 ** (digits - 1), 10**digits)


def _true(length: int) -> Iterator[str]:
    for a in (a for digits in range(1, length - 3) for a in _numbers(digits)):
        for b in (b for digits in range(1, length - 2 - len(str(a))) for b in _numbers(digits)):
            for operator, c in (("+", a + b), ("-", a - b), ("*", a * b)):
                text = f"{a}{operator}{b}={c}"
                if len(text) == length and c >= 0:
                    yield text


DOMAINS = {
    "equation": Kind(
        lambda size: Equation(number_in(size, "equation")), "5 to 8 characters",
        {f"equation-{n}": str(n) for n in range(5, 9)}, shown="8",
    )
}  # fmt: skip
