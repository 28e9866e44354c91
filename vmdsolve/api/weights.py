"""Which weights are for which problem, and the network made of them: without torch where native kernels do it all."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ..domains import Domain
from ..errors import ModelMismatch
from ..extras import default_device, want_torch
from ..model.packaged import no_weights, weights_for
from ..problem import Rules
from .options import Options

if TYPE_CHECKING:
    from ..model.about import About
    from ..model.native import NativeModel
    from ..model.vmd import VMD
    from ..sampler import Predictor

__all__ = ["is_trained", "model_for", "predictor", "predictor_on", "without_weights"]


def is_trained(domain: Domain, rules: Rules, options: Options, *, sampling: bool = False) -> bool:
    """True if there is a model to try."""
    return options.model is not None or weights_for(domain, rules, sampling=sampling) is not None


def without_weights(domain: Domain, rules: Rules, options: Options, *, sampling: bool = False) -> None:
    """Refuse what only a model can do, where none comes along for such boards.

    Raises
    ------
    ModelMismatch
        In a sentence, with the sizes that there are weights for.
    """
    if options.method != "vmd-only" and options.loops is None:  # to look for weights costs as much as a few puzzles
        return
    why = no_weights(domain, rules, sampling=sampling)
    if options.method == "vmd-only":
        raise ModelMismatch(f"{why}; train some, or use method='vmd'")
    raise ModelMismatch(f"loops is {options.loops}, but {why}; train some, or leave it out")


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
    MissingExtra
        torch is not installed.
    """
    path = weights_for(domain, rules) if model is None else model
    if path is None:
        return None
    if isinstance(path, (str, Path)):
        _said(domain, rules, Path(path))
        return _loaded(*_identity(Path(path)))
    _check_model(domain, rules, path)
    return path


def predictor(
    domain: Domain, rules: Rules, options: Options, loops: int | None = None, *, sampling: bool = False
) -> Predictor | None:
    """The network to use for problems of `rules`, or None where the package has no weights for them; `loops`: the most
    block applications an evaluation, None for as many as it was made for; `sampling`: for drawing many answers.
    """
    model = options.model or weights_for(domain, rules, sampling=sampling)
    if model is None:
        return None
    device = options.device or default_device()
    bf16 = device.startswith("cuda") if options.bf16 is None else bool(options.bf16)
    return predictor_on(device, domain, rules, model, bf16=bf16, threads=options.threads, loops=loops)


def predictor_on(
    device: str,
    domain: Domain,
    rules: Rules,
    model: VMD | NativeModel | Path | str | None,
    *,
    bf16: bool,
    threads: int,
    loops: int | None = None,
) -> Predictor | None:
    """The same on a device, with a model as `model_for` takes it.

    Raises
    ------
    ModelMismatch
        The weights are missing, damaged or of another domain.
    MissingExtra
        They need torch, which is not installed.
    """
    path = weights_for(domain, rules) if model is None else model
    if path is None:
        return None
    from ..model.native import is_native
    from ..sampler import Predictor

    made: VMD | NativeModel
    if not isinstance(path, (str, Path)):
        _check_model(domain, rules, path)
        made = path
    elif is_native(config := _said(domain, rules, Path(path)).config) and device == "cpu":
        made = _light(*_identity(Path(path)))
    else:
        what = f"device {device!r}" if device != "cpu" else f"mixer {config.mixer!r} with prior {config.prior!r}"
        want_torch(f"{path}: {what}")
        made = _loaded(*_identity(Path(path)))
    return Predictor(made, rules, device, loops=loops, bf16=bf16, threads=threads)


def _check_model(domain: Domain, rules: Rules, model: VMD | NativeModel) -> None:
    from ..model.about import check_fit

    check_fit("the model", model.config, getattr(model, "record", {}), domain, rules)


def _said(domain: Domain, rules: Rules, path: Path) -> About:
    """What the file says of itself, if it is for such problems."""
    said = _about(*_identity(path))
    said.check_domain(domain, rules)
    return said


def _identity(path: Path) -> tuple[Path, Any]:
    """The file, and what tells it from others that were or will be under its name."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return path, None  # whoever reads it will say that there is none
    return path.resolve(), (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=16)
def _about(path: Path, identity: Any) -> About:
    del identity
    from ..model.about import about

    return about(path)


@lru_cache(maxsize=16)
def _light(path: Path, identity: Any) -> NativeModel:
    del identity
    from ..model.native import load_native

    return load_native(path)


@lru_cache(maxsize=16)
def _loaded(path: Path, identity: Any) -> VMD:
    del identity
    want_torch(f"a model of {path}")
    from ..model.checkpoint import load_model

    return load_model(path)
