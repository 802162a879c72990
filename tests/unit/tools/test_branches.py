"""What `make coverage` states: told of a small program that was measured for real."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[3] / "tools" / "branches.py"
PROGRAM = "def sign(number):\n    if number < 0:\n        return -1\n    return 1\n"


def stated(folder: Path, tried: str) -> tuple[int, str]:
    """Exit status and words of the tool for a program whose `run` part tries some numbers."""
    part = folder / "src/breastdce/run/sign.py"
    part.parent.mkdir(parents=True)
    part.write_text(f"{PROGRAM}\nfor number in {tried}:\n    sign(number)\n")
    coverage = [sys.executable, "-m", "coverage"]
    for call in (["run", "--branch", str(part)], ["json", "-q", "-o", "told.json"]):
        subprocess.run([*coverage, *call], cwd=folder, check=True)
    with (folder / "told.json").open() as told:
        done = subprocess.run(
            [sys.executable, TOOL], check=False, stdin=told, stdout=subprocess.PIPE, text=True
        )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("tried", "status", "said"),
    [
        ("(-1, 1)", 0, "run: 4 of 4 branches (100.00 %)"),
        ("(1, 2)", 1, "run: 3 of 4 branches (75.00 %)"),
    ],
)
def test_a_branch_that_was_not_taken_fails_and_is_named(tmp_path, tried, status, said):
    returned, words = stated(tmp_path, tried)
    assert returned == status
    assert said in words
    assert ("src/breastdce/run/sign.py:2 -> 3" in words) is (status == 1)
    assert "core: 0 of 0 branches (100.00 %)" in words
