"""`python -m benchmarks.fuzz [--calls N] [--seconds S] [--seed N] [--first N] [--native FILE]`

A night: `--calls 20000000`, or `--seconds 28800`. Under sanitizers (the module built with -DVMDSOLVE_SANITIZE):

    ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 \\
        LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libstdc++.so.6)" \\
        python -m benchmarks.fuzz --calls 1000000 --native build/sanitize/_native.*.so

`--first N --calls 1` makes one call again.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from pathlib import Path

from .run import Failed, fuzz, native_at


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description="Hostile calls of native code.")
    parser.add_argument("--calls", type=int, help="how many; default 20,000, or as many as come in --seconds")
    parser.add_argument("--seconds", type=float, help="for how long")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first call")
    parser.add_argument("--native", type=Path, help="file of another build of the module")
    options = parser.parse_args()
    calls = options.calls if options.calls or options.seconds else 20_000
    numbers = range(options.first, options.first + calls) if calls else itertools.count(options.first)
    began = time.monotonic()
    try:
        tally = fuzz(native_at(options.native), options.seed, iter(numbers), options.seconds, _say)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    total = sum(sum(outcome) for outcome in tally.values())
    print(json.dumps({name: outcome._asdict() for name, outcome in tally.items()}, indent=1))
    print(f"{total:,} hostile calls of {len(tally)} entries in {time.monotonic() - began:.0f} s: no failure")
    return 0


if __name__ == "__main__":
    sys.exit(main())
