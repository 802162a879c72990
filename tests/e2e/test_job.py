"""The main job where there is no tumor, where an exam fails, and on what a killed run left."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.core.codes import ErrorCode, ExamCode
from breastdce.core.errors import ExamRefused, InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.validate import validate
from breastdce.formats.atomic import UNFINISHED
from breastdce.run.cohort import rebuild_report
from breastdce.run.pages import rewrite_page
from breastdce.run.paths import WorkPaths
from tests.e2e.conftest import rows, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

EXAM = ExamId("PHANTOM01", "1")
REGION = "exam_id kind first_i first_j first_k last_i last_j last_k background"


def table_of(folder: Path, line: str) -> Path:
    """A table of one region."""
    path = folder / "regions.tsv"
    path.write_text("\n".join((REGION, line)).replace(" ", "\t") + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def bare(tiny_cohort, fast, tmp_path_factory):
    """One exam whose region holds no tissue, made where an earlier run was killed."""
    folder = tmp_path_factory.mktemp("bare")
    air = table_of(folder, f"{EXAM} voi 0 0 0 2 2 2 900")
    out = folder / "dataset"
    for name in left_behind(out):
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_text("{}", encoding="utf-8")

    def again(root: Path, regions: Path = air, **more):
        return run(root, out=out, recipe=fast, regions=regions, exams=(str(EXAM),), **more)

    again(tiny_cohort / "dicom")
    return out, again


def left_behind(out: Path) -> list[Path]:
    return [
        out / ".breastdce" / "status" / "sub-9999_ses-1.json",
        out / ".tmp-exams",
        layout.figures(out) / "flow.svg",
        layout.exam_folder(out, EXAM) / "of-an-earlier-recipe.nii.gz",
    ]


def test_an_exam_without_tumor_has_no_mask_of_it_and_no_features(bare):
    out, _ = bare
    (row,) = rows(out / "exams.tsv")
    assert (row["voi"], row["ftv_voxels"], row["stv_source"]) == ("table", "0", "n/a")
    assert not any(layout.mask(out, EXAM, name).exists() for name in layout.STV_BEST_FIRST)
    assert not layout.exam_features(out, EXAM).exists()
    assert layout.exam_page(out, EXAM).exists()
    assert validate(out) == []


def test_what_others_left_in_the_folder_is_cleared(bare):
    assert [path.name for path in left_behind(bare[0]) if path.exists()] == []


def test_a_thumbnail_that_another_run_is_writing_is_left_to_it(bare):
    out, _ = bare
    thumbnail = layout.figures(out) / f"{UNFINISHED}sub-9999_ses-1.png-1"
    thumbnail.write_bytes(b"half")
    rebuild_report(out)
    assert thumbnail.exists()
    thumbnail.unlink()


def test_a_recipe_that_proposes_no_regions_measures_those_that_are_given(
    tiny_cohort, fast, tmp_path
):
    recipe = tmp_path / "given.toml"
    text = Path(fast).read_text(encoding="utf-8")
    for words in ('[[step]]\nstage = "voi"\n', 'reads = { region = "voi_region" }\n'):
        assert words in text
        text = text.replace(words, "")
    recipe.write_text(text, encoding="utf-8")
    run(
        tiny_cohort / "dicom",
        out=tmp_path / "out",
        recipe=str(recipe),
        regions=table_of(tmp_path, f"{EXAM} voi 0 0 0 2 2 2 900"),
        exams=(str(EXAM),),
    )
    assert [row["voi"] for row in rows(tmp_path / "out" / "exams.tsv")] == ["table"]
    assert not (tmp_path / "out" / "voi_proposals.tsv").exists()


def test_an_exam_whose_page_was_lost_gets_it_again_without_work(bare, tiny_cohort):
    out, again = bare
    before = layout.exam_page(out, EXAM).read_bytes()
    layout.exam_page(out, EXAM).unlink()
    (outcome,) = again(tiny_cohort / "dicom").outcomes
    assert (outcome.status, outcome.computed) == ("done", 0)
    assert layout.exam_page(out, EXAM).read_bytes() == before


def test_figures_of_an_earlier_call_are_removed_and_those_of_now_are_told(bare):
    out, _ = bare
    stale = layout.figure(out, "scanners-9.svg")
    stale.parent.mkdir(parents=True, exist_ok=True)
    stale.write_text("<svg/>", encoding="utf-8")
    index, *figures = rebuild_report(out, figures=True)
    assert index == layout.report_index(out)
    assert figures
    assert all(path.is_file() for path in figures)
    assert set(layout.made_figures(out)) == set(figures)
    assert validate(out) == []


def test_a_page_without_the_mask_that_it_is_about_is_an_error(bare):
    out, _ = bare
    ftv = layout.mask(out, EXAM, layout.MaskName.FTV)
    aside = ftv.rename(out.parent / "aside.nii.gz")
    with pytest.raises(InputError) as caught:
        rewrite_page(out, EXAM)
    aside.rename(ftv)
    assert caught.value.code is ErrorCode.IMAGE_INVALID
    assert caught.value.evidence == {"exam": str(EXAM), "missing": "ftv"}


def test_an_exam_that_is_refused_later_is_taken_out_again(bare, tiny_cohort, tmp_path):
    out, again = bare
    outside = table_of(tmp_path, f"{EXAM} voi 900 0 0 902 2 2 900")
    (outcome,) = again(tiny_cohort / "dicom", regions=outside).outcomes
    assert (outcome.status, outcome.code) == ("refused", ExamCode.VOI_EMPTY)
    assert not layout.exam_folder(out, EXAM).exists()
    assert rows(out / "exams.tsv") == []
    exams = [row["code"] for row in rows(out / "exclusions.tsv") if row["level"] == "exam"]
    assert ExamCode.VOI_EMPTY in exams
    with pytest.raises(ExamRefused):  # for who looks for the reason
        again(tiny_cohort / "dicom", regions=outside, debug=True)
    assert again(tiny_cohort / "dicom").outcomes[0].in_dataset
    assert validate(out) == []


def test_an_exam_that_cannot_be_written_fails_with_the_reason(bare, tiny_cohort):
    out, again = bare
    layout.provenance(out, EXAM).unlink()
    layout.provenance(out, EXAM).mkdir()  # no file can be renamed onto a folder
    (outcome,) = again(tiny_cohort / "dicom").outcomes
    assert (outcome.status, outcome.code) == ("failed", ExamCode.FAILED)
    assert outcome.evidence == "code=OUTPUT_UNWRITABLE"
    assert not layout.exam_folder(out, EXAM).exists()


def test_an_error_that_nobody_foresaw_stays_with_its_exam_and_is_logged(bare, tiny_cohort):
    out, again = bare
    memory = WorkPaths(out).seen(str(EXAM))
    memory.unlink()
    memory.mkdir()
    (outcome,) = again(tiny_cohort / "dicom").outcomes
    assert (outcome.status, outcome.code) == ("failed", ExamCode.FAILED)
    assert outcome.evidence == "code=FAILED; error=IsADirectoryError"
    log = WorkPaths(out).log.read_text(encoding="utf-8")
    assert f"{EXAM} IsADirectoryError" in log
    assert "in _recall" in log  # where it happened
    with pytest.raises(IsADirectoryError):  # for who looks for the reason
        again(tiny_cohort / "dicom", debug=True)
