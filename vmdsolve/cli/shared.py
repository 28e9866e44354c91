"""What several commands share."""

from __future__ import annotations

from typing import Annotated

from typer import Option

__all__ = ["Device", "DomainName", "device_of"]

Device = Annotated[str | None, Option(help="cpu or cuda; by default a GPU if there is one.")]
DomainName = Annotated[str | None, Option("--domain", help="The kind of puzzle; needed where the size does not tell.")]


def device_of(name: str | None) -> str:
    """The device of that name, or by default a GPU if there is one."""
    import torch

    return name or ("cuda" if torch.cuda.is_available() else "cpu")
