"""Write DICOM segmentations: the only door to highdicom, an optional package.

The same slices and mask give the same bytes: UIDs are made from both, dates are the study's own,
and no clock is read.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID

from breastdce.core.codes import ErrorCode
from breastdce.core.digest import digest_bytes
from breastdce.core.errors import InputError
from breastdce.core.extras import require_extra
from breastdce.core.volume import Mask
from breastdce.formats.dicom.placement import Plane, locate_all
from breastdce.formats.dicom.quiet import read_quietly
from breastdce.formats.dicom.seg_frames import plane_of
from breastdce.formats.dicom.write import derived_uid

_PRODUCT = "breastdce"
_FIRST_SERIES = 9000  # far from the numbers of scanners and of the I-SPY1 producer
_NO_DATE, _NO_TIME = "19000101", "000000"  # ContentDate must have a value; it claims nothing
_ASKED_FOR = (
    *("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID"),
    *("StudyDate", "StudyTime", "ReferringPhysicianName"),
)
"""May be empty but must be there (type 2); de-identified files often lack them."""


class Maker(StrEnum):
    """How a segmentation came about."""

    THRESHOLD = "threshold"
    MORPHOLOGY = "morphology"
    NETWORK = "network"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class SegWords:
    """What a segmentation says of itself."""

    content_label: str
    """Up to 16 capitals, digits and underscores."""
    segment_label: str
    maker: Maker
    description: str
    """Up to 64 characters."""
    number: int
    """Tells the series of one study apart, from 1."""


def require_highdicom() -> None:
    """Raise EngineError(ENGINE_MISSING) unless segmentations can be written here."""
    require_extra("dicom-seg")


def segmentation_bytes(
    slices: Sequence[tuple[Path, int]], mask: Mask, words: SegWords, *, version: str
) -> bytes:
    """Make a BINARY segmentation of one segment that refers to the slices it lies on.

    Parameters
    ----------
    slices
        File and frame of each slice along k: a classic file for each, or one enhanced object, of
        which every frame at a slice's place is then referred to, whatever its phase.
    mask
        On the grid of these slices.
    words
        What is said about it.
    version
        Of the program that made the mask.

    Returns
    -------
    bytes
        A DICOM file, Explicit VR Little Endian. Patient and study are those of the slices.

    Raises
    ------
    EngineError
        ENGINE_MISSING without highdicom.
    InputError
        GRID_MISMATCH when the slices are not those of the mask's grid; IMAGE_INVALID when they lie
        in several enhanced objects, or lack what a segmentation must repeat.
    """
    require_highdicom()
    sources = _sources(slices, mask)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of values that the source holds and we repeat
            return _encoded(_segmentation(sources, mask, words, version))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "The images lack what a segmentation must repeat of them",
            evidence={"why": str(error)[:200]},
            remedy="Use the original images as the scanner or the archive has them.",
        ) from error


def _sources(slices: Sequence[tuple[Path, int]], mask: Mask) -> list[Dataset]:
    """Files of the slices: one for each, or one for all; refused where they are another stack."""
    paths = list(dict.fromkeys(path for path, _ in slices))
    if len(paths) not in (1, len(slices)):
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "The slices of one phase lie in several objects of many frames",
            evidence={"files": len(paths), "slices": len(slices)},
            remedy="Convert them to classic files of one slice first.",
        )
    files = [read_quietly(path, _complete, pixels=False) for path in paths]
    planes = [
        _plane(files[min(number, len(files) - 1)], frame)
        for number, (_, frame) in enumerate(slices)
    ]
    found = locate_all(planes, mask.grid).k
    if found != tuple(range(mask.grid.shape[2])):
        raise InputError(
            ErrorCode.GRID_MISMATCH,
            "The images are not the slices of the mask",
            evidence={"slices": len(slices), "mask": mask.grid.describe()},
        )
    return files


def _complete(dataset: Dataset) -> Dataset:
    for keyword in _ASKED_FOR:
        if keyword not in dataset:
            setattr(dataset, keyword, None)
    _plane(dataset, 0)  # here, so that a broken geometry is an error of ours
    return dataset


def _plane(dataset: Dataset, frame: int) -> Plane:
    if "PerFrameFunctionalGroupsSequence" in dataset:
        return plane_of(dataset, dataset.PerFrameFunctionalGroupsSequence[frame])
    x, y, z = (float(value) for value in dataset.ImagePositionPatient)
    cosines = tuple(float(value) for value in dataset.ImageOrientationPatient)
    rows, columns = (float(value) for value in dataset.PixelSpacing)
    size = (int(dataset.Columns), int(dataset.Rows))
    return Plane((x, y, z), cosines, (rows, columns), size)


def _pixels(sources: list[Dataset], mask: Mask) -> Any:
    """Pixels for highdicom, [k, j, i]; with their geometry where the source's frames are many."""
    import highdicom as hd

    values = np.ascontiguousarray(mask.data.transpose(2, 1, 0), dtype=np.uint8)
    if len(sources) == mask.grid.shape[2]:
        return values  # in the order of the sources, whose positions are repeated digit by digit
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ mask.grid.affine
    uid = str(sources[0].FrameOfReferenceUID)
    return hd.Volume(
        values,
        affine[:, [2, 1, 0, 3]],
        coordinate_system=hd.CoordinateSystemNames.PATIENT,
        frame_of_reference_uid=uid,
    )


