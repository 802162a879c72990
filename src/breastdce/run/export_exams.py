"""The exams of a data set as an export needs them, and the DICOM that they were made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.provenance import Provenance
from breastdce.exchange.names import case_names
from breastdce.exchange.records import ExamFiles, MaskKind
from breastdce.imaging.resample import Edge
from breastdce.ingest.records import ExamSource
from breastdce.run.inputs import FileDigests, phase_digests
from breastdce.run.pages import read_measurements

Slices = tuple[tuple[Path, int], ...]
_RESAMPLING = "stv_grid"  # the stage whose parameter says how borders are treated


def exams_of(out: Path, records: Sequence[Provenance]) -> Iterator[tuple[Provenance, ExamFiles]]:
    """Exams in order of name, each with its record."""
    found = {ExamId.parse(record.exam_id): record for record in records}
    names = case_names(found)
    for exam in sorted(found):
        yield found[exam], _files(out, exam, found[exam], names[exam])


class DicomSources:
    """Exams found in a tree of DICOM files, to be asked for by what data-set exams were made from.

    An exam is recognized by the content of its phases' files, so that neither names nor pseudonyms
    are needed.
    """

    def __init__(self, root: Path) -> None:
        from breastdce.run.survey import survey  # loads pydicom, which most exports do not need

        self._exams = survey([root]).findings.exams
        self._files = FileDigests()

    def slices(self, record: Provenance) -> Slices:
        """File and frame of each slice of an exam's first post-contrast phase, along k.

        Raises
        ------
        InputError
            SOURCE_MISSING when the exam is not in the tree.
        """
        wanted = [
            (note.n_files, note.digest) for note in record.inputs if note.role.startswith("phase-")
        ]
        for source in self._exams:
            if self._is(source, wanted):
                index = read_measurements(record).row.phase_indices[1]
                phase = source.phases[index]
                return tuple((Path(item.path), item.frame) for item in phase.slices)
        raise InputError(
            ErrorCode.SOURCE_MISSING,
            evidence={"exams in the DICOM": len(self._exams), "phases": len(wanted)},
        )

    def _is(self, source: ExamSource, wanted: list[tuple[int, str]]) -> bool:
        counts = [len({item.path for item in phase.slices}) for phase in source.phases]
        if counts != [count for count, _ in wanted]:
            return False
        return phase_digests(source, self._files) == wanted


def _files(out: Path, exam: ExamId, record: Provenance, case: str) -> ExamFiles:
    row = read_measurements(record).row
    masks = {kind: layout.mask(out, exam, layout.MaskName(kind.value)) for kind in MaskKind}
    first = row.phase_indices[0]
    return ExamFiles(
        exam=str(exam),
        case=case,
        native=tuple(layout.native_image(out, exam, n) for n in range(first, row.n_phases)),
        images=tuple(layout.image(out, exam, n) for n in range(layout.PUBLISHED_PHASES)),
        masks={kind: path for kind, path in masks.items() if path.exists()},
        edge=_edge(record),
        version=record.generated_by.version,
    )


def _edge(record: Provenance) -> Edge:
    """Border rule of the exam's resampling; ITK's where the record says nothing."""
    said = [stage.params.get("edge") for stage in record.stages if stage.name == _RESAMPLING]
    return next((Edge(str(value)) for value in said if value), Edge.ITK)
