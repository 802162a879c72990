"""From file records to studies, series and parts of series that could each be one acquisition.

A part is what shares laterality, grid (size, orientation, pixel spacing), echo time and kind of
image (magnitude, phase, water, subtraction, ...). No description, file name or folder is looked at.
Order is by identifiers inside the objects, so that shuffled or renamed files change nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from breastdce.core.codes import FileCode
from breastdce.core.counted import counted
from breastdce.formats.dicom.header import FileRecord, Frame, Header, OtherObject
from breastdce.ingest.image_types import computed_kind, image_part
from breastdce.ingest.quirks._contract import mend
from breastdce.ingest.records import SeriesNote, SliceRef

LARGEST_NUMBER = 999_999
"""Series numbers are free in practice: one with more digits may be a date or an identifier."""
_TextKey = Callable[["Slice"], tuple[str, ...]]
_NumberKey = Callable[["Slice"], tuple[float, ...]]

SAME_ORIENTATION = 0.05
"""Direction cosines that differ by less are one orientation (3 degrees), perhaps a faulty one."""
SAME_SPACING = 1e-4
"""Relative difference of pixel spacings that count as one."""
SAME_PROTOCOL = 0.05
"""Relative difference of TR, TE and flip angle that count as one protocol."""


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """One frame of one file."""

    path: str
    header: Header
    frame: Frame

    @property
    def ref(self) -> SliceRef:
        return SliceRef(self.path, self.frame.index)

    @property
    def image_type(self) -> tuple[str, ...]:
        """The frame's own type where it has one."""
        return self.frame.image_type or self.header.image_type

    @property
    def identity(self) -> tuple[int, str, int]:
        """A total order that no renaming of files can change."""
        return (self.frame.instance_number or 0, self.header.sop_instance_uid, self.frame.index)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Slices of one series that could be one acquisition."""

    slices: tuple[Slice, ...]
    series: Series

    @property
    def header(self) -> Header:
        return self.slices[0].header

    @property
    def frame(self) -> Frame:
        return self.slices[0].frame

    @property
    def image_type(self) -> tuple[str, ...]:
        return self.slices[0].image_type

    def positions(self) -> NDArray[np.float64]:
        """Shape (n, 3), LPS mm."""
        return np.array([item.frame.position_mm for item in self.slices], dtype=np.float64)

    def orientations(self) -> NDArray[np.float64]:
        """Shape (n, 6)."""
        return np.array([item.frame.orientation for item in self.slices], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """All usable slices of one SeriesInstanceUID in one study."""

    uid: str
    slices: tuple[Slice, ...]
    quirks: tuple[str, ...]

    @property
    def header(self) -> Header:
        return self.slices[0].header

    @property
    def number(self) -> int | None:
        return self.header.series_number


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """One study of one patient."""

    patient_id: str
    uid: str
    series: tuple[Series, ...]
    refused: tuple[FileRecord, ...]
    """DICOM objects that are no usable MR image."""
    elsewhere: tuple[Series, ...] = ()
    """Series of other patients or studies that share this study's UID or that of a series."""


def group_studies(records: Iterable[FileRecord]) -> tuple[Study, ...]:
    """Group records by study, and inside by series; order by identifiers.

    Records without identifiers (no DICOM, unreadable) belong to no study and are left out.
    """
    usable: dict[tuple[str, str], list[FileRecord]] = defaultdict(list)
    refused: dict[tuple[str, str], list[FileRecord]] = defaultdict(list)
    for record in records:
        facts = record.header or record.other
        if facts is None or not facts.study_uid:
            continue
        into = usable if record.code == FileCode.OK and record.header else refused
        into[facts.patient_id, facts.study_uid].append(record)
    found = {key: _series(records) for key, records in usable.items()}
    return tuple(
        Study(
            patient,
            uid,
            found.get((patient, uid), ()),
            tuple(refused[patient, uid]),
            _elsewhere((patient, uid), found),
        )
        for patient, uid in sorted({*usable, *refused})
    )


_StudyKey = tuple[str, str]


def _elsewhere(own: _StudyKey, found: Mapping[_StudyKey, tuple[Series, ...]]) -> tuple[Series, ...]:
    uids = {series.uid for series in found.get(own, ())}
    return tuple(
        series
        for key, members in found.items()
        for series in members
        if key != own and (key[1] == own[1] or series.uid in uids)
    )


def _series(records: Sequence[FileRecord]) -> tuple[Series, ...]:
    by_uid: dict[str, list[tuple[str, Header]]] = defaultdict(list)
    for record in records:
        if record.header is not None:
            by_uid[record.header.series_uid].append((record.path, record.header))
    found = [_one_series(uid, files) for uid, files in by_uid.items()]
    return tuple(sorted(found, key=lambda item: (item.number or 0, item.uid)))


