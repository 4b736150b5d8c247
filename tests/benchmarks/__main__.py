"""`python -m tests.benchmarks [SUBJECT…]`: the figures of docs/measured.md, as ratios against a baseline of one run.

--quick takes a tenth of the members; --markdown prints the table that stands there. A subject is a module of
this folder whose `measure` gives rows for a share of the whole; it is named below.
"""

from __future__ import annotations

import argparse

from tests.benchmarks import decisions, events, growth, memory, mirror, night, pages, runs, whatif

SUBJECTS = {
    "events": events.measure,
    "pages": pages.measure,
    "runs": runs.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "decisions": decisions.measure,
    "night": night.measure,
    "many": night.measure_many,
    "whatif": whatif.measure,
    "mirror": mirror.measure,
}
A_TENTH = 10


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("subject", nargs="*", help=f"{', '.join(SUBJECTS)}; all by default")
    options = parser.parse_args()
    unknown = [name for name in options.subject if name not in SUBJECTS]
    if unknown:
        parser.error(f"there is no {unknown[0]}; there are: {', '.join(SUBJECTS)}")
    line = "| {} | {} | {} |" if options.markdown else "{:<72} {:>16}  {}"
    for name in options.subject or SUBJECTS:
        for row in SUBJECTS[name](A_TENTH if options.quick else 1):
            print(line.format(*row), flush=True)


if __name__ == "__main__":
    main()
