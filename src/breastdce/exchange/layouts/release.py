"""The layout of ISPY1-Tumor-SEG-Radiomics (TCIA, 2022; Chitalia et al., Scientific Data 9:440).

As listed by the collection's page: `images_bias-corrected_nifti`,
`images_bias-corrected_resampled_zscored_nifti`, `masks_ftv`, `masks_stv_manual`,
`masks_stv_resunet`; masks are on the 1 mm grid of the z-scored images.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from breastdce.exchange.folders import masks, phases_by_folder
from breastdce.exchange.layouts._contract import Layout
from breastdce.exchange.records import Case, ExamFiles, MaskKind, Output
from breastdce.formats.nifti import mask_bytes, read_mask
from breastdce.imaging.resample import nearest

_ZSCORED = "images_bias-corrected_resampled_zscored_nifti"
_NATIVE = "images_bias-corrected_nifti"
_FTV = "masks_ftv"
_STV = {MaskKind.EXPERT: "masks_stv_manual", MaskKind.AUTO: "masks_stv_resunet"}
_WORDS = {"ftv": _FTV, "stv_manual": "masks_stv_manual", "stv_resunet": "masks_stv_resunet"}
_README = f"""Layout of ISPY1-Tumor-SEG-Radiomics (The Cancer Imaging Archive).

{_ZSCORED}/<ID>/<ID>_DCE_000N_N3_zscored.nii.gz
    Pre-contrast (0000), first (0001) and second (0002) post-contrast phase: bias-corrected, 1 mm,
    z-scored by the moments of the three together. The files of the data set, byte for byte. The
    name says N3 because the published files are called so; the correction was N4.
{_FTV}/<ID>.nii.gz
    Functional tumor volume. It is measured on the native grid, and was carried to the grid of the
    images by nearest neighbor: count volume in the data set, not here.
masks_stv_manual/<ID>.nii.gz
    Structural tumor volume as revised by a person (stv-expert). Byte for byte.
masks_stv_resunet/<ID>.nii.gz
    Structural tumor volume by a network (stv-auto), not the network of the publication. Byte for
    byte.

Left out: {_NATIVE}, since the data set keeps no corrected image on the
native grid; the candidate by the rules on kinetics (stv-candidate), which is neither of the two;
the feature workbook and the parameter file, which are features/ and the recipe of the data set.
<ID> is the participant; where one has several visits, participant and visit.
"""


def outputs(exam: ExamFiles, dest: Path) -> Iterator[Output]:
    """Files of one exam."""
    case = exam.case
    for index, path in enumerate(exam.images):
        name = f"{_ZSCORED}/{case}/{case}_DCE_{index:04d}_N3_zscored.nii.gz"
        yield Output(name, path.read_bytes(), exam.exam)
    if MaskKind.FTV in exam.masks:
        yield Output(f"{_FTV}/{case}.nii.gz", _ftv(exam), exam.exam, MaskKind.FTV)
    for kind, folder in _STV.items():
        if kind in exam.masks:
            payload = exam.masks[kind].read_bytes()
            yield Output(f"{folder}/{case}.nii.gz", payload, exam.exam, kind)


def read(folder: Path) -> tuple[Case, ...]:
    """Patients of such a folder; masks are on the voxels of the z-scored images.

    Patients with masks alone have no images; corrected images on the native grid are `others`.
    """
    zscored = phases_by_folder(folder / _ZSCORED, r"(?P<case>.+)_DCE_(?P<phase>\d{4})_N3_zscored")
    native = phases_by_folder(folder / _NATIVE, r"(?P<case>.+)_DCE_(?P<phase>\d{4})_N3")
    found = {word: masks(folder / name) for word, name in _WORDS.items()}
    names = sorted({*zscored, *native, *(case for each in found.values() for case in each)})
    return tuple(
        Case(
            name=name,
            images=zscored.get(name, ()),
            masks={word: each[name] for word, each in found.items() if name in each},
            others={"bias_corrected": native[name]} if name in native else {},
        )
        for name in names
    )


def _ftv(exam: ExamFiles) -> bytes:
    path = exam.masks[MaskKind.FTV]
    return mask_bytes(nearest(read_mask(path), exam.image_grid(), exam.edge), path)


LAYOUT = Layout("release", readme=_README, outputs=outputs, read=read)
