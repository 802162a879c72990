"""Where every file of the data set lies; nothing else spells a file name.

Paths are functions of the data set's folder and the exam's name.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path

from breastdce.core.exam import EXAM_NAME, ExamId

PUBLISHED_PHASES = 3
"""Images under images/: pre-contrast, first and second post-contrast."""
PANEL = "captk"
"""The feature panel of the tables."""


_COHORT_FIGURE = re.compile(
    r"flow\.svg|agreement-(dice|volumes)\.svg|(distributions-[a-z0-9_-]+|scanners-[1-9])\.svg"
    r"|(gallery|artifacts|agreement-cases|feature-correlation)\.png"
)
_EXAM_FIGURE = re.compile(rf"(?P<exam>{EXAM_NAME})_[a-z0-9-]+\.(svg|png)")


class MaskName(StrEnum):
    """The masks of an exam; the value is the end of the file's name."""

    FTV = "ftv"
    """Functional tumor volume, native grid."""
    BREAST = "breast"
    """Both breasts with their skin, native grid."""
    STV_CANDIDATE = "stv-candidate"
    """By the rules on kinetics, 1 mm grid."""
    STV_AUTO = "stv-auto"
    """By a network, 1 mm grid."""
    STV_EXPERT = "stv-expert"
    """As revised by a person, 1 mm grid."""


class TableName(StrEnum):
    """The published tables, by the columns that they share; the value names the schema."""

    PARTICIPANTS = "participants"
    EXAMS = "exams"
    EXCLUSIONS = "exclusions"
    VOI_PROPOSALS = "voi_proposals"
    DEIDENTIFICATION = "deidentification"
    FEATURES = PANEL
    KINETICS = "kinetics"
    SENSITIVITY = "ftv-sensitivity"
    TRUST = "trust"
    QUALITY = "quality"
    EXAM_QUALITY = "exam-quality"
    DICTIONARY = "dictionary"
    """Every column of the others."""


class KineticMap(StrEnum):
    """Maps beyond PE and SER that a recipe may make, native grid; the end of the file's name."""

    TIME_TO_PEAK = "time-to-peak"
    """s after the arrival of contrast."""
    WASH_IN = "wash-in"
    """Percent per s."""
    WASH_OUT = "wash-out"
    """Percent per s, not positive."""
    INITIAL_AUC = "iauc"
    """Initial area under the curve, percent s."""
    CURVE_TYPE = "curve-type"
    """1 persistent, 2 plateau, 3 washout."""
    KTRANS = "ktrans"
    """Volume transfer constant, per min."""
    VE = "ve"
    """Volume fraction of the extravascular, extracellular space."""
    VP = "vp"
    """Volume fraction of the plasma."""


STV_BEST_FIRST = (MaskName.STV_EXPERT, MaskName.STV_AUTO, MaskName.STV_CANDIDATE)
"""Order in which a mask is chosen for the features."""


def description(root: Path) -> Path:
    """BIDS description of the data set."""
    return root / "dataset_description.json"


def readme(root: Path) -> Path:
    """Card of the data set."""
    return root / "README.md"


def citation(root: Path) -> Path:
    """How to cite the data set."""
    return root / "CITATION.cff"


def publication(root: Path) -> Path:
    """The publisher's words, which the card is made from; never written over."""
    return root / "dataset.toml"


def license_text(root: Path) -> Path:
    """Text of the license, where the publisher puts one."""
    return root / "LICENSE"


def data_package(root: Path) -> Path:
    """Frictionless description of the tables."""
    return root / "datapackage.json"


def schema(root: Path, name: TableName) -> Path:
    """Frictionless schema of a table's columns."""
    return root / "schemas" / f"{name}.json"


def croissant(root: Path) -> Path:
    """Croissant description of tables and images."""
    return root / "croissant.json"


def data_dictionary(root: Path) -> Path:
    """Table of every column of every table."""
    return root / "dictionary.tsv"


def checksum_list(root: Path) -> Path:
    """SHA-256 of every other file, to be checked by `sha256sum -c`."""
    return root / "SHA256SUMS"


def participants(root: Path, suffix: str = "tsv") -> Path:
    """Table of patients; `suffix` is tsv, json (dictionary) or xlsx."""
    return root / f"participants.{suffix}"


def exams(root: Path, suffix: str = "tsv") -> Path:
    """Table of exams; `suffix` is tsv or json (dictionary)."""
    return root / f"exams.{suffix}"


def exclusions(root: Path) -> Path:
    """Table of what was found and not used."""
    return root / "exclusions.tsv"


def voi_proposals(root: Path) -> Path:
    """Table of the regions of interest that the program proposed, to be checked and given back."""
    return root / "voi_proposals.tsv"


def deidentification(root: Path, suffix: str = "tsv") -> Path:
    """Table of what became of header attributes; `suffix` is tsv or json (dictionary)."""
    return root / f"deidentification.{suffix}"


def features(root: Path, suffix: str = "tsv") -> Path:
    """Feature table of all exams; `suffix` is tsv or json (dictionary)."""
    return root / "features" / f"{PANEL}.{suffix}"


