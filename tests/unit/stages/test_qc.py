"""The stage asks every check, and says in caveats what is out of bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from breastdce.core.codes import CaveatCode
from breastdce.core.params import NoParams
from breastdce.core.volume import Mask
from breastdce.qc.exam import QcExam
from breastdce.qc.report import CHECKS
from breastdce.stages._contract import Context, Result
from breastdce.stages.qc import Inputs, Outputs, run
from breastdce.store.codecs import pack, unpack
from tests.unit.qc.boxes import GRID, SHAPE, exam_of, noisy, phases


def asked(exam: QcExam, *, breast: bool = True) -> Result[Outputs]:
    none = Mask(np.zeros(SHAPE, bool, order="F"), GRID)
    inputs = Inputs(exam.native, exam.facts, exam.ftv or none, exam.breast if breast else None)
    return run(inputs, NoParams(), Context(threads=1))


def flagged(result: Result[Outputs]) -> list[str]:
    codes = {caveat.code: caveat.detail for caveat in result.caveats}
    detail = codes.get(CaveatCode.QUALITY_FLAGGED, {"checks": ""})
    return str(detail["checks"]).split(", ")


def test_every_check_is_asked_in_order_of_name():
    result = asked(exam_of(noisy(phases(), 2.0)))
    assert [check.name for check in result.outputs.qc.checks] == list(CHECKS.names())


def test_a_missing_slice_becomes_a_caveat():
    images = noisy(phases(), 2.0)
    assert "missing_slices" not in flagged(asked(exam_of(images)))
    images[1][..., 5] = images[1][..., 4]
    assert "missing_slices" in flagged(asked(exam_of(images)))


def test_a_breast_mask_is_made_where_the_recipe_has_none():
    result = asked(exam_of(noisy(phases(), 2.0)), breast=False)
    (found,) = [check for check in result.outputs.qc.checks if check.name == "breast_cut"]
    assert found.values[0] is not None


def test_report_is_the_same_after_the_store():
    exam = exam_of(noisy(phases(), 2.0))
    report = asked(exam).outputs
    assert unpack(pack(report.qc), type(report.qc)) == report.qc
    assert pack(asked(replace(exam)).outputs.qc).digest() == pack(report.qc).digest()
