"""Masks find their references by name or are refused; what is known of exams groups them."""

from __future__ import annotations

import csv
import json
import math

import numpy as np
import pytest

from breastdce.cli.main import main
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import BreastDceError, CallError, InputError, StoreError
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.nifti import read_mask, write_mask, write_volume
from breastdce.run.evaluation import Evaluation, EvaluationRequest, evaluate
from breastdce.run.evaluation_cases import EvaluationCase, evaluate_cases
from breastdce.run.evaluation_files import FILES, check_out, write_evaluation
from breastdce.run.training_folds import folds_of, write_folds
from tests.unit.dataset.conftest import build

GRID = Grid((20, 20, 12), (1.0, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.0))
NAMES = ("P_01", "P_02", "P_03", "P_04")


def box(width: int, *, at: int = 4) -> Mask:
    data = np.zeros(GRID.shape, np.bool_, order="F")
    data[at : at + width, 4:10, 3:8] = True
    return Mask(data, GRID)


def folder(root, masks, *, ending=""):
    for name, mask in masks.items():
        write_mask(root / f"{name}{ending}.nii.gz", mask)
    return root


@pytest.fixture
def reference(tmp_path):
    return folder(tmp_path / "labelsTr", {name: box(6) for name in NAMES})


@pytest.fixture
def prediction(tmp_path):
    widths = dict(zip(NAMES, (6, 3, 6, 0), strict=True))
    return folder(tmp_path / "pred", {name: box(width) for name, width in widths.items()})


def evaluated(prediction, reference=None, **more) -> Evaluation:
    request = EvaluationRequest(prediction=prediction, reference=reference, resamples=50, **more)
    return evaluate(request)


def refused(*args, **more) -> BreastDceError:
    with pytest.raises((CallError, InputError)) as caught:
        evaluated(*args, **more)
    error: BreastDceError = caught.value
    return error


def test_folders_are_paired_by_name(prediction, reference):
    (prediction / "dataset.json").write_text("{}")  # nnU-Net leaves its own files there
    found = evaluated(prediction, reference)
    assert [case.exam for case in found.cases] == list(NAMES)
    assert [case.scores.dice for case in found.cases] == pytest.approx([1.0, 2 / 3, 1.0, 0.0])
    assert found.cases[0].diagonal_mm == pytest.approx(math.hypot(20, 20, 24))
    assert (found.origin, found.left_out) == ("unknown", 0)


@pytest.mark.parametrize("ending", ["_stv-auto", "_mask", "_STV-EXPERT"])
def test_our_endings_belong_to_no_name(tmp_path, reference, ending):
    pred = folder(tmp_path / "p", {name: box(6) for name in NAMES}, ending=ending)
    assert len(evaluated(pred, reference).cases) == 4


def test_names_that_do_not_match_are_refused_with_names(prediction, reference):
    (prediction / "P_01.nii.gz").rename(prediction / "P_09.nii.gz")
    error = refused(prediction, reference)
    assert error.code is ErrorCode.CASES_DIFFER
    assert error.evidence["without prediction"] == "P_01"
    assert error.evidence["without reference"] == "P_09"


def test_two_masks_of_one_exam_are_refused(prediction, reference):
    write_mask(prediction / "P_01_stv-auto.nii.gz", box(6))
    assert refused(prediction, reference).code is ErrorCode.IMAGE_INVALID


def test_an_empty_folder_and_a_lonely_one_are_wrong_calls(tmp_path, prediction):
    assert refused(tmp_path / "nowhere", prediction).code is ErrorCode.CALL_INVALID
    assert refused(prediction).code is ErrorCode.CALL_INVALID


def test_other_grids_are_refused_and_shown(prediction, reference):
    shifted = Grid(GRID.shape, GRID.spacing_mm, GRID.direction, (0.5, 0.0, 0.0))
    write_mask(prediction / "P_02.nii.gz", Mask(box(6).data, shifted))
    error = refused(prediction, reference)
    assert error.code is ErrorCode.GRID_MISMATCH
    assert error.evidence["exam"] == "P_02"


def test_several_labels_are_refused(prediction, reference):
    data = box(6).data.astype(np.float32)
    data[0, 0, 0] = 2
    write_volume(prediction / "P_02.nii.gz", Volume(data, GRID), dtype="exact-integer")
    assert refused(prediction, reference).code is ErrorCode.IMAGE_INVALID


