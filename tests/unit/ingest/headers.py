"""Synthetic header records of a dynamic, and pixels to go with them; no file is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec.structs import replace

from breastdce.core.codes import FileCode
from breastdce.formats.dicom.header import FileRecord, Frame, Header, OtherObject
from breastdce.ingest.records import SliceRef

MR = "1.2.840.10008.5.1.4.1.1.4"
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)  # the normal is -x
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SIZE = 32


def clock(seconds: float) -> str:
    """DICOM TM of seconds after midnight, next day's where there are more than a day's."""
    whole, part = divmod(seconds % 86400.0, 1.0)
    s = int(whole)
    return f"{s // 3600:02d}{s % 3600 // 60:02d}{s % 60:02d}" + (f"{part:.6f}"[1:] if part else "")


def frame(z: float, orientation=AXIAL, **fields) -> Frame:
    facts = {
        "position_mm": (-20.0, -20.0, z) if orientation == AXIAL else (z, -20.0, 20.0),
        "orientation": orientation,
        "pixel_spacing_mm": (1.0, 1.0),
        "slice_thickness_mm": 2.0,
        "echo_time_ms": 4.2,
        "repetition_time_ms": 8.2,
        "flip_angle_deg": 20.0,
        "instance_number": 1,
    }
    return Frame(**{**facts, **fields})


def header(frames: tuple[Frame, ...], uid: str, **fields) -> Header:
    facts = {
        "sop_class_uid": MR,
        "sop_instance_uid": uid,
        "study_uid": "1.1",
        "series_uid": "1.1.3",
        "series_number": 3,
        "frame_of_reference_uid": "1.9",
        "transfer_syntax_uid": "1.2.840.10008.1.2.1",
        "modality": "MR",
        "patient_id": "P1",
        "scanning_sequence": ("GR",),
        "mr_acquisition_type": "3D",
        "image_type": ("ORIGINAL", "PRIMARY", "M", "ND"),
        "rows": SIZE,
        "columns": SIZE,
        "bits_allocated": 16,
        "bits_stored": 16,
        "pixel_representation": 0,
    }
    return Header(**{**facts, **fields}, frames=frames)


def record(one: Header) -> FileRecord:
    path = f"/in/{one.sop_instance_uid}"
    return FileRecord(path=path, size_bytes=1, mtime_ns=0, code=FileCode.OK, header=one)


def other(code: FileCode, *, series: str = "1.1.90", study: str = "1.1") -> FileRecord:
    facts = OtherObject(study_uid=study, series_uid=series, modality="SEG", patient_id="P1")
    return FileRecord(path=f"/in/{series}", size_bytes=1, mtime_ns=0, code=code, other=facts)


def volume(
    *,
    phase: int = 0,
    n: int = 14,
    first: int = 0,
    z0: float = 0.0,
    step: float = 2.0,
    orientation=AXIAL,
    series: str = "1.1.3",
    number: int = 3,
    instance: int = 1,
    tag: str = "",
    fields: dict[str, object] | None = None,
    **frame_fields,
) -> list[FileRecord]:
    """One volume of classic files; `first` skips slices, `frame_fields` go to every frame."""
    found = []
    for i in range(first, n):
        made = frame(
            z0 + step * i, orientation, **{"instance_number": instance + i, **frame_fields}
        )
        uid = f"{series}.{tag}{phase}.{i}"
        facts = {"series_uid": series, "series_number": number, **(fields or {})}
        found.append(record(header((made,), uid, **facts)))
    return found


def one_series(k: int = 3, *, n: int = 14, gap: float = 90.0, start: float = 36000.0, **common):
    """Layout A: k phases in one series, told apart by AcquisitionTime and InstanceNumber."""
    return [
        volume(
            phase=p,
            n=n,
            instance=1 + p * n,
            **{"acquisition_time": clock(start + gap * p), **common},
        )
        for p in range(k)
    ]


def series_each(k: int = 4, *, gap: float = 90.0, start: float = 36000.0, **common):
    """Layout B: one series a phase."""
    return [
        volume(
            phase=p,
            series=f"1.1.{3 + p}",
            number=3 + p,
            acquisition_time=clock(start + gap * p),
            **common,
        )
        for p in range(k)
    ]


def flat(groups: Sequence[Sequence[FileRecord]]) -> list[FileRecord]:
    return [item for group in groups for item in group]


def change(records: Sequence[FileRecord], **fields) -> list[FileRecord]:
    """The same records with other header or frame fields."""
    done = []
    for item in records:
        assert item.header is not None
        of_frame = {k: v for k, v in fields.items() if k in Frame.__struct_fields__}
        of_header = {k: v for k, v in fields.items() if k in Header.__struct_fields__}
        frames = tuple(replace(f, **of_frame) for f in item.header.frames)
        done.append(replace(item, header=replace(item.header, **{**of_header, "frames": frames})))
    return done


def tissue(seed: int, enhancement: float) -> np.ndarray:
    """One slice [i, j]: tissue of 100 with noise, a square that contrast brightens."""
    image = 100.0 + np.random.default_rng(seed).normal(0.0, 3.0, (SIZE, SIZE))
    image[8:20, 8:20] *= 1.0 + enhancement
    return np.rint(image).astype(np.float32)


def reader(
    groups: Sequence[Sequence[FileRecord]],
    enhancement: Sequence[float],
    special: dict[str, np.ndarray] | None = None,
) -> Callable[[Sequence[SliceRef]], np.ndarray]:
    """Pixels for volumes whose contrast is given; `special` overrides single paths."""
    images = {}
    for index, (group, level) in enumerate(zip(groups, enhancement, strict=True)):
        for i, item in enumerate(group):
            images[item.path] = tissue(1000 * index + i, level)
    images.update(special or {})

    def read(slices: Sequence[SliceRef]) -> np.ndarray:
        return np.stack([images[item.path] for item in slices], axis=-1)

    return read
