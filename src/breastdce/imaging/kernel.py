"""The one door to numba: loops over voxels, compiled once per machine and kept on disk.

A kernel releases the interpreter lock, so that threads run side by side, and keeps IEEE
arithmetic (no fastmath): the same input gives the same bits on any number of threads. Kernels
take and return arrays and numbers, and know nothing of images.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numba.core.caching import FunctionCache
from numba.core.runtime.nrt import rtsys
from numpy.typing import NDArray

from breastdce.core.compiling import compiling

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound=np.generic)


class _Cache(FunctionCache):
    """Numba's cache of machine code without the half second of preparing its compiler.

    What is compiled already needs no compiler; where something must be compiled, numba prepares
    it then.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        rtsys.initialize(target_context)  # what compiled code calls to make arrays
        found = None
        with self._guard_against_spurious_io_errors():
            found = self._load_overload(sig, target_context)
        if found is None:
            compiling()
        return found


def read_only(array: NDArray[S]) -> NDArray[S]:
    """View that cannot be written through, last axis fastest; a copy where memory runs otherwise.

    A kernel is compiled anew for arrays of another layout, and for those that may be written and
    those that may not: images from a file and images just made would each cost seconds.
    """
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers on its first call.

    The machine code is kept beside the source, or in the user's cache folder where that is
    read-only; where neither can be written it lives as long as the process.
    """
    compiled: Any = numba.njit(nogil=True)(function)
    # Where numba finds no folder that it may write to, nothing is kept.
    with suppress(RuntimeError):
        compiled._cache = _Cache(function)
    return cast("Callable[P, R]", compiled)
