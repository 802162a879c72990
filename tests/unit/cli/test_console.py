"""What was refused is told with its remedy; lines that no terminal shows stay whole."""

from __future__ import annotations

from pathlib import Path

from breastdce.cli.console import show_problems, show_run, show_survey
from breastdce.core.codes import ExamCode
from breastdce.dataset.problem import Problem, Promise
from breastdce.dataset.rows import ExclusionRow, Level
from breastdce.ingest.records import ExamNote, Findings
from breastdce.run.job import JobSummary
from breastdce.run.survey import Survey


def refused(participant: str) -> ExclusionRow:
    return ExclusionRow(
        level=Level.EXAM,
        participant=participant,
        visit="1",
        series_number=None,
        modality=None,
        n_files=0,
        code=ExamCode.NO_DCE,
        evidence="0 possible volumes, no two of one grid and protocol; series 18 REFORMAT",
    )


def note(study: str) -> ExamNote:
    return ExamNote(
        patient_id="P1",
        study_uid=study,
        study_date=None,
        identity_removed=True,
        code=ExamCode.NO_DCE,
    )


def test_a_reason_of_a_refusal_has_its_remedy_once_and_lines_are_whole(capsys):
    summary = JobSummary(
        out=Path("OUT"),
        recipe="ispy1",
        files=2,
        outcomes=(),
        exclusions=(refused("0001"), refused("0002")),
        planned=("sub-0003_ses-1", "sub-0004_ses-1"),
        steps=("load", "ftv"),
    )
    show_run(summary, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.endswith("series 18 REFORMAT")]) == 2
    assert lines[-1] == f"  do:   NO_DCE: {ExamCode.NO_DCE.remedy}"
    assert [line for line in lines if "load" in line] == ["  steps: load, ftv"]


def test_problems_alike_have_their_remedy_once(capsys):
    problems = [
        Problem(
            promise=Promise.FILES, path=name, what="is missing", evidence="no file", remedy="Run"
        )
        for name in ("a", "b")
    ]
    show_problems(Path("OUT"), problems, as_json=False)
    said = capsys.readouterr().out
    assert said.count("  do:   Run\n") == 1
    assert said.index("files: b:") < said.index("do:")


def test_a_scan_tells_studies_apart_and_ends_with_the_number_of_exams(capsys):
    findings = Findings(exams=(), exam_notes=(note("1.2"), note("1.3")), series_notes=())
    show_survey(Survey(roots=(), records=(), findings=findings), as_json=False)
    said = capsys.readouterr().out
    assert "study 1.2" in said
    assert "study 1.3" in said
    assert said.count(ExamCode.NO_DCE.remedy) == 1
    assert said.splitlines()[-1] == "0 exams can be used; not used: 2 NO_DCE"