def participant_folder(root: Path, exam: ExamId) -> Path:
    """Folder of a patient."""
    return root / f"sub-{exam.participant}"


def exam_folder(root: Path, exam: ExamId) -> Path:
    """Folder of an exam."""
    return participant_folder(root, exam) / f"ses-{exam.visit}"


def native_image(root: Path, exam: ExamId, index: int) -> Path:
    """Raw signal of one phase, native grid; `index` counts all phases from 0."""
    return exam_folder(root, exam) / "native" / f"{exam}_{index:04d}.nii.gz"


def native_sidecar(root: Path, exam: ExamId, index: int) -> Path:
    """Allow-listed acquisition record beside `native_image`."""
    return exam_folder(root, exam) / "native" / f"{exam}_{index:04d}.json"


def image(root: Path, exam: ExamId, index: int) -> Path:
    """Prepared image on the 1 mm grid; `index` is 0 (pre), 1 or 2 (post)."""
    return exam_folder(root, exam) / "images" / f"{exam}_{index:04d}.nii.gz"


def pe_map(root: Path, exam: ExamId) -> Path:
    """Percent enhancement, native grid."""
    return exam_folder(root, exam) / "maps" / f"{exam}_pe.nii.gz"


def ser_map(root: Path, exam: ExamId) -> Path:
    """Signal enhancement ratio, native grid."""
    return exam_folder(root, exam) / "maps" / f"{exam}_ser.nii.gz"


def kinetic_map(root: Path, exam: ExamId, name: KineticMap) -> Path:
    """One of the further maps; 0 where it has no value."""
    return exam_folder(root, exam) / "maps" / f"{exam}_{name}.nii.gz"


def mask(root: Path, exam: ExamId, name: MaskName) -> Path:
    """One of the masks."""
    return exam_folder(root, exam) / "masks" / f"{exam}_{name}.nii.gz"


def mask_note(root: Path, exam: ExamId, name: MaskName) -> Path:
    """What is known of a mask that a network made: its origin, how sure it is."""
    return exam_folder(root, exam) / "masks" / f"{exam}_{name}.json"


def transform(root: Path, exam: ExamId, index: int) -> Path:
    """Where the tissue of the pre-contrast phase lies in phase `index`: an ITK transform, LPS."""
    return exam_folder(root, exam) / "transforms" / f"{exam}_{index:04d}.tfm"


def exam_features(root: Path, exam: ExamId) -> Path:
    """Feature table of one exam."""
    return exam_folder(root, exam) / "features" / f"{exam}_{PANEL}.tsv"


def exam_sensitivity(root: Path, exam: ExamId) -> Path:
    """FTV of one exam for other thresholds."""
    return exam_folder(root, exam) / "features" / f"{exam}_ftv-sensitivity.tsv"


def sensitivity_dictionary(root: Path) -> Path:
    """Dictionary of every `exam_sensitivity`."""
    return root / "features" / "ftv-sensitivity.json"


def exam_kinetics(root: Path, exam: ExamId) -> Path:
    """Description of the curves of one exam."""
    return exam_folder(root, exam) / "features" / f"{exam}_kinetics.tsv"


def kinetics(root: Path, suffix: str = "tsv") -> Path:
    """Description of the curves of all exams; `suffix` is tsv or json (dictionary)."""
    return root / "features" / f"kinetics.{suffix}"


def exam_quality(root: Path, exam: ExamId) -> Path:
    """Measures of image quality of one exam."""
    return exam_folder(root, exam) / "features" / f"{exam}_quality.tsv"


def quality(root: Path, suffix: str = "tsv") -> Path:
    """Measures of image quality of all exams; `suffix` is tsv or json (dictionary)."""
    return root / "features" / f"quality.{suffix}"


def exam_trust(root: Path, exam: ExamId) -> Path:
    """How likely each mask of the tumor of one exam is bad."""
    return exam_folder(root, exam) / "features" / f"{exam}_trust.tsv"


def trust(root: Path, suffix: str = "tsv") -> Path:
    """How likely the masks of all exams are bad; `suffix` is tsv or json (dictionary)."""
    return root / "features" / f"trust.{suffix}"


def provenance(root: Path, exam: ExamId) -> Path:
    """What the exam's files were made from, and how."""
    return exam_folder(root, exam) / "provenance.json"


def report_index(root: Path) -> Path:
    """First page of the report."""
    return root / "report" / "index.html"


def exam_page(root: Path, exam: ExamId) -> Path:
    """Page of an exam in the report."""
    return root / "report" / "exams" / f"{exam}.html"


def figures(root: Path) -> Path:
    """Folder of the report's figures."""
    return root / "report" / "figures"


def thumbnail(root: Path, exam: ExamId) -> Path:
    """Small picture of an exam for the report's first page."""
    return figures(root) / f"{exam}.png"


def reported_exams(root: Path) -> frozenset[ExamId]:
    """Exams of which the report has a page or a thumbnail, in the data set or not."""
    paths = (*(root / "report" / "exams").glob("*.html"), *figures(root).glob("*.png"))
    return frozenset(
        ExamId.parse(path.stem) for path in paths if re.fullmatch(EXAM_NAME, path.stem)
    )


