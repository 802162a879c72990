"""Numbers and names as a reader expects them; `n/a` for what has no value."""

from __future__ import annotations

import math
from collections.abc import Mapping

from breastdce.core.codes import CaveatCode, Code, ExamCode, FileCode, SeriesCode

NOT_AVAILABLE = "n/a"
_UNITS = {  # the package's closed list of unit suffixes
    "mm": "mm",
    "mm3": "mm³",
    "ml": "mL",
    "s": "s",
    "ms": "ms",
    "percent": "%",
    "deg": "°",
    "hz": "Hz",
    "tesla": "T",
    "t": "T",
    "bytes": "bytes",
}
_LARGE = 1e7  # from here on powers of ten read better than digits
_CAPITALS = {"pe": "PE", "ser": "SER", "ftv": "FTV", "stv": "STV", "voi": "VOI", "seg": "SEG"}
_VOI = {
    "producer": "region of the producer's own analysis",
    "table": "region given in a table",
    "proposed": "region proposed by the program, not checked by a person",
    "breast": "none: every enhancing voxel of the breasts or images counts",
}
_ROLES = {
    "pre": "before contrast",
    "post1": "first after contrast",
    "post2": "second (late) after contrast",
    "post": "after contrast",
    "baseline": "earlier baseline",
}
_PUBLISHED: tuple[type[Code], ...] = (CaveatCode, ExamCode, SeriesCode, FileCode)


def number(row: Mapping[str, object], column: str) -> float | None:
    """Read a cell as a number; None where it is missing, `n/a` or not finite.

    Cells may be numbers or the text of a table.
    """
    try:
        value = float(str(row.get(column, NOT_AVAILABLE)))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def text(row: Mapping[str, object], column: str) -> str:
    """Read a cell as text; `n/a` where it is missing, empty or NaN."""
    value = row.get(column)
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return NOT_AVAILABLE
    return str(value)


def items(row: Mapping[str, object], column: str) -> list[str]:
    """Split a semicolon list; empty where the cell has no value."""
    cell = text(row, column)
    return [] if cell == NOT_AVAILABLE else [item.strip() for item in cell.split(";")]


def decimal(value: float | None, digits: int = 2) -> str:
    """Print with a fixed number of decimals and thin thousands; `n/a` for None."""
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    shown = f"{value:,.{digits}f}".replace(",", "\u2009")
    return shown.replace("-", "\u2212")


def figure(value: float, digits: int = 4) -> str:
    """Print with so many significant digits, as short as that goes: 0.0123, 12.5, 1 234, 1.5e7."""
    if not math.isfinite(value):
        return NOT_AVAILABLE
    if 10.0 ** (digits - 1) <= abs(value) < _LARGE:
        return decimal(value, 0)
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    shown = f"{mantissa}e{int(power)}" if power else mantissa
    return shown.replace("-", "\u2212")


def count(value: float | None) -> str:
    """Print a whole number."""
    return decimal(value, 0)


def share(part: float | None, total: float | None) -> str:
    """Print a part of a whole in percent; `n/a` when the whole is 0 or either is unknown."""
    if part is None or not total:
        return NOT_AVAILABLE
    return f"{decimal(100.0 * part / total, 1)}\u2009%"


def fact(key: str, value: object) -> str:
    """One fact of a caveat in words: `late_delay_s`, 531.2 gives `late delay: 531.2 s`."""
    words = key.split("_")
    unit = _UNITS[words.pop()] if len(words) > 1 and words[-1] in _UNITS else ""
    name = " ".join(_CAPITALS.get(word, word) for word in words)
    shown = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"{name}: {shown} {unit}".rstrip()


def voi(source: str) -> str:
    """Where the region of interest comes from, in words."""
    return _VOI.get(source, source)


def role(name: str) -> str:
    """What a phase is in the dynamic, in words."""
    return _ROLES.get(name, name)


def explain(code: str) -> tuple[str, str]:
    """Meaning and remedy of a code that a data set can hold; empty for an unknown one."""
    for kind in _PUBLISHED:
        if code in kind.__members__:
            entry = kind.__members__[code]
            return entry.meaning, entry.remedy
    return "", ""
