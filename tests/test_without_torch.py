"""torch is an extra: native models solve, sample and are measured without it, and who needs it says so in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vmdsolve.domains import get
from vmdsolve.model.checkpoint import save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD

PUZZLE, ANSWER = "1......2..4..3..", "1234341221434321"
FOUR = get("sudoku-4x4")
TINY = {"width": 8, "message": 8, "hidden": 8, "loops": 2, "latent": 2}
ABSENT = """
import sys

class Absent:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("torch", "safetensors"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""
COMMAND = "from vmdsolve.__main__ import main; main()"

pytestmark = pytest.mark.slow


def without(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Code in an interpreter that finds no torch."""
    command = [sys.executable, "-W", "error", "-c", ABSENT + code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Native weights, and such as need torch, by the reason."""
    folder = tmp_path_factory.mktemp("weights")
    shapes = {"native": {}, "attention": {"mixer": "attention"}, "prior": {"prior": "conditional"}}
    for name, shape in shapes.items():
        save_model(folder / f"{name}.safetensors", VMD(ModelConfig.of(FOUR, **TINY, **shape)).eval(), {})
    return {name: folder / f"{name}.safetensors" for name in shapes}


CALLS = {
    "solve": f"print(v.solve('{PUZZLE}').text == '{ANSWER}')",
    "vmd-only": f"print(v.solve('{PUZZLE}', method='vmd-only', latents=4).method == 'vmd')",
    "all-different": "print(v.solve('1' + '.' * 24, domain='latin-5', latents=8).method == 'vmd')",
    "batch": f"print([s.method for s in v.solve_batch(['{PUZZLE}', '.' * 16], latents=8)] == ['propagation', 'vmd'])",
    "as_done": "print([s.method for _, s in v.as_done(['.' * 16], latents=8)] == ['vmd'])",
    "sample": "print(next(v.sample('sudoku-4x4', temperature=1.0)).method == 'vmd')",
    "search": "print(v.solve('.' * 16, method='search').method == 'search')",
    "hint": f"print(bool(v.hint('{PUZZLE}')))",
    "generate": "print(len(list(v.generate('sudoku-4x4', 2))) == 2)",
    "check": f"print(v.check('{PUZZLE}', '{ANSWER}') == [])",
    "domain_of": "from vmdsolve.model.packaged import packaged_file as f; "
    "print(v.domain_of(f('sudoku-4x4')).name == 'sudoku-4x4')",
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_needs_no_torch_and_does_not_import_it(call: str) -> None:
    code = f"import vmdsolve as v\n{CALLS[call]}\n"
    absent = without(code)
    assert (absent.stdout, absent.stderr) == ("True\n", "")
    code += "import sys; print('torch' in sys.modules, 'safetensors' in sys.modules)"
    no_gpu = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=no_gpu)
    assert there.stdout == "True\nFalse False\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"solve {PUZZLE}", ANSWER),
        ("solve --method vmd-only ................", "1 by vmd"),
        ("solve --weights {native} ................", "1 solved"),
        ("sample --weights {native}", "1 by vmd"),
        ("eval sudoku-4x4 -n 5 --weights {native}", "solved"),
        ("sample sudoku-4x4 -n 2 --temperature 1", ""),
        ("eval sudoku-4x4 -n 5", "solved"),
        ("eval sudoku-4x4 -n 5 --bf16", "solved"),
        (f"hint {PUZZLE}", ""),
        ("generate sudoku-4x4", ""),
        (f"check {PUZZLE} {ANSWER}", ""),
        (f"count {PUZZLE}", "1"),
        ("info", "pip install 'vmdsolve[torch]'"),
    ],
)
def test_a_command_needs_no_torch(weights: dict[str, Path], line: str, said: str) -> None:
    done = without(COMMAND, *line.format(**weights).split())
    assert done.returncode == 0, done.stderr
    assert said in done.stdout + done.stderr
    assert "torch" not in done.stderr


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("solve --device cuda ................", "device 'cuda' needs torch"),
        ("sample sudoku-4x4 --device cuda", "device 'cuda' needs torch"),
        ("eval sudoku-4x4 -n 5 --device cuda", "device 'cuda' needs torch"),
        ("solve --weights {attention} ................", "mixer 'attention' with prior 'standard' needs torch"),
        ("solve --weights {prior} ................", "mixer 'messages' with prior 'conditional' needs torch"),
        ("sample sudoku-4x4 --weights {prior}", "mixer 'messages' with prior 'conditional' needs torch"),
        ("eval sudoku-4x4 -n 5 --weights {attention}", "mixer 'attention' with prior 'standard' needs torch"),
        ("train pair --run-dir {folder}/run", "train needs torch"),
        ("train text {native} --run-dir {folder}/run", "train text needs torch"),
        ("diagnose sudoku-4x4", "diagnose needs torch"),
        ("plot --latent sudoku-4x4", "diagnose needs torch"),
        ("eval sudoku-4x4 -n 2 --nll", "eval --nll needs torch"),
    ],
)
def test_what_needs_torch_says_so_in_one_sentence(
    weights: dict[str, Path], line: str, what: str, tmp_path: Path
) -> None:
    done = without(COMMAND, *line.format(**weights, folder=tmp_path).split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("vmdsolve: ")
    assert done.stderr.endswith(f"{what}: pip install 'vmdsolve[torch]'\n")
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["VMD", "Trainer", "load_model", "save_model"])
def test_a_name_that_needs_torch_says_so(name: str) -> None:
    code = f"import vmdsolve\ntry: vmdsolve.{name}\nexcept vmdsolve.MissingExtra as error: print(error)"
    assert without(code).stdout == f"vmdsolve.{name} needs torch: pip install 'vmdsolve[torch]'\n"
