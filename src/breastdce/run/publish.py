"""Write one exam into the data set: files with human names, made from artifacts.

Every file is written aside and renamed; provenance with the checksums comes last. An exam that is
as it was last written is left alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce import __version__
from breastdce.core.digest import digest_json
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.provenance import write_provenance
from breastdce.dataset.rows import ExclusionRow
from breastdce.dataset.tables import write_exam_features
from breastdce.formats.atomic import remove_unfinished, write_bytes
from breastdce.formats.nifti import write_mask, write_volume
from breastdce.formats.tables import write_json
from breastdce.run.describe import describe_exam, describe_features
from breastdce.run.engine import ExamEngine
from breastdce.run.inputs import FileDigests
from breastdce.run.optional import FILES
from breastdce.run.pages import page_files, write_exam_page
from breastdce.run.paths import WorkPaths
from breastdce.stages.load import Source

WANTED = frozenset(
    {
        *("native", "facts", "ftv", "maps", "measures", "comparison", "stv_report"),
        *("bias", "normalized", "moments", "stv", "features"),
    }
)
"""What a recipe must make so that an exam can be published."""
_SER_SLOPE = 0.001


class _Published(msgspec.Struct, frozen=True):
    state: str
    """Digest of everything that the files were made from."""
    files: dict[str, tuple[int, int]]
    """Path in the data set to size in bytes and modification time in ns."""


def publish_exam(
    out: Path,
    exam: ExamId,
    source: Source,
    engine: ExamEngine,
    files: FileDigests,
    exclusions: Sequence[ExclusionRow],
) -> bool:
    """Bring an exam's files up to date; False when they already were."""
    memory = WorkPaths(out).published(str(exam))
    state = _state(exam, source, engine, exclusions)
    if _is_current(out, memory, state):
        return False
    folder = layout.exam_folder(out, exam)
    # Ours alone while we hold the exam's lock: strays are what a killed run left.
    remove_unfinished(folder)
    written = _write_artifacts(out, exam, engine)
    _remove_others(folder, written)
    record = describe_exam(out, exam, source, engine, files, exclusions)
    write_provenance(out, exam, record)
    write_exam_page(out, exam)
    written += [layout.provenance(out, exam), *page_files(out, exam)]
    notes = {path.relative_to(out).as_posix(): _stamp(path) for path in written}
    write_bytes(memory, msgspec.json.encode(_Published(state, notes)))
    return True


def withdraw_exam(out: Path, exam: ExamId) -> None:
    """Take an exam out of the data set, with its pages."""
    shutil.rmtree(layout.exam_folder(out, exam), ignore_errors=True)
    for path in (*page_files(out, exam), WorkPaths(out).published(str(exam))):
        path.unlink(missing_ok=True)


def _write_artifacts(out: Path, exam: ExamId, engine: ExamEngine) -> list[Path]:
    written = _write_native(out, exam, engine)
    for index, image in enumerate(engine.value("normalized")):
        written.append(layout.image(out, exam, index))
        write_volume(written[-1], image)
    maps, grid = engine.value("maps"), engine.value("native").grid
    written += [layout.pe_map(out, exam), layout.ser_map(out, exam)]
    write_volume(written[-2], _stored(maps.pe_stored, grid), dtype="int16")
    write_volume(written[-1], _stored(maps.ser_stored, grid), dtype="int16", slope=_SER_SLOPE)
    written.append(layout.mask(out, exam, MaskName.FTV))
    write_mask(written[-1], engine.value("ftv"))
    stv = engine.value("stv")
    if stv.data.any():
        written.append(layout.mask(out, exam, MaskName.STV_CANDIDATE))
        write_mask(written[-1], stv)
        row = describe_features(exam, engine)
        written.append(layout.exam_features(out, exam))
        write_exam_features(out, [row], tuple(row.values))
    for artifact, write in FILES.items():
        if artifact in engine.wanted:
            written += write(out, exam, engine.value(artifact))
    return written


def _write_native(out: Path, exam: ExamId, engine: ExamEngine) -> list[Path]:
    written = []
    facts = engine.value("facts")
    for index, phase in enumerate(engine.value("native").phases):
        written += [
            layout.native_image(out, exam, index),
            layout.native_sidecar(out, exam, index),
        ]
        write_volume(written[-2], phase, dtype="exact-integer")
        write_json(written[-1], facts.sidecars[index])
    return written


def _stored(values: NDArray[np.int16], grid: Grid) -> Volume:
    return Volume(np.asfortranarray(values, dtype=np.float32), grid)


def _state(
    exam: ExamId, source: Source, engine: ExamEngine, exclusions: Sequence[ExclusionRow]
) -> str:
    return digest_json(
        {
            "exam": str(exam),
            "shifted_day": source.shifted_day,
            "recipe": engine.recipe.digest(),
            "artifacts": {name: engine.digests[name] for name in sorted(engine.wanted)},
            "records": [[record.key, record.engines] for record in engine.records],
            "exclusions": msgspec.to_builtins(list(exclusions)),
            "package": __version__,
        }
    )


def _is_current(out: Path, memory: Path, state: str) -> bool:
    try:
        last = msgspec.json.decode(memory.read_bytes(), type=_Published)
    except (FileNotFoundError, msgspec.DecodeError):
        return False
    return last.state == state and all(
        (out / name).exists() and _stamp(out / name) == stamp for name, stamp in last.files.items()
    )


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _remove_others(folder: Path, keep: Sequence[Path]) -> None:
    """Clear what an earlier recipe left in the exam's folder; expert masks are a person's work."""
    for path in folder.rglob("*"):
        if path.is_file() and path not in keep and "stv-expert" not in path.name:
            path.unlink()
