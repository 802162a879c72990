"""Compare what is wanted with what is here, and fetch the rest; verified file by file."""

from __future__ import annotations

import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, TypeVar

from breastdce.core.codes import ErrorCode, FetchCode
from breastdce.core.counted import counted
from breastdce.core.errors import NetworkError, StoreError
from breastdce.fetch.check import Verdict, listing_problem, own_objects
from breastdce.fetch.series import Failure, IndexSeries
from breastdce.formats.bucket import Bucket, Refused, RemoteObject
from breastdce.run.fetched import Fetched

_SERIES_AT_ONCE = 200
_FILES_AT_ONCE = 1000  # what a dead network is noticed after
_MARGIN = 1.02  # of the bytes to fetch, and a little for tables
_MARGIN_BYTES = 100_000_000
_DISK_FULL = "no space left on device"

OnBytes = Callable[[int, int], None]
"""Bytes that are through, of all."""
T = TypeVar("T")


class Here(NamedTuple):
    """What is here of a series."""

    size_bytes: int
    """Of its files that are whole."""
    complete: bool


class Need(NamedTuple):
    """A file that is absent or wrong."""

    series: IndexSeries
    remote: RemoteObject


class Comparison(NamedTuple):
    """What is to be fetched, and what the bucket does not hold as the index says."""

    needs: tuple[Need, ...]
    failures: tuple[Failure, ...]


class Broken(NamedTuple):
    """A file that could not be fetched in any try."""

    need: Need
    code: FetchCode
    reason: str


def take_stock(fetched: Fetched, series: Sequence[IndexSeries], *, rehash: bool) -> dict[str, Here]:
    """Look what is here of each series, by its UID; no server is asked."""
    return {one.series_uid: _stock(fetched, one, rehash=rehash) for one in series}


def compare(fetched: Fetched, bucket: Bucket, series: Sequence[IndexSeries]) -> Comparison:
    """Hold series that are not wholly here against the bucket.

    Raises
    ------
    NetworkError
        NO_NETWORK.
    """
    needs: list[Need] = []
    failures: list[Failure] = []
    for one, answer in _listed(bucket, series):
        if isinstance(answer, Refused):
            failures.append(_failure(one, FetchCode.NOT_IN_BUCKET, answer.reason))
            continue
        if problem := listing_problem(one, answer):
            failures.append(_failure(one, *problem))
        fetched.drop_superseded(one, answer)
        if strays := fetched.strays(one, answer):
            failures.append(_failure(one, FetchCode.STRAY_FILES, ", ".join(strays[:3])))
        needs += [
            Need(one, remote)
            for remote in answer
            if fetched.verdict(one, remote, rehash=False) is not Verdict.WHOLE
        ]
    return Comparison(tuple(needs), tuple(failures))


def check_space(folder: Path, size_bytes: int) -> None:
    """Refuse what the disk of `folder` cannot hold.

    Raises
    ------
    StoreError
        NO_SPACE with both figures.
    """
    free = shutil.disk_usage(folder).free
    needed = round(size_bytes * _MARGIN) + _MARGIN_BYTES
    if size_bytes and free < needed:
        raise StoreError(
            ErrorCode.NO_SPACE,
            evidence={
                "needed": f"{needed / 1e9:.2f} GB",
                "free": f"{free / 1e9:.2f} GB",
                "folder": str(folder),
            },
        )


def transfer(
    fetched: Fetched,
    bucket: Bucket,
    needs: Sequence[Need],
    *,
    pauses_s: Sequence[float],
    on_bytes: OnBytes,
) -> list[Broken]:
    """Fetch files, trying once after each pause; return what is still broken after the last.

    Raises
    ------
    NetworkError
        NO_NETWORK when the server can no longer be reached.
    StoreError
        NO_SPACE.
    """
    meter = _Meter(sum(need.remote.size_bytes for need in needs), on_bytes)
    left = [Broken(need, FetchCode.TRANSFER_FAILED, "") for need in needs]
    for pause in pauses_s:
        if left:
            time.sleep(pause)
        batches = list(_batches([broken.need for broken in left], _FILES_AT_ONCE))
        left = [broken for batch in batches for broken in _copy(fetched, bucket, batch, meter)]
    return left


