"""The one door to numba: loops over voxels, compiled once per machine and kept on disk.

A kernel releases the interpreter lock, so that threads run side by side, and keeps IEEE
arithmetic (no fastmath): the same input gives the same bits on any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers on its first call.

    The machine code is kept beside the source, or in the user's cache folder where that is
    read-only; where neither can be written it lives as long as the process.
    """
    try:
        compiled = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba found no folder that it may write to
        compiled = numba.njit(nogil=True)(function)
    return cast("Callable[P, R]", compiled)