def test_any_single_label_is_the_tumor(prediction, reference):
    data = box(6).data.astype(np.float32) * 7
    write_volume(prediction / "P_02.nii.gz", Volume(data, GRID), dtype="exact-integer")
    assert evaluated(prediction, reference).cases[1].scores.dice == 1.0


def test_published_scores_need_probabilities(prediction, reference):
    assert refused(prediction, reference, as_published=True).evidence["exam"] == "P_01"
    for name in NAMES:
        map_ = Volume(box(6).data.astype(np.float32) * 127.5, GRID)  # p * 255
        write_volume(prediction / f"{name}_prob.nii.gz", map_)
    found = evaluated(prediction, reference, as_published=True)
    soft = found.cases[0].soft
    assert soft is not None
    assert soft.foreground == pytest.approx(2 * 0.5 / 1.5)
    write_volume(prediction / "P_03_prob.nii.gz", Volume(box(6).data.astype(np.float32) * -1, GRID))
    assert refused(prediction, reference, as_published=True).code is ErrorCode.IMAGE_INVALID


def test_the_record_beside_a_mask_tells_its_origin(prediction, reference):
    for name in NAMES:
        record = {"origin": "in_sample", "model": "x"}
        (prediction / f"{name}.json").write_text(json.dumps(record))
    assert evaluated(prediction, reference).origin == "in_sample"
    (prediction / "P_01.json").write_text('{"origin": "out_of_fold"}')
    assert refused(prediction, reference).code is ErrorCode.ORIGINS_MIXED
    (prediction / "P_01.json").write_text('{"origin": "perhaps"}')
    assert refused(prediction, reference).code is ErrorCode.TABLE_INVALID


def clinical(path, names=NAMES):
    rows = [f"{name},{30 + 15 * n},pre,{'ab'[n % 2]},{n % 2}" for n, name in enumerate(names)]
    path.write_text("\n".join(["patient_id,age,menopause,density,pcr", *rows]) + "\n")
    return path


def test_the_challenge_is_joined_by_name_and_in_the_unit_asked_for(tmp_path, reference):
    shifted = {name: box(6, at=4 + n) for n, name in enumerate(NAMES)}
    pred = folder(tmp_path / "p", shifted)
    moved_k = Mask(np.asfortranarray(np.roll(box(6).data, 2, axis=2)), GRID)
    write_mask(pred / "P_01.nii.gz", moved_k)  # by 2 voxels, 4 mm
    table = clinical(tmp_path / "c.csv")
    first, *lines = table.read_text().splitlines()
    table.write_text("\n".join([first, *reversed(lines)]) + "\n")
    mm, voxels = (
        evaluated(pred, reference, challenge=table, challenge_voxels=each) for each in (False, True)
    )
    assert mm.challenge is not None
    assert voxels.challenge is not None
    assert mm.challenge.norm_hd == pytest.approx((4 + 1 + 2 + 3) / 4 / 150)
    assert voxels.challenge.norm_hd == pytest.approx((2 + 1 + 2 + 3) / 4 / 150)
    ages = [group.level for group in mm.challenge.variables[0].groups]
    assert ages == ["0-40", "41-50", "51-60", "71+"]
    short = clinical(tmp_path / "short.csv", NAMES[:3])
    assert refused(pred, reference, challenge=short).evidence["not in the table"] == ["P04"]


def test_thirds_and_outcome_group_masks_of_any_folder(tmp_path, prediction, reference):
    table = clinical(tmp_path / "c.csv")
    found = evaluated(prediction, reference, challenge=table, subgroups=True)
    assert {case.groups["outcome"] for case in found.cases} == {"0", "1"}
    groups = {line.group for line in found.lines}
    assert groups == {"all", "volume_tertile", "outcome"}


def test_a_second_model_is_compared(prediction, reference):
    found = evaluated(prediction, reference, against=reference)
    assert found.comparisons["dice"].mean_difference == pytest.approx((-1 / 3 - 1) / 4)
    assert evaluated(prediction, reference, against=prediction).comparisons["dice"].equivalent


EXAMS = (ExamId("0001", "T0"), ExamId("0001", "T1"), *(ExamId(f"000{n}", "T0") for n in "2345"))


