"""The must-pass puzzles of finding: one test each, the claim is the name."""

from __future__ import annotations

import random

import numpy as np
import pytest
from msgspec.structs import replace

from breastdce.core.codes import CaveatCode, ExamCode, FileCode, SeriesCode
from breastdce.core.exam import PhaseRole, TimeZero
from breastdce.ingest.find import find_exams
from breastdce.ingest.records import SliceRef
from tests.unit.ingest.headers import (
    SAGITTAL,
    change,
    clock,
    flat,
    frame,
    header,
    one_series,
    other,
    reader,
    record,
    series_each,
    volume,
)


def codes(exam):
    return {caveat.code for caveat in exam.caveats}


def notes(found):
    return {(item.series_number, item.code) for item in found.series_notes}


def only(found):
    assert len(found.exams) == 1, (found.exam_notes, found.series_notes)
    return found.exams[0]


def refusal(found):
    assert not found.exams
    assert len(found.exam_notes) == 1
    return found.exam_notes[0]


def paths(exam):
    return [[item.path for item in phase.slices] for phase in exam.phases]


def expected(groups):
    return [[item.path for item in group] for group in groups]


def only_ref(item):
    return SliceRef(item.path, 0)


def under_other_name(item, uid):
    assert item.header is not None
    return replace(item, path=f"/in/{uid}", header=replace(item.header, sop_instance_uid=uid))


def test_one_series_with_three_phases_is_split_by_time_and_times_are_relative():
    groups = one_series(3)
    exam = only(find_exams(flat(groups)))
    assert paths(exam) == expected(groups)
    assert exam.phase_key == "AcquisitionTime"
    assert [phase.role for phase in exam.phases] == ["pre", "post1", "post2"]
    assert exam.phase_indices == (0, 1, 2)
    assert [phase.start_s for phase in exam.phases] == [0.0, 90.0, 180.0]
    assert [phase.effective_s for phase in exam.phases] == [-45.0, 45.0, 135.0]
    assert exam.time_zero is TimeZero.FIRST_POST_START


def test_one_series_a_phase_is_assembled_in_order_of_time_not_of_number():
    groups = series_each(4)
    mixed = flat([change(g, series_number=20 - i) for i, g in enumerate(groups)])
    exam = only(find_exams(mixed))
    assert paths(exam) == expected(groups)
    assert exam.phase_key == "series"
    assert exam.phases[3].role is PhaseRole.POST


def test_pre_alone_and_all_posts_in_one_series_are_one_dynamic():
    pre = volume(phase=9, series="1.1.2", number=2, acquisition_time=clock(35000))
    posts = one_series(3)
    exam = only(find_exams([*pre, *flat(posts)]))
    assert paths(exam) == expected([pre, *posts])
    assert exam.phase_key == "series+AcquisitionTime"


def test_enhanced_object_with_frames_in_any_order_is_split_and_sorted():
    frames = [
        frame(2.0 * i, index=0, acquisition_time=clock(36000 + 90 * p), temporal_position=p + 1)
        for p in range(3)
        for i in range(14)
    ]
    random.Random(1).shuffle(frames)
    frames = [replace(f, index=i, instance_number=i + 1) for i, f in enumerate(frames)]
    exam = only(find_exams([record(header(tuple(frames), "1.5"))]))
    for p, phase in enumerate(exam.phases):
        chosen = [frames[item.frame] for item in phase.slices]
        assert [f.position_mm[2] for f in chosen] == [2.0 * i for i in range(14)]
        assert {f.temporal_position for f in chosen} == {p + 1}
    assert exam.phase_key == "TemporalPositionIdentifier"


def test_two_exams_in_one_folder_are_split_by_study():
    first, second = flat(one_series(3)), flat(one_series(4, series="1.2.3"))
    second = change(second, study_uid="1.2")
    found = find_exams([*first, *second])
    assert [len(exam.phases) for exam in found.exams] == [3, 4]


def test_temporal_tags_reversed_against_times_are_refused():
    groups = [change(g, temporal_position=3 - p) for p, g in enumerate(one_series(3))]
    found = find_exams(flat(groups))
    note = refusal(found)
    assert note.code is ExamCode.ORDER_SUSPECT
    assert "KEYS_DISAGREE" in note.evidence
    assert notes(found) == {(3, SeriesCode.PHASES_NOT_SEPARABLE)}


