"""Run every benchmark of this folder, or those named: ``python -m benchmarks client``.

Each ``bench_<topic>.py`` prints ratios against a peer that runs in the same process and
the same minutes, because absolute times say more about the machine than about the code.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(topics: list[str]) -> int:
    """Run the benchmarks in order of their names; return the exit code."""
    known = sorted(
        path.stem.removeprefix("bench_")
        for path in Path(__file__).parent.glob("bench_*")
    )
    unknown = sorted(set(topics) - set(known))
    if unknown:
        print(f"Got {', '.join(unknown)}, expected some of: {', '.join(known)}.")
        return 2
    for topic in topics or known:
        print(f"\n== {topic} ==", flush=True)
        importlib.import_module(f"benchmarks.bench_{topic}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
