"""What an export carries of the data set's card: how to cite it, on what terms, and its README."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from breastdce.dataset import layout
from breastdce.exchange.layouts._contract import Layout
from breastdce.exchange.records import Output

README = "DATASET.md"
"""README.md of the data set; README.txt of the export says what its own files are."""


def card_outputs(out: Path, chosen: Layout) -> Iterator[Output]:
    """Files of the card that go along; metadata of tables stays, as the tables do.

    An export that carries the identity of its source gets no README of the data set, which says
    that there is none.
    """
    files = {"CITATION.cff": layout.citation(out), "LICENSE": layout.license_text(out)}
    if not chosen.needs_dicom:
        files[README] = layout.readme(out)
    for name, path in files.items():
        if path.is_file():
            yield Output(name, path.read_bytes())