def test_reversed_tags_are_refused_also_where_content_time_is_the_only_time():
    groups = one_series(3, acquisition_time=None)
    groups = [
        change(g, temporal_position=3 - p, content_time=clock(36000 + 300 * p))
        for p, g in enumerate(groups)
    ]
    assert refusal(find_exams(flat(groups))).code is ExamCode.ORDER_SUSPECT


def test_reconstruction_order_alone_does_not_refuse_what_two_keys_agree_on():
    groups = [
        change(g, temporal_position=p + 1, content_time=clock(40000 - 100 * p))
        for p, g in enumerate(one_series(3))
    ]
    exam = only(find_exams(flat(groups)))
    assert paths(exam) == expected(groups)
    assert CaveatCode.KEYS_DISAGREE in codes(exam)


def test_acquisition_number_1_2_2_is_no_key():
    groups = one_series(3, acquisition_time=None)
    groups = [
        change(g, acquisition_number=min(p + 1, 2), content_time=clock(36000 + 300 * p))
        for p, g in enumerate(groups)
    ]
    assert only(find_exams(flat(groups))).phase_key == "ContentTime"


@pytest.mark.parametrize("lost", [0, 6, 13])
def test_one_slice_missing_from_the_second_phase_is_refused_never_shifted(lost):
    for keyed in (True, False):
        groups = one_series(3) if keyed else one_series(3, acquisition_time=None)
        del groups[1][lost]
        found = find_exams(flat(groups))
        refusal(found)
        assert notes(found) == {(3, SeriesCode.SLICES_UNEVEN)}


def test_a_fourth_phase_that_was_stopped_is_left_out():
    groups = one_series(4)
    groups[3] = groups[3][:5]
    exam = only(find_exams(flat(groups)))
    assert paths(exam) == expected(groups[:3])
    (caveat,) = [c for c in exam.caveats if c.code is CaveatCode.PHASE_INCOMPLETE]
    assert caveat.detail == {"phase": 3, "slices": 5, "of": 14}


def test_a_fourth_series_that_was_stopped_is_left_out_with_a_caveat():
    groups = series_each(4)
    found = find_exams(flat([*groups[:3], groups[3][:12]]))
    assert len(only(found).phases) == 3
    assert CaveatCode.PHASE_INCOMPLETE in codes(found.exams[0])
    assert notes(found) == {(6, SeriesCode.REPEATED_RUN)}


def test_a_first_post_series_with_a_missing_slice_refuses_the_exam_rather_than_shift():
    groups = series_each(4)
    del groups[1][6]
    found = find_exams(flat(groups))
    assert refusal(found).code is ExamCode.PHASE_GRID_DIFFERS
    assert (4, SeriesCode.SLICE_MISSING) in notes(found)


def test_slice_missing_names_the_position():
    groups = one_series(3)
    for group in groups:
        del group[6]
    found = find_exams(flat(groups))
    assert refusal(found).code is ExamCode.NO_DCE
    (note,) = found.series_notes
    assert note.code is SeriesCode.SLICE_MISSING
    assert "missing mm from first [12.0]" in note.evidence


@pytest.mark.parametrize("with_pixels", [False, True])
def test_one_slice_twice_is_dropped_with_a_caveat(with_pixels):
    groups = one_series(3)
    twin = groups[1][4]
    copy = under_other_name(twin, "copy")
    read = None
    if with_pixels:
        plain = reader(groups, [0, 1, 0.8])
        read = reader(groups, [0, 1, 0.8], {"/in/copy": plain([only_ref(twin)])[..., 0]})
    exam = only(find_exams([*flat(groups), copy], read))
    assert [len(phase.slices) for phase in exam.phases] == [14, 14, 14]
    assert CaveatCode.DUPLICATE_SLICE in codes(exam)


def test_two_different_slices_at_one_place_of_a_phase_are_refused():
    groups = one_series(3)
    twin = groups[1][4]
    copy = under_other_name(twin, "copy")
    read = reader(groups, [0, 1, 0.8], {"/in/copy": np.zeros((32, 32), np.float32)})
    found = find_exams([*flat(groups), copy], read)
    refusal(found)
    assert notes(found) == {(3, SeriesCode.SLICES_UNEVEN)}


def test_phases_across_midnight_stay_in_order():
    groups = one_series(3, start=86400.0 - 100.0)
    exam = only(find_exams(flat(groups)))
    assert paths(exam) == expected(groups)
    assert [phase.start_s for phase in exam.phases] == [0.0, 90.0, 180.0]


