"""Kernels are kept on disk, load without a compiler, and work where nothing can be kept."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from breastdce.imaging import kernel as door

SCRIPT = """
import sys
import numpy as np
from breastdce.core.compiling import tell_before_compiling
from breastdce.radiomics.binning import bin_index

tell_before_compiling(lambda: print("compiling"))
print(bin_index(np.array([0.5, 2.5], np.float32), np.arange(4.0)).tolist())
print("prepared" if "numba.np.arraymath" in sys.modules else "ready")
"""


def _run(cache):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split("\n")


@pytest.mark.slow
def test_the_first_call_says_that_it_compiles_and_the_next_needs_no_compiler(tmp_path):
    assert _run(tmp_path)[:2] == ["compiling", "[0, 2]"]
    assert _run(tmp_path)[:2] == ["[0, 2]", "ready"]


def test_a_kernel_works_where_nothing_can_be_kept(monkeypatch):
    def refuse(function):
        raise RuntimeError("no locator available")

    monkeypatch.setattr(door, "_Cache", refuse)
    double = door.kernel(lambda values: values * 2)
    np.testing.assert_array_equal(double(np.arange(3)), [0, 2, 4])


def test_one_compilation_serves_arrays_of_any_order_that_may_be_written_or_not():
    total = door.kernel(lambda values: values.sum())
    frozen = np.ones((2, 3))
    frozen.setflags(write=False)
    for array in (np.ones((2, 3)), np.ones((2, 3), order="F"), frozen):
        assert total(door.read_only(array)) == 6
        assert not door.read_only(array).flags.writeable
    assert np.shares_memory(door.read_only(frozen), frozen)
    assert len(total.signatures) == 1  # type: ignore[attr-defined]
