"""DICOM times, starts of phases, and effective times. Seconds throughout."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from breastdce.core.exam import TimeZero

if TYPE_CHECKING:
    from breastdce.ingest.series import Slice

DAY_S = 86400.0
HALF_DAY_S = 43200.0
SAME_START_S = 1.0
"""Starts nearer than this are one start; no breast phase is as short."""
INJECTION_WINDOW_S = (-60.0, 300.0)
"""Seconds from injection to the start of the first post-contrast phase that are believed."""

_DIGITS = 6  # as many as DICOM times have: hides the dust of adding floats

_TIME = re.compile(r"(\d{2}):?(\d{2})?:?(\d{2})?(?:\.(\d+))?")
_DATE = re.compile(r"(\d{4})[.\-/]?(\d{2})[.\-/]?(\d{2})")
Clock = tuple[str | None, str | None]
"""Date and time of day as the header gives them."""


def parse_time(text: str | None) -> float | None:
    """Seconds after midnight of a DICOM TM, also without seconds or with colons; else None.

    >>> parse_time("074853.7675"), parse_time("0748"), parse_time("07:48:53")
    (28133.7675, 28080.0, 28133.0)
    """
    match = _TIME.fullmatch((text or "").strip())
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
    if hours > 23 or minutes > 59 or seconds > 60:  # 60: a leap second is legal
        return None
    return 3600.0 * hours + 60.0 * minutes + seconds + float(f"0.{match[4] or 0}")


def parse_day(text: str | None) -> int | None:
    """Day number of a DICOM DA; None where there is no such day."""
    match = _DATE.fullmatch((text or "").strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).toordinal()
    except ValueError:
        return None


def clock_seconds(clocks: Sequence[Clock]) -> tuple[float, ...] | None:
    """Seconds on one axis; None unless every clock has a time.

    Dates count only where all have one. A spread of more than 12 h means that the early hours
    belong to the next day: no breast exam lasts that long.
    """
    times = [parse_time(time) for _, time in clocks]
    known = [time for time in times if time is not None]
    if not known or len(known) < len(times):
        return None
    days = [parse_day(day) for day, _ in clocks]
    dated = [day for day in days if day is not None]
    if len(dated) == len(days):
        first = min(dated)
        known = [DAY_S * (day - first) + time for day, time in zip(dated, known, strict=True)]
    return across_midnight(known)


def across_midnight(seconds: Sequence[float]) -> tuple[float, ...]:
    """Put the hours after midnight behind those before it, where the spread exceeds 12 h."""
    if max(seconds) - min(seconds) <= HALF_DAY_S:
        return tuple(seconds)
    limit = min(seconds) + HALF_DAY_S
    return tuple(value + DAY_S if value < limit else value for value in seconds)


def acquisition_clock(item: Slice) -> Clock:
    """AcquisitionDate and AcquisitionTime, or those of the frame."""
    return item.frame.acquisition_date, item.frame.acquisition_time


def content_clock(item: Slice) -> Clock:
    """ContentTime: reconstruction on some scanners, the only time there is on others."""
    return None, item.frame.content_time


def _series_clock(item: Slice) -> Clock:
    return None, item.header.series_time


@dataclass(frozen=True, slots=True)
class Starts:
    """Starts of volumes on one clock."""

    kind: str
    seconds: tuple[float, ...]


Volumes = Sequence[Sequence["Slice"]]


def start_times(volumes: Volumes) -> Starts | None:
    """Earliest time of each volume by the best kind of time that tells them all apart.

    One kind for all: AcquisitionTime, SeriesTime plus TriggerTime, ContentTime, SeriesTime.
    """
    for kind, reader in _KINDS.items():
        starts = reader(volumes)
        if starts is not None and _distinct(starts):
            return Starts(kind, starts)
    return None


def incomplete_kind(volumes: Volumes, used: str) -> str:
    """A better kind of clock than the one used, which only some slices have; empty for none."""
    for kind, clock in _CLOCKS.items():
        if kind == used:
            return ""
        times = [parse_time(clock(item)[1]) for volume in volumes for item in volume]
        if None in times and set(times) != {None}:
            return kind
    return ""


def shared_starts(volumes: Volumes) -> tuple[float, ...] | None:
    """AcquisitionTime of each volume even where some are equal; None where one has none."""
    return _from_clock(acquisition_clock)(volumes)


def _distinct(starts: Sequence[float]) -> bool:
    ordered = sorted(starts)
    return all(b - a > SAME_START_S for a, b in pairwise(ordered))


Reader = Callable[[Volumes], tuple[float, ...] | None]


def _from_clock(clock: Callable[[Slice], Clock]) -> Reader:
    def read(volumes: Volumes) -> tuple[float, ...] | None:
        seconds = clock_seconds([clock(item) for volume in volumes for item in volume])
        if seconds is None:
            return None
        rest = iter(seconds)
        return tuple(min(next(rest) for _ in volume) for volume in volumes)

    return read


def _from_trigger(volumes: Volumes) -> tuple[float, ...] | None:
    triggers = [[item.frame.trigger_time_ms for item in volume] for volume in volumes]
    least = [min(value for value in row if value is not None) for row in triggers if _full(row)]
    if len(least) < len(volumes):
        return None
    begins = _from_clock(_series_clock)(volumes)
    if begins is None:
        if len({volume[0].header.series_uid for volume in volumes}) > 1:
            return None
        begins = (0.0,) * len(volumes)
    return tuple(begin + value / 1000.0 for begin, value in zip(begins, least, strict=True))


def _full(row: Sequence[float | None]) -> bool:
    return all(value is not None for value in row)


_CLOCKS = {"AcquisitionTime": acquisition_clock, "ContentTime": content_clock}
_KINDS: dict[str, Reader] = {
    "AcquisitionTime": _from_clock(acquisition_clock),
    "TriggerTime": _from_trigger,
    "ContentTime": _from_clock(content_clock),
    "SeriesTime": _from_clock(_series_clock),
}


def phase_duration(
    starts: Sequence[float], first_post: int, ge_duration_us: float | None
) -> float | None:
    """Duration of a phase: GE's own, else the time between the first two post-contrast starts.

    GE's value is believed only when it fits into that interval: some releases give the whole
    series there.
    """
    gap = starts[first_post + 1] - starts[first_post] if first_post + 1 < len(starts) else None
    own = None if ge_duration_us is None else ge_duration_us / 1e6
    if own is not None and own > SAME_START_S and (gap is None or own <= 1.01 * gap):
        return own
    return gap if gap is not None and gap > 0 else None


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of all phases of an exam."""

    zero: TimeZero
    starts_s: tuple[float, ...]
    """After the start of the first phase."""
    effective_s: tuple[float, ...] | None
    """Mid-phase after `zero`; None without a duration."""
    duration_s: float | None


