"""One command leaves nothing to compile for who runs an exam."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from breastdce.imaging import mean_loops
from breastdce.kinetics import neighbors
from breastdce.run import compile_kernels


def test_every_part_compiles_its_kernels():
    compile_kernels.main()
    kernels: tuple[Any, ...] = (mean_loops.mean_along, neighbors.count_neighbors)
    assert all(kernel.signatures for kernel in kernels)


def test_it_is_a_command():
    command = [sys.executable, "-m", "breastdce.run.compile_kernels"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
