"""Our maps, masks and counts against those that the producer of the trial left with the images.

On intact exams nothing differs: 0 voxels is the expected answer, anything else is a caveat.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.caveats import Caveat, Fact
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import ProducerAnalysis, VoiSource
from breastdce.core.volume import Volume
from breastdce.kinetics.ftv import SER_SLOPE, FtvResult, StoredImage
from breastdce.kinetics.roi import window


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How one quantity compares."""

    quantity: str
    """pe, ser, tissue, ftv (voxel by voxel) or ftv_voxels (the count in the header)."""
    voxels: int
    """Voxels that differ; for the count, by how many it does."""
    largest: float
    """Largest difference: percent for pe, ratio for ser, 1 for masks, voxels for the count."""
    ours: int
    """Voxels that are not 0 with us."""
    producer: int
    """Voxels that are not 0 with the producer."""


def compare_with_producer(
    result: FtvResult, analysis: ProducerAnalysis
) -> tuple[tuple[Difference, ...], tuple[Caveat, ...]]:
    """Compare an FTV with what the producer's objects say.

    Parameters
    ----------
    result
        Ours, native grid.
    analysis
        The producer's, on the same grid; what it lacks is not compared. Masks and count are
        compared only when the producer's region of interest was used.

    Returns
    -------
    tuple of Difference, tuple of Caveat
        One entry for each quantity compared; PRODUCER_DIFFERS for each that is not equal.
    """
    found = (*_maps(result, analysis), *_volumes(result, analysis))
    return found, tuple(_caveat(item) for item in found if item.voxels)


def _maps(result: FtvResult, analysis: ProducerAnalysis) -> Iterator[Difference]:
    if analysis.pe is not None:
        yield _map("pe", result.pe_stored, analysis.pe, 1.0)
    if analysis.ser is not None:
        yield _map("ser", result.ser_stored, analysis.ser, SER_SLOPE)


def _volumes(result: FtvResult, analysis: ProducerAnalysis) -> Iterator[Difference]:
    if result.report.voi_source is not VoiSource.PRODUCER:
        return
    if analysis.tissue is not None:
        cut = window(result.report.voi)
        yield _mask("tissue", result.tissue.data[cut], analysis.tissue.data[cut])
    if analysis.ftv is not None:
        yield _mask("ftv", result.mask.data, analysis.ftv.data)
    if analysis.ftv_voxels is not None:
        ours = result.report.ftv_voxels
        off = abs(ours - analysis.ftv_voxels)
        yield Difference(
            quantity="ftv_voxels",
            voxels=off,
            largest=off,
            ours=ours,
            producer=analysis.ftv_voxels,
        )


def _map(quantity: str, ours: StoredImage, theirs: Volume, slope: float) -> Difference:
    """Compare in stored units: the producer's values are whole numbers times the slope."""
    stored = np.rint(theirs.data / np.float32(slope)).astype(np.int32)
    off = np.abs(stored - ours)
    return Difference(
        quantity=quantity,
        voxels=int(np.count_nonzero(off)),
        largest=int(off.max()) * slope,
        ours=int(np.count_nonzero(ours)),
        producer=int(np.count_nonzero(stored)),
    )


def _mask(quantity: str, ours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> Difference:
    voxels = int(np.count_nonzero(ours != theirs))
    return Difference(
        quantity=quantity,
        voxels=voxels,
        largest=float(voxels > 0),
        ours=int(np.count_nonzero(ours)),
        producer=int(np.count_nonzero(theirs)),
    )


def _caveat(item: Difference) -> Caveat:
    detail: dict[str, Fact] = {
        "quantity": item.quantity,
        "voxels": item.voxels,
        "largest": round(item.largest, 3),
        "ours": item.ours,
        "producer": item.producer,
    }
    return Caveat(CaveatCode.PRODUCER_DIFFERS, detail)
