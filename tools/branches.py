"""State the suite's branch coverage, and fail where it must be whole: `python tools/branches.py`.

Reads what `coverage json` says on standard input. A branch is a jump from one line to another that
the code could take; `core`, `run` and `store` leave none untried.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

PACKAGE = "src/breastdce"
WHOLE = ("core", "run", "store")


class Share(NamedTuple):
    """How many branches there are, and how many were taken."""

    taken: int
    branches: int

    def __str__(self) -> str:
        percent = 100 * self.taken / self.branches if self.branches else 100
        return f"{self.taken} of {self.branches} branches ({percent:.2f} %)"


def share_of(files: Mapping[str, Any], folder: str) -> Share:
    """Branches of all files below a folder."""
    found = [told["summary"] for path, told in files.items() if path.startswith(folder + "/")]
    return Share(
        sum(told["covered_branches"] for told in found),
        sum(told["num_branches"] for told in found),
    )


def left_of(files: Mapping[str, Any], folder: str) -> list[str]:
    """Branches that were not taken, one a line: from which line to which."""
    return [
        f"  {path}:{first} -> {last if last > 0 else 'end'}"
        for path, told in sorted(files.items())
        if path.startswith(folder + "/")
        for first, last in told["missing_branches"]
    ]


def main() -> int:
    """Print a line for the package and for each part that must be whole."""
    files = json.load(sys.stdin)["files"]
    print(f"breastdce: {share_of(files, PACKAGE)}")
    left: list[str] = []
    for part in WHOLE:
        print(f"  {part}: {share_of(files, f'{PACKAGE}/{part}')}")
        left += left_of(files, f"{PACKAGE}/{part}")
    print("\n".join(left), end="\n" if left else "")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
