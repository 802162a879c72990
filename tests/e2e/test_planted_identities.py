"""No identity leaves: over a thousand planted markers are in no byte of the data set.

Every attribute of the standard that can hold text, a date, a time, an identifier or bytes gets a
marker of its own, so do private blocks, nested sequences, overlays, preamble, file meta group,
padding, names of files and folders, and files that are no images or are refused.
"""

from __future__ import annotations

import base64
import gzip
import re
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import UID

from breastdce.core.codes import ExamCode, FileCode, SeriesCode
from breastdce.core.errors import BreastDceError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.validate import validate
from breastdce.run.paths import WorkPaths
from tests.e2e.conftest import rows, run
from tests.e2e.planting import ROOT, WORD, Planter, leaks, traces

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tiny")]
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PRODUCER_TEXTS = {(0x0117, 0x103A), (0x0117, 0x103B), (0x0013, 0x1010), (0x0013, 0x1013)}
GE, PHILIPS = b"PHANTOM-01", b"Phantom 003"


def sources(tiny_cohort: Path, patient: bytes) -> list[Path]:
    files = sorted(path for path in (tiny_cohort / "dicom").rglob("*") if path.is_file())
    return [path for path in files if patient in path.read_bytes()[:6000]]


def is_of_first_phases(path: Path) -> bool:
    return int(pydicom.dcmread(path).get("TemporalPositionIdentifier", 0)) <= 3


def plant_exam(
    planter: Planter, files: list[Path], folder: Path, exam: int, **limits: frozenset[str]
) -> dict[str, object]:
    """Write an exam with the same markers in all its files; return them by keyword."""
    extra = pydicom.Dataset()
    planter.fill(extra, **limits)
    words = [planter.value("CS", f"another value of {n}") for n in range(4)]
    meta, preamble = planter.meta(), planter.preamble()
    clock = planter.value("TM", "StudyTime")
    for number, path in enumerate(files):
        data = pydicom.dcmread(path)
        data.update(extra)
        data.preamble = preamble
        data.file_meta.update(meta)
        data.PatientIdentityRemoved = "NO"
        data.StudyTime = clock
        for tag in PRODUCER_TEXTS & {(element.tag.group, element.tag.element) for element in data}:
            data[tag].value = words[0]
        for segment in data.get("SegmentSequence", ()):
            segment.SegmentLabel = segment.SegmentDescription = words[0]
        planter.planted[data.StudyDate] = "StudyDate"
        data.Manufacturer = f"{data.Manufacturer} {WORD}"
        for keyword, word in zip(
            ("ImageType", "ScanningSequence", "SequenceVariant", "ScanOptions"), words, strict=True
        ):
            value = data.get(keyword) or []
            setattr(data, keyword, [*([value] if isinstance(value, str) else value), word])
        data.SOPInstanceUID = UID(f"{ROOT}.{exam}.3.{number}")
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        data.SeriesInstanceUID = f"{ROOT}.{exam}.4.{data.SeriesNumber}"
        target = folder / f"{WORD}{number:04d} 17010102.dcm"
        target.parent.mkdir(parents=True, exist_ok=True)
        data.save_as(target)
    return {element.keyword: element.value for element in extra}


def plant_strays(planter: Planter, model: Path, folder: Path) -> None:
    """Files that are refused, each for another reason, and files that are no DICOM."""
    folder.mkdir(parents=True)
    marker = str(planter.value("LO", "text of a stray file"))
    (folder / f"{marker}.txt").write_text(f"{marker} 17010102\n")
    (folder / f"{marker}.json").write_text(f'{{"name": "{marker}"}}\n')
    (folder / f"{marker}").write_bytes(b"")
    with zipfile.ZipFile(folder / f"{marker}.zip", "w") as archive:
        archive.writestr(marker, marker)
    whole = model.read_bytes()
    (folder / f"{marker}-short.dcm").write_bytes(whole[: len(whole) - 500])
    (folder / f"{marker}-header.dcm").write_bytes(whole[:1000])
    faults: list[dict[str, object]] = [
        {"Modality": "CT"},
        {"Modality": marker[:16]},
        {"SOPClassUID": SECONDARY_CAPTURE},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.11"},
        {"PixelSpacing": None},
        {"StudyInstanceUID": None},
        {"SeriesNumber": 987650001},
        {"Rows": None},
    ]
    for number, changes in enumerate(faults):
        data = pydicom.dcmread(model)
        data.SOPInstanceUID = UID(f"{ROOT}.9.3.{number}")
        data.SeriesInstanceUID = f"{ROOT}.9.4.{number}"
        for keyword, value in changes.items():
            if value is None:
                delattr(data, keyword)
            else:
                setattr(data, keyword, value)
        data.save_as(folder / f"{marker}-{number}.dcm")


