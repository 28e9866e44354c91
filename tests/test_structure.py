"""The shape of the code: who imports whom, what an import costs, how long files are, and that every example runs."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import vmdsolve

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "vmdsolve"
MAX_LINES = 450

# The dependency rule: a module imports only from lines above its own. A package counts as one, its parts among
# themselves are free; `vmdsolve` itself (its version) is free for all.
LAYERS = [
    {"errors", "spread"},
    {"problem", "_native"},
    {"constraints"},
    {"domains", "checker", "kernels", "search"},
    {"guide", "model", "reading", "formats"},
    {"sampler", "law", "likelihood", "breeding"},
    {"stages", "evaluate", "generating"},
    {"solving", "samples", "hints"},
    {"files", "show", "train", "testing"},
    {"diagnostics"},
    {"results", "plots"},
    {"journal"},
    {"cli"},
    {"__main__"},
]
# What is stricter than its layer: the judge must not know the judged.
ONLY = {
    "checker": {"errors", "problem", "constraints"},
    "domains": {"errors", "problem", "constraints", "domains"},
    "kernels": {"errors", "kernels", "_native"},
    "kernels.reference": {"errors"},
    "search": {"errors", "problem", "constraints", "_native"},
}


def modules() -> dict[str, Path]:
    """Name within the package -> file, `vmdsolve/__init__.py` left out."""
    out = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            out[name] = path
    return out


def imported(source: str, name: str, known: set[str], *, package: bool) -> set[str]:
    """Modules of ours that the module `name` imports, anywhere in its code, also lazily or only for types."""
    out = set()
    here = name.split(".") if package else name.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = ["vmdsolve", *here][: len(here) + 2 - node.level] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{start}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names = [arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)]
        else:
            continue
        for full in names:
            if full == "vmdsolve" or full.startswith("vmdsolve."):
                inner = full.removeprefix("vmdsolve").removeprefix(".")
                while inner and inner not in known:  # a name in a module: it is the module that is imported
                    inner = inner.rpartition(".")[0]
                out.add(inner)
    return out - {""}


def broken_rules(name: str, imports: set[str]) -> Iterator[str]:
    """Each import of `name` that the dependency rule forbids."""
    rank = {module: level for level, layer in enumerate(LAYERS) for module in layer}
    top = name.split(".")[0]
    if top not in rank:
        yield f"{name} has no place in LAYERS; give it one"
        return
    for other in sorted(imports):
        target = other.split(".")[0]
        if target != top and rank.get(target, len(LAYERS)) >= rank[top]:
            yield f"{name} imports {other}, which is not below it"
        allowed = ONLY.get(name, ONLY.get(top))
        if allowed is not None and target not in allowed:
            yield f"{name} imports {other}; it may import {', '.join(sorted(allowed))} only"


def known_modules() -> set[str]:
    return {*modules(), "_native"}


@pytest.mark.parametrize("name", modules())
def test_modules_import_only_from_below(name: str) -> None:
    path = modules()[name]
    imports = imported(path.read_text(encoding="utf-8"), name, known_modules(), package=path.name == "__init__.py")
    assert list(broken_rules(name, imports)) == []


@pytest.mark.parametrize(
    ("name", "source", "complaint"),
    [
        ("checker", "from .kernels import candidates", "checker imports kernels, which is not below it"),
        ("checker", "def f():\n    from vmdsolve import search", "checker imports search, which is not below it"),
        ("search", "if TYPE_CHECKING:\n    from . import solving", "search imports solving, which is not below it"),
        ("domains.sudoku", "from ..search import propagate", "domains.sudoku imports search, which is not below it"),
        ("domains.mine", "import vmdsolve.model.vmd", "domains.mine imports model.vmd, which is not below it"),
        ("kernels.reference", "from .. import problem", "kernels.reference imports problem; it may import errors only"),
        ("kernels.reference", "from . import checks", "kernels.reference imports kernels; it may import errors only"),
        ("show", "import_module('vmdsolve.cli')", "show imports cli, which is not below it"),
        ("novel", "import json", "novel has no place in LAYERS; give it one"),
    ],
)
def test_the_rule_above_sees_what_breaks_it(name: str, source: str, complaint: str) -> None:
    known = known_modules() - {"kernels.checks"}
    assert complaint in list(broken_rules(name, imported(source, name, known, package=False)))


def test_every_layer_is_about_modules_that_exist() -> None:
    placed = {module for layer in LAYERS for module in layer}
    assert placed - {name.split(".")[0] for name in known_modules()} <= {"testing"}  # planned


# The cost of an import ------------------------------------------------------------------------------


def run(code: str) -> str:
    """What a fresh interpreter prints, warnings being errors; -P: the installed package, not the folder we are in."""
    command = [sys.executable, "-P", "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


HEAVY = "import sys; print(sorted({'torch', 'numpy', 'rich', 'pandas'} & {name.split('.')[0] for name in sys.modules}))"


def test_importing_the_package_imports_neither_torch_nor_numpy() -> None:
    assert run(f"import vmdsolve\n{HEAVY}") == "[]"


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["solve", "--help"], ["train", "--help"], ["diagnose", "--help"]]
)
def test_help_imports_neither_torch_nor_numpy(args: list[str]) -> None:
    code = f"import sys; sys.argv[1:] = {args}\nfrom vmdsolve.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    assert run(code + HEAVY).endswith("\n[]") or args == ["--version"]
    assert run(code + HEAVY).splitlines()[-1] == "[]"


def test_exact_search_does_not_import_torch() -> None:
    code = "import vmdsolve; print(vmdsolve.solve('.' * 16, method='search').status)\n"
    assert run(code + HEAVY).splitlines() == ["SOLVED", "['numpy']"]


@pytest.mark.parametrize(
    "first", ["vmdsolve.check", "vmdsolve.count_solutions", "from vmdsolve.solving import check", "import vmdsolve.cli"]
)
def test_solve_is_the_function_whatever_is_used_first(first: str) -> None:
    """The module of the same name must not take its place."""
    assert run(f"import vmdsolve\n{first}\nprint(vmdsolve.solve('.' * 16, method='search').status)") == "SOLVED"


# Files ----------------------------------------------------------------------------------------------

SOURCES = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.pyi"), *ROOT.glob("csrc/**/*.*pp"), *ROOT.glob("benchmarks/*.py")]
KINDS = {".cpp", ".hpp", ".md", ".py", ".pyi", ".sh", ".toml", ".txt", ".yaml"}
TOPS = [p for p in ROOT.iterdir() if p.name not in ("build", "dist") and not (p.is_dir() and p.name.startswith("."))]
TEXTS = [p for top in [*TOPS, ROOT / ".ci"] for p in (top.rglob("*") if top.is_dir() else [top]) if p.suffix in KINDS]
TEXTS += [ROOT / ".ci" / "run"]
MACHINE = re.compile(r"(?<![\w.])/(?:work|opt|root|home|mnt|Users)/\w")


def test_files_are_short() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert len(lengths) > 40
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert MACHINE.search(" ".join(["cd", "/".join(["", "home", "me"])]))
    found = {str(path.relative_to(ROOT)): MACHINE.findall(path.read_text(encoding="utf-8")) for path in TEXTS}
    assert {path: places for path, places in found.items() if places} == {}


def asserts(test: ast.AST) -> bool:
    """True if the test can fail: it asserts, expects an error, or calls a helper named assert_*."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called.lstrip("_").startswith("assert_") or called in ("raises", "warns", "fail"):
                return True
    return False


