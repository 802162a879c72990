"""The columns of every table: meaning, unit, closed lists, and what a cell may look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from breastdce.core.codes import CaveatCode, Code, ErrorCode, ExamCode, FileCode, SeriesCode
from breastdce.core.errors import InputError
from breastdce.core.exam import VoiSource
from breastdce.dataset.deidentification import ATTRIBUTE, TAG, Action
from breastdce.dataset.layout import MaskName, TableName
from breastdce.dataset.rows import MODALITIES, Level
from breastdce.formats.tables import Column, dictionary

_LABEL = "[A-Za-z0-9]+"
_NUMBER = r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?"
_COUNTS = "[0-9]+;[0-9]+;[0-9]+"


def _list_of(item: str) -> str:
    return f"{item}(;{item})*"


_MANUFACTURERS = {name: name for name in ("GE", "Siemens", "Philips", "Canon")} | {
    "Other": "Any other manufacturer, or not stated"
}
_SOURCES = {
    VoiSource.PRODUCER: "The producer's own analysis of the exam",
    VoiSource.TABLE: "A table that was given",
    VoiSource.PROPOSED: "Proposed by this program, to be checked",
    VoiSource.BREAST: "No region: the breasts, or the whole of the images (VOI_NONE)",
}
_MASKS = {
    MaskName.FTV: "Functional tumor volume",
    MaskName.STV_CANDIDATE: "Structural tumor volume by the rules on kinetics",
    MaskName.STV_AUTO: "Structural tumor volume by a network",
    MaskName.STV_EXPERT: "Structural tumor volume as revised by a person",
}


def _meanings(codes: Iterable[Code]) -> dict[str, str]:
    return {code.value: code.meaning for code in codes}


EXAM_ID = Column(
    name="exam_id",
    long_name="Exam",
    description="Name of the exam, as in its file names: patient and visit.",
    pattern=f"sub-{_LABEL}_ses-{_LABEL}",
)
PARTICIPANT_ID = Column(
    name="participant_id",
    long_name="Patient",
    description="Patient, as in the names of the folders.",
    pattern=f"sub-{_LABEL}",
)
SESSION_ID = Column(
    name="session_id",
    long_name="Visit",
    description="Visit: T0 to T3 where the trial's time point is known, else 1, 2, ... in order.",
    pattern=f"ses-{_LABEL}",
)

PARTICIPANTS = (
    PARTICIPANT_ID,
    Column(
        name="n_exams",
        long_name="Number of exams",
        description="Exams of the patient in this data set.",
        kind="integer",
    ),
    Column(
        name="sessions",
        long_name="Visits",
        description="Visits of these exams, semicolon list.",
        pattern=_list_of(f"ses-{_LABEL}"),
    ),
)

FIELD_STRENGTH = Column(
    name="field_strength_t",
    long_name="Field strength",
    description="Nominal magnetic field strength.",
    kind="number",
    units="T",
)
_ACQUISITION = (
    Column(
        name="manufacturer",
        long_name="Scanner manufacturer",
        description="Manufacturer of the scanner, from a closed list.",
        levels=_MANUFACTURERS,
    ),
    Column(
        name="manufacturer_model",
        long_name="Scanner model",
        description="Model of the scanner where it is a known one, else Other.",
        pattern=r"[A-Za-z0-9][A-Za-z0-9 .+/_-]{0,39}",
    ),
    FIELD_STRENGTH,
    Column(
        name="n_phases",
        long_name="Number of phases",
        description="Phases of the dynamic acquisition under native/.",
        kind="integer",
    ),
    Column(
        name="delays_s",
        long_name="Phase times",
        description="Effective time of each native phase, relative to contrast where that is "
        "known, else to the first phase; semicolon list, n/a where unknown.",
        units="s",
        pattern=_list_of(f"({_NUMBER}|n/a)"),
    ),
    Column(
        name="phase_indices",
        long_name="Phases used",
        description="Which native phases, counted from 0, became the images 0000, 0001 and 0002.",
        pattern=_COUNTS,
    ),
    Column(
        name="native_shape",
        long_name="Native matrix",
        description="Voxels along the three axes of the native images.",
        pattern=_COUNTS,
    ),
    Column(
        name="native_spacing_mm",
        long_name="Native voxel size",
        description="Distance of voxel centers along the three axes of the native images.",
        units="mm",
        pattern=f"{_NUMBER};{_NUMBER};{_NUMBER}",
    ),
)

_IMAGES = (
    Column(
        name="image_shape",
        long_name="Image matrix",
        description="Voxels along the three axes of the prepared 1 mm images.",
        pattern=_COUNTS,
    ),
    Column(
        name="zscore_mean",
        long_name="Mean before normalization",
        description="Mean of the prepared signal over the three phases together, which the "
        "z-score subtracted.",
        kind="number",
        units="arbitrary",
    ),
    Column(
        name="zscore_sd",
        long_name="Standard deviation before normalization",
        description="Standard deviation of the prepared signal over the three phases together, "
        "which the z-score divided by.",
        kind="number",
        units="arbitrary",
    ),
)

_VOLUMES = (
    Column(
        name="pe_threshold_percent",
        long_name="PE threshold",
        description="Least early percent enhancement of a voxel of the FTV.",
        kind="number",
        units="percent",
    ),
    Column(
        name="voi",
        long_name="Source of the region of interest",
        description="Where the region comes from in which FTV is measured.",
        levels={source.value: text for source, text in _SOURCES.items()},
    ),
    Column(
        name="ftv_voxels",
        long_name="FTV, voxels",
        description="Voxels of the functional tumor volume, native grid.",
        kind="integer",
    ),
    Column(
        name="ftv_ml",
        long_name="FTV",
        description="Functional tumor volume.",
        kind="number",
        units="mL",
    ),
    *(
        Column(
            name=f"ser_{part}_ml",
            long_name=f"FTV with {part} kinetics",
            description=f"Part of the FTV whose signal enhancement ratio means {part}.",
            kind="number",
            units="mL",
        )
        for part in ("washout", "plateau", "persistent")
    ),
    Column(
        name="stv_source",
        long_name="Best STV",
        description="The mask of the structural tumor volume that the features are measured in.",
        levels={name.value: text for name, text in _MASKS.items() if name is not MaskName.FTV},
    ),
    Column(
        name="stv_voxels",
        long_name="STV, voxels",
        description="Voxels of the best STV, 1 mm grid.",
        kind="integer",
    ),
    Column(
        name="stv_ml",
        long_name="STV",
        description="Volume of the best STV.",
        kind="number",
        units="mL",
    ),
    Column(
        name="caveats",
        long_name="Caveats",
        description="Known limits of this exam's results, semicolon list of codes.",
        levels=_meanings(CaveatCode),
        pattern=_list_of("[A-Z0-9_]+"),
    ),
)

EXAMS = (EXAM_ID, PARTICIPANT_ID, SESSION_ID, *_ACQUISITION, *_IMAGES, *_VOLUMES)
STUDY_DATE = Column(
    name="study_date",
    long_name="Study date, shifted",
    description="Date of the exam, moved back by 150 to 160 years: by one secret number of days "
    "for all exams of a patient. Intervals between a patient's exams are exact.",
    pattern="18[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
)
"""Last column of exams.tsv where dates are shifted; its pattern lets no true date pass."""
LISTS = frozenset({"sessions", "caveats"})
"""Columns whose cells are lists of levels or labels."""

_PROPOSAL_KINDS = {
    "voi": "The region that FTV was measured in",
    "proposal": "Another place to look at; make it the voi and drop the other row to use it",
}
VOI_PROPOSALS = (
    EXAM_ID,
    Column(
        name="kind",
        long_name="Kind",
        description="What the row is, as in a table of regions.",
        levels=_PROPOSAL_KINDS,
    ),
    *(
        Column(
            name=f"{end}_{axis}",
            long_name=f"{end.capitalize()} {axis}",
            description=f"{end.capitalize()} voxel of the box along {axis}, counted from 0.",
            kind="integer",
        )
        for end in ("first", "last")
        for axis in "ijk"
    ),
    Column(
        name="rank",
        long_name="Rank",
        description="Place of the proposal in its exam; 1 is the likeliest.",
        kind="integer",
    ),
    Column(
        name="side",
        long_name="Side",
        description="Side of the breast.",
        levels={"R": "Right", "L": "Left"},
    ),
    Column(
        name="enhancing_ml",
        long_name="Enhancing volume",
        description="Volume of the densely enhancing part that the box was put around.",
        kind="number",
        units="mL",
    ),
    Column(
        name="score",
        long_name="Score",
        description="Product of the terms that proposals are ranked by.",
        kind="number",
    ),
)

EXCLUSIONS = (
    Column(
        name="level",
        long_name="Level",
        description="What was not used.",
        levels={
            Level.FILE.value: "Files outside every series",
            Level.SERIES.value: "A series, or a volume of one",
            Level.EXAM.value: "A whole exam",
        },
    ),
    PARTICIPANT_ID,
    SESSION_ID,
    Column(
        name="series_number",
        long_name="Series number",
        description="Number of the series in its exam.",
        kind="integer",
    ),
    Column(
        name="modality",
        long_name="Modality",
        description="DICOM modality, from a closed list; OT for any other.",
        levels={name: f"DICOM defined term {name}" for name in MODALITIES},
    ),
    Column(
        name="n_files",
        long_name="Number of files",
        description="Files that this line stands for.",
        kind="integer",
    ),
    Column(
        name="code",
        long_name="Reason",
        description="Why it was not used.",
        levels=_meanings([*FileCode, *SeriesCode, *ExamCode]),
    ),
    Column(
        name="evidence",
        long_name="Evidence",
        description="The numbers behind the reason.",
        pattern=r"[ -~]{1,1000}",
    ),
)
"""exclusions.tsv has no dictionary file of its own; dictionary.tsv explains it."""

DEIDENTIFICATION = (
    Column(
        name="attribute",
        long_name="Attribute",
        description="Keyword of the DICOM standard; the creator and element of a private one that "
        "is read; PrivateElements and UnknownElements for all others.",
        pattern=ATTRIBUTE,
    ),
    Column(
        name="tag",
        long_name="Tag",
        description="Group and element, hexadecimal; x for any digit.",
        pattern=TAG,
    ),
    Column(
        name="action",
        long_name="Action",
        description="What became of its values.",
        levels={action.value: action.meaning for action in Action},
    ),
    Column(
        name="where",
        long_name="Where",
        description="Column, key or file of the data set that holds the outcome.",
        pattern=r"[A-Za-z0-9_ .,:/*-]{1,120}",
    ),
    Column(
        name="n_files",
        long_name="Number of files",
        description="Source files that have the attribute, at any depth.",
        kind="integer",
    ),
    Column(
        name="n_exams",
        long_name="Number of exams",
        description="Exams with such a file.",
        kind="integer",
    ),
)
"""Headers of the phases and of the producer's analysis of every exam in the data set."""

