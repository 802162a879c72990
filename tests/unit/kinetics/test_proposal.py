"""The main lesion is proposed first; vessels, skin and symmetric enhancement are not."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.exam import Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.kinetics.proposal import ProposalParams, propose

GRID = Grid((80, 50, 24), (2.0, 2.0, 3.0), np.eye(3), (-79.0, 0.0, 0.0))
MIDDLE_MM = 0.0
PARAMS = ProposalParams()


def breasts():
    """Two blocks with a gap between them."""
    data = np.zeros(GRID.shape, np.bool_, order="F")
    data[2:36, 4:46] = True
    data[44:78, 4:46] = True
    return Mask(data, GRID)


def exam(*balls, washout=0.9):
    """Signal 100 in the breasts, air elsewhere; balls (index, radius in mm, PE) enhance."""
    pre = np.where(breasts().data, np.float32(100), np.float32(1))
    early, late = pre.copy(), pre * np.float32(1.05)
    index = np.stack(np.meshgrid(*map(np.arange, GRID.shape), indexing="ij"), axis=-1)
    for center, radius, pe in balls:
        away = (index - center) * np.asarray(GRID.spacing_mm)
        inside = (away**2).sum(axis=-1) <= radius**2
        early[inside] = pre[inside] * (1 + pe / 100)
        late[inside] = pre[inside] * (1 + washout * pe / 100)
    images = (Volume(np.asfortranarray(data, np.float32), GRID) for data in (pre, early, late))
    return Triple(*images)


def run(phases, params=PARAMS):
    return propose(phases, breasts(), MIDDLE_MM, params)


def holds(box, index):
    return all(a <= i <= b for a, i, b in zip(box.first, index, box.last, strict=True))


def test_the_box_is_the_lesion_with_its_margin():
    (found,) = run(exam(((60, 25, 12), 10, 150)))
    assert found.side == "R"
    # The ball reaches 5 voxels in the plane and 3 slices; the margin is 4 and 3.
    assert found.box.first == (51, 16, 6)
    assert found.box.last == (69, 34, 18)
    assert found.ml == pytest.approx(4.19, rel=0.1)  # 4/3 pi 1 cm^3, in voxels


def test_a_larger_lesion_ranks_first_and_both_are_told():
    found = run(exam(((60, 25, 12), 12, 150), ((15, 25, 12), 6, 150)))
    assert [one.side for one in found] == ["R", "L"]
    assert found[0].score > found[1].score


def test_pieces_near_each_other_are_one_lesion_and_far_ones_are_not():
    near = run(exam(((55, 25, 12), 8, 150), ((65, 25, 12), 8, 150)))  # 4 mm between them
    assert len(near) == 1
    far = run(exam(((52, 25, 12), 8, 150), ((70, 25, 12), 8, 150)))  # 20 mm between them
    assert len(far) == 2


def test_a_vessel_is_not_proposed():
    phases = exam()
    phases.post1.data[60, 8:42, 12] *= 3
    phases.post1.data[61, 8:42, 12] *= 3
    phases.post2.data[60:62, 8:42, 12] *= 3
    assert run(phases) == ()


def test_skin_is_left_out():
    phases = exam()
    for image in (phases.post1, phases.post2):
        image.data[44:78, 44:46] *= 3
    assert run(phases) == ()


def test_enhancement_that_the_other_breast_has_too_counts_less():
    alone = run(exam(((60, 25, 12), 10, 150)))[0]
    # x of i is 2 i - 79 mm: the mirror image of 60 is 19.
    both = run(exam(((60, 25, 12), 10, 150), ((19, 25, 12), 10, 150)))
    assert {one.side for one in both} == {"R", "L"}
    assert both[0].score < 0.7 * alone.score
    assert alone.terms.alone == 1.0


def test_washout_counts_more_than_persistence():
    fast = run(exam(((60, 25, 12), 10, 150), washout=0.9))[0]
    slow = run(exam(((60, 25, 12), 10, 150), washout=1.6))[0]
    assert (fast.terms.washout, slow.terms.washout) == (1.0, 0.5)


def test_nothing_is_proposed_without_enhancement_or_without_a_mask():
    assert run(exam()) == ()
    nothing = Mask(np.zeros(GRID.shape, np.bool_), GRID)
    assert propose(exam(((60, 25, 12), 10, 150)), nothing, MIDDLE_MM, PARAMS) == ()


def test_only_the_best_are_kept():
    balls = [((50 + 12 * n, 12 + 13 * m, 12), 6, 150) for n in range(2) for m in range(3)]
    assert len(run(exam(*balls))) == 5
    assert len(run(exam(*balls), ProposalParams(most=2))) == 2


def test_a_lesion_at_the_end_of_the_images_is_clipped():
    (found,) = run(exam(((60, 25, 0), 10, 150)))
    assert found.box.first[2] == 0
    assert holds(found.box, (60, 25, 0))
