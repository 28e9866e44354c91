"""What vmdsolve raises: one base class, few subclasses. Bad input is always a ValueError too."""

from .plain import clean, cut

__all__ = ["InvalidInput", "InvalidProblem", "MissingExtra", "ModelMismatch", "TooLarge", "TrainingDiverged"]
__all__ += ["VmdsolveError"]


class VmdsolveError(Exception):
    """Base of every error that vmdsolve raises on purpose. Its text is one line that is safe to print, and not endless.

    Examples
    --------
    >>> str(InvalidInput("a file holds \\x1b[2J"))
    'a file holds ?[2J'
    """

    def __str__(self) -> str:
        return clean(cut(super().__str__()))


class InvalidInput(VmdsolveError, ValueError):
    """An argument, array or file that cannot be worked on; the text says what, where, got and wanted."""


class InvalidProblem(InvalidInput):
    """A puzzle that cannot be read: wrong length, unknown symbol; the text names the cell."""


class ModelMismatch(InvalidInput):
    """Weights that are missing, damaged, or made for another domain."""


class TooLarge(ModelMismatch):
    """What a model would make of a problem takes more memory than it may; said before any of it is taken."""


class TrainingDiverged(VmdsolveError, ArithmeticError):
    """A training whose numbers are no numbers any more; what it had saved before is still there."""


class MissingExtra(VmdsolveError, ImportError):
    """An optional package is needed; the text names the extra that brings it."""
