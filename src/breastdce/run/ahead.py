"""What is done beside the steps: images are compressed once they are made, headers are listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from breastdce.core.exam import ExamId
from breastdce.core.volume import Volume
from breastdce.dataset import layout
from breastdce.formats.atomic import write_parts
from breastdce.formats.dicom.attributes import Attribute, count_attributes
from breastdce.formats.gzip_frame import Compression, compress_here
from breastdce.formats.nifti import Packed, StoredType, pack_volume

_TYPES: dict[str, StoredType] = {"native": "exact-integer", "normalized": "float32"}
"""Artifacts that take long to compress, and the type that their images are stored as."""
_PATHS = {"native": layout.native_image, "normalized": layout.image}


class Ahead:
    """Works on a thread of its own, where the exam has one to spare.

    Used in a `with` block; what has not begun when it ends is not done. `sources` are the exam's
    DICOM files.
    """

    def __init__(
        self,
        out: Path,
        exam: ExamId,
        sources: Iterable[str],
        threads: int,
        compression: Compression,
    ) -> None:
        self._out, self._exam, self._sources = out, exam, sources
        self._packed: dict[tuple[str, int], Future[Packed]] = {}
        self._attributes: Future[Counter[Attribute]] | None = None
        self._pool = (
            ThreadPoolExecutor(1, initializer=compress_here, initargs=(compression,))
            if threads > 1
            else None
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def made(self, artifact: str, value: Any) -> None:
        """Take note that a step has made an artifact."""
        if self._pool is None or artifact not in _TYPES:
            return
        images = value.phases if artifact == "native" else tuple(value)
        for index, image in enumerate(images):
            self._packed[artifact, index] = self._pool.submit(self._pack, artifact, index, image)
        if artifact == "native":  # not sooner: two threads that read headers hold each other up
            self._attributes = self._pool.submit(count_attributes, self._sources)

    def attributes(self) -> Counter[Attribute]:
        """Number of source files that have each attribute; errors as `count_attributes`."""
        ahead = self._attributes
        return count_attributes(self._sources) if ahead is None else ahead.result()

    def write(self, artifact: str, index: int, image: Volume) -> None:
        """Write one image of an artifact; errors as `write_volume`."""
        future = self._packed.get((artifact, index))
        parts = self._pack(artifact, index, image) if future is None else future.result()
        write_parts(_PATHS[artifact](self._out, self._exam, index), parts)

    def _pack(self, artifact: str, index: int, image: Volume) -> Packed:
        path = _PATHS[artifact](self._out, self._exam, index)
        return pack_volume(path, image, dtype=_TYPES[artifact])