def failures_of(broken: Sequence[Broken]) -> list[Failure]:
    """One failure for each series that has broken files."""
    series = {one.need.series.series_uid: one for one in broken}
    counts = Counter(one.need.series.series_uid for one in broken)
    return [
        _failure(
            one.need.series, one.code, f"{counted(counts[uid], 'file')}; the last: {one.reason}"
        )
        for uid, one in series.items()
    ]


def _stock(fetched: Fetched, series: IndexSeries, *, rehash: bool) -> Here:
    objects = fetched.objects(series)
    whole = [
        remote.size_bytes
        for remote in objects
        if fetched.verdict(series, remote, rehash=rehash) is Verdict.WHOLE
    ]
    complete = len(whole) == len(objects) and listing_problem(series, objects) is None
    return Here(sum(whole), complete and not fetched.strays(series, objects))


class _Meter:
    """Counts what is through, in whichever try."""

    def __init__(self, total: int, on_bytes: OnBytes) -> None:
        self._done, self._total, self._on_bytes = 0, total, on_bytes

    def __call__(self, need: Need) -> None:
        self._done += need.remote.size_bytes
        self._on_bytes(self._done, self._total)


def _copy(
    fetched: Fetched, bucket: Bucket, needs: Sequence[Need], meter: Callable[[Need], None]
) -> list[Broken]:
    broken = []
    copies: dict[str, str] = {}
    asked = {}
    for need in needs:
        path = fetched.expect(*need)
        if fetched.settle(*need):  # it had arrived when an earlier run was killed
            meter(need)
            continue
        copies[need.remote.source], asked[need.remote.source] = path, need
    refused = []
    with closing(bucket.copy_objects(copies, fetched.incoming)) as answers:
        for answer in answers:
            need = asked[answer.source]
            if isinstance(answer, Refused):
                refused.append(answer)
                broken.append(Broken(need, FetchCode.TRANSFER_FAILED, answer.reason))
            elif fetched.settle(*need):
                meter(need)
            else:
                words = f"{need.remote.source} arrived with other content"
                broken.append(Broken(need, FetchCode.CONTENT_DIFFERS, words))
    _check_refused(bucket, refused, [*asked.values()])
    return broken


def _check_refused(bucket: Bucket, refused: Sequence[Refused], needs: Sequence[Need]) -> None:
    """Stop for what concerns all files: a full disk, or no file of a batch got through."""
    full = next((one for one in refused if _DISK_FULL in one.reason), None)
    if full is not None:
        raise StoreError(ErrorCode.NO_SPACE, evidence={"why": full.reason})
    if needs and len(refused) == len(needs) and all(one.by_network for one in refused):
        for _ in _listed(bucket, [needs[0].series]):
            pass  # raises when the server is gone


def _listed(
    bucket: Bucket, series: Sequence[IndexSeries]
) -> Iterator[tuple[IndexSeries, list[RemoteObject] | Refused]]:
    """List series; the first by itself, so that a missing network is noticed at once."""
    for batch in (series[:1], *_batches(series[1:], _SERIES_AT_ONCE)):
        found: dict[str, list[RemoteObject]] = defaultdict(list)
        refused: dict[str, Refused] = {}
        for answer in bucket.list_objects([one.source for one in batch]) if batch else ():
            if isinstance(answer, RemoteObject):
                found[answer.source.rpartition("/")[0] + "/"].append(answer)
            elif answer.by_network:
                raise NetworkError(
                    ErrorCode.NO_NETWORK,
                    evidence={"server": bucket.endpoint, "why": answer.reason},
                )
            else:
                refused[answer.source] = answer
        for one in batch:
            yield one, refused.get(one.source) or own_objects(one, found[one.source])


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _failure(series: IndexSeries, code: FetchCode, evidence: str) -> Failure:
    return Failure(series.patient_id, series.study_uid, series.series_uid, code, evidence)
