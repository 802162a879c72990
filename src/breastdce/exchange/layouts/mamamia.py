"""The layout of MAMA-MIA (Garrucho et al., Scientific Data 2025; Synapse syn60868042).

`images/<ID>/<id>_0000.nii.gz` and so on, 0000 before contrast; `segmentations/expert/<ID>.nii.gz`
and `segmentations/automatic/<id>.nii.gz`; `clinical_and_imaging_info.xlsx`;
`patient_info_files/<id>.json`. Ids are `DUKE_001`, `ISPY1_1001`, `ISPY2_100899`, `NACT_01`; folders
and files mix upper and lower case, as users of the published files report.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from breastdce.exchange.folders import masks, phases_by_folder
from breastdce.exchange.layouts._contract import Layout
from breastdce.exchange.records import Case, ExamFiles, MaskKind, Output
from breastdce.formats.nifti import mask_bytes, read_mask
from breastdce.imaging.resample import Edge, nearest

SHEET = "clinical_and_imaging_info.xlsx"
"""Workbook beside the folders; `read` does not open it."""
_IMAGES, _MASKS = "images", "segmentations"
_KINDS = {MaskKind.EXPERT: "expert", MaskKind.AUTO: "automatic"}
_README = f"""Layout of MAMA-MIA (Synapse syn60868042).

images/<ID>/<ID>_0000.nii.gz, _0001, ...
    Raw signal on the native grid: the pre-contrast phase (0000) and every phase after it. The files
    of the data set, byte for byte; earlier pre-contrast phases are left out, since 0000 is the
    one before contrast there.
segmentations/expert/<ID>.nii.gz
    Structural tumor volume as revised by a person (stv-expert).
segmentations/automatic/<ID>.nii.gz
    Structural tumor volume by a network (stv-auto), not the network of the publication.

Both masks were made on a 1 mm grid and carried to the native one by nearest neighbor.
Left out: the candidate by the rules on kinetics (stv-candidate) and the functional tumor volume,
which are neither of the two; {SHEET}, whose clinical columns no image
holds.
<ID> is the participant; where one has several visits, participant and visit.
"""


def outputs(exam: ExamFiles, dest: Path) -> Iterator[Output]:
    """Files of one exam."""
    case = exam.case
    for index, path in enumerate(exam.native):
        yield Output(f"{_IMAGES}/{case}/{case}_{index:04d}.nii.gz", path.read_bytes(), exam.exam)
    for kind, folder in _KINDS.items():
        if kind in exam.masks:
            path = exam.masks[kind]
            mask = nearest(read_mask(path), exam.native_grid(), Edge.ITK)
            name = f"{_MASKS}/{folder}/{case}.nii.gz"
            yield Output(name, mask_bytes(mask, path), exam.exam, kind)


def read(folder: Path) -> tuple[Case, ...]:
    """Cases of such a folder, by the upper case of their ids."""
    images = phases_by_folder(folder / _IMAGES, r"(?P<case>.+)_(?P<phase>\d{4})")
    found = {word: masks(folder / _MASKS / word) for word in _KINDS.values()}
    names = sorted({*images, *(case for each in found.values() for case in each)})
    return tuple(
        Case(
            name=name,
            images=images.get(name, ()),
            masks={word: each[name] for word, each in found.items() if name in each},
        )
        for name in names
    )


LAYOUT = Layout("mamamia", readme=_README, outputs=outputs, read=read)
