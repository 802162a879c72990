"""What a list of series tells about each: the same facts from an index table and from headers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from breastdce.core.codes import FileCode
from breastdce.formats.dicom.header import FileRecord
from breastdce.formats.series_index import IndexRow


class SeriesFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One series, without geometry."""

    uid: str
    number: int | None
    description: str
    modality: str
    manufacturer: str
    model: str
    n_images: int
    """Images; frames of multi-frame objects."""
    image_bytes: float
    """Size of one image, mean over the series: matrices of another size are another protocol."""


class StudyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One study with all its series, in order of their numbers."""

    patient_id: str
    uid: str
    date: str | None
    description: str
    visit_words: tuple[str, ...] = ()
    """Trial time point id and description where headers have them."""
    series: tuple[SeriesFacts, ...]

    @property
    def has_images(self) -> bool:
        """Whether any series is of MR images."""
        return any(series.modality == "MR" for series in self.series)


def studies_of_index(rows: Iterable[IndexRow]) -> tuple[StudyFacts, ...]:
    """Group an index table by patient and study."""
    found: dict[tuple[str, str], list[IndexRow]] = defaultdict(list)
    for row in rows:
        found[row.patient_id, row.study_uid].append(row)
    return tuple(_study_of_rows(found[key]) for key in sorted(found))


def studies_of_records(records: Iterable[FileRecord]) -> tuple[StudyFacts, ...]:
    """Group the files of a scan by patient, study and series."""
    found: dict[tuple[str, str], dict[str, list[FileRecord]]] = defaultdict(dict)
    for record in records:
        facts = record.header or record.other
        if facts is not None and facts.study_uid and facts.series_uid:
            series = found[facts.patient_id, facts.study_uid]
            series.setdefault(facts.series_uid, []).append(record)
    return tuple(_study_of_files(*key, found[key]) for key in sorted(found))


def _ordered(series: Iterable[SeriesFacts]) -> tuple[SeriesFacts, ...]:
    return tuple(sorted(series, key=lambda item: (item.number or 0, item.uid)))


def _study_of_rows(rows: Sequence[IndexRow]) -> StudyFacts:
    first = rows[0]
    return StudyFacts(
        patient_id=first.patient_id,
        uid=first.study_uid,
        date=min((row.study_date for row in rows if row.study_date), default=None),
        description=next((row.study_description for row in rows if row.study_description), ""),
        series=_ordered(map(_series_of_row, rows)),
    )


def _series_of_row(row: IndexRow) -> SeriesFacts:
    return SeriesFacts(
        uid=row.series_uid,
        number=row.series_number,
        description=row.series_description,
        modality=row.modality,
        manufacturer=row.manufacturer,
        model=row.model,
        n_images=row.n_images,
        image_bytes=row.size_mb * 1e6 / max(row.n_images, 1),
    )


def _study_of_files(patient: str, uid: str, series: dict[str, list[FileRecord]]) -> StudyFacts:
    headers = [r.header for files in series.values() for r in files if r.header is not None]
    first = min(headers, key=lambda header: header.sop_instance_uid, default=None)
    return StudyFacts(
        patient_id=patient,
        uid=uid,
        date=first.study_date if first else None,
        description=first.study_description if first else "",
        visit_words=(first.trial_time_point_id, first.trial_time_point_description)
        if first
        else (),
        series=_ordered(_series_of_files(uid, files) for uid, files in series.items()),
    )


def _series_of_files(uid: str, files: Sequence[FileRecord]) -> SeriesFacts:
    usable = [r.header for r in files if r.code is FileCode.OK and r.header is not None]
    if not usable:
        other = files[0].other or files[0].header
        return SeriesFacts(
            uid=uid,
            number=other.series_number if other else None,
            description=other.series_description if other else "",
            modality=other.modality if other else "",
            manufacturer="",
            model="",
            n_images=len(files),
            image_bytes=sum(r.size_bytes for r in files) / len(files),
        )
    first = min(usable, key=lambda header: header.sop_instance_uid)
    return SeriesFacts(
        uid=uid,
        number=first.series_number,
        description=first.series_description,
        modality=first.modality,
        manufacturer=first.manufacturer,
        model=first.model,
        n_images=sum(len(header.frames) for header in usable),
        image_bytes=first.rows * first.columns * first.bits_allocated / 8,
    )