def test_half_of_the_slices_a_second_later_are_one_phase():
    groups = [
        [*g[::2], *change(g[1::2], acquisition_time=clock(36001 + 90 * p))]
        for p, g in enumerate(one_series(3))
    ]
    exam = only(find_exams(flat(groups)))
    assert [len(phase.slices) for phase in exam.phases] == [14, 14, 14]


def test_no_times_at_all_falls_to_instance_numbers_with_caveats():
    groups = one_series(3, acquisition_time=None)
    exam = only(find_exams(flat(groups)))
    assert paths(exam) == expected(groups)
    assert exam.phase_key == "InstanceNumber"
    assert exam.time_zero is TimeZero.UNKNOWN
    assert {CaveatCode.ORDER_BY_INSTANCE, CaveatCode.NO_TIMES} <= codes(exam)


def test_repeats_that_nothing_separates_are_refused():
    groups = [change(g, instance_number=1) for g in one_series(3, acquisition_time=None)]
    found = find_exams(flat(groups))
    refusal(found)
    assert notes(found) == {(3, SeriesCode.PHASES_NOT_SEPARABLE)}


def test_series_without_times_are_ordered_by_number_with_caveats():
    groups = [change(g, acquisition_time=None) for g in series_each(3)]
    exam = only(find_exams(flat(groups)))
    assert paths(exam) == expected(groups)
    assert {CaveatCode.ORDER_BY_SERIES_NUMBER, CaveatCode.NO_TIMES} <= codes(exam)


def test_pre_contrast_acquired_twice_uses_the_last_before_the_signal_rises():
    groups = series_each(4)
    exam = only(find_exams(flat(groups), reader(groups, [0, 0, 1.0, 0.9])))
    assert exam.phase_indices == (1, 2, 3)
    assert [p.role for p in exam.phases] == ["baseline", "pre", "post1", "post2"]
    assert CaveatCode.TWO_BASELINES in codes(exam)
    assert [p.effective_s for p in exam.phases] == [-135.0, -45.0, 45.0, 135.0]


def test_pre_contrast_acquired_twice_is_seen_by_the_named_agent_without_pixels():
    groups = series_each(4)
    groups[2:] = [change(g, contrast_agent="Gd") for g in groups[2:]]
    assert only(find_exams(flat(groups))).phase_indices == (1, 2, 3)


def test_an_agent_called_none_is_no_evidence_of_contrast():
    groups = [change(g, contrast_agent="NONE" if p else "") for p, g in enumerate(series_each(3))]
    assert CaveatCode.NO_CONTRAST_EVIDENCE in codes(only(find_exams(flat(groups))))


def test_injection_time_is_time_zero_when_it_is_plausible():
    groups = [change(g, contrast_start_time=clock(36080)) for g in series_each(3)]
    exam = only(find_exams(flat(groups)))
    assert exam.time_zero is TimeZero.INJECTION
    assert exam.phases[1].effective_s == 90.0 - 80.0 + 45.0
    hours_off = [change(g, contrast_start_time=clock(30000)) for g in series_each(3)]
    assert only(find_exams(flat(hours_off))).time_zero is TimeZero.FIRST_POST_START


def test_no_enhancement_is_refused_and_reversed_order_is_suspect():
    groups = series_each(3)
    assert refusal(find_exams(flat(groups), reader(groups, [0, 0, 0]))).code is (
        ExamCode.NO_ENHANCEMENT
    )
    assert refusal(find_exams(flat(groups), reader(groups, [1.0, 0.9, 0]))).code is (
        ExamCode.ORDER_SUSPECT
    )


def test_subtraction_without_a_word_of_it_is_found_by_its_pixels():
    groups = series_each(4)
    extra = volume(phase=8, series="1.1.50", number=50, acquisition_time=clock(36600))
    plain = reader(groups, [0, 1.0, 0.9, 0.8])
    special = {}
    for pre, post, made in zip(groups[0], groups[1], extra, strict=True):
        both = plain([only_ref(pre), only_ref(post)])
        special[made.path] = np.maximum(both[..., 1] - both[..., 0], 0)
    read = reader(groups, [0, 1.0, 0.9, 0.8], special)
    found = find_exams([*flat(groups), *extra], read)
    assert paths(only(found)) == expected(groups)
    assert notes(found) == {(50, SeriesCode.SUBTRACTION)}


