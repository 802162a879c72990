"""What is made of checks and detectors: one record of an exam."""

from __future__ import annotations

import inspect
from dataclasses import replace

import msgspec
import pytest

from breastdce.core.codes import CaveatCode, Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.report import CHECKS, QcReport, all_checks, all_detectors, assess

CHECK = Check(
    name="made",
    title="Made",
    unit="1",
    good=Good.HIGH,
    formula="f",
    source="breastdce",
    per_phase=True,
    measure=lambda _: (1.0, Undefined.EMPTY_REGION, 3.0),
    low=2.0,
)
DETECTOR = Detector(
    name="made",
    title="Made",
    code=CaveatCode.QUALITY_FLAGGED,
    threshold=0.5,
    method="m",
    find=lambda _: Finding(score=0.5, phases=(1,), voxel=(1, 2, 3), words="left"),
)


def test_values_have_reasons_and_flags_beside_them(clean):
    (result,) = assess(clean, [CHECK], []).checks
    assert result.values == (1.0, None, 3.0)
    assert result.reasons == (None, Undefined.EMPTY_REGION, None)
    assert result.flagged == (True, False, False)


def test_a_value_above_the_upper_bound_is_flagged(clean):
    (result,) = assess(clean, [replace(CHECK, low=None, high=2.0)], []).checks
    assert result.flagged == (False, False, True)


def test_the_number_of_values_is_part_of_the_contract(clean):
    with pytest.raises(TypeError, match="made gave 3 values, not 1"):
        assess(clean, [replace(CHECK, per_phase=False)], [])


def test_a_value_that_is_no_number_needs_a_reason(clean):
    broken = replace(CHECK, measure=lambda _: (1.0, float("nan"), 2.0))
    with pytest.raises(TypeError, match="what has no value has a reason"):
        assess(clean, [broken], [])


def test_a_finding_at_its_threshold_is_found(clean):
    (finding,) = assess(clean, [], [DETECTOR]).findings
    assert finding.is_found
    assert (finding.phases, finding.voxel, finding.words) == ((1,), (1, 2, 3), "left")
    (finding,) = assess(clean, [], [replace(DETECTOR, threshold=0.6)]).findings
    assert not finding.is_found


def test_report_survives_as_plain_values(clean):
    report = assess(clean, [CHECK], [DETECTOR])
    plain = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(report)))
    assert msgspec.convert(plain, QcReport) == report


def test_the_same_exam_gives_the_same_report(grainy):
    again = replace(grainy)  # without what is kept
    everything = all_checks(), all_detectors()
    assert assess(grainy, *everything) == assess(again, *everything, threads=3)


@pytest.mark.parametrize("name", CHECKS.names())
def test_every_check_says_what_it_is(name, grainy):
    check = CHECKS.get(name)
    assert check.title[0].isupper()
    assert check.formula.endswith(".")
    assert check.source
    assert check.unit in ("1", "%", "mm", "s", "mL", "arbitrary")
    told = inspect.getdoc(check.measure) or ""
    assert all(part in told for part in (check.formula, check.source, f"in {check.unit};"))
    assert f"good is {check.good.value}." in told
    assert len(check.measure(grainy)) == (3 if check.per_phase else 1)
