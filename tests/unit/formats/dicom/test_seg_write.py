"""A segmentation of ours is one to highdicom and dcmqi, voxel by voxel."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from breastdce.core.errors import EngineError, InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.formats.dicom.seg import place_segment, read_seg
from breastdce.formats.dicom.seg_write import Maker, SegWords, segmentation_bytes
from tests.unit.formats.dicom.made import enhanced, write
from tests.unit.formats.dicom.test_seg import GRID
from tests.unit.run.made_features import series, values

WORDS = SegWords("STV_EXPERT", "Structural tumor volume", Maker.PERSON, "Made by hand", 4)
DCMQI = Path(sys.executable).parent / "segimage2itkimage"
FRAME = "1.2.3.98"


def region() -> Mask:
    data = np.random.default_rng(2).random(GRID.shape) > 0.6
    data[:, :, [0, 4]] = False  # so that frames are left out
    return Mask(np.asfortranarray(data), GRID)


@pytest.fixture
def slices(tmp_path: Path) -> list[tuple[Path, int]]:
    found = series(tmp_path / "dicom", values(), FrameOfReferenceUID=FRAME, PatientName="A^B")
    by_place = sorted(found, key=lambda path: -pydicom.dcmread(path).ImagePositionPatient[0])
    return [(path, 0) for path in by_place]


def made(slices, mask: Mask, path: Path, words: SegWords = WORDS) -> Path:
    path.write_bytes(segmentation_bytes(slices, mask, words, version="1.2"))
    return path


def inside(path: Path, grid: Grid) -> np.ndarray:
    return place_segment(read_seg(path).segments[0], grid).mask.data


def test_our_reader_gives_the_mask_back(slices, tmp_path: Path):
    mask = region()
    path = made(slices, mask, tmp_path / "seg.dcm")
    np.testing.assert_array_equal(inside(path, GRID), mask.data)
    assert place_segment(read_seg(path).segments[0], GRID).shift_pixels == pytest.approx(
        0, abs=1e-9
    )
    assert read_seg(path).frame_count == 3


def test_highdicom_gives_the_mask_back(slices, tmp_path: Path):
    mask = region()
    seg = hd.seg.segread(made(slices, mask, tmp_path / "seg.dcm"))
    uids = [pydicom.dcmread(path).SOPInstanceUID for path, _ in slices]
    frames = seg.get_pixels_by_source_instance(uids, combine_segments=True)
    np.testing.assert_array_equal(frames.transpose(2, 1, 0).astype(bool), mask.data)
    volume = seg.get_volume(combine_segments=True)
    assert volume.array.sum() == mask.data.sum()


def test_dcmqi_gives_the_mask_back(slices, tmp_path: Path):
    mask = region()
    path = made(slices, mask, tmp_path / "seg.dcm")
    words = ("--inputDICOM", path, "--outputDirectory", tmp_path, "-t", "nrrd")
    subprocess.run([DCMQI, *map(str, words)], check=True, capture_output=True)
    image = sitk.ReadImage(tmp_path / "1.nrrd")
    points = [
        image.TransformIndexToPhysicalPoint(tuple(map(int, index)))
        for index in np.argwhere(sitk.GetArrayFromImage(image).T)
    ]
    ras = np.array(points) * [-1, -1, 1]
    index = (ras - GRID.origin_mm) @ GRID.direction / GRID.spacing_mm
    np.testing.assert_allclose(index, np.rint(index), atol=1e-3)
    assert set(map(tuple, np.rint(index).astype(int))) == set(map(tuple, np.argwhere(mask.data)))


def test_it_refers_to_its_slices_and_carries_their_patient(slices, tmp_path: Path):
    data = pydicom.dcmread(made(slices, region(), tmp_path / "seg.dcm"))
    source = pydicom.dcmread(slices[0][0])
    for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "FrameOfReferenceUID"):
        assert data[keyword].value == source[keyword].value
    referred = data.ReferencedSeriesSequence[0]
    assert referred.SeriesInstanceUID == source.SeriesInstanceUID
    (segment,) = data.SegmentSequence
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodeValue == "108369006"
    assert (segment.SegmentAlgorithmType, data.ContentLabel) == ("MANUAL", "STV_EXPERT")


def test_equal_input_gives_equal_bytes_and_another_mask_another_object(slices):
    first = segmentation_bytes(slices, region(), WORDS, version="1.2")
    assert segmentation_bytes(slices, region(), WORDS, version="1.2") == first
    other = Mask(~region().data, GRID)
    found = [
        pydicom.dcmread(io.BytesIO(segmentation_bytes(slices, mask, WORDS, version="1.2")))
        for mask in (region(), other)
    ]
    assert found[0].SOPInstanceUID != found[1].SOPInstanceUID


def test_an_empty_mask_is_a_segmentation_of_nothing(slices, tmp_path: Path):
    empty = Mask(np.zeros(GRID.shape, bool), GRID)
    path = made(slices, empty, tmp_path / "seg.dcm")
    assert not inside(path, GRID).any()
    assert hd.seg.segread(path).number_of_segments == 1


def test_frames_of_one_enhanced_object_are_referred_to(tmp_path: Path):
    source = enhanced(10)  # two phases of five slices
    for number, group in enumerate(source.PerFrameFunctionalGroupsSequence):
        group.PlanePositionSequence[0].ImagePositionPatient = [0, 0, 5 * (number % 5)]
    source.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SliceThickness = 5
    source.FrameOfReferenceUID = FRAME
    path = write(tmp_path / "enhanced.dcm", source)
    grid = Grid((5, 4, 5), (1.0, 1.0, 5.0), np.diag([-1.0, -1.0, 1.0]), (0.0, 0.0, 0.0))
    mask = Mask(np.asfortranarray(np.random.default_rng(4).random(grid.shape) > 0.7), grid)
    slices = [(path, frame) for frame in range(5, 10)]
    seg = made(slices, mask, tmp_path / "seg.dcm")
    np.testing.assert_array_equal(inside(seg, grid), mask.data)
    instances = pydicom.dcmread(seg).ReferencedSeriesSequence[0].ReferencedInstanceSequence
    assert [item.ReferencedSOPInstanceUID for item in instances] == [source.SOPInstanceUID]


def test_slices_of_another_stack_are_refused(slices):
    moved = Grid(GRID.shape, GRID.spacing_mm, GRID.direction.copy(), (-155.8, 106.7, 78.0))
    for given, mask in (
        (slices[::-1], region()),
        (slices[1:], region()),
        (slices, Mask(region().data, moved)),
    ):
        with pytest.raises(InputError, match="GRID_MISMATCH"):
            segmentation_bytes(given, mask, WORDS, version="1.2")


def test_what_the_images_lack_is_one_error(slices):
    for path, _ in slices:
        data = pydicom.dcmread(path)
        del data.StudyInstanceUID
        data.save_as(path)
    with pytest.raises(InputError, match="lack"):
        segmentation_bytes(slices, region(), WORDS, version="1.2")


def test_without_highdicom_the_extra_is_named(slices, monkeypatch):
    monkeypatch.setitem(sys.modules, "highdicom", None)
    with pytest.raises(EngineError, match=r"breastdce\[dicom-seg\]"):
        segmentation_bytes(slices, region(), WORDS, version="1.2")
