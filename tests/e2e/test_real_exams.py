"""The real exams give the known answers of their producers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import highdicom as hd
import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from breastdce.dataset.validate import validate
from tests.e2e.conftest import call, rows, run

pytestmark = [pytest.mark.slow, pytest.mark.data, pytest.mark.xdist_group("real")]


def exam_row(out):
    (row,) = rows(out / "exams.tsv")
    return row


def test_ucsf_row_says_what_the_producer_found(ucsf):
    row = exam_row(ucsf)
    assert row["delays_s"] == "-230.0;177.0;531.0"
    assert row["ftv_voxels"] == "41105"
    assert float(row["ftv_ml"]) == pytest.approx(40.643371582, abs=5e-4)
    assert row["voi"] == "producer"
    assert row["image_shape"] == "180;180;120"
    assert row["native_shape"] == "256;256;60"
    assert row["caveats"] == "" or "PRODUCER_DIFFERS" not in row["caveats"]


def test_ucsf_data_set_is_valid(ucsf):
    assert validate(ucsf) == []


def image(path):
    return nib.Nifti1Image.from_filename(path)


def test_ucsf_affine_is_the_one_of_simpleitk_and_dcm2niix(ucsf):
    affine = image(next(ucsf.glob("sub-*/ses-*/native/*_0000.nii.gz"))).affine
    known = ((0, 0, 2, -157.8), (-0.703125, 0, 0, 106.7), (0, -0.703125, 0, 78), (0, 0, 0, 1))
    np.testing.assert_allclose(affine, np.array(known, dtype=float), atol=1e-3)


def test_ucsf_pooled_moments_are_zero_and_one(ucsf):
    paths = sorted(ucsf.glob("sub-*/ses-*/images/*.nii.gz"))
    assert len(paths) == 3
    pooled = np.concatenate([image(path).get_fdata().ravel() for path in paths])
    assert abs(pooled.mean()) < 1e-4
    assert abs(pooled.std() - 1) < 1e-4


def test_ucsf_washout_counts(ucsf):
    provenance = json.loads(next(ucsf.glob("sub-*/ses-*/provenance.json")).read_text())
    assert "30513" in json.dumps(provenance["measurements"])


def test_ucsf_without_the_segmentation_is_the_same(ucsf, data, fast, tmp_path):
    roots = [data(f"ucsf_br_06/{name}") for name in ("dce", "pe1", "ser")]
    out = tmp_path / "dataset"
    run(*roots, out=out, keep_ids=True, recipe=fast)
    ours, known = exam_row(out), exam_row(ucsf)
    for column in ("ftv_voxels", "ftv_ml", "delays_s", "ser_washout_ml", "voi"):
        assert ours[column] == known[column]


def test_region_from_a_table_gives_the_producers_volume(data, fast, tmp_path):
    table = tmp_path / "regions.tsv"
    columns = [
        "exam_id",
        "kind",
        "first_i",
        "first_j",
        "first_k",
        "last_i",
        "last_j",
        "last_k",
        "background",
    ]
    cells = ["sub-UCSFBR06_ses-T0", "voi", "40", "72", "9", "147", "195", "50", "35"]
    table.write_text("\t".join(columns) + "\n" + "\t".join(cells) + "\n", encoding="utf-8")
    out = tmp_path / "dataset"
    run(data("ucsf_br_06/dce"), out=out, keep_ids=True, recipe=fast, regions=table)
    row = exam_row(out)
    assert (row["voi"], row["ftv_voxels"]) == ("table", "41105")


def test_ucsf_without_maps_and_segmentation_keeps_phases_and_times(data, fast, tmp_path):
    out = tmp_path / "dataset"
    run(data("ucsf_br_06/dce"), out=out, keep_ids=True, recipe=fast)
    row = exam_row(out)
    assert [round(float(x)) for x in row["delays_s"].split(";")] == [-230, 177, 531]
    assert row["phase_indices"] == "0;1;2"
    assert row["voi"] == "proposed"
    assert {"VOI_PROPOSED", "THRESHOLD_DEFAULT"} <= set(row["caveats"].split(";"))
    # The producer's is 40.64 mL in a box drawn by a person.
    assert float(row["ftv_ml"]) == pytest.approx(40.64, rel=0.05)


def test_duke_is_found_ordered_and_completed(duke):
    out = duke
    row = exam_row(out)
    times = [float(x) for x in row["delays_s"].split(";")]
    np.testing.assert_allclose(times, [-1310.430, 60.705, 182.115, 304.7675], atol=2e-3)
    assert row["n_phases"] == "4"
    assert row["image_shape"] == "340;340;62"
    # The lesion of about 2 cm in the right breast, seen by eye around voxel (107, 62, 15).
    proposal = rows(out / "voi_proposals.tsv")[0]
    assert (proposal["rank"], proposal["side"], proposal["kind"]) == ("1", "R", "voi")
    for axis, index in zip("ijk", (107, 62, 15), strict=True):
        assert int(proposal[f"first_{axis}"]) < index < int(proposal[f"last_{axis}"])
    assert row["voi"] == "proposed"
    assert 2 < float(row["ftv_ml"]) < 8  # a ball of 2 cm has 4 mL
    assert {"PRE_GAP", "VOI_PROPOSED"} <= set(row["caveats"].split(";"))
    left_out = {row["series_number"]: row["code"] for row in rows(out / "exclusions.tsv")}
    assert left_out["300"] == "SEGMENTATION"
    assert left_out["26"] in ("NOT_T1_GRE", "OTHER_GRID")
    assert validate(out) == []


def test_our_segmentation_of_a_real_exam_opens_elsewhere_with_equal_voxels(ucsf, data, tmp_path):
    dest = tmp_path / "dest"
    done = call("export", ucsf, dest, "--to", "dicom-seg", "--dicom", data("ucsf_br_06"))
    assert done.returncode == 0, done.stderr
    path, native = next(dest.rglob("*_ftv.dcm")), next(ucsf.rglob("*_ftv.nii.gz"))
    ftv = sitk.GetArrayFromImage(sitk.ReadImage(native))
    assert ftv.sum() == 41_105
    seg = hd.seg.segread(path)
    referred = seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    frames = seg.get_pixels_by_source_instance(
        [item.ReferencedSOPInstanceUID for item in referred],
        combine_segments=True,
        assert_missing_frames_are_empty=True,
    )
    np.testing.assert_array_equal(frames, ftv)
    dcmqi = Path(sys.executable).parent / "segimage2itkimage"
    words = ("--inputDICOM", path, "--outputDirectory", tmp_path, "-t", "nrrd")
    subprocess.run([dcmqi, *map(str, words)], check=True, capture_output=True)
    # Theirs on the grid of our NIfTI file, by position: the same voxels.
    theirs = sitk.Resample(
        sitk.ReadImage(tmp_path / "1.nrrd"),
        sitk.ReadImage(native),
        sitk.Transform(),
        sitk.sitkNearestNeighbor,
    )
    np.testing.assert_array_equal(sitk.GetArrayFromImage(theirs), ftv)
    segment = json.loads((tmp_path / "meta.json").read_text())["segmentAttributes"][0][0]
    assert segment["SegmentedPropertyTypeCodeSequence"]["CodeValue"] == "108369006"
