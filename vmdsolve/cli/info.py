"""The command `info`."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path

import typer

from .._version import __version__
from ..errors import VmdsolveError
from .output import Json, say

__all__ = ["info"]


def info(as_json: Json = False) -> None:
    """Say what is installed, what is in use, and why something is off."""
    if not as_json:
        say(_facts())
        return
    facts = list(_facts())
    weights = dict(value.split(": ", 1) for name, value in facts if name == "weights")
    told = {name: value for name, value in facts if name not in ("weights", "shares", "")}
    typer.echo(json.dumps({**told, "weights": weights, "shares": _shares()}))


def _facts() -> Iterator[tuple[str, str]]:
    import numpy as np

    import vmdsolve._native as _native

    from ..kernels.cuda import why_not
    from ..model.packaged import ENOUGH, packaged_files
    from ..search.threads import thread_count

    yield "vmdsolve", __version__
    yield "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield "cores", str(thread_count())
    yield "numpy", np.__version__
    try:
        import torch
    except ImportError as error:
        why = "not installed" if "torch" in str(getattr(error, "name", "")) else f"not usable: {error}"
        yield "torch", f"{why}; train, diagnose, attention models and GPUs need it: pip install 'vmdsolve[torch]'"
    else:
        gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU in use"
        yield "torch", f"{torch.__version__}, {gpu}"
    yield "native", f"{Path(_native.__file__).name}, {getattr(_native, 'built_with', 'build not recorded')}"
    yield "path", _path()
    yield "cuda", why_not() or "built and usable"
    for path in packaged_files():
        yield "weights", f"{path.stem}: {_recipe(path)}"
    yield (
        "shares",
        f"a problem goes to the model before search where it was measured to settle {ENOUGH:.0%} and more of the "
        "boards of its shape that propagation leaves open, in a millisecond each; else search is asked at once, unless "
        "--weights, --loops, --steps or --latents ask for the model",
    )
    for name, shapes in _shares().items():
        for shape, of in shapes.items():
            said = f"{of['share']:.0%} of {of['n']:,} boards within {of['loops']} loops"
            yield "", f"{name}, {shape}: {said}: {'model first' if of['share'] >= ENOUGH else 'search'}"


def _shares() -> dict[str, dict[str, dict[str, float]]]:
    """What packaged weights settle, by their name and the shape of boards."""
    from ..model.packaged import packaged_files, shares_in

    return {path.stem: {shape: of._asdict() for shape, of in shares_in(path).items()} for path in packaged_files()}


def _path() -> str:
    """How this CPU computes the denoiser, who chose that, and what else it could do."""
    from ..kernels.denoise import PATH_VARIABLE, denoise_paths, fastest_path, no_amx

    try:
        exact, rounded = fastest_path(), fastest_path(may_round=True)
    except VmdsolveError as error:
        return f"not usable: {error}"
    chosen = exact if exact == rounded else f"{exact}, {rounded} where bfloat16 is allowed"
    by = f"named by {PATH_VARIABLE}" if os.environ.get(PATH_VARIABLE) else "by what the CPU is"
    absent = no_amx()
    return f"{chosen}, {by}; of {', '.join(denoise_paths())}{f'; no amx: {absent}' if absent else ''}"


def _recipe(path: Path) -> str:
    try:
        from ..model.about import about

        said = about(path)
        record = said.record
        sizes = f"{said.sizes}; " if said.sizes is not None else ""
        init = record.get("init")
        before = f" after {init['puzzles']:,} others in {init['hours']:.1f} hours" if init else ""
        return (
            f"{sizes}{said.numbers:,} numbers; {record['puzzles']:,} puzzles in {record['step']:,} steps and "
            f"{record['hours']:.1f} hours{before}; {record['machine']}; seed {record['recipe']['seed']}"
        )
    except (VmdsolveError, ImportError, KeyError, TypeError, ValueError) as error:
        return f"cannot be read: {error}"