def review_readers(root: Path) -> Path:
    """Who may revise over a network: names, and hashes of tokens. Never exported."""
    return review(root) / "readers.json"


def report_cohort(root: Path) -> Path:
    """Counts of the cohort that the data set is of, where its page was given one."""
    return root / "report" / "cohort.json"


def figure(root: Path, name: str) -> Path:
    """A figure for a paper, of all exams; `name` has its ending."""
    return figures(root) / name


def exam_figure(root: Path, exam: ExamId, name: str) -> Path:
    """A figure for a paper, of one exam; `name` has its ending."""
    return figures(root) / f"{exam}_{name}"


def cohort_figures(root: Path) -> tuple[Path, ...]:
    """Figures of all exams that are there."""
    return tuple(path for path in figures(root).glob("*") if _COHORT_FIGURE.fullmatch(path.name))


def made_figures(root: Path) -> tuple[Path, ...]:
    """Figures for a paper that are there, of all exams and of single ones."""
    single = (path for path in figures(root).glob("*") if _EXAM_FIGURE.fullmatch(path.name))
    return (*cohort_figures(root), *single)


def is_exam_figure(root: Path, path: Path, exams: Collection[str]) -> bool:
    """Whether a file is named as a figure of one of some exams."""
    found = _EXAM_FIGURE.fullmatch(path.name)
    return path.parent == figures(root) and found is not None and found["exam"] in exams


def store(root: Path) -> Path:
    """What makes resuming possible; no part of the published data set."""
    return root / ".breastdce"


def review(root: Path) -> Path:
    """Who revised which mask, and the revisions; no part of the data set that is exported."""
    return root / "review"


def review_ledger(root: Path) -> Path:
    """Ledger of the revisions: SQLite."""
    return review(root) / "ledger.sqlite"


def review_masks(root: Path) -> Path:
    """Folder of the masks that the ledger names."""
    return review(root) / "masks"


def review_surfaces(root: Path) -> Path:
    """Folder of the maps that say how far revisions moved the surfaces of masks."""
    return review(root) / "surfaces"


def required_files(root: Path) -> tuple[Path, ...]:
    """Files beside the exams' folders that every data set has."""
    return (
        description(root),
        readme(root),
        citation(root),
        publication(root),
        data_package(root),
        croissant(root),
        data_dictionary(root),
        checksum_list(root),
        *(participants(root, suffix) for suffix in ("tsv", "json", "xlsx")),
        *(exams(root, suffix) for suffix in ("tsv", "json")),
        exclusions(root),
        *(deidentification(root, suffix) for suffix in ("tsv", "json")),
        *(features(root, suffix) for suffix in ("tsv", "json")),
        report_index(root),
    )


def required_exam_files(root: Path, exam: ExamId, n_phases: int) -> tuple[Path, ...]:
    """Files that every exam with `n_phases` native phases has."""
    return (
        *(native_image(root, exam, index) for index in range(n_phases)),
        *(native_sidecar(root, exam, index) for index in range(n_phases)),
        *(image(root, exam, index) for index in range(PUBLISHED_PHASES)),
        pe_map(root, exam),
        ser_map(root, exam),
        mask(root, exam, MaskName.FTV),
        provenance(root, exam),
        exam_page(root, exam),
        thumbnail(root, exam),
    )


def optional_files(root: Path) -> tuple[Path, ...]:
    """Files beside the exams' folders that a data set has where its recipe makes them."""
    return (
        license_text(root),
        *(schema(root, name) for name in TableName),
        voi_proposals(root),
        sensitivity_dictionary(root),
        kinetics(root),
        kinetics(root, "json"),
        quality(root),
        quality(root, "json"),
        trust(root),
        trust(root, "json"),
        report_cohort(root),
        *cohort_figures(root),
    )


def optional_exam_files(root: Path, exam: ExamId, n_phases: int) -> tuple[Path, ...]:
    """Files that an exam may have: of the STV where there is one, and of further steps."""
    return (
        mask(root, exam, MaskName.BREAST),
        *(mask(root, exam, name) for name in STV_BEST_FIRST),
        mask_note(root, exam, MaskName.STV_AUTO),
        exam_features(root, exam),
        exam_sensitivity(root, exam),
        exam_kinetics(root, exam),
        exam_quality(root, exam),
        exam_trust(root, exam),
        *(kinetic_map(root, exam, name) for name in KineticMap),
        *(transform(root, exam, index) for index in range(n_phases)),
    )


def exam_folders(root: Path) -> tuple[Path, ...]:
    """Every folder that is named like an exam's, in order of name."""
    return tuple(sorted(folder for folder in root.glob("sub-*/ses-*") if folder.is_dir()))


def exam_of(folder: Path) -> ExamId:
    """Name of the exam that a folder `sub-<id>/ses-<visit>` holds.

    Raises
    ------
    InputError
        CALL_INVALID when the folder is not named so.
    """
    return ExamId.parse(f"{folder.parent.name}_{folder.name}")