# Fuzzing of the native entry points: that the process survives is what they assert.
SURVIVAL = {
    "test_native_entry_points_survive_any_arrays",
    "test_no_arrays_crash_the_constructor",
    "test_no_arrays_crash_the_entry_points",
}


def test_no_test_is_without_assertion() -> None:
    tests = [
        (path.name, node)
        for path in sorted((ROOT / "tests").glob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(tests) > 100
    assert [f"{file}: {node.name}" for file, node in tests if not asserts(node) and node.name not in SURVIVAL] == []
    assert {node.name for _, node in tests} >= SURVIVAL
    assert not asserts(ast.parse("def test_nothing():\n    solve('.' * 16) == 3"))


# Examples -------------------------------------------------------------------------------------------

MODULES = ["vmdsolve", *(m.name for m in pkgutil.walk_packages(vmdsolve.__path__, "vmdsolve."))]
MODULES = [name for name in MODULES if name.rpartition(".")[2] not in ("_native", "_cuda", "__main__")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_the_main_calls_have_examples() -> None:
    for name in ("solving", "search", "checker", "constraints", "domains.base", "files"):
        tests = doctest.DocTestFinder().find(importlib.import_module(f"vmdsolve.{name}"))
        assert sum(len(test.examples) for test in tests) > 0, name
