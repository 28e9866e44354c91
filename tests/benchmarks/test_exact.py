"""tdoku beside us, by its path: a library that speaks as tdoku does, in place of it, which is not at hand."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from shutil import which

import pytest

from benchmarks.exact import run, shown
from benchmarks.tdoku import library_in, seconds

needs_compiler = pytest.mark.skipif(which("cc") is None, reason="no C compiler, which --tdoku needs")
EASY = ".9..27.....21....9.13...672..43..296.7.2..45...1.4.....39..4..51478..9.3.6.7..1.4"

# Backtracking, as plain as it gets. `SAYS` is what it answers for a count.
SOLVER = """
#include <stddef.h>
#include <stdint.h>
#include <string.h>
static size_t count(char *x, int i, size_t limit) {
  while (i < 81 && x[i] != '.') ++i;
  if (i == 81) return 1;
  size_t found = 0;
  for (char v = '1'; v <= '9' && found < limit; ++v) {
    int free = 1;
    for (int j = 0; j < 81; ++j) {
      const int same = i / 9 == j / 9 || i % 9 == j % 9 || (i / 27 == j / 27 && i % 9 / 3 == j % 9 / 3);
      if (same && x[j] == v) free = 0;
    }
    if (!free) continue;
    x[i] = v;
    found += count(x, i + 1, limit - found);
    x[i] = '.';
  }
  return found;
}
size_t NAME(const char *input, size_t limit, uint32_t configuration, char *solution, size_t *guesses) {
  char x[81];
  (void)configuration;
  memcpy(x, input, 81);
  memcpy(solution, input, 81);
  *guesses = 0;
  const size_t found = count(x, 0, limit);
  return SAYS;
}
"""


def built(folder: Path, says: str = "found", name: str = "TdokuSolverDpllTriadSimd") -> Path:
    """A folder as tdoku's is after ./BUILD.sh."""
    (folder / "build").mkdir()
    source = folder / "solver.c"
    source.write_text(SOLVER)
    library = folder / "build" / "libtdoku_shared.so"
    subprocess.run(
        ["cc", "-O2", "-shared", "-fPIC", f"-DSAYS={says}", f"-DNAME={name}", "-o", library, source], check=True
    )
    return folder


@needs_compiler
def test_its_seconds_stand_beside_ours(tmp_path: Path) -> None:
    folder = built(tmp_path)
    run(n=2, sets="easy", threads="1", repeats=1, tdoku=folder, out=tmp_path)
    [result] = tmp_path.glob("exact-*.json")
    rows = json.loads(result.read_text())["rows"]
    assert all(row["tdoku"]["n"] == 1 and row["tdoku"]["median"] > 0 for row in rows)
    assert "times tdoku" in shown(rows)
    assert "times tdoku" not in shown([{key: row[key] for key in row if key != "tdoku"} for row in rows])


@needs_compiler
def test_it_is_told_how_many_answers_to_look_for(tmp_path: Path) -> None:
    library = library_in(built(tmp_path, says="limit == 2 ? found : 0"))
    assert seconds(library, [EASY] * 3, 2) > 0
    with pytest.raises(SystemExit, match="one answer each: 0 of 3"):
        seconds(library, [EASY] * 3, 1)
    with pytest.raises(SystemExit, match="one answer each: 1 of 2"):
        seconds(library, [EASY, "." * 81], 2)


@needs_compiler
def test_what_is_no_such_library_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="TdokuSolverDpllTriadSimd"):
        seconds(library_in(built(tmp_path, name="Another")), [EASY], 1)


def test_a_folder_that_was_not_built_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"run ./BUILD.sh in tdoku's folder first"):
        library_in(tmp_path)
