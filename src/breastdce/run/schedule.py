"""Many exams: what one worker does with one exam, and how a failure stays with its exam."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from threadpoolctl import threadpool_limits

from breastdce.core.codes import Code, ExamCode
from breastdce.core.compiling import tell_before_compiling
from breastdce.core.digest import digest_json
from breastdce.core.errors import BreastDceError, ExamRefused
from breastdce.core.exam import ExamId
from breastdce.dataset.rows import ExclusionRow
from breastdce.formats.atomic import disk_checked
from breastdce.formats.gzip_frame import Compression
from breastdce.run.ahead import Ahead
from breastdce.run.engine import ExamEngine, Given
from breastdce.run.inputs import FileDigests, seen_now, source_digest, stamp
from breastdce.run.lock import locked
from breastdce.run.optional import optional_artifacts
from breastdce.run.pages import clear_unfinished
from breastdce.run.paths import WorkPaths
from breastdce.run.plan import EXPERT, MODEL, REVISION, SOURCE, make_plan
from breastdce.run.progress import StatusFile
from breastdce.run.publish import WANTED, publish_exam, withdraw_exam
from breastdce.run.recipe import Recipe
from breastdce.run.review.accept import Revised, read_revised
from breastdce.stages.load import Source
from breastdce.stages.predict import Model
from breastdce.store.local import Store

_PUBLISHABLE = re.compile(r"[A-Za-z][A-Za-z0-9_ ,.;:()%<>=+-]{0,119}")
_QUOTES = frozenset({"file", "folder", "path", "given", "why"})
"""Evidence that may quote a header or a file name, so that its form proves nothing."""
_UID = re.compile(r"\d+(\.\d+){3,}|\d{6,}")


class ExamTask(msgspec.Struct, frozen=True, kw_only=True):
    """One exam to do: small, picklable, complete."""

    exam: ExamId
    source: Source
    recipe: Recipe
    out: str
    exclusions: tuple[ExclusionRow, ...] = ()
    """What else was found in the exam's study."""
    threads: int = 1
    """Threads that this exam may use; its bytes do not depend on them."""
    compression: Compression = "fast"
    """Of images."""
    model: Model | None = None
    """Outlines the tumor where it is given."""
    revision: Revised | None = None
    """The accepted revision of the exam, whose mask is the tumor then."""
    stamp: str
    """Of the exam's files when they were scanned, see `inputs.stamp`."""
    debug: bool = False


class ExamOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one exam."""

    exam: ExamId
    status: str
    """done, unchanged, refused or failed."""
    computed: int = 0
    """Steps that had to be computed."""
    code: ExamCode | None = None
    """Why the exam is not in the data set."""
    message: str = ""
    evidence: str = ""
    """Publishable: numbers and words of ours."""
    remedy: str = ""

    @property
    def in_dataset(self) -> bool:
        """Whether the exam is in the data set."""
        return self.status in ("done", "unchanged")


def process_exam(task: ExamTask) -> ExamOutcome:
    """Bring one exam up to date in the data set; never raises for what concerns this exam."""
    work = WorkPaths(Path(task.out))
    # Sums of a linear algebra library may depend on its threads: it gets one.
    with threadpool_limits(1), locked(work.lock(str(task.exam))):
        status = StatusFile(work.status, str(task.exam))
        tell_before_compiling(status.compiling)
        try:
            clear_unfinished(Path(task.out), task.exam)
            with disk_checked(work.root):
                return _process(task, work, status)
        except BreastDceError as error:
            if task.debug:
                raise
            return _give_up(task, error)
        except Exception as error:  # the border that keeps an exam's bug to the exam
            if task.debug:
                raise
            if isinstance(error, OSError) and error.filename in task.source.exam.paths:
                return _give_up(task, _changed(error))
            _log_failure(work, task, error)
            return _give_up(task, _unexpected(error))
        finally:
            tell_before_compiling(None)
            status.clear()


def _process(task: ExamTask, work: WorkPaths, status: StatusFile) -> ExamOutcome:
    sources = task.source.exam.paths
    files = FileDigests(work.seen(str(task.exam)))
    _refuse_changed(task)
    files.read(sources, task.threads)
    digest = source_digest(task.source, files)
    files.remember()
    store = Store(work.root, scratch=str(task.exam))
    given = _given(task, digest)
    plan = make_plan(task.recipe, given)
    wanted, out = WANTED | optional_artifacts(plan), Path(task.out)
    engine = ExamEngine(plan, store, given, wanted, threads=task.threads)
    with Ahead(out, task.exam, sources, task.threads, task.compression) as ahead:
        engine.run(status, ahead.made)
        _refuse_changed(task)
        changed = publish_exam(
            out,
            task.exam,
            task.source,
            engine,
            files,
            task.exclusions,
            ahead,
            threads=task.threads,
            compression=task.compression,
        )
    store.close()
    return ExamOutcome(
        exam=task.exam,
        status="done" if engine.computed or changed else "unchanged",
        computed=engine.computed,
    )


def _refuse_changed(task: ExamTask) -> None:
    """Refuse an exam whose files are no longer those of which the scan read the headers."""
    try:
        changed = stamp(task.source.exam.paths, seen_now) != task.stamp
    except OSError as error:
        raise _changed(error) from error
    if changed:
        raise ExamRefused(ExamCode.FILES_CHANGED)


def _changed(error: OSError) -> ExamRefused:
    return ExamRefused(ExamCode.FILES_CHANGED, evidence={"error": type(error).__name__})


def _given(task: ExamTask, digest: str) -> dict[str, Given]:
    """What the recipe starts from; a model is named by its content, wherever it lies."""
    given = {SOURCE: Given(task.source, digest)}
    if task.model is not None:
        content = msgspec.to_builtins(task.model)
        del content["folder"]
        given[MODEL] = Given(task.model, digest_json(content))
    if task.revision is not None:
        mask = read_revised(Path(task.out), task.exam, task.revision)
        given[EXPERT] = Given(mask, task.revision.mask)
        given[REVISION] = Given(task.revision, task.revision.link)
    return given


def _give_up(task: ExamTask, error: BreastDceError) -> ExamOutcome:
    # An exam that was published before and is refused now must not stay behind.
    withdraw_exam(Path(task.out), task.exam)
    refused = isinstance(error, ExamRefused)
    return ExamOutcome(
        exam=task.exam,
        status="refused" if refused else "failed",
        code=error.code if isinstance(error.code, ExamCode) else ExamCode.FAILED,
        message=error.message,
        evidence=publishable({"code": error.code, **error.evidence}),
        remedy=error.remedy,
    )


def publishable(evidence: Mapping[str, object]) -> str:
    """Evidence as one line that may leave the house: numbers, codes and short plain words."""
    parts = []
    for key, value in evidence.items():
        text = str(value) if isinstance(value, Code) else _plain(value)
        if text is not None and key not in _QUOTES:
            parts.append(f"{key}={text}")
    return "; ".join(parts)


def _plain(value: object) -> str | None:
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, str):
        return value if _PUBLISHABLE.fullmatch(value) and not _UID.search(value) else None
    if isinstance(value, list | tuple) and len(value) <= 12:
        items = [_plain(item) for item in value]
        return None if None in items else " ".join(str(item) for item in items)
    if isinstance(value, Mapping):
        return publishable({str(key): item for key, item in value.items()}) or None
    return None


def _log_failure(work: WorkPaths, task: ExamTask, error: Exception) -> None:
    """Where in our code it happened; the message is left out, it may quote a header."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    with suppress(OSError), work.log.open("a", encoding="utf-8") as file:
        file.write(f"{task.exam} {type(error).__name__}\n{frames}\n")


def _unexpected(error: Exception) -> BreastDceError:
    return BreastDceError(ExamCode.FAILED, evidence={"error": type(error).__name__})
