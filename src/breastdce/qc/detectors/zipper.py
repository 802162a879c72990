"""A zipper: a line of noise across the phase-encode direction, from a foreign frequency.

A foreign frequency lands in one place of the readout and, being out of step with the phase
encoding, everywhere along it: one line of the slice is noisier than the lines beside it, in
tissue and in air alike. An edge of tissue along the line is smooth along it, noise is not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.imaging.kernel import read_only
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._line_loops import line_noise
from breastdce.qc.detectors._signal import TOO_COARSE, Array, axis_word, is_coarse
from breastdce.qc.exam import QcExam

_REACH = 2  # lines that a line is compared with, to take tissue out
_NEAR, _FAR = 5, 10  # lines whose noise it is compared with
_SHORTEST = 3  # voxels of a line
_SHARE = 0.5  # quantile over slices: chance makes some line noisy in a few of them


def find(exam: QcExam) -> Finding:
    """Look for the line that is noisiest beside its neighbors, along both axes of the slice."""
    if is_coarse(exam.grid):
        return Finding(score=0.0, words=TOO_COARSE)
    best = (0.0, 0, 0, 0, 0)
    for number, phase in enumerate(exam.native.phases):
        for axis in (0, 1):
            contrast = line_contrast(phase.data, axis)
            if not contrast.size:
                continue
            scores = np.quantile(contrast, _SHARE, axis=1)
            line = int(scores.argmax())
            where = int(contrast[line].argmax())
            best = max(best, (float(scores[line]), number, axis, line + _FAR + _REACH, where))
    score, number, axis, line, index = best
    if score == 0:
        return Finding(score=0.0)
    shape = exam.grid.shape
    along = 1 - axis
    voxel = (line, shape[1] // 2, index) if axis == 0 else (shape[0] // 2, line, index)
    return Finding(
        score=score,
        phases=(number,),
        voxel=voxel,
        words=f"A noisy line from {axis_word(exam.grid, along)}, at voxel {line} of axis "
        f"{'ij'[axis]}, in phase {number}.",
    )


def line_contrast(image: Array, axis: int) -> NDArray[np.float64]:
    """Noise of a line over that of the lines beside it, shape (lines, slices).

    Lines are those with an index along `axis` that have enough neighbors on both sides. The
    noise of a line is the median size of what it differs from the mean of the lines two before
    and two after, less what varies slowly along the line.
    """
    lines = read_only(np.moveaxis(image, (2, axis), (0, 1)))
    if lines.shape[1] <= 2 * (_FAR + _REACH) or lines.shape[2] < _SHORTEST:
        return np.zeros((0, image.shape[2]))
    noise = line_noise(lines, _REACH).T.astype(np.float64)
    count = noise.shape[0] - 2 * _FAR
    gaps = range(_NEAR, _FAR + 1)
    before = np.median([noise[_FAR - gap : _FAR - gap + count] for gap in gaps], axis=0)
    after = np.median([noise[_FAR + gap : _FAR + gap + count] for gap in gaps], axis=0)
    beside = np.maximum(before, after)
    floor = max(float(np.median(noise)) * 0.25, 1e-12)  # a line in a blank margin
    return np.asarray(noise[_FAR : _FAR + count] / np.maximum(beside, floor))


DETECTOR = Detector(
    "zipper",
    "Zipper",
    CaveatCode.ZIPPER,
    1.3,
    "Median residual of a line of voxels to the lines beside it, over that of lines 5 to 10 away; "
    "median of the slices (own measure of the artifact described by Zhuo and Gullapalli, "
    "RadioGraphics 2006;26:275).",
    find,
)
