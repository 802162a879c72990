"""Slices of the header benchmark, the same on every machine: invented people, genuine headers.

    python benchmarks/slices.py FOLDER [--count 10000 | --of LIST --copies 16]

Series of 60 to 120 slices in the manner of three makers, one folder a series, as they leave the
scanner: 134 to 206 elements, of them 37 to 105 private, 8 of which change from slice to slice.

| maker | encoding | header | private |
| --- | --- | --- | --- |
| GE | explicit | 4 kB | groups 0009 to 0043, short values |
| Siemens | implicit | 85 kB | two blobs of 12 and 68 kB before the pixels |
| Philips | explicit | 4 kB | groups 2001 and 2005, sequences of undefined length |

One series in ten has pixels of 256 x 256, the others of 32 x 32: a scan reads no pixels, and disk
is no matter here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element, write_file_meta_info
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, MRImageStorage
from pydicom.valuerep import DSfloat

from breastdce.core.grid import Grid
from breastdce.core.workers import worker_pool
from breastdce.testing.subject import Subject, clock, plane

MAKERS = ("ge", "siemens", "philips")
_LARGE_EVERY = 10
_LARGE, _SMALL = 256, 32
_LENGTHS = (60, 80, 120)
_OWN_UIDS = ("SOPInstanceUID", "SeriesInstanceUID")
_PRIVATE_GE = {
    0x0009: ("GEMS_IDEN_01", 12),
    0x0019: ("GEMS_ACQU_01", 40),
    0x0021: ("GEMS_RELA_01", 10),
    0x0027: ("GEMS_IMAG_01", 12),
    0x0043: ("GEMS_PARM_01", 16),
}
_CHANGING = {
    "ge": (0x0019, "GEMS_ACQU_01"),
    "siemens": (0x0051, "SIEMENS MR HEADER"),
    "philips": (0x2005, "Philips MR Imaging DD 001"),
}
"""Where eight private values change from slice to slice."""
_PRIVATE_SIEMENS = {0x0019: ("SIEMENS MR HEADER", 12), 0x0051: ("SIEMENS MR HEADER", 12)}
_PRIVATE_PHILIPS = {
    0x2001: ("Philips Imaging DD 001", 34),
    0x2005: ("Philips MR Imaging DD 001", 48),
}


class Series(NamedTuple):
    """What a series is known by."""

    number: int
    """Over the whole benchmark, from 0."""
    maker: str
    length: int


def series_of(total: int) -> Iterator[Series]:
    """Yield series until `total` slices are reached; the last one may be cut."""
    for number in count():
        if total <= 0:
            return
        # Lengths change when the makers have had their turn, so that every pair comes.
        length = min(total, _LENGTHS[number // len(MAKERS) % len(_LENGTHS)])
        yield Series(number, MAKERS[number % len(MAKERS)], length)
        total -= length


def write_slices(folder: Path, total: int, *, jobs: int = 2) -> list[str]:
    """Write `total` slices below `folder` and return their paths, sorted."""
    every = list(series_of(total))
    write = partial(_write_series, folder)
    if jobs < 2:
        written = list(map(write, every))
    else:
        with worker_pool(jobs) as pool:
            written = list(pool.map(write, every))
    return sorted(path for paths in written for path in paths)


def multiply(paths: list[str], folder: Path, copies: int) -> list[str]:
    """Write copies of files, each a new object of a new series, and return their paths, sorted.

    They differ from what they were copied from in the last digits of two UIDs.
    """
    written = []
    for source in map(Path, paths):
        content = source.read_bytes()
        data = dcmread(BytesIO(content), stop_before_pixels=True)
        uids = [str(data[word].value).encode() for word in _OWN_UIDS]
        for copy in range(copies):
            path = folder / f"{copy:04d}" / source.parent.name / source.name
            path.parent.mkdir(parents=True, exist_ok=True)
            changed = content
            for uid in uids:
                changed = changed.replace(uid, uid[:-4] + b"%04d" % copy)
            path.write_bytes(changed)
            written.append(str(path))
    return sorted(written)


def _write_series(folder: Path, series: Series) -> list[str]:
    place = folder / f"subject-{series.number // 5:03d}" / f"series-{series.number:03d}"
    place.mkdir(parents=True, exist_ok=True)
    side = _LARGE if series.number % _LARGE_EVERY == 0 else _SMALL
    implicit = series.maker == "siemens"
    shared = _encoded(_template(series, side), implicit=implicit)
    paths = []
    for k in range(series.length):
        path = place / f"{k + 1:04d}.dcm"
        own = _own(series, k, side)
        elements = shared | _encoded(own, implicit=implicit)
        meta = BytesIO()
        write_file_meta_info(meta, _meta(own.SOPInstanceUID, implicit=implicit))
        head = bytes(128) + b"DICM" + meta.getvalue()
        path.write_bytes(head + b"".join(elements[tag] for tag in sorted(elements)))
        paths.append(str(path))
    return paths


def _encoded(data: Dataset, *, implicit: bool) -> dict[int, bytes]:
    """Write each element as bytes: what a series shares is then written once."""
    written = {}
    for element in data:
        buffer = DicomBytesIO()
        buffer.is_implicit_VR, buffer.is_little_endian = implicit, True
        write_data_element(buffer, element)
        written[int(element.tag)] = buffer.getvalue()
    return written


def _subject(series: Series) -> Subject:
    number = series.number // 5
    return Subject(
        f"BENCH-{number:03d}",
        f"BENCH^{number:03d}",
        True,
        f"2005{number % 12 + 1:02d}{number % 28 + 1:02d}",
        30000.0 + 97.0 * number,
        "LR"[number % 2],
    )


def _template(series: Series, side: int) -> Dataset:
    """Build what all slices of a series share."""
    subject = _subject(series)
    data = Dataset()
    shared = subject.study() | _SHARED | _BY_MAKER[series.maker]
    for keyword, value in shared.items():
        setattr(data, keyword, value)
    data.SeriesInstanceUID = subject.uid("series", series.number)
    data.SeriesNumber = series.number
    data.SeriesDescription = f"{series.maker} dyn {series.number}"
    data.Rows = data.Columns = side
    data.PerformedProcedureStepStartDate = data.SeriesDate = subject.study_date
    data.AcquisitionDate = data.ContentDate = subject.study_date
    data.SeriesTime = clock(subject.start_s, 2)
    data.ReferencedImageSequence = _references(subject)
    data.RequestAttributesSequence = Sequence([_item(ScheduledProcedureStepID="1")])
    _add_private(data, series)
    rng = np.random.default_rng(series.number)
    data.PixelData = rng.integers(0, 4096, (side, side), dtype=np.int16).tobytes()
    data["PixelData"].VR = "OW"
    return data


def _references(subject: Subject) -> Sequence:
    return Sequence(
        _item(ReferencedSOPClassUID=MRImageStorage, ReferencedSOPInstanceUID=subject.uid("ref", n))
        for n in range(3)
    )


def _item(**fields: object) -> Dataset:
    item = Dataset()
    for keyword, value in fields.items():
        setattr(item, keyword, value)
    return item


def _add_private(data: Dataset, series: Series) -> None:
    groups = {"ge": _PRIVATE_GE, "siemens": _PRIVATE_SIEMENS, "philips": _PRIVATE_PHILIPS}
    rng = np.random.default_rng(series.number)
    for group, (creator, number) in groups[series.maker].items():
        block = data.private_block(group, creator, create=True)
        for element in range(number):
            vr, value = _private_value(element, int(rng.integers(0, 1000)))
            block.add_new(element, vr, value)
    _BLOBS[series.maker](data, rng)


def _private_value(element: int, number: int) -> tuple[str, object]:
    """Return the kinds that makers use, in turn."""
    return (
        ("SS", number),
        ("DS", f"{number / 8}"),
        ("LO", f"word {number}"),
        ("FL", number / 4),
        ("IS", str(number)),
        ("SH", f"v{number}"),
    )[element % 6]


def _ge_blobs(data: Dataset, _: np.random.Generator) -> None:
    data.private_block(0x0019, "GEMS_ACQU_01").add_new(0x5A, "FL", 3.5e8)
    data.private_block(0x0021, "GEMS_RELA_01").add_new(0x4F, "SS", 60)


def _siemens_blobs(data: Dataset, rng: np.random.Generator) -> None:
    block = data.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x10, "OB", rng.bytes(12_000))
    block.add_new(0x20, "OB", rng.bytes(68_000))


def _philips_blobs(data: Dataset, _: np.random.Generator) -> None:
    data.private_block(0x2001, "Philips Imaging DD 001").add_new(0x81, "IS", "6")
    block = data.private_block(0x2005, "Philips MR Imaging DD 001")
    block.add_new(0xA0, "FL", 0.0)
    block.add_new(0x80, "SQ", Sequence([_item(EchoTime="2.6", SequenceName="x") for _ in range(3)]))
    element = block[0x80]
    element.is_undefined_length = True
    for item in element.value:
        item.is_undefined_length_sequence_item = True


_BLOBS = {"ge": _ge_blobs, "siemens": _siemens_blobs, "philips": _philips_blobs}
_SHARED: dict[str, object] = {
    "SOPClassUID": MRImageStorage,
    "InstanceCreatorUID": "1.2.3.4",
    "InstitutionName": "Phantom Hospital",
    "InstitutionAddress": "1 Phantom Street",
    "StationName": "MR01",
    "StudyDescription": "MRI BREAST BILATERAL",
    "ProtocolName": "breast/dynamic",
    "PatientWeight": "68",
    "PatientSize": "1.65",
    "ScanningSequence": "GR",
    "MRAcquisitionType": "3D",
    "SliceThickness": "2",
    "SpacingBetweenSlices": "2",
    "NumberOfAverages": "1",
    "ImagingFrequency": "63.87",
    "ImagedNucleus": "1H",
    "EchoNumbers": "1",
    "NumberOfPhaseEncodingSteps": "300",
    "PercentSampling": "100",
    "PercentPhaseFieldOfView": "100",
    "PixelBandwidth": "325.52",
    "DeviceSerialNumber": "12345",
    "SoftwareVersions": ["9.1", "syngo", "release 3"],
    "AcquisitionMatrix": [0, 256, 256, 0],
    "InPlanePhaseEncodingDirection": "ROW",
    "VariableFlipAngleFlag": "N",
    "SAR": "0.05",
    "dBdt": "0",
    "PatientPosition": "FFP",
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "BitsAllocated": 16,
    "BitsStored": 12,
    "HighBit": 11,
    "PixelRepresentation": 1,
    "BurnedInAnnotation": "NO",
    "PerformedProcedureStepDescription": "breast",
    "ClinicalTrialTimePointID": "T0",
    "ContrastBolusAgent": "agent",
    "LossyImageCompression": "00",
}
_BY_MAKER: dict[str, dict[str, object]] = {
    "ge": {
        "Manufacturer": "GE MEDICAL SYSTEMS",
        "ManufacturerModelName": "SIGNA",
        "MagneticFieldStrength": "15000",
        "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"],
        "SequenceVariant": ["SS", "SP"],
        "ScanOptions": ["FAST_GEMS", "EDR_GEMS", "FS"],
        "SequenceName": "3dfgre",
        "RepetitionTime": "8.2",
        "EchoTime": "4.2",
        "FlipAngle": "20",
        "InversionTime": "0",
        "TriggerTime": "0",
        "NominalInterval": "0",
        "ReceiveCoilName": "BREAST",
        "ReconstructionDiameter": "360",
        "Laterality": "L",
    },
    "siemens": {
        "Manufacturer": "SIEMENS",
        "ManufacturerModelName": "Avanto",
        "MagneticFieldStrength": "1.5",
        "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"],
        "SequenceVariant": ["SP", "OSP"],
        "ScanOptions": ["PFP", "FS"],
        "SequenceName": "*fl3d1",
        "RepetitionTime": "4.12",
        "EchoTime": "1.39",
        "FlipAngle": "12",
        "EchoTrainLength": "1",
        "TransmitCoilName": "Body",
    },
    "philips": {
        "Manufacturer": "Philips Medical Systems",
        "ManufacturerModelName": "Achieva",
        "MagneticFieldStrength": "3",
        "ImageType": ["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"],
        "SequenceVariant": "SP",
        "ScanOptions": "FS",
        "RepetitionTime": "5.4",
        "EchoTime": "2.6",
        "FlipAngle": "10",
        "EchoTrainLength": "37",
        "NumberOfTemporalPositions": 6,
        "ContrastBolusStartTime": "101010",
        "RescaleIntercept": "0",
        "RescaleSlope": "0.65",
        "RescaleType": "normalized",
    },
}


def _own(series: Series, k: int, side: int) -> Dataset:
    """Build what a slice has for itself."""
    subject = _subject(series)
    made = clock(subject.start_s + 155 + 0.4375 * k)
    fields = plane(_grid(series, side), (0, 1, 2), k) | {
        "SOPInstanceUID": UID(subject.uid(series.number, k)),
        "InstanceCreationDate": subject.study_date,
        "InstanceCreationTime": made,
        "AcquisitionTime": clock(subject.start_s + 60 * (k % 3)),
        "ContentTime": made,
        "InstanceNumber": k + 1,
        "AcquisitionNumber": k % 3 + 1,
        "SmallestImagePixelValue": k % 7,
        "LargestImagePixelValue": 1000 + 3 * k,
        "WindowCenter": f"{500 + k}",
        "WindowWidth": f"{1000 + 2 * k}",
    }
    if series.maker == "philips":
        fields |= {"TemporalPositionIdentifier": k % 6 + 1, "TriggerTime": f"{1000.0 * (k % 6)}"}
    own = _item(**{keyword: _decimal(value) for keyword, value in fields.items()})
    for element in ("SmallestImagePixelValue", "LargestImagePixelValue"):
        own[element].VR = "SS"  # of signed pixels
    group, creator = _CHANGING[series.maker]
    block = own.private_block(group, creator, create=True)
    for element in range(8):
        block.add_new(0x60 + element, "DS", f"{k / 4 + element}")
    return own


def _decimal(value: object) -> object:
    if isinstance(value, float):
        return DSfloat(value, auto_format=True)
    return [_decimal(item) for item in value] if isinstance(value, list) else value


def _grid(series: Series, side: int) -> Grid:
    step = 360.0 / side
    angle = 0.01 * (series.number % 9)
    cos, sin = np.cos(angle), np.sin(angle)
    direction = np.array([[-cos, 0.0, sin], [0.0, -1.0, 0.0], [sin, 0.0, cos]])
    return Grid((side, side, 120), (step, step, 2.0), direction, (180.0, 180.0, -120.0))


def _meta(uid: UID, *, implicit: bool) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = uid
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID("1.2.3.4.5")
    meta.ImplementationVersionName = "BENCH"
    return meta


def main() -> int:
    """Write slices, or copies of some, and say how many."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--of", type=Path, help="list of slices to copy instead")
    parser.add_argument("--copies", type=int, default=1)
    args = parser.parse_args()
    if args.of is None:
        written = write_slices(args.folder, args.count)
    else:
        paths = args.of.read_text(encoding="utf-8").splitlines()
        written = multiply(paths, args.folder, args.copies)
    print(len(written))
    return 0


if __name__ == "__main__":
    sys.exit(main())
