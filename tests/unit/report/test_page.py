"""Whole pages: escaped, deterministic, complete in every empty case."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Box, PhaseRole
from breastdce.report.dataset_view import CohortView
from breastdce.report.html import source
from breastdce.report.index_page import SCRIPT, STYLES, render_index
from breastdce.report.page import PANELS, render_exam, wanted_images, with_standing
from breastdce.report.view import (
    ExamLine,
    ExamView,
    ExclusionView,
    ProposalView,
    QualityLine,
    StandingLine,
    StandingView,
    StepView,
)

HOSTILE = "<img src=x onerror=alert(1)>\"'&</script>"
STANDING = StandingLine("FTV (mL)", "", 2.0, 1.0, 1.5, 2.0, 2.5, 3.0, 2, 3)
VOID = {"meta", "link", "img", "input", "br"}


class _Balance(HTMLParser):
    """Checks that every element is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.pictures: list[str | None] = []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        if dict(attrs).get("role") == "img":
            self.pictures.append(dict(attrs).get("aria-label"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def _parse(page: str) -> _Balance:
    parser = _Balance()
    parser.feed(page)
    assert parser.open == []
    assert len(parser.ids) == len(set(parser.ids))
    return parser


def _cohort(view, **changes) -> CohortView:
    line = ExamLine(view.exam, view.row, f"exams/{view.exam}.html", f"figures/{view.exam}.png")
    excluded = [
        *view.exclusions,
        ExclusionView("sub-0002_ses-T0", "TOO_FEW_PHASES", "2 phases"),
        ExclusionView("series", "LOCALIZER", "5 images", 3),
    ]
    cohort = CohortView(dataset="Set", recipe="ispy1", exams=[line], exclusions=excluded)
    return replace(cohort, **changes)


NOISE = QualityLine(
    name="snr",
    title="SNR",
    unit="",
    good="high",
    formula="Signal over noise.",
    source="",
    low=None,
    high=None,
    per_phase=True,
    values=(9.0, 8.0, 7.0),
    reasons=("", "", ""),
    flagged=(False, False, False),
)


def test_every_panel_file_has_its_place_on_the_page(view):
    missed = {"detector": "spike", "code": "SPIKE", "score": 0.0, "threshold": 3.0}
    looked = replace(view, reports={**view.reports, "qc": {"findings": [missed]}}, quality=(NOISE,))
    page = render_exam(looked)
    order = re.findall(r'<section id="(\w+)"', page)
    assert sorted(order) == list(PANELS.names())
    assert order[0] == "summary"


def test_equal_views_give_equal_pages(view):
    assert render_exam(view) == render_exam(replace(view))
    assert render_index(_cohort(view)) == render_index(_cohort(view))


def test_only_a_page_of_many_exams_leaves_out_what_is_not_seen(view):
    cohort = _cohort(view)
    assert '<main id="main" class="wide">' in render_index(cohort)
    large = replace(cohort, exams=list(cohort.exams) * 101)
    assert '<main id="main" class="wide many">' in render_index(large)


def test_every_picture_has_words(view):
    pictures = _parse(render_exam(view)).pictures
    known = {"phases": 9, "motion": 2, "maps": 3 + 3 + 5 + 1, "ftv": 3, "stv": 3, "agreement": 3}
    known |= {"curve": 1 + 1, "subtraction": 6, "mip": 3, "histograms": 2, "mosaic": 12 + 14 + 16}
    assert len(pictures) == sum(known.values())
    assert all(pictures)


def test_hostile_text_stays_text(view):
    hostile = replace(
        view,
        exam=HOSTILE,
        row={**view.row, "manufacturer_model": HOSTILE, "voi": HOSTILE, "stv_source": HOSTILE},
        caveats=(Caveat(CaveatCode.PRE_GAP, {HOSTILE: HOSTILE}),),
        steps=(StepView(HOSTILE, HOSTILE, HOSTILE),),
        exclusions=(ExclusionView(HOSTILE, HOSTILE, HOSTILE),),
        methods=HOSTILE,
        files=("javascript:alert(1)", HOSTILE),
    )
    line = ExamLine(HOSTILE, {**hostile.row, "caveats": HOSTILE}, "javascript:alert(1)", HOSTILE)
    index = render_index(
        CohortView(
            dataset=HOSTILE,
            recipe=HOSTILE,
            exams=[line],
            exclusions=hostile.exclusions,
            methods=HOSTILE,
        )
    )
    for page in (render_exam(hostile), index):
        _parse(page)
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page


@pytest.mark.parametrize("kind", ["style", "script"])
@pytest.mark.parametrize("of", ["index", "exam"])
def test_the_policy_allows_exactly_our_style_and_script(view, kind, of):
    page = render_index(_cohort(view)) if of == "index" else render_exam(view)
    names = {"index": (*STYLES, SCRIPT), "exam": ("style.css", "exam.js")}[of]
    files = [name for name in names if name.endswith("css" if kind == "style" else "js")]
    wanted = "".join(source(name) for name in files)
    embedded = re.search(f"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
    assert embedded is not None
    assert embedded[1] == wanted
    digest = base64.b64encode(hashlib.sha256(embedded[1].encode()).digest()).decode()
    assert f"{kind}-src &#39;sha256-{digest}" in page
    assert "default-src &#39;none&#39;" in page
    assert " style=" not in page + render_exam(view)  # the policy would drop them


def test_an_empty_ftv_is_said_in_words(view, emptied):
    page = render_exam(emptied(view))
    _parse(page)
    assert "No voxel passes the rules of the FTV" in page
    assert "no tumor whose signal could be followed" in page
    assert "There is no structural tumor volume for this exam" in page
    assert "<b>0.00</b> mL" in page
    assert re.search(r"\bnan\b", re.sub('base64,[^"]+', "", page)) is None


def test_a_page_without_anything_optional_is_whole(view):
    bare = replace(view, image=None, caveats=(), steps=(), exclusions=(), methods="", files=())
    page = render_exam(bare)
    _parse(page)
    assert "No caveat was raised" in page
    assert "Nothing was left out" in page
    assert "No step is recorded" in page
    assert "no caveats" in page


def test_one_caveat_is_singular_and_explained(view):
    page = render_exam(replace(view, caveats=view.caveats[:1]))
    assert "1 caveat<" in page
    assert CaveatCode.PRE_GAP.meaning in page
    assert CaveatCode.PRE_GAP.remedy in page
    assert "gap: 700.5 s" in page


def test_one_of_a_thing_is_singular(view):
    assert ">of 1 participant<" in render_index(_cohort(view))
    row = {**view.row, "ftv_voxels": 1}
    assert ">1 voxel<" in render_exam(replace(view, row=row))


def test_unknown_times_leave_a_curve_by_phase(view):
    phases = tuple(replace(phase, delay_s=None) for phase in view.phases)
    page = render_exam(replace(view, phases=phases))
    assert "Phase (times unknown)" in page
    assert "time unknown" in page


def test_the_curve_is_relative_to_the_phase_before_contrast(view):
    page = render_exam(view)
    assert "Phase 1: 172.7 %" in page  # (300 - 110) / 110
    assert "Phase 2: 136.4 %" in page


def test_a_tumor_without_signal_before_contrast_has_no_curve(view):
    view.pre.volume.data[view.ftv.data] = 0
    assert "enhancement has no value" in render_exam(view)


def test_further_phases_are_shown_apart(view):
    late = replace(view.phases[2], role=PhaseRole.POST, delay_s=800.0)
    page = render_exam(replace(view, phases=(*view.phases, late)))
    assert "phases that maps do not use" in page
    assert "Phase 3: after contrast, 800 s" in page


def test_files_are_linked_from_the_folder_of_the_page(view):
    assert 'href="../../sub-0001/ses-T0/masks/sub-0001_ses-T0_ftv.nii.gz"' in render_exam(view)


def test_the_index_lists_exams_refusals_and_counts(view):
    page = render_index(_cohort(view))
    _parse(page)
    assert 'href="exams/sub-0001_ses-T0.html"' in page
    assert 'src="figures/sub-0001_ses-T0.png"' in page
    assert "sub-0002_ses-T0" in page
    assert re.search(r"LOCALIZER</code></th><td class=\"num\">5<", page)


def test_an_index_without_exams_says_so(view):
    page = render_index(_cohort(view, exams=(), exclusions=()))
    _parse(page)
    assert "No exam is in this data set" in page
    assert "No exam was refused" in page


def test_a_thousand_exams_stay_below_5_mb(view):
    line = _cohort(view).exams[0]
    assert len(render_index(_cohort(view, exams=[line] * 1000)).encode()) < 5_000_000


@pytest.mark.parametrize("name", PANELS.names())
def test_panels_keep_their_contract(name):
    panel = PANELS.get(name)
    assert panel.title
    assert not panel.absent or panel.needs  # without words it is left out where it has nothing


def test_proposed_regions_are_drawn_and_listed_by_rank(view):
    boxes = (Box((4, 5, 2), (20, 18, 9)), Box((22, 3, 1), (29, 9, 6)))
    proposals = [
        ProposalView(boxes[0], "R", 3.5, 1.25),
        ProposalView(boxes[1], "L", 0.5, 0.25),
    ]
    shown = str(PANELS.get("proposals").show(replace(view, proposals=proposals)))
    assert shown.count('class="voi-line"') == 4  # three planes and the legend
    assert 'class="voi-line other"' in shown
    assert shown.index("i 4-20, j 5-18, k 2-9") < shown.index("i 22-29, j 3-9, k 1-6")
    assert "voi_proposals.tsv" in shown
    _parse(shown)


def test_without_a_proposal_the_panel_says_why(view):
    assert "was given" in str(PANELS.get("proposals").show(view))


def test_the_methods_text_names_the_program_and_can_be_pasted(view):
    shown = str(PANELS.get("methods").show(view))
    assert "Phases were read. Software: breastdce 0, recipe ispy1 (0123456789ab)." in shown
    assert 'data-copy="methods-text"' in shown
    assert 'id="methods-text"' in shown


def test_only_images_that_a_panel_names_are_asked_for():
    fields = {field.name for field in dataclasses.fields(ExamView)}
    assert wanted_images() == {"image_pre", "image", "image_late"}
    assert wanted_images() <= fields


def test_a_standing_changes_its_section_and_nothing_else(view):
    page = render_exam(view)
    standing = StandingView(3, (STANDING,), ())
    filled = with_standing(page, standing)
    assert "Not compared yet" in page
    assert "Not compared yet" not in filled
    assert "2 of 3" in filled
    assert with_standing(filled, standing) == filled
    assert with_standing(filled, StandingView(3, (), ())) == with_standing(
        page, StandingView(3, (), ())
    )
    start, end = filled.index('<section id="cohort"'), filled.index('<section id="review"')
    assert page.startswith(filled[:start])
    assert page.endswith(filled[end:])
    assert filled == render_exam(replace(view, standing=standing))


def test_each_class_of_ser_is_shown_by_itself(view):
    shown = str(PANELS.get("maps").show(view))
    assert shown.count("in the FTV. Sagittal") == 5
    assert shown.count('class="voi-line"') == 1  # all voxels are of one class


def test_the_type_of_the_mean_curve_is_named(view):
    shown = str(PANELS.get("curve").show(view))
    assert "washout</strong>: SER 1.27" in shown  # 190 / 150
    flat = replace(view, ser_cuts=(0.9, 1.3))
    assert "plateau</strong>: SER 1.27" in str(PANELS.get("curve").show(flat))
