"""What holds for every detector: nothing in a clean exam, its own artifact in a planted one."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode
from breastdce.qc.report import DETECTORS
from breastdce.testing.plant._contract import PLANTS, STRENGTHS
from tests.unit.qc.detectors.made_up import body_phases, exam_of

PLANTED = [name for name in PLANTS.names() if name != "laterality"]  # it needs a heart


@pytest.mark.parametrize("name", DETECTORS.names())
def test_a_clean_exam_raises_no_alarm(name, clean):
    detector = DETECTORS.get(name)
    finding = detector.find(exam_of(clean))
    assert 0 <= finding.score < detector.threshold


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_strongest_plant_is_found_and_placed(name, seed, clean):
    plant = PLANTS.get(name)
    detector = DETECTORS.get(plant.detector)
    exam = exam_of(plant.plant(clean, 5, np.random.default_rng(seed)))
    finding = detector.find(exam)
    assert finding.score >= detector.threshold
    assert finding.words
    assert all(0 <= phase < 3 for phase in finding.phases)
    assert finding.voxel is not None
    assert all(0 <= n < size for n, size in zip(finding.voxel, exam.grid.shape, strict=True))


@pytest.mark.parametrize("name", PLANTS.names())
@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_plant_changes_a_copy_and_keeps_its_form(name, strength, clean):
    before = [phase.copy() for phase in clean]
    planted = PLANTS.get(name).plant(clean, strength, np.random.default_rng(3))
    again = PLANTS.get(name).plant(clean, strength, np.random.default_rng(3))
    assert len(planted) == len(clean)
    assert len({phase.shape for phase in planted}) == 1
    for phase, same, kept, original in zip(planted, again, clean, before, strict=True):
        assert phase.dtype == np.float32
        assert np.isfinite(phase).all()
        assert np.array_equal(phase, same)
        assert np.array_equal(kept, original)
    assert any(a.shape != b.shape or (a != b).any() for a, b in zip(planted, clean, strict=True))


def test_every_detector_has_a_plant_and_a_code_of_its_own():
    detectors = [DETECTORS.get(name) for name in DETECTORS.names()]
    assert {PLANTS.get(name).detector for name in PLANTS.names()} == set(DETECTORS.names())
    assert len({detector.code for detector in detectors}) == len(detectors)
    assert all(isinstance(detector.code, CaveatCode) for detector in detectors)


@pytest.mark.parametrize("name", DETECTORS.names())
def test_scores_do_not_depend_on_the_unit_of_signal(name, clean):
    detector = DETECTORS.get(name)
    scaled = [phase * np.float32(4) for phase in clean]
    one, other = detector.find(exam_of(clean)), detector.find(exam_of(scaled))
    assert other.score == pytest.approx(one.score, rel=0.05, abs=0.02)


@pytest.mark.parametrize("name", DETECTORS.names())
def test_blank_images_raise_no_alarm(name):
    blank = [np.zeros((32, 32, 12), np.float32)] * 3
    breast = np.zeros((32, 32, 12), bool)
    finding = DETECTORS.get(name).find(exam_of(blank, breast))
    assert finding.score == 0


def test_another_clean_exam_of_low_signal_raises_no_alarm():
    exam = exam_of(body_phases(seed=5, noise=40.0))
    for name in DETECTORS.names():
        detector = DETECTORS.get(name)
        assert detector.find(exam).score < detector.threshold, name