FEATURE_KEYS = (
    EXAM_ID,
    Column(
        name="mask",
        long_name="Mask",
        description="The mask that the features are measured in.",
        levels={name.value: text for name, text in _MASKS.items()},
    ),
)

DATA_DICTIONARY = (
    Column(
        name="table",
        long_name="Table",
        description="Name of the table, as in datapackage.json.",
        levels={name.value: f"The table {name}" for name in TableName},
    ),
    Column(
        name="column",
        long_name="Column",
        description="Name of the column, as in the table's first line.",
        pattern="[!-~]{1,200}",
    ),
    Column(name="long_name", long_name="Long name", description="Its name in words."),
    Column(
        name="kind",
        long_name="Kind",
        description="What its cells hold.",
        levels={
            "text": "One line of text",
            "integer": "A whole number",
            "number": "A decimal number",
            "boolean": "true or false",
        },
    ),
    Column(name="units", long_name="Unit", description="Unit of its numbers, where they have one."),
    Column(name="description", long_name="Description", description="What it says."),
    Column(
        name="levels",
        long_name="Levels",
        description="Each value that it may hold and its meaning, where the values are a closed "
        "list.",
    ),
)
"""dictionary.tsv: one row for each column of each table."""


def exam_columns(*, dated: bool) -> tuple[Column, ...]:
    """Columns of exams.tsv; `dated` where dates are shifted rather than dropped."""
    return (*EXAMS, STUDY_DATE) if dated else EXAMS