@pytest.fixture
def dataset(tmp_path):
    """Six exams with candidates; the first five with an expert's mask."""
    root = build(tmp_path / "dataset", EXAMS)
    for exam in EXAMS[:5]:
        mask = read_mask(layout.mask(root, exam, MaskName.STV_CANDIDATE))
        write_mask(layout.mask(root, exam, MaskName.STV_EXPERT), mask)
    return root


def copied(dataset, dest, exams, ending=""):
    for exam in exams:
        mask = read_mask(layout.mask(dataset, exam, MaskName.STV_CANDIDATE))
        write_mask(dest / f"{exam}{ending}.nii.gz", mask)
    return dest


def test_a_data_set_holds_both_masks(dataset):
    for exam in EXAMS:
        path = layout.mask(dataset, exam, MaskName.STV_CANDIDATE)
        write_mask(layout.mask(dataset, exam, MaskName.STV_AUTO), read_mask(path))
    found = evaluated(dataset, subgroups=True)
    assert [case.scores.dice for case in found.cases] == [1.0] * 5
    assert found.left_out == 1
    assert found.cases[0].participant == found.cases[1].participant == "0001"
    assert set(found.cases[0].groups) == {
        *("volume_tertile", "manufacturer", "field_strength_t", "slice_plane")
    }
    layout.mask(dataset, EXAMS[0], MaskName.STV_AUTO).unlink()
    assert refused(dataset).evidence["without prediction"] == str(EXAMS[0]).upper()
    same = {"prediction_kind": MaskName.STV_AUTO, "reference_kind": MaskName.STV_AUTO}
    assert refused(dataset, **same).code is ErrorCode.CALL_INVALID


def test_a_data_set_without_the_kind_says_which_kinds_there_are(dataset):
    kinds = {"prediction_kind": MaskName.BREAST, "reference_kind": MaskName.STV_CANDIDATE}
    error = refused(dataset, **kinds)
    assert "no mask of the kind breast" in str(error)
    assert "stv-candidate" in str(error.evidence["there are"])


def test_ftv_is_carried_to_the_grid_of_the_stv(dataset, tmp_path):
    found = evaluated(dataset, prediction_kind=MaskName.FTV)
    assert len(found.cases) == 5
    assert all(0 < case.scores.dice < 1 for case in found.cases)
    layout.mask(dataset, EXAMS[5], MaskName.FTV).rename(tmp_path / "away.nii.gz")
    turned = evaluated(dataset, prediction_kind=MaskName.STV_CANDIDATE, reference_kind=MaskName.FTV)
    assert [case.scores.dice for case in turned.cases] == [case.scores.dice for case in found.cases]


def test_predictions_of_a_folder_meet_a_data_set(dataset, tmp_path):
    pred = copied(dataset, tmp_path / "p", EXAMS)
    assert evaluated(pred, dataset).left_out == 1
    write_mask(pred / "sub-0099_ses-T0.nii.gz", box(6))
    assert refused(pred, dataset).code is ErrorCode.CASES_DIFFER


def test_a_training_run_states_who_was_unseen(dataset, tmp_path):
    run = tmp_path / "run"
    folds = folds_of(dataset, outer=2, inner=2, seed=3)
    write_folds(run / "folds.json", folds)
    for fold in folds.folds:
        exams = [exam for exam in EXAMS if exam.participant in fold.test]
        copied(dataset, run / f"outer{fold.outer}" / "predictions", exams, "_mask")
    found = evaluated(run, dataset)
    assert found.origin == "out_of_fold"
    assert len(found.cases) == 5
    assert refused(run).code is ErrorCode.CALL_INVALID
    zero, one = run / "outer0" / "predictions", run / "outer1" / "predictions"
    moved = next(path for path in one.iterdir() if path.name.startswith(tuple(map(str, EXAMS[:5]))))
    moved.rename(zero / moved.name)  # predicted by a model that has learned from her
    assert refused(run, dataset).code is ErrorCode.ORIGINS_MIXED


