"""Place: which of N equal jobs this process is, told or read from what the scheduler says."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from ..errors import InvalidInput

__all__ = ["Place"]

# variables of a process's number, of how many there are, of the first number and of the step to the next
SCHEDULERS = (
    ("RANK", "WORLD_SIZE", "", ""),  # torchrun
    ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP"),
    ("SLURM_PROCID", "SLURM_NTASKS", "", ""),
    ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", "", ""),  # Kubernetes sets the first; the manifest says the second
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
    for own, many, least, every in SCHEDULERS:
        if own in environment and many in environment:
            told = [environment[own], environment[many], environment.get(least, "0"), environment.get(every, "1")]
            if not all(re.fullmatch("[0-9]{1,9}", one) for one in told):
                raise InvalidInput(f"{own} is {told[0]!r} and {many} {told[1]!r}; wanted whole numbers")
            number, n, first, step = map(int, told)
            place, rest = divmod(number - first, max(1, step))
            if rest or not 0 <= place < n:
                what = f"{own} is {number}, which is none of {n} numbers from {first} on"
                raise InvalidInput(f"{what}{f' in steps of {step}' if step > 1 else ''}: an array of jobs has no gaps")
            return Place.of(f"{place + 1}/{n}")
    names = ", ".join(f"{own} with {many}" for own, many, *_ in SCHEDULERS)
    raise InvalidInput(f"shard is auto, and none of {names} is set; name it, as 1/8")