def _one_series(uid: str, files: Sequence[tuple[str, Header]]) -> Series:
    paths = [path for path, _ in files]
    headers, quirks = mend(tuple(header for _, header in files))
    slices = [
        Slice(path, header, frame)
        for path, header in zip(paths, headers, strict=True)
        for frame in header.frames
    ]
    return Series(uid, tuple(sorted(slices, key=lambda item: item.identity)), quirks)


def split_parts(series: Series) -> tuple[Part, ...]:
    """Split a series into parts, the largest first."""
    groups: list[list[Slice]] = [list(series.slices)]
    groups = _split_by(groups, _kind)
    if {"L", "R"} <= {item.header.laterality.upper() for item in series.slices}:
        groups = _split_by(groups, lambda item: (item.header.laterality.upper(),))
    groups = _split_near(groups, lambda item: item.frame.orientation, absolute=SAME_ORIENTATION)
    groups = _split_near(groups, lambda item: item.frame.pixel_spacing_mm, relative=SAME_SPACING)
    groups = _split_near(groups, _echo, relative=SAME_PROTOCOL)
    groups.sort(key=lambda group: (-len(group), group[0].identity))
    return tuple(Part(tuple(group), series) for group in groups)


def _kind(item: Slice) -> tuple[str, ...]:
    header = item.header
    kind = computed_kind(item.image_type) or image_part(item.image_type)
    return (f"{header.columns:06d}", f"{header.rows:06d}", str(kind))


def _echo(item: Slice) -> tuple[float, ...]:
    return (item.frame.echo_time_ms or 0.0,)


def _split_by(groups: list[list[Slice]], key: _TextKey) -> list[list[Slice]]:
    return list(chain.from_iterable(_by_text(group, key) for group in groups))


def _by_text(group: list[Slice], key: _TextKey) -> Iterator[list[Slice]]:
    found: dict[tuple[str, ...], list[Slice]] = defaultdict(list)
    for item in group:
        found[key(item)].append(item)
    return (found[name] for name in sorted(found))


def _split_near(
    groups: list[list[Slice]], key: _NumberKey, *, absolute: float = 0.0, relative: float = 0.0
) -> list[list[Slice]]:
    return list(chain.from_iterable(_by_number(g, key, absolute, relative) for g in groups))


def _by_number(
    group: list[Slice], key: _NumberKey, absolute: float, relative: float
) -> list[list[Slice]]:
    """Gather slices whose values lie near the least value of their class, component by component.

    Classes are opened in the order of sorted values, so the order of slices does not matter.
    """
    leaders: list[tuple[float, ...]] = []
    leader_of: dict[tuple[float, ...], int] = {}
    for value in sorted({key(item) for item in group}):
        near = (i for i, leader in enumerate(leaders) if _near(value, leader, absolute, relative))
        leader_of[value] = next(near, len(leaders))
        if leader_of[value] == len(leaders):
            leaders.append(value)
    found: list[list[Slice]] = [[] for _ in leaders]
    for item in group:
        found[leader_of[key(item)]].append(item)
    return found


def _near(
    one: tuple[float, ...], other: tuple[float, ...], absolute: float, relative: float
) -> bool:
    pairs = zip(one, other, strict=True)
    return all(abs(a - b) <= absolute + relative * max(abs(a), abs(b)) for a, b in pairs)


def shown_number(number: int | None) -> int | None:
    """A series number as it may be published: None where it has more than six digits."""
    return None if number is None or abs(number) > LARGEST_NUMBER else number


def note_refused(study: Study) -> tuple[SeriesNote, ...]:
    """One note for each series and file code among the objects that are no usable MR image."""
    found: dict[tuple[str, str], list[SeriesNote]] = defaultdict(list)
    for record in study.refused:
        facts = record.header or record.other
        if facts is not None:
            note = _note(study, facts, record.code)
            found[note.series_uid, str(note.code)].append(note)
    return tuple(
        replace(found[key][0], n_images=len(found[key]), evidence=counted(len(found[key]), "file"))
        for key in sorted(found)
    )


def _note(study: Study, facts: Header | OtherObject, code: FileCode) -> SeriesNote:
    return SeriesNote(
        patient_id=study.patient_id,
        study_uid=study.uid,
        series_uid=facts.series_uid,
        series_number=shown_number(facts.series_number),
        series_description=facts.series_description,
        modality=facts.modality,
        n_images=1,
        code=code,
    )
