"""The table of trust, the scores of published masks, and the order in which to look at them."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.exam import ExamId
from breastdce.core.volume import Mask
from breastdce.dataset import layout, trust_table
from breastdce.dataset.layout import MaskName
from breastdce.formats.nifti import write_mask, write_volume
from breastdce.formats.tables import read_tsv, write_json
from breastdce.run.published_trust import published_trust
from breastdce.run.review.case_view import CaseTable
from breastdce.run.review_first import review_order
from breastdce.run.trust_rows import trust_rows
from breastdce.segment.trust import GROUPS, MaskTrust, Pushed, TrustReport, inputs_of, trust
from breastdce.segment.trust_probability import Unsure
from tests.unit.segment.made_tumor import ball, images

EXAM = ExamId("0001", "T0")


def made(mask: str, chance: float | None, raised: str = "dim") -> MaskTrust:
    inputs = (
        Pushed(name=raised, value=0.5, typical=0.1, push=2.0),
        Pushed(name="thin", value=0.1, typical=0.2, push=-0.1),
    )
    return MaskTrust(
        mask=mask, chance_bad=chance, known=("breast",), inputs=inputs if chance else ()
    )


def written(root, exam: ExamId, *masks: MaskTrust) -> None:
    report = TrustReport(bad_dice=0.7, base_rate=0.2, masks=masks)
    trust_table.write_exam_trust(root, exam, trust_rows(report))


def test_the_table_explains_exactly_what_the_model_knows():
    assert tuple(trust_table.INPUTS) == inputs_of(tuple(GROUPS))


def test_a_row_holds_the_score_its_reason_and_the_inputs(tmp_path):
    written(tmp_path, EXAM, made("stv-auto", 0.25), made("stv-candidate", None))
    auto, candidate = read_tsv(layout.exam_trust(tmp_path, EXAM), trust_table.COLUMNS)
    assert auto["exam_id"] == "sub-0001_ses-T0"
    assert (auto["chance_bad"], auto["known"], auto["raised_by"]) == (0.25, "images+breast", "dim")
    assert (auto["dim"], auto["thin"], auto["parts"]) == (0.5, 0.1, None)
    assert candidate["chance_bad"] is candidate["known"] is candidate["raised_by"] is None


def test_the_order_is_of_each_exams_best_mask_empty_ones_first(tmp_path):
    for number, masks in enumerate(
        (
            (made("stv-candidate", 0.1),),
            (made("stv-candidate", 0.9), made("stv-auto", 0.3)),
            (made("stv-candidate", None),),
            (made("stv-candidate", 0.8, "outside"),),
        )
    ):
        written(tmp_path, ExamId(f"000{number}", "T0"), *masks)
    order = review_order(tmp_path)
    assert [line.exam[7] for line in order] == ["2", "3", "1", "0"]
    assert [line.mask for line in order][2] == "stv-auto"
    assert order[1].raised_by == "outside"
    assert order[0].chance_bad is None


def test_the_worklist_says_which_mask_is_doubtful_and_why(tmp_path):
    columns = ("exam_id", "caveats", "ftv_ml", "stv_ml")
    names = [str(ExamId(f"000{number}", "T0")) for number in range(3)]
    lines = ["\t".join(columns), *(f"{name}\tn/a\t1.5\tn/a" for name in names)]
    layout.exams(tmp_path).write_text("\n".join(lines) + "\n")
    written(tmp_path, ExamId("0000", "T0"), made("stv-candidate", 0.3, "outside"))
    written(tmp_path, ExamId("0001", "T0"), made("stv-candidate", None))
    said = [(one.look, one.chance_bad, one.doubt) for one in CaseTable(tmp_path).facts()]
    title = trust_table.INPUTS["outside"][0]
    assert said == [(2, 0.3, title), (1, None, None), (None, None, None)]


def test_a_folder_without_tables_asks_for_nothing(tmp_path):
    assert review_order(tmp_path) == ()


@pytest.fixture
def published(tmp_path):
    """An exam with all three masks of its tumor."""
    tumor, off = ball(radius=8.0), ball((30.0, 30.0, 25.0), 6.0)
    for index, phase in enumerate(images(tumor.data)):
        write_volume(layout.image(tmp_path, EXAM, index), phase)
    for name, mask in (
        (MaskName.FTV, tumor),
        (MaskName.STV_CANDIDATE, tumor),
        (MaskName.STV_AUTO, off),
        (MaskName.STV_EXPERT, tumor),
        (MaskName.BREAST, Mask(np.ones_like(tumor.data), tumor.grid)),
    ):
        write_mask(layout.mask(tmp_path, EXAM, name), mask)
    return tmp_path


def test_published_masks_are_scored_as_the_stage_scores_them(published):
    expert, auto, candidate = published_trust(published, EXAM).masks
    assert (expert.mask, expert.known) == ("stv-expert", ("breast", "ftv"))
    assert (auto.mask, auto.known) == ("stv-auto", ("breast", "ftv"))
    assert (candidate.mask, candidate.known) == ("stv-candidate", ("breast",))
    tumor = ball(radius=8.0)
    again = trust(
        "stv-candidate", images(tumor.data), tumor, breast=np.ones(tumor.data.shape, bool)
    )
    assert candidate.chance_bad == pytest.approx(again.chance_bad, abs=1e-6)


def test_only_masks_that_are_there_are_scored(published):
    layout.mask(published, EXAM, MaskName.STV_AUTO).unlink()
    assert [one.mask for one in published_trust(published, EXAM).masks] == [
        "stv-expert",
        "stv-candidate",
    ]


def test_what_the_note_says_of_a_networks_mask_is_used(published):
    note = {"unsure": {"unsure_border": 0.4, "unsure_inside": 0.2, "likely_outside": 0.0}}
    write_json(layout.mask_note(published, EXAM, MaskName.STV_AUTO), note)
    auto = published_trust(published, EXAM).masks[1]
    assert auto.known == ("breast", "probability", "ftv")
    assert {one.name: one.value for one in auto.inputs}.items() >= {"unsure_border": 0.4}.items()


def test_a_note_of_an_older_version_says_nothing(published):
    write_json(layout.mask_note(published, EXAM, MaskName.STV_AUTO), {"model": "old"})
    assert published_trust(published, EXAM).masks[1].known == ("breast", "ftv")


def test_one_perfect_probability_is_less_doubtful_than_an_unsure_one():
    tumor = ball(radius=8.0)
    chances = []
    for level in (0.05, 0.9):
        unsure = Unsure(unsure_border=level, unsure_inside=level, likely_outside=4 * level)
        chances.append(trust("", images(tumor.data), tumor, unsure=unsure).chance_bad or 0)
    assert chances[0] < chances[1]
