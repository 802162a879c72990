"""Traces of identity are seen; versions, digests and measurements are not mistaken for them."""

from __future__ import annotations

import pytest

from breastdce.dataset.privacy import traces


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("20090314", "date"),
        ("20090314140233.123456", "date"),
        ("scanned 2009-03-14", "date"),
        ("2009/03/14", "date"),
        ("14.03.2009", "date"),
        ("3/14/2009", "date"),
        ('"AcquisitionDate": "19991231"', "date"),
        ("140233.120000", "time"),
        ("at 14:02:33", "time"),
        ("1.3.6.1.4.1.14519.5.2.1.7695.2311.102", "UID"),
        ("1.2.840.113619.2.5.1762386", "UID"),
        ("1.3.12.2.1107.5.2.32.35177", "UID"),
        ("2.25.329800735698586629295641978511506172918", "UID"),
        ("DOE^JANE", "person name"),
        ("/home/someone/dicom", "path"),
        ("C:\\Users\\someone", "path"),
    ],
)
def test_a_trace_is_seen(text, kind):
    assert kind in {found for found, _ in traces(f"some words {text}, more words")}


@pytest.mark.parametrize(
    "text",
    [
        "breastdce 0.1.0, SimpleITK 2.5.7, dask 2026.8.0, distributed 2024.10.12",
        "1.2.840.10008.1.2.1",
        "ab20090314cd" + "0" * 52,
        "0.20090314 and 12345678 and 20091399",
        "DOI 10.1038/s41597-022-01555-4, Scientific Data 9:440 (2022)",
        "-20.5;130.125;450.0 and 256;256;60",
        "sub-0001_ses-T0_0001.nii.gz",
        "http://www.w3.org/2000/svg",
        "10^3 voxels",
        "M1.25 3.5L2.75 4.125",
        "rgb(0 0 0 / 20%) 1/2/3",
        "</head></html>",
        '<img src="data:image/png;base64,/home/20090314/DOE+1.2.840.113619.2.5==">',
    ],
)
def test_our_own_text_is_no_trace(text):
    assert list(traces(text)) == []