def _segmentation(sources: list[Dataset], mask: Mask, words: SegWords, version: str) -> Dataset:
    import highdicom as hd

    first = sources[0]
    seed = _seed(sources, mask, words, version)
    made: Dataset = hd.seg.Segmentation(
        source_images=sources,
        pixel_array=_pixels(sources, mask),
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_segment(words, version)],
        series_instance_uid=derived_uid(f"series {seed}"),
        series_number=_FIRST_SERIES + words.number,
        sop_instance_uid=derived_uid(f"instance {seed}"),
        instance_number=1,
        manufacturer=_PRODUCT,
        manufacturer_model_name=_PRODUCT,
        software_versions=version,
        device_serial_number="0",
        content_description=words.description,
        content_label=words.content_label,
        series_description=f"{_PRODUCT}: {words.segment_label}",
        content_date=_or(first.StudyDate, _NO_DATE),
        content_time=_or(first.StudyTime, _NO_TIME),
    )
    _without_chance(made, derived_uid(f"dimensions {seed}"))
    return made


def _segment(words: SegWords, version: str) -> Any:
    import highdicom as hd

    kinds = hd.seg.SegmentAlgorithmTypeValues
    kind, family = {
        Maker.THRESHOLD: (kinds.SEMIAUTOMATIC, codes.cid7162.NeighborhoodAnalysis),
        Maker.MORPHOLOGY: (kinds.SEMIAUTOMATIC, codes.cid7162.MorphologicalOperations),
        Maker.NETWORK: (kinds.AUTOMATIC, codes.cid7162.ArtificialIntelligence),
        Maker.PERSON: (kinds.MANUAL, codes.cid7162.ManualProcessing),
    }[words.maker]
    return hd.seg.SegmentDescription(
        segment_number=1,
        segment_label=words.segment_label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Neoplasm,
        algorithm_type=kind,
        algorithm_identification=None
        if words.maker is Maker.PERSON
        else hd.AlgorithmIdentificationSequence(f"{_PRODUCT} {words.maker}", family, version),
        anatomic_regions=[codes.SCT.Breast],
    )


def _seed(sources: list[Dataset], mask: Mask, words: SegWords, version: str) -> str:
    voxels = digest_bytes(np.packbits(mask.data, axis=None).tobytes())
    uids = [str(source.SOPInstanceUID) for source in sources]
    return "\n".join((_PRODUCT, version, words.content_label, voxels, *uids))


def _without_chance(made: Dataset, dimensions: str) -> None:
    """Replace what highdicom draws at random or takes from the clock; add what it leaves out."""
    made.ContentCreatorName = ""  # type 2: must be there
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = UID(dimensions)
    for keyword in ("InstanceCreationDate", "InstanceCreationTime"):
        if keyword in made:
            delattr(made, keyword)
    if "ContributingEquipmentSequence" in made:
        for item in made.ContributingEquipmentSequence:
            if "ContributionDateTime" in item:
                del item.ContributionDateTime


def _encoded(made: Dataset) -> bytes:
    with io.BytesIO() as file:
        pydicom.dcmwrite(file, made, enforce_file_format=True)
        return file.getvalue()


def _or(value: object, otherwise: str) -> str:
    return str(value) if value else otherwise
