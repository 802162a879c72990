"""One DICOM series, or one volume of it, as an image: no exam is looked for, nothing is judged."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode, ExamCode, FileCode
from breastdce.core.errors import InputError
from breastdce.core.volume import Volume
from breastdce.formats.dicom.geometry import axes, cluster_positions
from breastdce.formats.dicom.header import FileRecord
from breastdce.formats.dicom.pixels import read_slices
from breastdce.formats.dicom.read import scan_file
from breastdce.ingest.inventory import inventory
from breastdce.ingest.load import grid_of
from breastdce.ingest.records import SliceRef
from breastdce.ingest.series import Part, group_studies, split_parts
from breastdce.ingest.volumes import Refusal, Stack, Volumes, split_volumes

_SHOWN = 12  # volumes in the evidence


def read_series(path: Path) -> tuple[Volume, tuple[Caveat, ...]]:
    """Read the one volume of a folder, or the volume of a folder that a file is a slice of.

    Parameters
    ----------
    path
        A folder of any depth, or one DICOM file with the rest of its series beside it.

    Returns
    -------
    tuple
        The image (float32, after the modality LUT, RAS+), and what must be said beside results.

    Raises
    ------
    InputError
        IMAGE_INVALID when there is no volume, AMBIGUOUS when there are several, with what was
        found; BURNED_IN; the codes of `read_slices` for pixels that cannot be read.
    """
    records = inventory([path]) if path.is_dir() else _beside(path)
    found = _volumes(records)
    stacks = found.stacks if path.is_dir() else _with_slice(found.stacks, path)
    if not stacks:
        raise _nothing(path, records, found.refusals)
    if len(stacks) > 1:
        raise _several(stacks)
    return _load(stacks[0])


def frames_of_reference(path: Path) -> set[str]:
    """UIDs of the frames of reference that the images at `path` state; empty where none is DICOM.

    Parameters
    ----------
    path
        A folder of any depth, or one file.
    """
    records = inventory([path]) if path.is_dir() else [scan_file(path)]
    found = {record.header.frame_of_reference_uid for record in records if record.header}
    return {uid for uid in found if uid}


def _beside(path: Path) -> list[FileRecord]:
    """Records of the series that a file belongs to, its folder alone."""
    record = scan_file(path)
    if record.header is None:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "Not an image that can be read: NIfTI (.nii, .nii.gz), NRRD, or DICOM of MR",
            evidence={"file": path.name, record.code.value: record.code.meaning},
            remedy=record.code.remedy,
        )
    series = record.header.series_uid
    files = [file for file in sorted(path.absolute().parent.iterdir()) if file.is_file()]
    every = inventory(files)
    return [item for item in every if item.header and item.header.series_uid == series]


def _volumes(records: Iterable[FileRecord]) -> Volumes:
    stacks: list[Stack] = []
    refusals: list[Refusal] = []
    for study in group_studies(records):
        for series in study.series:
            for part in split_parts(series):
                if _places(part) > 1:  # a single slice has no slice step
                    found = split_volumes(part, lambda refs: read_slices(_files(refs)).data)
                    stacks += found.stacks
                    refusals += found.refusals
    return Volumes(tuple(stacks), tuple(refusals))


def _places(part: Part) -> int:
    normal = axes(part.frame.orientation)[:, 2]
    return cluster_positions(part.positions() @ normal)[1].size


def _with_slice(stacks: Iterable[Stack], path: Path) -> tuple[Stack, ...]:
    name = os.path.abspath(path)  # noqa: PTH100 - as the inventory names files; links stay
    return tuple(stack for stack in stacks if name in {item.path for item in stack.slices})


def _files(refs: Iterable[SliceRef]) -> list[tuple[Path, int]]:
    return [(Path(ref.path), ref.frame) for ref in refs]


def _load(stack: Stack) -> tuple[Volume, tuple[Caveat, ...]]:
    pixels = read_slices(_files(item.ref for item in stack.slices))
    if pixels.burned_in:
        raise InputError(ExamCode.BURNED_IN, remedy="Export images without annotation.")
    lossy = (Caveat(CaveatCode.LOSSY),) if pixels.lossy else ()
    return Volume(pixels.data, grid_of(stack.grid_facts())), (*stack.caveats, *lossy)


def _nothing(path: Path, records: Sequence[FileRecord], refusals: Sequence[Refusal]) -> InputError:
    codes = Counter(record.code for record in records)
    return InputError(
        ErrorCode.IMAGE_INVALID,
        "No volume of MR slices was found",
        evidence={
            "path": path.name,
            "files": ", ".join(f"{codes[code]} {code}" for code in FileCode if codes[code]) or 0,
            "not used": "; ".join(f"{item.code} {item.evidence}" for item in refusals) or "none",
        },
        remedy="`breastdce scan` says what each file is.",
    )


def _several(stacks: Sequence[Stack]) -> InputError:
    shown = [
        f"series {stack.part.series.number}, volume {stack.order + 1}, "
        f"{len(stack.slices)} slices, with {Path(stack.slices[0].path).name}"
        for stack in stacks[:_SHOWN]
    ]
    more = [f"{len(stacks) - _SHOWN} more"] if len(stacks) > _SHOWN else []
    return InputError(
        ExamCode.AMBIGUOUS,
        "Several volumes, and nothing tells which one is meant",
        evidence={"volumes": "; ".join([*shown, *more])},
        remedy="Give one file of the volume that is meant instead of the folder.",
    )
