"""Plant identities into DICOM files, a marker each, and look for markers in bytes.

Text markers share a word that no program of ours writes, and UIDs a root, so that one search finds
any of them in any encoding. Values that can hold digits alone (dates, times, whole and decimal
numbers, ages) are rare numbers of their own; they are looked for as numbers that stand alone, as
the same digits in a row turn up in long decimals.
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from pydicom._dicom_dict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from breastdce.dataset.deidentification import Action, fates

WORD = "QZXJKVWYTHPD"
ROOT = "2.25.98765432109876543210"
_DAY_ZERO = date(1701, 1, 1)  # no exam, and no shifted date, is of these years
_TEXTS = frozenset(["AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"])
_BYTES = frozenset(["OB", "OB or OW", "OW", "UN"])
_PLANTABLE = _TEXTS | _BYTES | {"DA", "TM", "DT", "UI", "IS", "DS", "AS"}
_NO_DATA_SET = frozenset([0x0000, 0x0002, 0x0004, 0x7FE0, 0xFFFA, 0xFFFC, 0xFFFE])
_READ_BUT_FREE = frozenset(
    [
        *("ReceiveCoilName", "ContrastBolusAgent", "ManufacturerModelName", "PatientID"),
        *("ClinicalTrialTimePointID", "ClinicalTrialTimePointDescription", "ContentLabel"),
        *("StudyInstanceUID", "FrameOfReferenceUID", "BurnedInAnnotation"),
    ]
)
"""Attributes that the package reads and that can hold anything all the same."""


@dataclass
class Planter:
    """Hands out markers; `planted` remembers what each stands for."""

    planted: dict[str, str] = field(default_factory=dict)

    def value(self, vr: str, where: str) -> object:
        """A new marker that a value of this VR can hold."""
        number = len(self.planted)
        marker = self._marker(vr, number)
        self.planted[marker] = where
        if vr in _BYTES:
            return marker.encode()
        return f"{marker}^JANE" if vr == "PN" else marker

    def _marker(self, vr: str, number: int) -> str:
        if vr in ("DA", "TM", "DT"):
            day = f"{_DAY_ZERO + timedelta(days=number):%Y%m%d}"
            clock = f"{number % 24:02d}{number % 60:02d}{number % 59:02d}.{900_000 + number}"
            return {"DA": day, "TM": clock, "DT": f"{day}{clock}"}[vr]
        return {
            "UI": f"{ROOT}.{number}",
            "IS": f"98765{number:04d}",
            "DS": f"98765.{number:04d}1",
            "AS": f"{700 + number % 200}Y",
        }.get(vr, f"{WORD}{number:04d}")

    def fill(self, data: Dataset, vrs: frozenset[str] = _PLANTABLE) -> None:
        """Plant into every attribute of the standard that no reader needs as it is.

        `vrs` limits the attributes of the standard; private blocks and nested ones come anyway.
        """
        for tag, (vr, _, name, _, keyword) in DicomDictionary.items():
            if vr in vrs and tag >> 16 not in _NO_DATA_SET and _is_free(keyword):
                real = "OB" if vr == "OB or OW" else vr
                data.add_new(tag, real, self.value(vr, keyword or name))
        self._fill_overlays(data)
        self._nest(data)
        self._fill_private(data)
        data.add_new(Tag(0xFFFC, 0xFFFC), "OB", self.value("OB", "padding behind the pixels"))

    def _fill_overlays(self, data: Dataset) -> None:
        for group in (0x6000, 0x6002, 0x501E):
            for element, vr in ((0x0022, "LO"), (0x1500, "LO"), (0x4000, "LT")):
                data.add_new(Tag(group, element), vr, self.value(vr, f"overlay {element:04X}"))
            data.add_new(Tag(group, 0x3000), "OW", self.value("OW", "OverlayData"))

    def _nest(self, data: Dataset) -> None:
        for keyword in (
            "RequestAttributesSequence",
            "ReferencedStudySequence",
            "IconImageSequence",
        ):
            setattr(data, keyword, [self._item(depth=3)])

    def _item(self, *, depth: int) -> Dataset:
        item = Dataset()
        for keyword, vr in (
            *(("CodeMeaning", "LO"), ("CodeValue", "SH"), ("PersonName", "PN")),
            *(("ReferencedSOPInstanceUID", "UI"), ("Date", "DA"), ("Time", "TM")),
            *(("DateTime", "DT"), ("TextValue", "UT"), ("InstitutionName", "LO")),
            *(("PatientID", "LO"), ("StudyDate", "DA"), ("StudyInstanceUID", "UI")),
            *(("StudyDescription", "LO"), ("SeriesNumber", "IS"), ("Modality", "CS")),
        ):
            setattr(item, keyword, self.value(vr, f"{keyword}, {depth} levels from the bottom"))
        item.add_new(Tag(0x7FE0, 0x0010), "OW", self.value("OW", "nested PixelData"))
        block = item.private_block(0x0029, f"{self.value('LO', 'creator')}", create=True)
        block.add_new(0x10, "LO", self.value("LO", "nested private text"))
        if depth > 1:
            item.ScheduledProtocolCodeSequence = [self._item(depth=depth - 1)]
        return item

    def _fill_private(self, data: Dataset) -> None:
        for group in (0x0009, 0x0019, 0x0021, 0x0043, 0x2001, 0x2005, 0x0117):
            # A block behind those that the file has: they stay as they are.
            data.add_new(Tag(group, 0x00E0), "LO", f"{self.value('LO', 'creator')} PRIVATE")
            for element, vr in enumerate(["LO", "LT", "UN", "OB", "PN", "DA", "UI", "ST", "UT"]):
                value = self.value(vr, f"private {group:04X} {vr}")
                data.add_new(Tag(group, 0xE000 + element), vr, value)
        data.add_new(Tag(0x0043, 0x00E1), "LO", "GEMS_PARM_01")
        known = self.value("LO", "text in a block of a scanner's maker")
        data.add_new(Tag(0x0043, 0xE170), "LO", known)

    def preamble(self) -> bytes:
        """128 bytes before the mark of the format."""
        return str(self.value("LO", "preamble")).encode().ljust(128, b"\0")

    def meta(self) -> Dataset:
        """Optional elements of the file meta group."""
        meta = Dataset()
        meta.SourceApplicationEntityTitle = self.value("AE", "SourceApplicationEntityTitle")
        meta.ImplementationVersionName = self.value("SH", "ImplementationVersionName")
        meta.PrivateInformationCreatorUID = self.value("UI", "PrivateInformationCreatorUID")
        meta.PrivateInformation = self.value("OB", "PrivateInformation")
        return meta


def _is_free(keyword: str) -> bool:
    return keyword in _READ_BUT_FREE or fates(keyword)[0].action is Action.REMOVED


# --- looking for markers


def _stable(text: str) -> list[bytes]:
    """Base64 of a text in the middle of a longer text, for its three alignments."""
    found, codes = [], text.encode()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + codes + b"\0" * 6)
        # The first and the last characters also depend on what stands beside the bytes.
        found.append(whole[-(-before * 8 // 6) : (before + len(codes)) * 8 // 6])
    return found


def _forms(text: str) -> Iterator[bytes]:
    """How a text may stand in bytes that were brought to lower case."""
    plain = text.lower().encode()
    yield from (plain, plain[::-1], plain.hex().encode())
    yield from (text.lower().encode("utf-16-le"), text.lower().encode("utf-16-be"))
    # Capitals come percent-encoded and escaped as capitals do.
    for codes in (text.encode(), plain):
        yield "".join(f"%{byte:02x}" for byte in codes).encode()
        yield "".join(f"\\u{byte:04x}" for byte in codes).encode()
        yield "".join(f"&#{byte};" for byte in codes).encode()
        yield codes.hex().encode()


_FORMS = frozenset(form for text in (WORD, ROOT) for form in _forms(text))
_BASE64 = frozenset(
    form for text in (WORD, ROOT) for codes in (text, text.lower()) for form in _stable(codes)
)
_DIGITS = re.compile(rb"[0-9.][0-9./T -]{7,}")
_DATE = re.compile(
    rb"(?<![0-9.])(?:17|19|20)[0-9]{2}([-/.]?)[0-9]{2}\1[0-9]{2}(?:[T ]?[0-9]{6})?(?![0-9])"
)
_TURNED_DATE = re.compile(
    rb"(?<![0-9.])([0-9]{1,2})([./-])([0-9]{1,2})\2((?:17|19|20)[0-9]{2})(?![0-9])"
)
_EXACT = re.compile(
    rb"(?<![0-9.])(?:(?:17[0-9]{6})?[0-9]{6}\.9[0-9]{5}|98765[0-9]{4}|98765\.[0-9]{5})(?![0-9])"
)
_AGE = re.compile(rb"[78][0-9]{2}Y(?![0-9A-Za-z])")
_EMBEDDED = re.compile(rb"base64,([A-Za-z0-9+/=]+)")


def traces(content: bytes, planted: Mapping[str, str]) -> Iterator[str]:
    """Everything in some bytes that is a marker, in whatever form."""
    lower = content.lower()
    yield from (form.decode("latin-1") for form in _FORMS if form in lower)
    yield from (form.decode("latin-1") for form in _BASE64 if form in content)
    yield from _numbers(content, planted)
    if b"\0" in content:  # digits of UTF-16
        yield from _numbers(content.replace(b"\0", b""), planted)


def _numbers(content: bytes, planted: Mapping[str, str]) -> Iterator[str]:
    # First what could be a number at all: a pattern that looks behind is slow on images.
    runs = b"\n".join(_DIGITS.findall(content))
    days = {marker[:8] for marker in planted if marker[:8].isdigit()}
    for match in _DATE.finditer(runs):
        if re.sub(rb"[^0-9]", b"", match.group())[:8].decode() in days:
            yield match.group().decode()
    for match in _TURNED_DATE.finditer(runs):
        one, other, year = (int(match[n]) for n in (1, 3, 4))
        if {f"{year}{one:02d}{other:02d}", f"{year}{other:02d}{one:02d}"} & days:
            yield match.group().decode()
    found = (match.group().decode() for match in _EXACT.finditer(runs))
    yield from (text for text in found if text in planted)
    if b"\0" not in content:  # in images the four bytes of an age turn up by chance
        for match in _AGE.finditer(content):
            alone = not content[max(match.start() - 1, 0) : match.start()].isalnum()
            if alone and match.group().decode() in planted:
                yield match.group().decode()


def layers(content: bytes, name: str = "") -> Iterator[bytes]:
    """The bytes, and what is packed in them: gzip, zip, base64 in pages; to any depth."""
    yield name.encode()
    yield content
    if content[:2] == b"\x1f\x8b":
        yield from layers(gzip.decompress(content))
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from layers(archive.read(member), member)
    for match in _EMBEDDED.finditer(content):
        yield from layers(base64.b64decode(match.group(1)))


def leaks(
    folder: Path, planted: Mapping[str, str], allowed: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """File and marker, for every marker in the names or bytes of a tree that is not `allowed`."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        for layer in layers(path.read_bytes() if path.is_file() else b"", name):
            rest = layer
            for text in allowed:
                rest = rest.replace(text.encode(), b"")
            found += [(name, seen) for seen in traces(rest, planted)]
    return found
