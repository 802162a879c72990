"""A small exam on disk, one slice a phase, as the finder would hand it on."""

from __future__ import annotations

import numpy as np

from breastdce.core.exam import PhaseRole, TimeZero
from breastdce.formats.dicom.read import scan_file
from breastdce.ingest.records import ExamSource, GridFacts, PhaseSource, SliceRef
from tests.unit.formats.dicom.made import write

STORED = np.arange(20, dtype=np.int16).reshape(4, 5)


def exam(folder, n_phases=3, **fields) -> ExamSource:
    phases = []
    for number in range(n_phases):
        path = write(
            folder / f"{number}",
            pixels=STORED + number,
            SOPInstanceUID=f"1.2.{number + 1}",
            **fields,
        )
        header = scan_file(path).header
        assert header is not None
        phases.append(
            PhaseSource(
                slices=(SliceRef(str(path), 0),),
                role=list(PhaseRole)[number],
                start_s=100.0 * number,
                effective_s=100.0 * number - 50,
                series_uid=header.series_uid,
                series_number=2,
                header=header,
            )
        )
    return ExamSource(
        patient_id="P-1",
        study_uid="1.2.3",
        study_date="20010101",
        identity_removed=True,
        grid=GridFacts(
            shape=(5, 4, 1),
            spacing_mm=(0.7, 0.5, 2.00000006779661),
            direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
            origin_lps_mm=(1.0, 2.0, 3.0),
        ),
        phases=tuple(phases),
        phase_indices=(0, 1, 2) if n_phases > 2 else None,
        phase_key="AcquisitionTime",
        time_zero=TimeZero.FIRST_POST_START,
    )