def test_equal_pixels_under_another_identifier_are_a_copy_not_a_phase():
    groups = series_each(3)
    extra = volume(phase=8, series="1.1.50", number=50, acquisition_time=clock(36600))
    plain = reader(groups, [0, 1.0, 0.9])
    special = {c.path: plain([only_ref(o)])[..., 0] for c, o in zip(extra, groups[1], strict=True)}
    found = find_exams([*flat(groups), *extra], reader(groups, [0, 1.0, 0.9], special))
    assert paths(only(found)) == expected(groups)
    assert notes(found) == {(50, SeriesCode.DUPLICATE_PIXELS)}


def test_maps_and_segmentations_are_named_and_handed_on():
    groups = one_series(3)
    ser = volume(
        phase=7,
        series="1.1.31000",
        number=31000,
        acquisition_time=clock(36000),
        fields={"image_type": ("DERIVED", "PRIMARY", "DCE", "SER")},
    )
    found = find_exams([*flat(groups), *ser, other(FileCode.SEGMENTATION)])
    exam = only(found)
    assert paths(exam) == expected(groups)
    assert notes(found) == {(31000, SeriesCode.DERIVED_MAP), (None, FileCode.SEGMENTATION)}
    assert len(exam.analysis_paths) == len(ser) + 1


def test_diffusion_with_five_images_a_position_is_no_dynamic():
    groups = one_series(5, n=10, acquisition_time=clock(36000), echo_time_ms=61.0)
    groups = [change(g, scanning_sequence=("EP", "SE")) for g in groups]
    found = find_exams(flat(groups))
    assert refusal(found).code is ExamCode.NO_DCE
    assert notes(found) == {(3, SeriesCode.NOT_T1_GRE)}
    weighted = [change(g, b_value=100.0 * i) for i, g in enumerate(groups)]
    assert notes(find_exams(flat(weighted))) == {(3, SeriesCode.DIFFUSION)}


def test_mosaic_is_no_volume():
    found = find_exams(change(volume(), image_type=("ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC")))
    assert notes(found) == {(3, SeriesCode.NOT_T1_GRE)}


def test_t1_without_fat_saturation_on_the_same_grid_is_another_protocol():
    groups = [change(g, scan_options=("FS",)) for g in series_each(3)]
    trap = volume(phase=8, series="1.1.2", number=2, acquisition_time=clock(35900))
    found = find_exams([*flat(groups), *trap])
    assert paths(only(found)) == expected(groups)
    assert notes(found) == {(2, SeriesCode.OTHER_PROTOCOL)}


def test_an_unnamed_other_preparation_before_the_dynamic_is_told_by_the_signal():
    groups = series_each(4)
    read = reader(groups, [3.0, 0, 1.0, 0.9])
    found = find_exams(flat(groups), read)
    exam = only(found)
    assert paths(exam) == expected(groups[1:])
    assert exam.phase_indices == (0, 1, 2)


@pytest.mark.parametrize("labelled", [False, True])
def test_left_and_right_interleaved_in_one_series_are_two_exams(labelled):
    groups = []
    for p in range(3):
        for side, z0 in (("L", 40.0), ("R", -70.0)):
            made = volume(
                phase=p,
                tag=side,
                z0=z0,
                orientation=SAGITTAL,
                instance=1 + 28 * p + (14 if side == "R" else 0),
                acquisition_time=clock(36000 + 120 * p + (60 if side == "R" else 0)),
                fields={"laterality": side if labelled else ""},
            )
            groups.append(made)
    found = find_exams(flat(groups))
    assert [exam.side for exam in found.exams] == ["L", "R"]
    assert all(CaveatCode.SIDES_SEPARATE in codes(exam) for exam in found.exams)
    assert [len(exam.phases) for exam in found.exams] == [3, 3]
    right = found.exams[1]
    assert {path for phase in paths(right) for path in phase} == {
        item.path for group in groups[1::2] for item in group
    }


def test_left_and_right_in_series_of_their_own_are_two_exams():
    left = series_each(3, z0=40.0, orientation=SAGITTAL)
    right = [
        volume(
            phase=p,
            series=f"1.1.{30 + p}",
            number=30 + p,
            z0=-70.0,
            orientation=SAGITTAL,
            acquisition_time=clock(37000 + 90 * p),
        )
        for p in range(3)
    ]
    assert [exam.side for exam in find_exams(flat([*left, *right])).exams] == ["L", "R"]


