"""tdoku beside us, where somebody has its sources: its own library, called by a small program in C."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from shutil import which

__all__ = ["library_in", "seconds"]

LIBRARY = Path("build") / "libtdoku_shared.so"
PROGRAM = Path(__file__).with_suffix(".c")


def library_in(path: Path) -> Path:
    """The shared library of a folder of tdoku's sources, where ./BUILD.sh has made it, or that path itself."""
    library = path / LIBRARY if path.is_dir() else path
    if not library.is_file():
        raise SystemExit(f"--tdoku: no {LIBRARY} in {path}; run ./BUILD.sh in tdoku's folder first")
    if which("cc") is None:
        raise SystemExit("--tdoku: there is no C compiler `cc`, which the program around it needs")
    return library.resolve()


def seconds(library: Path, problems: list[str], limit: int) -> float:
    """Of the processor, for all problems: until an answer (limit 1), or until it is proved the only one (2)."""
    with tempfile.TemporaryDirectory() as folder:
        program, lines = Path(folder) / "tdoku", Path(folder) / "problems"
        subprocess.run(["cc", "-O2", "-o", program, PROGRAM, "-ldl"], check=True)
        lines.write_text("".join(f"{problem}\n" for problem in problems))
        done = subprocess.run([program, library, lines, str(limit)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"--tdoku: {done.stderr.strip()}")
    return float(done.stdout)
