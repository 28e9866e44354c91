"""Place: which of N equal jobs this process is, told or read from what the scheduler says."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from ..errors import InvalidInput

__all__ = ["Place"]

# variables of a process's number from 0, of how many there are, and of the first number where that is not 0
SCHEDULERS = (
    ("RANK", "WORLD_SIZE", None),  # torchrun
    ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN"),
    ("SLURM_PROCID", "SLURM_NTASKS", None),
    ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", None),  # Kubernetes sets the first; the manifest says the second
)
MOST = 1_000_000


class Place(NamedTuple):
    """The K-th of N jobs, K from 1.

    Examples
    --------
    >>> Place.of("2/8"), str(Place(2, 8)), Place(2, 8).has(1), Place(2, 8).has(2)
    (Place(k=2, n=8), '2/8', True, False)
    """

    k: int = 1
    n: int = 1

    @staticmethod
    def of(text: str, environment: Mapping[str, str] = os.environ) -> Place:
        """From "K/N", or "auto": from the variables of Slurm, torchrun or Kubernetes.

        Raises
        ------
        InvalidInput
            It is neither, or there are no such variables.

        Examples
        --------
        >>> Place.of("auto", {"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "2"})
        Place(k=4, n=4)
        """
        if text.strip().lower() == "auto":
            return _told(environment)
        found = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]) <= MOST:
            raise InvalidInput(f"shard is {text[:40]!r}; wanted K/N, as 1/8 to 8/8 for eight jobs, or auto")
        return Place(int(found[1]), int(found[2]))

    def has(self, shard: int) -> bool:
        """Whether shard 0, 1, 2, ... is one of this job's."""
        return shard % self.n == self.k - 1

    def __str__(self) -> str:
        return f"{self.k}/{self.n}"


def _told(environment: Mapping[str, str]) -> Place:
    for own, many, least in SCHEDULERS:
        if own in environment and many in environment:
            numbers = [environment[own], environment[many], environment.get(least or "", "0")]
            if not all(number.isdigit() for number in numbers):
                raise InvalidInput(f"{own} is {numbers[0]!r} and {many} {numbers[1]!r}; wanted whole numbers")
            number, n, first = map(int, numbers)
            return Place.of(f"{number - first + 1}/{n}")
    names = ", ".join(f"{own} with {many}" for own, many, _ in SCHEDULERS)
    raise InvalidInput(f"shard is auto, and none of {names} is set; name it, as 1/8")
