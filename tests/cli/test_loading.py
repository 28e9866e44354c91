"""Ctrl-C while modules load: one line and 130, whichever of them it meets."""

from __future__ import annotations

import subprocess
import sys

import pytest
from helpers.commands import P

SCRIPT = """
import signal, sys

class Interrupted:
    def find_spec(self, name, *_):
        if name == sys.argv[1]:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupted())
import vmdsolve.__main__
module, sys.argv[:2] = sys.argv[1], ["vmdsolve"]
sys.meta_path[0].find_spec = lambda name, *_: signal.raise_signal(signal.SIGINT) if name == module else None
vmdsolve.__main__.main()
"""


LOADED = """
import sys
from vmdsolve.cli import app
try:
    app(["solve", sys.argv[1]], prog_name="vmdsolve")
except SystemExit as end:
    assert end.code == 0
print([n for n in ("pydantic", "rich", "torch", "vmdsolve.sampler", "vmdsolve.train.trainer") if n in sys.modules])
"""


@pytest.mark.slow
def test_the_first_answer_waits_for_nothing_that_it_does_not_need() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED, P], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
@pytest.mark.parametrize(
    "module",
    ["vmdsolve.cli", "typer", "vmdsolve.api.options", "vmdsolve.cli.solve", "vmdsolve.files.records", "numpy",
     "vmdsolve.domains.sudoku", "vmdsolve.api.solve", "vmdsolve._native"],
)  # fmt: skip
def test_ctrl_c_while_modules_load_is_one_line(module: str) -> None:
    command = [sys.executable, "-c", SCRIPT, module, "solve", "--method", "search", P]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "vmdsolve: interrupted\n")
