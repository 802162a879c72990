"""DICOM segmentations beside the exams' own DICOM: one object a mask, on the native grid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.exchange.layouts._contract import Layout
from breastdce.exchange.records import ExamFiles, MaskKind, Output
from breastdce.formats.dicom.seg_write import Maker, SegWords, require_highdicom, segmentation_bytes
from breastdce.formats.nifti import read_mask
from breastdce.imaging.resample import Edge, nearest

_NATIVE = "Computed on the grid of these images"
_CARRIED = "Made on a 1 mm grid, carried here by nearest neighbor"
_WORDS = {
    MaskKind.FTV: SegWords("FTV", "Functional tumor volume", Maker.THRESHOLD, _NATIVE, 1),
    MaskKind.CANDIDATE: SegWords(
        "STV_CANDIDATE", "Structural tumor volume, candidate", Maker.MORPHOLOGY, _CARRIED, 2
    ),
    MaskKind.AUTO: SegWords(
        "STV_AUTO", "Structural tumor volume, automatic", Maker.NETWORK, _CARRIED, 3
    ),
    MaskKind.EXPERT: SegWords(
        "STV_EXPERT", "Structural tumor volume, expert", Maker.PERSON, _CARRIED, 4
    ),
}
_README = """DICOM segmentations (BINARY), one object for each mask of an exam.

THESE FILES CARRY THE IDENTITY OF THEIR SOURCE: patient name and id, birth date, dates and UIDs of
the study are those of the DICOM that was given, since a segmentation is of use beside its images
only. Share them as you would share those images, not as you share the data set.

<exam>/<exam>_ftv.dcm
    Functional tumor volume, as computed on the grid of the images.
<exam>/<exam>_stv-candidate.dcm, _stv-auto.dcm, _stv-expert.dcm
    Structural tumor volume: by the rules on kinetics, by a network, as revised by a person; those
    that exist. Made on a 1 mm grid and carried to the images by nearest neighbor; the object says
    so in its content description.

Each object refers to the slices of the first post-contrast phase. Its segment is coded as neoplasm
(SNOMED CT 108369006) in the breast (76752008). UIDs are made from the source's UIDs and the mask:
the same input gives the same object. Its dates are the study's.
"""


def outputs(exam: ExamFiles, dest: Path) -> Iterator[Output]:
    """Files of one exam."""
    grid = exam.native_grid()
    for kind, path in sorted(exam.masks.items()):
        mask = _on_native(read_mask(path), kind, grid)
        payload = segmentation_bytes(exam.slices, mask, _WORDS[kind], version=exam.version)
        yield Output(f"{exam.exam}/{exam.exam}_{kind}.dcm", payload, exam.exam, kind)


def _on_native(mask: Mask, kind: MaskKind, grid: Grid) -> Mask:
    return mask if kind is MaskKind.FTV else nearest(mask, grid, Edge.ITK)


LAYOUT = Layout(
    "dicom_seg", readme=_README, outputs=outputs, needs_dicom=True, ready=require_highdicom
)