def timing(
    starts: Sequence[float], first_post: int, duration_s: float | None, injection: float | None
) -> Timing:
    """Effective times: ``start_k - zero + duration / 2`` (UCSF's rule, `zero` = first post start).

    Parameters
    ----------
    starts, injection
        On one clock, seconds; `injection` where the header gives a believable one.
    """
    zero = starts[first_post] if injection is None else injection
    middle = None if duration_s is None else duration_s / 2 - zero
    return Timing(
        zero=TimeZero.FIRST_POST_START if injection is None else TimeZero.INJECTION,
        starts_s=tuple(round(start - starts[0], _DIGITS) for start in starts),
        effective_s=None if middle is None else tuple(round(t + middle, _DIGITS) for t in starts),
        duration_s=None if duration_s is None else round(duration_s, _DIGITS),
    )


def injection_time(text: str | None, starts: Sequence[float], first_post: int) -> float | None:
    """ContrastBolusStartTime on the clock of `starts`; None when absent or not believable."""
    seconds = parse_time(text)
    if seconds is None:
        return None
    start = starts[first_post]
    seconds += DAY_S * round((start - seconds) / DAY_S)
    low, high = INJECTION_WINDOW_S
    plausible = low <= start - seconds <= high and seconds >= starts[0]
    return seconds if plausible else None