class Marked:
    """A tree full of markers, and the command line on it."""

    def __init__(self, folder: Path, tiny_cohort: Path, recipe: str) -> None:
        self.folder, self.recipe = folder, recipe
        self.planter = Planter()
        self.tree = folder / f"{WORD}^JANE 17010102"
        ge = sources(tiny_cohort, GE)
        philips = [path for path in sources(tiny_cohort, PHILIPS) if is_of_first_phases(path)]
        self.ge = plant_exam(self.planter, ge, self.tree / f"{WORD} first", 1)
        burned = self.tree / f"{WORD} second"
        self.philips = plant_exam(self.planter, philips, burned, 2, vrs=frozenset(["PN", "LO"]))
        one = sorted(burned.iterdir())[len(philips) // 2]
        data = pydicom.dcmread(one)
        data.BurnedInAnnotation = "YES"
        data.save_as(one)
        model = sorted((self.tree / f"{WORD} first").iterdir())[-1]
        plant_strays(self.planter, model, self.tree / f"{WORD} strays")

    def command(self, out: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        words = ["run", str(self.tree), out, "--recipe", self.recipe, "--jobs", "1", *options]
        command = [sys.executable, "-m", "breastdce", *words]
        return subprocess.run(command, cwd=self.folder, capture_output=True, check=False)


@pytest.fixture(scope="module")
def marked(tiny_cohort, fast, tmp_path_factory):
    return Marked(tmp_path_factory.mktemp("marked"), tiny_cohort, fast)


@pytest.fixture(scope="module")
def plain(marked):
    """The data set, and what was said while it was made."""
    said = marked.command("dataset")
    again = marked.command("dataset", "--json")
    return marked.folder / "dataset", said.stdout + said.stderr + again.stdout + again.stderr


@pytest.fixture(scope="module")
def kept(marked):
    """The same with ids kept and dates shifted."""
    said = marked.command("kept", "--keep-ids", "--dates", "shift", "--allow-burned-in")
    return marked.folder / "kept", said.stdout + said.stderr


def test_more_than_a_thousand_markers_are_planted_in_every_image(marked):
    assert len(marked.planter.planted) > 3000
    first = sorted((marked.tree / f"{WORD} first").iterdir())[0]
    found = set(traces(first.read_bytes(), marked.planter.planted))
    assert len(re.findall(rf"{WORD}\d{{4}}".encode(), first.read_bytes())) > 1000
    assert len(found) > 400  # numbers are found one by one, words by what they share


def test_no_marker_is_in_any_byte_of_the_data_set(marked, plain):
    out, _ = plain
    assert [str(exam) for exam in map(layout.exam_of, layout.exam_folders(out))] == [
        "sub-0001_ses-1"
    ]
    assert len([path for path in out.rglob("*") if path.is_file()]) > 60
    assert leaks(out, marked.planter.planted) == []


def test_no_marker_is_said(marked, plain):
    _, said = plain
    assert b"done: 1 of 1 exam, in dataset" in said
    assert list(traces(said, marked.planter.planted)) == []


def test_data_set_is_valid(plain, kept):
    assert validate(plain[0]) == []
    assert validate(kept[0]) == []


def test_kept_ids_are_the_only_markers(marked, kept):
    out, said = kept
    ids = {str(data["PatientID"]) for data in (marked.ge, marked.philips)}
    assert {layout.exam_of(folder).participant for folder in layout.exam_folders(out)} == ids
    named = ids | {name.lower() for name in ids}  # names of resources in datapackage.json
    assert leaks(out, marked.planter.planted, named) == []
    rest = said.replace(str(marked.ge["PatientID"]).encode(), b"")
    rest = rest.replace(str(marked.philips["PatientID"]).encode(), b"")
    assert list(traces(rest, marked.planter.planted)) == []


def test_dates_are_shifted_by_what_the_private_map_says(marked, kept):
    table = marked.folder / "kept-pseudonyms.tsv"
    shifts = {row["patient_id"]: int(row["shift_days"]) for row in rows(table)}
    for row in rows(layout.exams(kept[0])):
        patient = row["participant_id"].removeprefix("sub-")
        true = date.fromisoformat(row["study_date"]) + timedelta(days=shifts[patient])
        assert f"{true:%Y%m%d}" == {
            marked.ge["PatientID"]: "20010402",
            marked.philips["PatientID"]: "20080121",
        }.get(patient)
    assert len(shifts) == len(rows(layout.exams(kept[0]))) == 2


def test_second_run_with_the_same_map_shifts_alike(marked, kept):
    before = layout.exams(kept[0]).read_bytes()
    said = marked.command("kept", "--keep-ids", "--dates", "shift", "--allow-burned-in")
    assert b"Nothing to do" in said.stdout
    assert layout.exams(kept[0]).read_bytes() == before


def test_where_dates_are_dropped_no_column_is_left(plain):
    assert "study_date" not in rows(layout.exams(plain[0]))[0]
    assert '"Dates": "dropped"' in layout.description(plain[0]).read_text()


def test_text_in_one_slice_refuses_the_exam_and_says_so(plain):
    excluded = {(row["level"], row["code"]) for row in rows(layout.exclusions(plain[0]))}
    assert {("exam", ExamCode.BURNED_IN), ("series", SeriesCode.BURNED_IN_TEXT)} <= excluded


def test_refused_files_are_counted_and_not_named(plain):
    excluded = {row["code"] for row in rows(layout.exclusions(plain[0]))}
    assert {
        *(FileCode.NOT_DICOM, FileCode.ARCHIVE, FileCode.FILE_EMPTY, FileCode.TRUNCATED),
        *(FileCode.NOT_MR, FileCode.NOT_IMAGE, FileCode.NO_GEOMETRY, FileCode.NO_UID),
        SeriesCode.SECONDARY,
    } <= excluded


def test_audit_names_every_planted_attribute_and_kept_none_of_them(marked, plain):
    lines = {row["attribute"]: row for row in rows(layout.deidentification(plain[0]))}
    named = {keyword for keyword in marked.ge if keyword}
    assert named <= lines.keys()
    actions = {keyword: lines[keyword]["action"] for keyword in named}
    assert {keyword for keyword, action in actions.items() if action == "kept"} == set()
    assert lines["PatientID"]["action"] == "replaced"
    assert lines["PrivateElements"]["action"] == "removed"


def test_who_is_who_is_beside_the_data_set_only(marked, plain):
    text = (plain[0].parent / "dataset-pseudonyms.tsv").read_text(encoding="utf-8")
    assert f"{marked.ge['PatientID']}\t0001" in text.splitlines()


@pytest.mark.parametrize("place", ["seen", "table"])
def test_exam_that_stops_with_an_error_leaves_no_word_of_it(marked, fast, tmp_path, place):
    out = tmp_path / f"{WORD} 17010102" / "out"  # a name that the error quotes
    exam = ExamId("0001", "1")
    layout.store(out).mkdir(parents=True)
    blocked = {"seen": WorkPaths(out).seen(str(exam)), "table": layout.provenance(out, exam)}
    blocked[place].mkdir(parents=True)  # where a file is to be read, or written
    with pytest.raises((OSError, BreastDceError), match=WORD):
        run(marked.tree / f"{WORD} first", out=out, jobs=1, recipe=fast, debug=True)
    summary = run(marked.tree / f"{WORD} first", out=out, jobs=1, recipe=fast)
    assert [outcome.code for outcome in summary.outcomes] == [ExamCode.FAILED]
    assert leaks(out, marked.planter.planted) == []


def central(path: Path) -> bool:
    """Whether a file is a segmentation, or one of 24 slices in the middle of the real exam."""
    data = pydicom.dcmread(path, stop_before_pixels=True)
    return data.Modality == "SEG" or 18 <= (int(data.InstanceNumber) - 1) % 60 < 42


@pytest.mark.data
def test_no_marker_of_a_real_exam_with_its_producers_objects_leaves(data, fast, tmp_path):
    files = [path for path in sorted(data("ucsf_br_06").rglob("*.dcm")) if central(path)]
    planter = Planter()
    limit = frozenset(["PN", "LO", "LT", "SH", "ST", "DA", "TM"])
    plant_exam(planter, files, tmp_path / "in", 1, vrs=limit)
    assert len(planter.planted) > 1000
    out = tmp_path / "out"
    summary = run(tmp_path / "in", out=out, jobs=1, recipe=fast)
    assert [outcome.in_dataset for outcome in summary.outcomes] == [True]
    (row,) = rows(layout.exams(out))
    assert row["voi"] == "producer"
    assert leaks(out, planter.planted) == []
    assert validate(out) == []
    lines = {row["attribute"]: row for row in rows(layout.deidentification(out))}
    assert lines["UCSF BIRP PRIVATE CREATOR 011710xx"]["action"] == "derived"


# --- the search finds what is there


PLANTED = {"17010102": "date", "987650007": "number", "170102131415.900003": "no", "717Y": "age"}
FORMS = {
    "plain": f"a {WORD}0001 b".encode(),
    "lower case": f"{WORD}0001".lower().encode(),
    "utf-16-le": f"é{WORD}0001".encode("utf-16-le"),
    "utf-16-be": f"é{WORD}0001".encode("utf-16-be"),
    "latin-1": f"é{WORD}0001é".encode("latin-1"),
    **{f"base64 {n}": base64.b64encode(b"x" * n + WORD.encode() + b"0001 and") for n in range(3)},
    "base64 in lower case": base64.b64encode(f"ab{WORD}0001".lower().encode()),
    "hex": f"{WORD}0001".encode().hex().encode(),
    "hex in capitals": f"{WORD}0001".encode().hex().upper().encode(),
    "percent": "".join(f"%{byte:02X}" for byte in WORD.encode()).encode(),
    "json escape": "".join(f"\\u{byte:04X}" for byte in WORD.encode()).encode(),
    "entities": "".join(f"&#{byte};" for byte in WORD.encode()).encode(),
    "uid": f'"{ROOT}.17"'.encode(),
    "uid in base64": base64.b64encode(f"x{ROOT}.17".encode()),
    "date": b"d=17010102,",
    "date with a time": b"17010102131415",
    "date of ISO": b"on 1701-01-02T13:14",
    "date in a page": b">02.01.1701<",
    "date, month first": b"01/02/1701",
    "date in utf-16": "17010102".encode("utf-16-le"),
    "number": b"[987650007]",
    "age": b"717Y",
}


@pytest.mark.parametrize("form", FORMS)
def test_search_finds_a_marker_in_every_form(tmp_path, form):
    (tmp_path / "plain").write_bytes(FORMS[form])
    (tmp_path / "packed.gz").write_bytes(gzip.compress(FORMS[form]))
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", FORMS[form])
    embedded = b"<img src='data:image/png;base64," + base64.b64encode(FORMS[form]) + b"'>"
    (tmp_path / "page.html").write_bytes(embedded)
    found = {name for name, _ in leaks(tmp_path, PLANTED)}
    assert found == {"plain", "packed.gz", "book.xlsx", "page.html"}


def test_search_finds_a_marker_in_a_name(tmp_path):
    (tmp_path / f"{WORD} x").mkdir()
    (tmp_path / "sub" / "17010102").mkdir(parents=True)
    assert {seen for _, seen in leaks(tmp_path, PLANTED)} == {WORD.lower(), "17010102"}


@pytest.mark.parametrize("text", ["0.17010102", "117010102", "1.2.840.10008.1.2", "1701", "17-1-2"])
def test_search_is_not_misled(tmp_path, text):
    (tmp_path / "plain").write_text(text)
    assert leaks(tmp_path, PLANTED) == []
