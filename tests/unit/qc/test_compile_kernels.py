"""Nothing is left to compile for who runs an exam."""

from __future__ import annotations

from typing import Any

from breastdce.qc import compile_kernels
from breastdce.qc.detectors import _line_loops, _spectrum_loops, spike, zipper


def test_what_an_exam_calls_is_compiled_already(grainy):
    compile_kernels.main()
    kernels: tuple[Any, ...] = _line_loops.line_noise, _spectrum_loops.loneliest
    before = [set(one.signatures) for one in kernels]
    assert all(before)
    assert spike.find(grainy).score > 0
    assert zipper.find(grainy).score > 0
    assert [set(one.signatures) for one in kernels] == before
