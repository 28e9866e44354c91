"""Models in folders and on a hub (huggingface.co): `from_pretrained`, `save_pretrained` and `push_to_hub`.

A hub's mixin does the pushing; it is loaded when it is needed, and the extra `hub` brings it. Fetching asks for the one
file of weights, which says all of itself and meets the reader that every file of weights meets; the mixin's own way
would read a stranger's `config.json` before anybody had looked at it. Nothing is fetched unless `from_pretrained` names
a model that is no folder here.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from ..errors import MissingExtra, ModelMismatch
from .folder import MODEL
from .stored import Stored, read_model, save_model

__all__ = ["OnHub"]

NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")  # of a model on a hub; anything else is a folder
CARD = """---
library_name: vmdsolve
tags: [vmdsolve, constraint-solving, masked-diffusion]
---

# {domain}

A model of vmdsolve: {parameters:,} parameters, mixer {mixer}, {loops} loops an evaluation, {latent}.

```python
from vmdsolve import VMD, solve

solve(puzzle, domain="{domain}", model=VMD.from_pretrained("{name}"))
```
"""


class OnHub(Stored):
    """What a model needs to come from a hub and to go there."""

    @classmethod
    def from_pretrained(
        cls,
        name: str | Path,
        *,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
        force_download: bool = False,
        local_files_only: bool = False,
    ) -> Self:
        """The model in a folder, or on a hub; on the CPU, in evaluation mode.

        Parameters
        ----------
        name
            A folder that `save_pretrained` wrote, a run's, or a file of weights; else the name of a model on the hub,
            as in OWNER/NAME, whose weights are fetched, or taken from the cache.
        revision, token, cache_dir, force_download, local_files_only
            As `huggingface_hub.hf_hub_download` has them.

        Raises
        ------
        ModelMismatch
            There is none, or not to be had, or it cannot be read.
        MissingExtra
            It is on the hub, and huggingface_hub is not installed.
        """
        if not NAME.fullmatch(str(name)) or Path(name).exists():
            return read_model(name, cls)
        hub = _hub(f"to fetch {name}")
        try:
            path = hub.hf_hub_download(
                str(name), MODEL, revision=revision, token=token, cache_dir=cache_dir, force_download=force_download,
                local_files_only=local_files_only,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            why = str(error).strip().partition("\n")[0]
            raise ModelMismatch(f"no weights at {name}, neither here nor on the hub: {why}") from error
        return read_model(path, cls)

    def save_pretrained(self, folder: str | Path) -> None:
        """Write `model.safetensors` and `config.json` into a folder, see `save_model`."""
        _save(Path(folder), self)

    def push_to_hub(self, name: str, **options: Any) -> str:
        """Put the model on a hub, as OWNER/NAME; returns the address of the commit.

        Parameters
        ----------
        name
            Of the repository; it is made if there is none.
        **options
            As `huggingface_hub.ModelHubMixin.push_to_hub` has them: private, token, branch, commit_message, ...

        Raises
        ------
        MissingExtra
            huggingface_hub is not installed.
        InvalidInput
            The model holds NaN or infinity; nothing is pushed.
        """
        address: str = _pushing()(self, name).push_to_hub(name, **options)
        return address

    def card(self, name: str) -> str:
        """A README for the model under this name."""
        c = self.config
        kind = f"{c.latent} groups of {c.classes} classes" if c.classes else f"a latent of {c.latent} numbers"
        kind = f"a latent of {c.latent} cells" if c.prior == "cells" else kind
        return CARD.format(
            domain=c.domain, mixer=c.mixer, loops=c.loops, latent=kind if c.latent else "no latent", name=name,
            parameters=sum(parameter.numel() for parameter in self.parameters()),
        )  # fmt: skip


def _save(folder: Path, model: OnHub) -> None:
    folder.mkdir(parents=True, exist_ok=True)  # so that it is a folder, whatever it is called
    save_model(folder, model)


def _hub(what: str) -> Any:
    try:
        return import_module("huggingface_hub")
    except ImportError as error:
        raise MissingExtra(f"{what} needs huggingface_hub: pip install 'vmdsolve[hub]'") from error


@cache
def _pushing() -> Any:
    """The hub's mixin, as the class of a model under a name."""
    mixin: Any = _hub("push_to_hub").ModelHubMixin

    class Pushed(mixin, library_name="vmdsolve"):  # type: ignore[misc, call-arg, unused-ignore]
        def __init__(self, model: OnHub, name: str) -> None:
            self.model, self.name = model, name

        def _save_pretrained(self, save_directory: Path) -> None:
            _save(Path(save_directory), self.model)
            (Path(save_directory) / "README.md").write_text(self.model.card(self.name), encoding="utf-8")

    return Pushed
