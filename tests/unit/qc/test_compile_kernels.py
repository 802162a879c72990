"""Nothing is left to compile for who runs an exam."""

from __future__ import annotations

from typing import Any

from breastdce.imaging import mean_loops
from breastdce.qc import compile_kernels
from breastdce.qc.detectors import (
    _change_loops,
    _ghost_loops,
    _line_loops,
    _spectrum_loops,
    ghost,
    phase_order,
    spike,
    zipper,
)


def test_what_an_exam_calls_is_compiled_already(grainy):
    compile_kernels.main()
    kernels: tuple[Any, ...] = (
        _change_loops.strong_changes,
        _ghost_loops.apart,
        _line_loops.line_noise,
        _spectrum_loops.loneliest,
        _spectrum_loops.whole_sizes,
        mean_loops.mean_along,
        mean_loops.mean_of_lines,
    )
    before = [set(one.signatures) for one in kernels]
    assert all(before)
    assert spike.find(grainy).score > 0
    assert zipper.find(grainy).score > 0
    assert "ittle" not in ghost.find(grainy).words  # it looked
    assert phase_order.find(grainy).score >= 0
    assert [set(one.signatures) for one in kernels] == before
