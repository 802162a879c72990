from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.utils import pack_bits
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.formats.dicom.seg import place_segment, read_seg

# Sagittal as on GE: a row runs to the back (LPS +y), a column down (-z), slices to the right (-x).
DIRECTION_RAS = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
GRID = Grid((6, 4, 5), (0.7, 0.7, 2.0), DIRECTION_RAS, (-157.8, 106.7, 78.0))
Position = tuple[float, float, float]


def item(**elements: object) -> Dataset:
    dataset = Dataset()
    for name, value in elements.items():
        setattr(dataset, name, value)
    return dataset


def position(k: float, i: float = 0.0, j: float = 0.0) -> Position:
    """LPS position of the first pixel of slice k, shifted by i columns and j rows."""
    return 157.8 - 2.0 * k, -106.7 + 0.7 * i, 78.0 - 0.7 * j


def seg_object(
    frames: list[tuple[int, Position, np.ndarray]],
    *,
    binary: bool = True,
    numbers: tuple[int, ...] = (1,),
    spacing: float = 0.7,
) -> Dataset:
    rows, columns = (frames[0][2].shape) if frames else (4, 6)
    dataset = item(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4",
        SOPInstanceUID="1.2.3",
        Modality="SEG",
        ContentLabel="PE_VOIMASK",
        SegmentationType="BINARY" if binary else "FRACTIONAL",
        NumberOfFrames=len(frames),
        Rows=rows,
        Columns=columns,
        SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2",
        BitsAllocated=1 if binary else 8,
        BitsStored=1 if binary else 8,
        HighBit=0 if binary else 7,
        PixelRepresentation=0,
        SegmentSequence=[item(SegmentNumber=number) for number in numbers],
        SharedFunctionalGroupsSequence=[
            item(
                PlaneOrientationSequence=[item(ImageOrientationPatient=[0, 1, 0, 0, 0, -1])],
                PixelMeasuresSequence=[item(PixelSpacing=[spacing, spacing])],
            )
        ],
        PerFrameFunctionalGroupsSequence=[
            item(
                PlanePositionSequence=[item(ImagePositionPatient=list(place))],
                SegmentIdentificationSequence=[item(ReferencedSegmentNumber=number)],
            )
            for number, place, _ in frames
        ],
    )
    if not binary:
        dataset.MaximumFractionalValue = 255
    values = np.stack([values for _, _, values in frames]).astype(np.uint8)
    dataset.PixelData = pack_bits(values) if binary else values.tobytes()
    dataset["PixelData"].VR = "OB"
    return dataset


def save(dataset: Dataset, path: Path, syntax: str = ExplicitVRLittleEndian) -> Path:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path, enforce_file_format=True)
    return path


def plane(*pixels: tuple[int, int], value: int = 1) -> np.ndarray:
    """Rows x columns with some pixels (column, row) set."""
    values = np.zeros((4, 6), np.uint8)
    for i, j in pixels:
        values[j, i] = value
    return values


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_frames_are_placed_by_position_not_by_order(tmp_path: Path, binary: bool, syntax: str):
    value = 1 if binary else 255
    frames = [
        (1, position(3), plane((5, 0), value=value)),
        (1, position(1), plane((0, 2), value=value)),
    ]
    seg = read_seg(save(seg_object(frames, binary=binary), tmp_path / "seg.dcm", syntax))
    placed = place_segment(seg.segments[0], GRID)
    assert sorted(map(tuple, np.argwhere(placed.mask.data).tolist())) == [(0, 2, 1), (5, 0, 3)]
    assert (placed.frames_outside, seg.content_label, seg.fractions) == (0, "PE_VOIMASK", False)


def test_any_fraction_above_zero_is_inside_and_fractions_are_noted(tmp_path: Path):
    frames = [(1, position(0), plane((1, 1), value=1) + plane((2, 2), value=255))]
    seg = read_seg(save(seg_object(frames, binary=False), tmp_path / "seg.dcm"))
    assert seg.fractions
    assert int(place_segment(seg.segments[0], GRID).mask.data.sum()) == 2


def test_overlapping_segments_stay_apart_and_an_empty_one_has_no_frames(tmp_path: Path):
    frames = [(2, position(0), plane((1, 1))), (1, position(0), plane((1, 1), (2, 1)))]
    seg = read_seg(save(seg_object(frames, numbers=(1, 2, 3)), tmp_path / "seg.dcm"))
    counts = [int(place_segment(part, GRID).mask.data.sum()) for part in seg.segments]
    assert [part.number for part in seg.segments] == [1, 2, 3]
    assert counts == [2, 1, 0]


