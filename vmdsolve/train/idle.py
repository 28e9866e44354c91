"""Keys that would change nothing: what a run is told of a latent that it does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput

__all__ = ["refuse_idle"]

LEARNED = ("latent_kl", "kl_warmup", "free_bits", "settle")  # of a latent with a posterior
ANY = ("classes", "prior", "draw", "readers", "sampling_still", *LEARNED)


def refuse_idle(told: Mapping[str, Any], defaults: Mapping[str, Any], *, latent: int, learned: bool) -> None:
    """Refuse keys of a latent where there is none, and of a posterior where there is none.

    Parameters
    ----------
    told
        Values by key.
    defaults
        Values that change nothing, by key.
    latent
        D of the model; 0: it has none.
    learned
        Whether a posterior is trained.

    Raises
    ------
    InvalidInput
        The first such key.

    Examples
    --------
    >>> refuse_idle({"classes": 4}, {"classes": 0}, latent=2, learned=True)
    >>> try:
    ...     refuse_idle({"classes": 4}, {"classes": 0}, latent=0, learned=False)
    ... except InvalidInput as error:
    ...     print(error)
    classes is 4, which is of a latent, and latent is 0: give its width, such as 4, or leave classes at 0
    """
    for name in ANY if not latent else () if learned else LEARNED:
        if name not in defaults or told.get(name, defaults[name]) == defaults[name]:
            continue
        said, otherwise = f"{name} is {told[name]!r}, which is of a latent", f"leave {name} at {defaults[name]!r}"
        if latent:
            raise InvalidInput(f"{said} that is learned, and prior 'states' is noise: {otherwise}")
        raise InvalidInput(f"{said}, and latent is 0: give its width, such as 4, or {otherwise}")