def test_of_two_whole_runs_the_one_with_contrast_is_taken_else_the_last():
    early = one_series(3, series="1.1.2", number=2, start=30000.0)
    late = one_series(3)
    found = find_exams(flat([*early, *late]))
    assert paths(only(found)) == expected(late)
    assert notes(found) == {(2, SeriesCode.REPEATED_RUN)}
    read = reader([*early, *late], [0, 1.0, 0.9, 0, 0, 0])
    assert paths(only(find_exams(flat([*early, *late]), read))) == expected(early)


def test_what_stands_in_the_time_of_a_broken_phase_is_no_second_baseline():
    groups = series_each(4)
    agent: dict[str, object] = {"contrast_agent": "contrast"}
    later = [
        volume(phase=p, series=f"1.1.{p}", number=p, fields=agent, acquisition_time=clock(t))
        for p, t in ((5, 36180.0), (6, 36270.0))
    ]
    broken = volume(phase=8, series="1.1.8", number=8, acquisition_time=clock(36090.0))
    del broken[6]
    assert len(only(find_exams(flat([*groups[:2], *later]))).phases) == 4
    found = find_exams(flat([*groups[:2], *later, broken]))
    assert refusal(found).code is ExamCode.PHASE_GRID_DIFFERS


def test_a_broken_run_before_the_whole_one_is_a_repeated_run():
    broken = volume(phase=8, n=12, series="1.1.2", number=2, acquisition_time=clock(35900))
    groups = series_each(3)
    found = find_exams([*broken, *flat(groups)])
    assert paths(only(found)) == expected(groups)
    assert notes(found) == {(2, SeriesCode.REPEATED_RUN)}


def test_two_dynamics_of_different_protocol_at_one_place_are_ambiguous():
    first = one_series(3)
    second = one_series(3, series="1.1.9", number=9, start=39000.0, flip_angle_deg=35.0)
    assert refusal(find_exams(flat([*first, *second]))).code is ExamCode.AMBIGUOUS


def test_two_phases_are_too_few_and_one_is_no_dynamic():
    assert refusal(find_exams(flat(one_series(2)))).code is ExamCode.TOO_FEW_PHASES
    assert refusal(find_exams(flat(series_each(2)))).code is ExamCode.TOO_FEW_PHASES
    assert refusal(find_exams(volume())).code is ExamCode.NO_DCE


def test_phases_on_shifted_grids_are_refused_as_such():
    groups = [volume(phase=p, series=f"1.1.{p}", number=p, z0=0.5 * p) for p in range(3)]
    assert refusal(find_exams(flat(groups))).code is ExamCode.PHASE_GRID_DIFFERS


@pytest.mark.parametrize("turned", [{"z0": 9.0}, {"orientation": SAGITTAL}])
@pytest.mark.parametrize("start", [35000.0, None])
def test_phases_after_contrast_do_not_stand_in_for_a_baseline_on_another_grid(turned, start):
    def time(seconds):
        return {} if start is None else {"acquisition_time": clock(seconds)}

    before = volume(series="1.1.9", number=9, **time(35000.0))
    agent: dict[str, object] = {"contrast_agent": "contrast"}
    place = {"fields": agent, **turned}
    later = flat(
        [
            volume(phase=p, series=f"1.1.{p}", number=p, **place, **time(36e3 + 90 * p))
            for p in range(3)
        ]
    )
    assert refusal(find_exams([*before, *later])).code is ExamCode.PHASE_GRID_DIFFERS
    assert len(only(find_exams(later)).phases) == 3  # nothing says that a phase is missing


def test_unenhanced_volume_after_the_dynamic_is_not_its_baseline():
    groups = series_each(3, fields={"contrast_agent": "contrast"})
    late = volume(series="1.1.9", number=9, z0=9.0, acquisition_time=clock(50000.0))
    assert len(only(find_exams([*flat(groups), *late])).phases) == 3


def test_timing_and_origin_caveats_carry_numbers():
    groups = series_each(4)
    starts = [36000, 36000 + 1000, 36000 + 1090, 36000 + 1300]
    groups = [
        change(
            g,
            acquisition_time=clock(t),
            frame_of_reference_uid=f"1.9.{t}",
            image_type=("DERIVED", "PRIMARY", "M"),
        )
        for g, t in zip(groups, starts, strict=True)
    ]
    details = {c.code: c.detail for c in only(find_exams(flat(groups))).caveats}
    assert details[CaveatCode.PRE_GAP] == {"gap_s": 1000.0}
    assert details[CaveatCode.UNEVEN_TIMING] == {"shortest_s": 90.0, "longest_s": 210.0}
    assert details[CaveatCode.FRAME_DIFFERS] == {"frames_of_reference": 4}
    assert details[CaveatCode.DERIVED_SOURCE] == {"phases": 4}


