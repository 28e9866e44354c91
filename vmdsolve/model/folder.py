"""A folder that holds a model: as hubs have it, `model.safetensors` with `config.json`; or a run's, with its weights.

What holds is what the file of weights says of itself; a `config.json` that says something else is refused, so that
nobody changes it in vain. No torch here.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from ..errors import ModelMismatch
from ..untrusted import loads, read_json
from .config import ModelConfig

__all__ = ["CONFIG", "MODEL", "RUN", "check_beside", "weights_in"]

MODEL, CONFIG, RUN = "model.safetensors", "config.json", "weights.safetensors"
MOST = 1 << 20  # bytes of a config


def weights_in(path: Path | str) -> Path:
    """The file of weights that a path means: itself, unless it is a folder that holds one.

    Raises
    ------
    ModelMismatch
        A folder without weights.

    Examples
    --------
    >>> weights_in("w.safetensors").name
    'w.safetensors'
    """
    path = Path(path)
    try:
        if not path.is_dir():
            return path  # whoever reads it will say if there is none
        found = next((path / name for name in (MODEL, RUN) if (path / name).exists()), None)
    except (OSError, ValueError):  # no name of a file
        return path
    if found is None:
        raise ModelMismatch(f"no weights at {path}: the folder holds neither {MODEL} nor {RUN}")
    return found


def check_beside(weights: Path, config: ModelConfig) -> None:
    """Refuse the `config.json` of a hub's layout that tells of another config than the weights beside it.

    Fields that no config has are others' business.

    Raises
    ------
    ModelMismatch
    """
    path = weights.with_name(CONFIG)
    if weights.name != MODEL or not path.exists():
        return
    told = read_json(_bytes(path), str(path), error=ModelMismatch)
    if not isinstance(told, dict):
        raise ModelMismatch(f"{path} cannot be read: it is {told!r:.80}, wanted an object")
    for name, value in loads(config.to_json()).items():
        if name in told and told[name] != value:
            says = f"{name} is {told[name]!r:.80} in {path}, and {value!r:.80} in the weights beside it"
            raise ModelMismatch(f"{says}; take both from one place, or delete {path.name}")


def _bytes(path: Path) -> Any:
    """What is in a plain file; nobody waits for who writes a pipe."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise ModelMismatch(f"{path} is no plain file")
            data = stream.read(MOST + 1)
    except OSError as error:
        raise ModelMismatch(f"{path} cannot be read: {error}") from error
    if len(data) > MOST:
        raise ModelMismatch(f"{path} has over {MOST:,} bytes; a config has fewer")
    return data