def feature_columns(names: Iterable[str]) -> tuple[Column, ...]:
    """Columns of a feature table: the keys, then one of numbers for each published name."""
    numbers = (Column(name=name, long_name=name, description=name, kind="number") for name in names)
    return (*FEATURE_KEYS, *numbers)


def feature_columns_of(path: Path) -> tuple[Column, ...]:
    """Columns of a feature table with what its dictionary at `path` says of them; none without it.

    Raises
    ------
    InputError
        TABLE_INVALID when it is no data dictionary.
    """
    numbers = numbers_of(path, FEATURE_KEYS)
    return (*FEATURE_KEYS, *numbers) if numbers else ()


def numbers_of(path: Path, others: Sequence[Column]) -> tuple[Column, ...]:
    """Columns of numbers that the dictionary at `path` has beside `others`; none without it.

    Raises
    ------
    InputError
        TABLE_INVALID when it is no data dictionary.
    """
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=dict[str, _Entry])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            ErrorCode.TABLE_INVALID, evidence={"file": path.name, "why": str(error)}
        ) from error
    known = {column.name for column in others}
    return tuple(
        Column(
            name=name,
            long_name=entry.LongName,
            description=entry.Description,
            kind="number",
            units=entry.Units,
        )
        for name, entry in entries.items()
        if name not in known
    )


class _Entry(msgspec.Struct, frozen=True):
    LongName: str
    Description: str
    Units: str | None = None


def feature_dictionary(records: Iterable[Mapping[str, str]]) -> dict[str, dict[str, object]]:
    """Dictionary of a feature table.

    Parameters
    ----------
    records
        One for each column, with `name`, `family`, `feature`, `definition`, `unit`, `ibsi` (a code
        of the reference manual, or "none") and `defect` (what the matched program does otherwise
        than the name says; empty when nothing).
    """
    entries = dictionary(FEATURE_KEYS)
    for record in records:
        entry: dict[str, object] = {
            "LongName": record["feature"],
            "Description": record["definition"],
            "Units": record["unit"],
            "Family": record["family"],
            "IBSI": record["ibsi"],
        }
        if record["defect"]:
            entry["Defect"] = record["defect"]
        entries[record["name"]] = entry
    return entries
