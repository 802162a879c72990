"""What a style gives: files as they will be written, so that a fault can be planted before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from breastdce.core.grid import Grid
from breastdce.formats.dicom.write import Pixels, PrivateElement, write_object
from breastdce.testing.shapes import Array
from breastdce.testing.subject import Subject

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """One DICOM object and where it will lie."""

    path: str
    """Below the folder of the exam."""
    attributes: dict[str, object]
    """Keyword to value; the class is an MR image where none is given."""
    pixels: Pixels | None
    private: tuple[PrivateElement, ...] = ()
    implicit: bool = False
    lost_bytes: int = 0
    """How many bytes are missing at the end."""

    @property
    def series(self) -> int:
        """SeriesNumber."""
        return int(str(self.attributes["SeriesNumber"]))

    def write(self, folder: Path) -> None:
        """Write it below a folder; see `write_object`."""
        write_object(
            folder / self.path,
            {"SOPClassUID": MR_IMAGE, **self.attributes},
            pixels=self.pixels,
            private=self.private,
            implicit=self.implicit,
        )
        if self.lost_bytes:
            whole = (folder / self.path).read_bytes()
            (folder / self.path).write_bytes(whole[: -self.lost_bytes])


MakeFiles = Callable[[Subject, Grid, tuple[Array, ...]], Iterator[MadeFile]]
"""The files of an exam: who, where, and the measured phases [i, j, k] in order of time."""