def test_cases_can_be_given_one_by_one(prediction, reference):
    said = []
    cases = [
        EvaluationCase(name, prediction / f"{name}.nii.gz", reference / f"{name}.nii.gz")
        for name in NAMES
    ]
    found = evaluate_cases(cases, on_case=lambda *words: said.append(words))
    assert len(found) == 4
    assert said[-1] == (4, 4, "P_04")


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_tables_have_dictionaries_and_say_what_is_empty(prediction, reference, tmp_path):
    out = tmp_path / "out"
    found = evaluated(prediction, reference, against=reference, subgroups=True)
    assert set(write_evaluation(out, found)) == set(FILES)
    cases = rows(out / "cases.tsv")
    assert [row["empty"] for row in cases] == ["none", "none", "none", "prediction"]
    assert cases[3]["hd95_mm"] == "inf"
    for name in ("cases", "summary", "comparison", "other_cases"):
        words = json.loads((out / f"{name}.json").read_text())
        assert list(words) == list(rows(out / f"{name}.tsv")[0])
    (dice,) = (r for r in rows(out / "summary.tsv") if (r["group"], r["metric"]) == ("all", "dice"))
    assert float(dice["mean"]) == pytest.approx((1 + 2 / 3 + 1) / 4)
    assert set(write_evaluation(out, evaluated(prediction, reference))) < set(FILES)
    assert not (out / "comparison.tsv").exists()


def test_what_one_patient_cannot_tell_is_missing_with_its_reason(tmp_path, capsys):
    for kind, width in (("ref", 6), ("pred", 5)):
        folder(tmp_path / kind, {"P_01": box(width)})
    out, ref = tmp_path / "out", str(tmp_path / "ref")
    words = ["segment", "evaluate", str(tmp_path / "pred"), ref, "--out", str(out)]
    assert main([*words, "--against", ref, "--subgroups"]) == 0
    shown = capsys.readouterr().out
    assert "1 exam, nothing says" in shown
    assert "SD n/a (TOO_FEW_EXAMS): " in shown
    assert shown.count("95 % CI n/a (TOO_FEW_PARTICIPANTS): ") == 3  # each table's
    assert "n/a, n/a" not in shown
    (dice, *_), (against, *_) = rows(out / "summary.tsv"), rows(out / "comparison.tsv")
    missing = ("sd", "mean_low", "mean_high", "median_low", "median_high")
    assert {dice[name] for name in missing} == {"n/a"}
    assert (dice["sd_reason"], dice["interval_reason"]) == ("TOO_FEW_EXAMS", "TOO_FEW_PARTICIPANTS")
    assert (against["low"], against["high"], against["equivalent"]) == ("n/a",) * 3
    assert against["interval_reason"] == "TOO_FEW_PARTICIPANTS"
    page = (out / "index.html").read_text()
    assert "1.96 SD" not in page
    assert page.count("Fewer than two participants") == 2


def test_equal_masks_give_equal_files(prediction, reference, tmp_path):
    for name in ("one", "two"):
        write_evaluation(tmp_path / name, evaluated(prediction, reference))
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_a_folder_of_others_is_not_written_to(prediction, tmp_path):
    with pytest.raises(StoreError):
        check_out(prediction)
    with pytest.raises(StoreError):
        check_out(prediction / "P_01.nii.gz")
    check_out(tmp_path / "new")


def test_the_command_prints_what_a_person_reads(prediction, reference, tmp_path, capsys):
    words = ["segment", "evaluate", str(prediction), str(reference)]
    table = str(clinical(tmp_path / "c.csv"))
    more = ["--subgroups", "--challenge", table, "--against", str(reference)]
    assert main([*words, *more, "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert "4 exams, nothing says" in shown
    assert "worst: P_04 0.000, P_02 0.667" in shown
    assert "infinite in 1 exam (" in shown
    assert "SD n/a (" not in shown
    assert "MAMA-MIA challenge" in shown
    assert "…" not in shown
    assert (tmp_path / "out" / "cases.tsv").is_file()


def test_the_command_answers_programs(prediction, reference, capsys):
    assert main(["segment", "evaluate", str(prediction), str(reference), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["exams"] == 4
    assert answer["cases"][3]["hd95_mm"] == "inf"


def test_a_config_file_gives_options_of_the_subcommand(prediction, reference, tmp_path, capsys):
    config = tmp_path / "c.toml"
    config.write_text("[segment.evaluate]\nsubgroups = true\n")
    words = ["segment", "evaluate", str(prediction), str(reference), "--config", str(config)]
    assert main(words) == 0
    assert "volume_tertile" in capsys.readouterr().out
    config.write_text("[segment.evaluate]\nmoon = 1\n")
    assert main(words) == 2


def test_voxels_without_a_challenge_are_a_wrong_call(prediction, reference):
    words = ["segment", "evaluate", str(prediction), str(reference), "--challenge-voxels"]
    assert main(words) == 2
