"""The API reference: every public name of every public module, from its docstring."""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from typing import Any

__all__ = ["MODULES", "as_rst", "home", "pages", "public", "skipped"]

WIDE = 200  # characters of a value that are shown

MODULES = {  # module: what it is
    "vmdsolve": "the calls that most need",
    "vmdsolve.constraints": "rules as data",
    "vmdsolve.domains": "kinds of puzzles, and their registry",
    "vmdsolve.testing": "the test kit for adapters",
    "vmdsolve.hints": "reasons in words",
    "vmdsolve.search": "exact search on arrays",
    "vmdsolve.train": "training",
    "vmdsolve.sampler": "boards filled step by step",
    "vmdsolve.kernels": "kernels on arrays",
    "vmdsolve.canvas": "grammars for diffusion language models",
    "vmdsolve.text": "models of token sequences",
}


def public(module: str) -> dict[str, Any]:
    """The public names of a module, and what they are."""
    found = import_module(module)
    return {name: getattr(found, name) for name in sorted(found.__all__, key=str.lower) if name != "__version__"}


@cache
def home(module: str, name: str) -> str:
    """The module under which a public name is told: the first that hands on the same thing by the same name.

    Examples
    --------
    >>> home("vmdsolve.hints", "Grade"), home("vmdsolve.hints", "walkthrough")
    ('vmdsolve', 'vmdsolve.hints')
    """
    value = public(module)[name]
    return next(one for one in MODULES if public(one).get(name) is value)


def pages() -> dict[str, str]:
    """Names and texts of the pages."""
    made = {f"api/{module}.rst": _page(module, about) for module, about in MODULES.items()}
    tree = "\n   ".join(MODULES)
    rows = "\n".join(f"* :doc:`{module} <{module}>`: {about}" for module, about in MODULES.items())
    made["api/index.rst"] = f"{_title('API reference')}\n{rows}\n\n.. toctree::\n   :hidden:\n\n   {tree}\n"
    return made


def _page(module: str, about: str) -> str:
    parts = [_title(module), f"{about[0].upper()}{about[1:]}.", ""]
    elsewhere = [
        f":py:obj:`{name} <{home(module, name)}.{name}>`" for name in public(module) if home(module, name) != module
    ]
    if elsewhere:
        parts += [f"Also here, and told elsewhere: {', '.join(elsewhere)}.", ""]
    for name, value in public(module).items():
        full = f"{module}.{name}"
        if home(module, name) != module:
            continue
        if inspect.isclass(value):
            parts += [f".. autoclass:: {full}", "   :members:", "   :show-inheritance:", ""]
        elif callable(value):
            parts += [f".. autofunction:: {full}", ""]
        else:
            parts += [f".. py:data:: {full}", f"   :value: {repr(value)[:WIDE]}", ""]
    return "\n".join(parts)


def _title(text: str) -> str:
    return f"{text}\n{'=' * len(text)}\n"


def as_rst(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Docstrings are plain text with NumPy's sections: before those, what is set in is shown as it stands."""
    end = next((at for at, line in enumerate(lines[1:]) if line and not line.strip("-")), len(lines))
    made: list[str] = []
    shown = False  # within what is set in
    for line in lines[:end]:
        if line.strip() and line.startswith(" ") != shown:
            shown = not shown
            made += ["", "::", ""] if shown else [""]
        made.append(line)
    lines[:] = [*made, "", *lines[end:]]


def skipped(_app: Any, _what: str, _name: str, value: Any, _skip: bool, _options: Any) -> bool | None:
    """Fields of a named tuple are told by its class."""
    return True if str(getattr(value, "__doc__", "")).startswith("Alias for field number") else None
