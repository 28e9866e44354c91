"""The shape of the code: what C++ includes, what an import costs, how long files are, and that every example runs."""

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
MAX_LINES = 400

# What the folders of csrc may include; Python's rule is in pyproject.toml, checked by import-linter.
MAY_INCLUDE = {
    "support": {"support"},
    "automata": {"support", "automata"},
    "canvas": {"support", "kernels", "automata", "canvas"},
    "check": {"support", "check"},
    "rules": {"support", "rules"},
    "search": {"support", "rules", "search"},
    "kinds": {"support", "rules", "search", "kinds"},
    "kernels": {"support", "kernels"},
    "denoise": {"support", "kernels", "denoise"},
    "bind": {"support", "rules", "search", "kinds", "kernels", "denoise", "automata", "canvas", "check", "bind"},
    "tests": {"support", "rules", "search", "kinds", "kernels", "denoise", "automata", "canvas", "check", "tests"},
}


def test_cpp_includes_only_from_below() -> None:
    includes = [
        (path.parent.name, target, path.name)
        for path in (ROOT / "csrc").rglob("*")
        if path.suffix in (".cpp", ".hpp", ".cu", ".cuh")
        for target in re.findall(r'^#include "([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert {folder for folder, _, _ in includes} == set(MAY_INCLUDE)
    wrong = [
        f"{folder}/{name} includes {target}"
        for folder, target, name in includes
        if (target.partition("/")[0] if "/" in target else folder) not in MAY_INCLUDE[folder]
    ]
    assert wrong == []


def test_no_test_imports_another() -> None:
    another = re.compile(r"^(?:from|import) (?:\S+\.)?(?:test_\w+|conftest)\b.*", re.MULTILINE)
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    assert {name: another.findall(text) for name, text in texts.items() if another.search(text)} == {}


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
    printed = run(code + HEAVY).splitlines()
    assert len(printed) > 1
    assert printed[-1] == "[]"


def test_exact_search_does_not_import_torch() -> None:
    code = "import vmdsolve; print(vmdsolve.solve('.' * 16, method='search').status)\n"
    assert run(code + HEAVY).splitlines() == ["SOLVED", "['numpy']"]


@pytest.mark.parametrize(
    "first",
    ["vmdsolve.check", "vmdsolve.count_solutions", "from vmdsolve.api.check import check", "import vmdsolve.cli"],
)
def test_solve_is_the_function_whatever_is_used_first(first: str) -> None:
    """The module of the same name must not take its place."""
    assert run(f"import vmdsolve\n{first}\nprint(vmdsolve.solve('.' * 16, method='search').status)") == "SOLVED"


# Files ----------------------------------------------------------------------------------------------

SOURCES = [p for top in (PACKAGE, ROOT / "csrc", ROOT / "benchmarks", ROOT / "tests") for p in top.rglob("*")]
SOURCES = [path for path in SOURCES if path.suffix in (".py", ".pyi", ".cpp", ".hpp", ".cu", ".cuh")]
KINDS = {".cpp", ".hpp", ".md", ".py", ".pyi", ".sh", ".toml", ".txt", ".yaml"}
MADE = ("build", "dist", "runs")  # by commands, and in no commit
TOPS = [p for p in ROOT.iterdir() if p.name not in MADE and not (p.is_dir() and p.name.startswith("."))]
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


def asserts(test: ast.AST, helpers: frozenset[str] = frozenset()) -> bool:
    """True if the test can fail: it asserts, expects an error, or calls one of the helpers, or one named assert_*."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called.lstrip("_").startswith("assert_") or called in {"raises", "warns", "fail"} | helpers:
                return True
    return False


def asserting_tests(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, bool]]:
    """The tests of a file, and whether they assert anything, by themselves or by a helper of the file."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    helpers: frozenset[str] = frozenset()
    while more := {f.name for f in functions if not f.name.startswith("test_") and asserts(f, helpers)} - helpers:
        helpers |= more
    yield from ((f, asserts(f, helpers)) for f in functions if f.name.startswith("test_"))


# Fuzzing of the native entry points: that the process survives is what they assert.
SURVIVAL = {
    "test_calls_that_nothing_is_done_to_are_right",
    "test_native_entry_points_survive_any_arrays",
    "test_no_arrays_crash_the_constructor",
    "test_no_arrays_crash_the_entry_points",
    "test_no_changed_text_does_worse_than_be_refused",
    "test_no_text_at_all_does_worse_than_be_refused",
    "test_no_warning_where_nothing_was_left_out",
}


def test_no_test_is_without_assertion() -> None:
    tests = [
        (path.name, test.name, can_fail)
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for test, can_fail in asserting_tests(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert len(tests) > 100
    assert [f"{file}: {name}" for file, name, can_fail in tests if not can_fail and name not in SURVIVAL] == []
    assert {name for _, name, _ in tests} >= SURVIVAL
    assert not asserts(ast.parse("def test_nothing():\n    solve('.' * 16) == 3"))


# Examples -------------------------------------------------------------------------------------------

MODULES = ["vmdsolve", *(m.name for m in pkgutil.walk_packages(vmdsolve.__path__, "vmdsolve."))]
MODULES = [name for name in MODULES if name.rpartition(".")[2] not in ("_native", "_cuda", "__main__")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_the_main_calls_have_examples() -> None:
    for name in ("api.solve", "search.exact", "checker", "constraints", "domains.base", "files.records"):
        tests = doctest.DocTestFinder().find(importlib.import_module(f"vmdsolve.{name}"))
        assert sum(len(test.examples) for test in tests) > 0, name


def test_sources_without_their_compiled_part_say_what_to_do() -> None:
    call = "import sys, vmdsolve; sys.modules['vmdsolve._native'] = None; print(vmdsolve.__path__[0]); vmdsolve.solve"
    told = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=False)
    wanted = f"ImportError: vmdsolve is taken from its sources in {told.stdout.strip()}, which"
    assert told.stderr.splitlines()[-1].startswith(wanted)
    assert "pip install -e ." in told.stderr
