"""What a law says when an adapter breaks it, or when it cannot be asked."""

from __future__ import annotations

__all__ = ["LawBroken", "Skipped"]


class Skipped(Exception):
    """A law cannot be asked here; the text says why."""


class LawBroken(AssertionError):
    """An adapter breaks a law of the test kit.

    Attributes
    ----------
    law
        its name, one of `vmdsolve.testing.LAWS`
    counterexample
        what was put in, what came out, what was wanted
    advice
        where to look
    """

    def __init__(self, law: str, counterexample: str, advice: str) -> None:
        super().__init__(f"law `{law}`: {counterexample}. {advice}")
        self.law, self.counterexample, self.advice = law, counterexample, advice
