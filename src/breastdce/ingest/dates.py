"""Study dates on a calendar of the patient's own: moved back by one secret number of days.

All dates of a patient move by the same whole number of days, so that intervals between exams stay
exact and nothing else does: neither the year, nor the season, nor the day of the week. The number
is 150 to 160 years, drawn at random, so that dates of 1960 to 2049 come to lie in the 1800s, when
there were no scanners: whoever sees one knows that it is shifted (BIDS asks for dates before 1925),
and a date of this or the last century in a data set is always a mistake. Ten years of chance hide
the true one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import date

LEAST_SHIFT_DAYS, MOST_SHIFT_DAYS = 54_787, 58_439
FIRST_DAY, LAST_DAY = date(1800, 1, 1).toordinal(), date(1899, 12, 31).toordinal()
"""Where shifted dates may lie, as proleptic Gregorian ordinals (day 1 is 1 January of year 1)."""
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)


def draw_shift_days(below: Callable[[int], int] = secrets.randbelow) -> int:
    """Draw how far a patient's dates move back; `below(n)` gives a whole number from 0 below n."""
    return LEAST_SHIFT_DAYS + below(MOST_SHIFT_DAYS - LEAST_SHIFT_DAYS + 1)


def shifted_day(study_date: str | None, shift_days: int) -> int | None:
    """Ordinal of a DICOM date (YYYYMMDD) moved back.

    None where there is no date, or none on which an exam can have been made: one that does not
    exist, or that would not come to lie in the 1800s.
    """
    match = _DATE.fullmatch(study_date or "")
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3])).toordinal() - shift_days
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None
