"""The main job: scan, name, plan, compute, publish, describe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from msgspec import structs
from rich.console import Console

from breastdce.core.codes import ErrorCode, ExamCode
from breastdce.core.counted import counted
from breastdce.core.errors import CallError, InputError, StoreError
from breastdce.core.exam import ExamId, Region
from breastdce.core.extras import require_extra
from breastdce.core.workers import available_cores
from breastdce.dataset.publication import read_publication
from breastdce.dataset.rows import ExclusionRow, Level
from breastdce.formats.atomic import disk_checked
from breastdce.formats.gzip_frame import Compression
from breastdce.ingest.regions import read_regions
from breastdce.run.bundle import Bundle, read_bundle
from breastdce.run.cohort import write_cohort
from breastdce.run.cohort_choice import Member, exams_of, read_members, tree_visits
from breastdce.run.executors._contract import Executor, WorkerLost
from breastdce.run.executors.dask import Dask
from breastdce.run.executors.processes import Processes
from breastdce.run.executors.serial import Serial
from breastdce.run.inputs import Seen, stamp
from breastdce.run.naming import Named, exam_name, exam_row, name_survey
from breastdce.run.paths import WorkPaths
from breastdce.run.plan import MODEL, SOURCE, Plan, make_plan
from breastdce.run.progress import ExamProgress, count_progress, exam_progress
from breastdce.run.publish import WANTED
from breastdce.run.recipe import load_recipe, with_prediction
from breastdce.run.review.accept import accepted_revisions, settle
from breastdce.run.schedule import ExamOutcome, ExamTask, process_exam
from breastdce.run.survey import Survey, survey
from breastdce.run.withdrawn import withdraw_deleted, withdraw_refused, withdraw_renamed
from breastdce.segment.bundle import Choice, choose_models
from breastdce.stages.load import Source
from breastdce.stages.predict import Model

_BYTES_PER_VOXEL_AND_PHASE = 4
_WORKING_COPIES = 14
"""Arrays of one phase's size that are alive at the peak, beside the phases themselves; measured."""
_PROGRAM_BYTES = 300 << 20
_ENGINE_BYTES = {"motion": 450 << 20, "predict": 1 << 30}
"""By stage; measured on two exams of very different size, which it hardly depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """What the user asked for."""

    roots: tuple[Path, ...]
    out: Path
    recipe: str = "ispy1"
    model: Path | None = None
    """Bundle whose networks outline the tumors."""
    exams: tuple[str, ...] = ()
    cohort: Path | None = None
    """Table of the exams to do, by patient and visit."""
    regions: Path | None = None
    keep_ids: bool = False
    pseudonyms: Path | None = None
    dates: Literal["drop", "shift"] = "drop"
    compression: Compression = "fast"
    """Of images."""
    allow_burned_in: bool = False
    jobs: int | None = None
    scheduler: str | None = None
    dry_run: bool = False
    debug: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """What became of it."""

    out: Path
    recipe: str
    files: int
    outcomes: tuple[ExamOutcome, ...]
    exclusions: tuple[ExclusionRow, ...]
    planned: tuple[str, ...] = field(default=())
    """Names of the exams that a dry run would do."""
    steps: tuple[str, ...] = field(default=())
    asked_for: tuple[str, ...] = ()
    """Names of the exams that were asked for; empty for all."""
    absent: int = 0
    """Members of the cohort whose exam is not among the files."""

    @property
    def refused(self) -> tuple[ExclusionRow, ...]:
        """Exams that are not in the data set, though nobody left them out on purpose."""
        return tuple(
            row
            for row in self.exclusions
            if row.level is Level.EXAM
            and row.code != ExamCode.NOT_SELECTED
            and (not self.asked_for or exam_name(row) in self.asked_for)
        )

    @property
    def all_done(self) -> bool:
        """Whether every exam that was found, or asked for, is in the data set."""
        found = bool(self.outcomes or self.planned)
        return found and not self.refused and not self.absent

    @property
    def nothing_to_do(self) -> bool:
        """Whether every exam was as it had been left."""
        return bool(self.outcomes) and all(o.status == "unchanged" for o in self.outcomes)


def run_job(options: JobOptions, console: Console | None = None) -> JobSummary:
    """Make or complete the data set; see `JobSummary`.

    Raises
    ------
    CallError, RecipeError
        The call or the recipe is wrong; nothing was written.
    EngineError
        A package that the call needs is not installed.
    StoreError
        The output folder cannot be used, or the ledger of revisions in it is broken.
    InputError
        PUBLICATION_INVALID: dataset.toml there is wrong.
    """
    console = console or Console(stderr=True)
    for extra, asked in (("cluster", options.scheduler), ("segment", options.model)):
        if asked is not None:
            require_extra(extra)
    plan = _plan(options)
    model = None if options.model is None else read_bundle(options.model)  # whole, or no work
    regions = read_regions(options.regions) if options.regions else {}
    pseudonyms = options.pseudonyms or default_pseudonyms(options.out)
    _check_out(options.out, options.roots, pseudonyms)
    read_publication(options.out)  # a mistake of the publisher's is found before any work
    found, named, wanted, absent = _look(options, pseudonyms, console)
    options = replace(options, exams=wanted)
    tasks = _tasks(found, named, regions, plan, options)
    if model is not None:
        tasks = [structs.replace(task, model=_asked(model, task.exam)) for task in tasks]
    revised = accepted_revisions(options.out)
    tasks = [structs.replace(task, revision=revised.get(str(task.exam))) for task in tasks]
    if options.dry_run:
        return _dry_summary(options, plan, found, named, tasks, absent)
    with disk_checked(options.out):
        _prepare_out(options.out)
        settle(options.out)
        withdraw_refused(options.out, named.rows)
        outcomes = _outcomes(tasks, options, plan, console)
        exclusions = (*named.rows, *_exam_rows(outcomes))
        withdraw_renamed(options.out, [exam for exam, _ in named.exams])
        withdraw_deleted(options.out)
        done = {task.exam for task in tasks}
        others = [exam for exam, _ in named.exams if exam not in done]
        exclusions = write_cohort(options.out, plan, exclusions, others)
    return JobSummary(
        out=options.out,
        recipe=plan.recipe.name,
        files=len(found.records),
        outcomes=outcomes,
        exclusions=exclusions,
        asked_for=options.exams,
        absent=absent,
    )


def _look(
    options: JobOptions, pseudonyms: Path, console: Console
) -> tuple[Survey, Named, tuple[str, ...], int]:
    """What is there, its names, names of the exams to do (none: all), and who is absent."""
    members = _members(options)
    with count_progress(console, "reading headers") as on_count:
        found = survey(
            options.roots,
            jobs=options.jobs,
            on_count=on_count,
            allow_burned_in=options.allow_burned_in,
        )
    visits = tree_visits(found) if members else {}
    named = name_survey(
        found,
        keep_ids=options.keep_ids,
        pseudonyms=pseudonyms,
        write=not options.dry_run,
        shift_dates=options.dates == "shift",
        visits=visits,
    )
    if not members:
        return found, named, options.exams, 0
    wanted, absent = exams_of(members, named, visits)
    if not wanted:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "No exam of the cohort is among the files",
            evidence={"members": len(members), "exams found": len(named.studies)},
            remedy="Compare `breastdce scan DICOM --out DCE.tsv` with the cohort.",
        )
    return found, named, wanted, absent


def _members(options: JobOptions) -> frozenset[Member]:
    if options.cohort is None:
        return frozenset()
    if options.exams:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "Both a cohort and single exams are asked for",
            evidence={"cohort": options.cohort.name, "exams": ", ".join(options.exams)},
            remedy="Give --cohort or --exam.",
        )
    return read_members(options.cohort)


def default_pseudonyms(out: Path) -> Path:
    """Where the map of pseudonyms is kept when nothing is said: beside OUT, never inside."""
    out = out.resolve()
    return out.parent / f"{out.name}-pseudonyms.tsv"


def _plan(options: JobOptions) -> Plan:
    recipe = load_recipe(options.recipe)
    given = [SOURCE]
    if options.model is not None:
        recipe, given = with_prediction(recipe), [SOURCE, MODEL]
    plan = make_plan(recipe, given)
    missing = sorted(WANTED - set(plan.types))
    if missing:
        raise CallError(
            ErrorCode.RECIPE_INVALID,
            "The recipe does not make everything that a data set holds",
            evidence={"recipe": options.recipe, "missing": ", ".join(missing)},
            remedy="Start from one of the recipes that ship with the package.",
        )
    return plan


def _asked(model: Bundle, exam: ExamId) -> Model:
    """The networks that may predict an exam; none where all have seen its participant."""
    try:
        choice = choose_models(model.card, exam.participant)
    except InputError:
        choice = Choice((), "in_sample")
    return Model(
        card=model.card,
        folder=str(model.folder.resolve()),
        networks=choice.models,
        origin=choice.origin,
    )


def _check_out(out: Path, roots: Sequence[Path], pseudonyms: Path) -> None:
    if pseudonyms.resolve().is_relative_to(out.resolve()):
        raise CallError(
            ErrorCode.CALL_INVALID,
            "The file of pseudonyms lies inside OUT",
            evidence={"file": str(pseudonyms), "out": str(out)},
            remedy="Keep who is who outside the data set.",
        )
    for root in roots:
        if out.resolve().is_relative_to(root.resolve()):
            raise CallError(
                ErrorCode.CALL_INVALID,
                "OUT lies inside the input",
                evidence={"out": str(out), "input": str(root)},
                remedy="Choose a folder outside; inputs are never written to.",
            )
    for above in out.resolve().parents:
        if above.is_file():
            raise StoreError(
                ErrorCode.OUTPUT_UNWRITABLE,
                evidence={"out": str(out), "why": f"{above.name} is a file"},
                remedy="Choose a folder.",
            )
    try:
        ours = (out / "dataset_description.json").exists() or (out / ".breastdce").exists()
        foreign = out.exists() and not ours and (not out.is_dir() or any(out.iterdir()))
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise StoreError(
            ErrorCode.OUTPUT_UNWRITABLE, evidence={"out": str(out), "why": error.strerror}
        ) from error
    if foreign:
        raise StoreError(ErrorCode.OUTPUT_FOREIGN, evidence={"out": str(out)})


def _prepare_out(out: Path) -> None:
    try:
        WorkPaths(out).status.mkdir(parents=True, exist_ok=True)
        for stale in WorkPaths(out).status.glob("*.json"):
            stale.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            ErrorCode.OUTPUT_UNWRITABLE, evidence={"out": str(out), "why": error.strerror}
        ) from error


def _tasks(
    found: Survey, named: Named, regions: dict[str, Region], plan: Plan, options: JobOptions
) -> list[ExamTask]:
    known = {str(exam) for exam, _ in named.exams}
    refused = {exam_name(row) for row in named.rows if row.level is Level.EXAM}
    wanted = set(options.exams) or known
    for given, what in ((wanted, "--exam"), (set(regions), "--regions")):
        name = given - known - refused
        if name:
            raise CallError(
                ErrorCode.CALL_INVALID,
                f"{what} names an exam that was not found",
                evidence={"missing": ", ".join(sorted(name)), "found": ", ".join(sorted(known))},
                remedy="Names look like sub-0001_ses-T0; `breastdce scan` lists what was found.",
            )
    seen = {record.path: Seen(record.size_bytes, record.mtime_ns) for record in found.records}
    return [
        ExamTask(
            exam=exam,
            source=Source(
                exam=source,
                region=regions.get(str(exam)),
                identity_kept=options.keep_ids and not source.identity_removed,
                shifted_day=named.days.get(exam),
            ),
            recipe=plan.recipe,
            out=str(options.out.resolve()),
            exclusions=named.series_rows(exam),
            compression=options.compression,
            stamp=stamp(source.paths, seen.__getitem__),
            debug=options.debug,
        )
        for exam, source in named.exams
        if str(exam) in wanted
    ]


def _outcomes(
    tasks: Sequence[ExamTask], options: JobOptions, plan: Plan, console: Console
) -> tuple[ExamOutcome, ...]:
    status, steps = WorkPaths(options.out).status, len(plan.steps)
    with exam_progress(console, status, len(tasks), steps) as progress:
        executor, threads = _executor(tasks, options)
        ready = [structs.replace(task, threads=threads) for task in tasks]
        return tuple(_compute(ready, executor, progress))


def _executor(tasks: Sequence[ExamTask], options: JobOptions) -> tuple[Executor, int]:
    """What runs the exams, and how many threads each of them gets."""
    if options.scheduler is not None:
        return Dask(options.scheduler), 1  # a worker of a cluster has its own share of cores
    jobs = max(1, min(options.jobs or _jobs_that_fit(tasks), len(tasks)))
    threads = max(1, available_cores() // jobs)
    return (Processes(jobs) if jobs > 1 and not options.debug else Serial()), threads


def _jobs_that_fit(tasks: Sequence[ExamTask]) -> int:
    """As many as there are cores, unless the largest exams would not fit into memory together."""
    largest = max((_peak_bytes(task) for task in tasks), default=1)
    return max(1, min(available_cores(), int(_free_memory_bytes() * 0.8) // largest))


def _peak_bytes(task: ExamTask) -> int:
    exam = task.source.exam
    i, j, k = exam.grid.shape
    arrays = len(exam.phases) + _WORKING_COPIES
    engines = sum(_ENGINE_BYTES.get(step.stage, 0) for step in task.recipe.step)
    return i * j * k * arrays * _BYTES_PER_VOXEL_AND_PHASE + _PROGRAM_BYTES + engines


def _free_memory_bytes() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 8 << 30  # not Linux: assume the smallest machine that we promise to run on
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if ":" in line}
    return sizes["MemAvailable"]


def _compute(
    tasks: Sequence[ExamTask], executor: Executor, progress: ExamProgress
) -> Iterable[ExamOutcome]:
    outcomes: list[ExamOutcome] = []
    for task, outcome in executor.run(process_exam, tasks):
        outcomes.append(_lost(task) if isinstance(outcome, WorkerLost) else outcome)
        progress.exam_done(str(task.exam), _words(outcomes[-1]))
    return sorted(outcomes, key=lambda outcome: outcome.exam)


def _lost(task: ExamTask) -> ExamOutcome:
    return ExamOutcome(
        exam=task.exam,
        status="failed",
        code=ExamCode.FAILED,
        message="The process that computed the exam died twice.",
        evidence=f"expected_peak_bytes={_peak_bytes(task)}",
        remedy="Memory may have run out: try --jobs 1, or a machine with more of it.",
    )


def _words(outcome: ExamOutcome) -> str:
    if outcome.in_dataset:
        steps = counted(outcome.computed, "step")
        return outcome.status if outcome.computed == 0 else f"done ({steps})"
    return f"{outcome.status}: {outcome.code} {outcome.message}"


def _exam_rows(outcomes: Sequence[ExamOutcome]) -> tuple[ExclusionRow, ...]:
    return tuple(
        exam_row(outcome.exam, outcome.code or ExamCode.FAILED, outcome.evidence)
        for outcome in outcomes
        if not outcome.in_dataset
    )


def _dry_summary(
    options: JobOptions,
    plan: Plan,
    found: Survey,
    named: Named,
    tasks: Sequence[ExamTask],
    absent: int,
) -> JobSummary:
    return JobSummary(
        out=options.out,
        recipe=plan.recipe.name,
        files=len(found.records),
        outcomes=(),
        exclusions=named.rows,
        planned=tuple(str(task.exam) for task in tasks),
        steps=tuple(step.stage.name for step in plan.steps),
        asked_for=options.exams,
        absent=absent,
    )
