"""Make a planned trial: DICOM, clinical workbook, and the truth about every series."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from breastdce.core.codes import FileCode
from breastdce.testing.archive.anatomy import visit_images
from breastdce.testing.archive.clinical import write_clinical
from breastdce.testing.archive.decoys._contract import DECOYS
from breastdce.testing.archive.made import MadeExam
from breastdce.testing.archive.marks import day, mark
from breastdce.testing.archive.plan import PlannedExam, PlannedPatient, TrialParams, plan_trial
from breastdce.testing.archive.truth import (
    ExamTruth,
    PatientTruth,
    SeriesTruth,
    TrialTruth,
    save_truth,
)
from breastdce.testing.styles._contract import MadeFile

DICOM = "dicom"


def write_trial(folder: Path, params: TrialParams) -> TrialTruth:
    """Write a trial; the same parameters write the same bytes.

    Parameters
    ----------
    folder
        Made when absent: images below `dicom`, clinical data and `truth.json` beside it.
    """
    planned = list(plan_trial(params))
    tree = folder / DICOM
    patients = [_write_patient(tree, patient) for patient in planned]
    write_clinical(folder, planned)
    strays = _write_strays(tree)
    dates = {exam.subject.study_date for patient in planned for exam in patient.exams}
    dates |= {day(patient.number) for patient in planned}
    files = [path for path in tree.rglob("*") if path.is_file()]
    truth = TrialTruth(
        patients=tuple(patients),
        files=len(files),
        bytes=sum(path.stat().st_size for path in files),
        dates=tuple(sorted(dates)),
        stray_codes=strays,
    )
    save_truth(folder, truth)
    return truth


def _write_patient(tree: Path, patient: PlannedPatient) -> PatientTruth:
    exams = []
    for planned in patient.exams:
        made = make_exam(planned)
        subject = planned.subject
        place = tree / f"{subject.patient_id} {subject.name}" / f"{subject.study_date} MR"
        for file in made.files:
            file.write(place)
        exams.append(_truth(planned, made))
    first = patient.exams[0].subject
    return PatientTruth(
        patient_id=patient.patient_id,
        identity_removed=first.identity_removed,
        age_years=patient.age_years,
        recurrence=patient.recurrence,
        hormone_receptor=patient.hormone_receptor,
        exams=tuple(exams),
    )


def make_exam(planned: PlannedExam) -> MadeExam:
    """Make the files of an exam: phases, the maker's own decoys, others, the defect, marks."""
    maker, subject, defect = planned.maker, planned.subject, planned.defect
    seen = visit_images(
        planned.size,
        maker,
        "R" if subject.side == "R" else "L",
        seed=planned.seed,
        visit=subject.visit,
        phases=planned.phases,
        density=planned.density,
    )
    images = defect.phases(seen.images) if defect else seen.images
    dynamic = maker.dynamic(len(images))
    exam = MadeExam(
        subject=subject,
        grid=seen.grid,
        images=images,
        maps={"pe": seen.pe, "ser": seen.ser},
        maker=maker.header,
        dynamic=dynamic,
        files=tuple(maker.files(subject, seen.grid, images)),
        codes=dict(maker.codes),
    )
    for name in planned.decoys:
        decoy = DECOYS.get(name)
        made = tuple(decoy.make(exam, decoy.number))
        code = decoy.expected(refused=defect is not None and defect.code is not None)
        exam = exam.with_files(made, {decoy.number: (str(code),)})
    if defect is not None:
        found = dict.fromkeys(dynamic, defect.dynamic_codes.get(maker.name, ()))
        exam = exam.with_files((), {**found, **defect.other_codes})
        exam = defect.plant(exam)
    return replace(exam, files=tuple(_marked(exam, exam.files)))


def _marked(exam: MadeExam, files: Iterable[MadeFile]) -> Iterator[MadeFile]:
    """Files with a remark in the name of every series, and the site's private elements."""
    word = mark(100 * exam.subject.number + 30)
    private = exam.subject.private()
    for file in files:
        described = {"SeriesDescription": f"{file.attributes['SeriesDescription']} {word}"}
        yield replace(
            file, attributes=file.attributes | described, private=(*file.private, *private)
        )


def _truth(planned: PlannedExam, made: MadeExam) -> ExamTruth:
    subject, defect = planned.subject, planned.defect
    counts = Counter(file.series for file in made.files)
    return ExamTruth(
        patient_id=subject.patient_id,
        visit=planned.name,
        time_point=f"T{subject.visit}",
        study_uid=subject.uid("study"),
        maker=planned.maker.name,
        size=planned.size,
        phases=len(made.images),
        defect=defect.name if defect else "",
        code=str(defect.code or "") if defect else "",
        caveat=str(defect.caveat or "") if defect else "",
        series=tuple(
            SeriesTruth(number, tuple(map(str, made.codes.get(number, ()))), count)
            for number, count in sorted(counts.items())
        ),
    )


def _write_strays(tree: Path) -> tuple[str, ...]:
    """What else lies about: a list of patients, an archive, an empty file, a broken copy."""
    tree.mkdir(parents=True, exist_ok=True)
    word = mark(999_999)
    (tree / f"{word}.txt").write_text(f"{word}^JANE, born {day(1)}\n", encoding="utf-8")
    (tree / "thumbs").write_bytes(b"")
    with zipfile.ZipFile(tree / f"{word} backup.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("list.txt"), f"{word}\n")
    return (str(FileCode.ARCHIVE), str(FileCode.FILE_EMPTY), str(FileCode.NOT_DICOM))
