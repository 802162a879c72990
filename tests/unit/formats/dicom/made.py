"""DICOM files for tests, made by pydicom so that our own writer and reader judge each other not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

MR = "1.2.840.10008.5.1.4.1.1.4"


def dataset(pixels=None, *, implicit=False, **fields) -> FileDataset:
    """An MR slice; `fields` replace or (None) remove elements."""
    if pixels is None:
        pixels = np.arange(20, dtype=np.int16).reshape(4, 5)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UID(MR)
    meta.MediaStorageSOPInstanceUID = fields.get("SOPInstanceUID", "1.2.3.4")
    data = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    values = {
        "SOPClassUID": MR,
        "SOPInstanceUID": "1.2.3.4",
        "StudyInstanceUID": "1.2.3",
        "SeriesInstanceUID": "1.2.3.1",
        "Modality": "MR",
        "PatientID": "P-1",
        "PatientIdentityRemoved": "YES",
        "SeriesNumber": 2,
        "InstanceNumber": 7,
        "ImagePositionPatient": [1.0, 2.0, 3.0],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "PixelSpacing": [0.5, 0.7],
        "SliceThickness": 2,
        "EchoTime": 1.5,
        "RepetitionTime": 4.5,
        "AcquisitionTime": "102551.5",
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 1 if pixels.dtype.kind == "i" else 0,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "PixelData": pixels.tobytes(),
        **fields,
    }
    for name, value in values.items():
        if value is not None:
            setattr(data, name, value)
    return data


def enhanced(n_frames, pixels=None, *, implicit=False, undefined=False, slopes=None):
    """An enhanced MR object; `undefined` writes its sequences without stated lengths."""
    if pixels is None:
        pixels = np.arange(n_frames * 20, dtype=np.int16).reshape(n_frames, 4, 5)
    data = dataset(pixels[0], implicit=implicit, SOPClassUID=f"{MR}.1", NumberOfFrames=n_frames)
    data.PixelData = pixels.tobytes()
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(data, name)
    shared = _item(
        PlaneOrientationSequence=_item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
        PixelMeasuresSequence=_item(PixelSpacing=[1, 1]),
        MREchoSequence=_item(EffectiveEchoTime=2.5),
    )
    frames = [
        _item(
            PlanePositionSequence=_item(ImagePositionPatient=[0, 0, 5 * index]),
            FrameContentSequence=_item(
                TemporalPositionIndex=index + 1, FrameAcquisitionDateTime="20020101102551.25"
            ),
            PixelValueTransformationSequence=_item(
                RescaleSlope=slopes[index] if slopes else 1, RescaleIntercept=0
            ),
        )
        for index in range(n_frames)
    ]
    data.SharedFunctionalGroupsSequence = [shared]
    data.PerFrameFunctionalGroupsSequence = frames
    if undefined:
        data.walk(_without_length)
    return data


def _item(**fields) -> Dataset:
    item = Dataset()
    for name, value in fields.items():
        setattr(item, name, Sequence([value]) if isinstance(value, Dataset) else value)
    return item


def _without_length(_, element):
    if element.VR == "SQ":
        element.is_undefined_length = True
        for item in element.value:
            item.is_undefined_length_sequence_item = True


def write(path: Path, data: pydicom.Dataset | None = None, **fields) -> Path:
    """Write a slice and return its path."""
    (data if data is not None else dataset(**fields)).save_as(path, enforce_file_format=True)
    return path
