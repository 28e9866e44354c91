"""Which weights are for which problem, and the network made of them. torch is imported only where there are some."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ..domains import Domain
from ..errors import ModelMismatch
from ..model.packaged import packaged_file, weights_for
from ..model.slots import ALL_DIFFERENT
from ..problem import Rules
from .options import Options

if TYPE_CHECKING:
    from ..model.checkpoint import About
    from ..model.vmd import VMD
    from ..sampler import Predictor

__all__ = ["is_packaged", "is_trained", "model_for", "predictor"]


def is_packaged(name: str) -> bool:
    """Whether the package brings weights of that name."""
    return packaged_file(name) is not None


def is_trained(domain: Domain, rules: Rules, options: Options) -> bool:
    """True if there is a model to try."""
    return options.model is not None or weights_for(domain, rules) is not None


@overload
def model_for(domain: Domain, rules: Rules, model: VMD | Path | str) -> VMD: ...
@overload
def model_for(domain: Domain, rules: Rules, model: VMD | Path | str | None = None) -> VMD | None: ...
def model_for(domain: Domain, rules: Rules, model: VMD | Path | str | None = None) -> VMD | None:
    """The model to use for a domain's problems under these rules, on the CPU, not to be changed.

    Parameters
    ----------
    model
        A model, or a file of weights; None: those that come along.

    Returns
    -------
    VMD or None
        The same object for the same file, as long as the file is the same; None where no weights come along.

    Raises
    ------
    ModelMismatch
        The weights are missing, damaged or of another domain.
    """
    path = weights_for(domain, rules) if model is None else model
    if path is None:
        return None
    if not isinstance(path, (str, Path)):
        if path.config.domain not in (ALL_DIFFERENT, domain.name):
            raise ModelMismatch(f"the model was trained for {path.config.domain}, not for {domain.name}")
        return path
    said, loaded = _loaded(*_identity(Path(path)))
    said.check_domain(domain)
    return loaded


def predictor(domain: Domain, rules: Rules, options: Options) -> Predictor | None:
    """The network to use for problems of `rules`, or None where the package has no weights for them."""
    if not is_trained(domain, rules, options):
        return None
    import torch

    from ..sampler import Predictor

    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    bf16 = device.startswith("cuda") if options.bf16 is None else bool(options.bf16)
    model = model_for(domain, rules, options.model)
    return None if model is None else Predictor(model, rules, device, bf16=bf16, threads=options.threads)


def _identity(path: Path) -> tuple[Path, Any]:
    """The file, and what tells it from others that were or will be under its name."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return path, None  # whoever reads it will say that there is none
    return path.resolve(), (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=16)
def _loaded(path: Path, identity: Any) -> tuple[About, VMD]:
    del identity
    from ..model.checkpoint import about, load_model

    return about(path), load_model(path)