def test_positions_win_over_the_step_of_the_header():
    exam = only(find_exams(flat(one_series(3, spacing_between_slices_mm=3.0))))
    assert exam.grid.spacing_mm[2] == pytest.approx(2.0, abs=1e-12)
    assert CaveatCode.STEP_HEADER in codes(exam)


def test_pixel_spacing_is_row_then_column_and_rows_are_j():
    groups = one_series(3, pixel_spacing_mm=(1.5, 0.5))
    exam = only(find_exams(flat([change(g, rows=64) for g in groups])))
    assert exam.grid.spacing_mm[:2] == (0.5, 1.5)
    assert exam.grid.shape == (32, 64, 14)


def test_a_filtered_second_version_at_the_same_times_is_not_a_phase():
    groups = series_each(3)
    again = [
        change(
            g,
            series_uid=f"1.1.{40 + p}",
            series_number=40 + p,
            image_type=("DERIVED", "PRIMARY", "M", "MOCO"),
        )
        for p, g in enumerate(groups)
    ]
    again = [[under_other_name(item, item.path) for item in g] for g in again]
    found = find_exams(flat([*again, *groups]))
    assert paths(only(found)) == expected(groups)
    assert notes(found) == {(40 + p, SeriesCode.NOT_DCE) for p in range(3)}


def test_old_ge_research_mode_is_accepted_and_spin_echo_is_not():
    for kinds, good in ((("RM",), True), (("SE",), False)):
        groups = [change(g, scanning_sequence=kinds) for g in one_series(3)]
        assert bool(find_exams(flat(groups)).exams) is good


def test_quirk_is_applied_and_told():
    groups = one_series(3, echo_time_ms=0.0042, repetition_time_ms=0.0082)
    exam = only(find_exams(flat(groups)))
    assert exam.phases[0].header.frames[0].echo_time_ms == pytest.approx(4.2)
    (caveat,) = [c for c in exam.caveats if c.code is CaveatCode.QUIRK_APPLIED]
    assert caveat.detail == {"quirk": "times_in_seconds"}


def test_unreadable_or_out_of_range_values_refuse_a_series():
    groups = series_each(4)
    bad = {item.path: np.full((32, 32), 70000.0, np.float32) for item in groups[3]}
    read = reader(groups, [0, 1, 0.9, 0.8], bad)
    found = find_exams(flat(groups), read)
    assert len(only(found).phases) == 3
    assert notes(found) == {(6, SeriesCode.PIXELS_BAD)}


def test_no_evidence_or_caveat_carries_header_text_dates_or_identifiers():
    groups = one_series(3, acquisition_date="20260102")
    marked = [
        change(g, series_description="SECRET", protocol_name="SECRET", receive_coil="SECRET")
        for g in groups
    ]
    found = find_exams([*flat(marked), *volume(phase=9, n=3, series="1.1.77", number=77)])
    exam = only(found)
    told = " ".join(exam.evidence) + repr(exam.caveats)
    told += " ".join(note.evidence for note in found.series_notes)
    assert not any(word in told for word in ("SECRET", "20260102", "1.1.3", "1.1.77", "P1"))


def test_one_constant_time_for_all_series_tells_nothing():
    groups = [change(g, acquisition_time="000000") for g in series_each(3)]
    exam = only(find_exams(flat(groups)))
    assert paths(exam) == expected(groups)
    assert CaveatCode.ORDER_BY_SERIES_NUMBER in codes(exam)


def test_of_dixon_images_in_series_of_their_own_the_water_is_taken():
    fat, water = (
        [
            volume(
                phase=p,
                series=f"1.1.{start + p}",
                number=start + p,
                acquisition_time=clock(36000 + 90 * p),
                fields={"image_type": ("DERIVED", "PRIMARY", kind)},
            )
            for p in range(3)
        ]
        for start, kind in ((3, "F"), (6, "W"))
    )
    found = find_exams(flat([*fat, *water]))
    assert paths(only(found)) == expected(water)
    assert notes(found) == {(3 + p, SeriesCode.NOT_DCE) for p in range(3)}


def test_a_broken_first_post_phase_is_not_replaced_by_the_next():
    groups = one_series(4)
    del groups[1][6]
    found = find_exams(flat(groups))
    refusal(found)
    assert notes(found) == {(3, SeriesCode.SLICES_UNEVEN)}