def test_a_segment_is_found_by_number_or_label(tmp_path: Path):
    dataset = seg_object([(2, position(0), plane((1, 1)))], numbers=(1, 2, 5))
    for part, label in zip(dataset.SegmentSequence, ("Fat", "Tumor", "fat"), strict=True):
        part.SegmentLabel = label
    seg = read_seg(save(dataset, tmp_path / "seg.dcm"))
    assert seg.segment(2) is seg.segment(" tumor ")
    for unknown in (3, "muscle", "FAT"):  # the last names two
        with pytest.raises(InputError, match="1: Fat; 2: Tumor; 5: fat"):
            seg.segment(unknown)


def test_two_frames_of_a_segment_on_one_slice_are_of_another_grid(tmp_path: Path):
    frames = [(1, position(k), plane((1, 1))) for k in (0, 0.4, 1)]
    seg = read_seg(save(seg_object(frames), tmp_path / "seg.dcm"))
    with pytest.raises(InputError, match="fall on one slice"):
        place_segment(seg.segments[0], GRID)


def test_frames_beyond_the_slices_are_counted_and_left_out(tmp_path: Path):
    frames = [(1, position(k), plane((0, 0))) for k in (-1, -0.4, 4.4, 5, 17)]
    seg = read_seg(save(seg_object(frames), tmp_path / "seg.dcm"))
    placed = place_segment(seg.segments[0], GRID)
    assert placed.frames_outside == 3
    assert np.argwhere(placed.mask.data).tolist() == [[0, 0, 0], [0, 0, 4]]


def test_a_shift_of_half_a_pixel_is_snapped_and_reported(tmp_path: Path):
    seg = read_seg(save(seg_object([(1, position(2, 0.5, -0.5), plane((3, 3)))]), tmp_path / "s"))
    placed = place_segment(seg.segments[0], GRID)
    assert placed.shift_pixels == pytest.approx(0.5, abs=1e-6)
    assert np.argwhere(placed.mask.data).tolist() == [[3, 3, 2]]


@pytest.mark.parametrize(("shift", "spacing"), [(1.0, 0.7), (0.0, 0.71)])
def test_a_whole_pixel_or_another_spacing_is_refused(tmp_path: Path, shift: float, spacing: float):
    dataset = seg_object(
        [(1, position(2, shift + 1e-4 * bool(shift)), plane((3, 3)))], spacing=spacing
    )
    seg = read_seg(save(dataset, tmp_path / "seg.dcm"))
    with pytest.raises(InputError, match="GRID_MISMATCH"):
        place_segment(seg.segments[0], GRID)


def test_other_directions_are_refused(tmp_path: Path):
    seg = read_seg(save(seg_object([(1, position(2), plane((3, 3)))]), tmp_path / "seg.dcm"))
    axial = Grid(GRID.shape, GRID.spacing_mm, np.diag([-1.0, -1.0, 1.0]), GRID.origin_mm)
    with pytest.raises(InputError, match="GRID_MISMATCH"):
        place_segment(seg.segments[0], axial)


def test_groups_left_over_after_frames_were_cut_are_ignored(tmp_path: Path):
    dataset = seg_object([(1, position(2), plane((3, 3)))])
    dataset.PerFrameFunctionalGroupsSequence.append(dataset.PerFrameFunctionalGroupsSequence[0])
    assert read_seg(save(dataset, tmp_path / "seg.dcm")).frame_count == 1


@pytest.mark.parametrize(
    "broken", ["PixelData", "SegmentSequence", "PerFrameFunctionalGroupsSequence"]
)
def test_an_object_that_lacks_what_is_needed_is_an_error_of_ours(tmp_path: Path, broken: str):
    dataset = seg_object([(1, position(2), plane((3, 3)))])
    del dataset[broken]
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        read_seg(save(dataset, tmp_path / "seg.dcm"))


def test_a_header_that_claims_to_be_huge_is_refused_before_memory_is_asked_for(tmp_path: Path):
    dataset = seg_object([(1, position(2), plane((3, 3)))])
    dataset.NumberOfFrames = 2_000_000_000
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        read_seg(save(dataset, tmp_path / "seg.dcm"))


def test_bytes_that_are_no_dicom_are_an_error_of_ours(tmp_path: Path):
    path = tmp_path / "noise.dcm"
    path.write_bytes(np.random.default_rng(1).bytes(4096))
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        read_seg(path)
