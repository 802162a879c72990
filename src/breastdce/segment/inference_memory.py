"""How much memory a prediction takes, known before it starts.

Measured as the growth of a process's largest resident size, each configuration in a process of its
own, torch 2.13 on x86-64; `docs/segment_prediction.md` has the figures.
"""

from __future__ import annotations

from typing import NamedTuple

from breastdce.segment.preset import NetworkParams, ResUNetParams
from breastdce.segment.windows import Shape

_PROGRAM_BYTES = 370_000_000
"""Of `breastdce segment predict`, before any network."""
_THREAD_BYTES = 50_000_000
"""Work space of a thread and of its products of matrices."""
_FILTERS = 2.3
"""Size of the paper's network in its fast form, relative to its weights: some are transformed."""
_FLOAT = 4


class Memory(NamedTuple):
    """What a network takes, and what there may be."""

    fixed: int
    """Bytes of program, network and threads."""
    per_voxel: int
    """Bytes of each voxel of a window."""
    most: int
    """Bytes that may be taken in all."""
    phases: int = 3

    def window_voxels(self, exam: Shape) -> int:
        """Voxels of the largest window over an exam."""
        return max(0, self.most - self.fixed - self._of_exam(exam)) // self.per_voxel

    def peak(self, exam: Shape, window: Shape) -> int:
        """Bytes at the peak, an upper bound."""
        i, j, k = window
        return self.fixed + self._of_exam(exam) + i * j * k * self.per_voxel

    def _of_exam(self, exam: Shape) -> int:
        """Images; sum and weight of windows, sum and squares of networks, mean, and one more."""
        i, j, k = exam
        return i * j * k * _FLOAT * (self.phases + 6)


def memory_of(
    params: NetworkParams, parameters: int, *, phases: int, threads: int, most: int, by_layers: bool
) -> Memory:
    """What a network takes for a prediction.

    Parameters
    ----------
    params, parameters
        The network, and how many weights it has.
    phases
        Its inputs.
    threads
        Of the CPU.
    most
        Bytes that may be taken in all.
    by_layers
        Whether torch computes it layer by layer: always but for the paper's network on a CPU.
    """
    weights = _FLOAT * parameters
    if isinstance(params, ResUNetParams) and not by_layers:
        # Two tensors of twice the base are alive at the last level, and the window of images.
        per_voxel = _whole(_FLOAT * (4 * params.base + phases), params.coarse, phases)
        weights = int(_FILTERS * weights)
    elif isinstance(params, ResUNetParams):
        per_voxel = _whole(70 * params.base, params.coarse, phases)
    else:
        per_voxel = 36 * params.features[0]
    fixed = _PROGRAM_BYTES + weights + threads * _THREAD_BYTES
    return Memory(fixed, per_voxel, most, phases)


def _whole(per_voxel: int, coarse: int, phases: int) -> int:
    """Bytes of a voxel of the window: its share of a coarse one; images, logits and probability."""
    if coarse == 1:
        return per_voxel
    return -(-per_voxel // coarse**3) + _FLOAT * (phases + 4)
