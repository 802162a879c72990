"""Traces of a patient's identity in text: dates, times, UIDs, person names, paths of a machine.

The patterns are narrow on purpose: versions, digests, counts and measurements of our own must not
look like them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_YEAR = "(?:19|20)[0-9]{2}"
_MONTH = "(?:0[1-9]|1[0-2])"
_DAY = "(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = "(?:[01][0-9]|2[0-3])"
_SIXTY = "[0-5][0-9]"
_ALONE = r"(?<![0-9A-Za-z.,_+-])"  # digits inside digests and decimals are no dates
_END = r"(?![0-9A-Za-z]|[.,][0-9])"

_PATTERNS = {
    "date": re.compile(
        f"{_ALONE}{_YEAR}{_MONTH}{_DAY}(?:{_CLOCK}{_SIXTY}(?:{_SIXTY}(?:[.][0-9]+)?)?)?{_END}"
        f"|(?<![0-9]){_YEAR}([-/]){_MONTH}\\1{_DAY}(?![0-9])"
        f"|(?<![0-9./])[0-9]{{1,2}}([./])[0-9]{{1,2}}\\2{_YEAR}(?![0-9.])"
    ),
    "time": re.compile(
        f"{_ALONE}{_CLOCK}{_SIXTY}{_SIXTY}[.][0-9]{{6}}(?![0-9])"
        f"|(?<![0-9:]){_CLOCK}:{_SIXTY}:{_SIXTY}(?![0-9:])"
    ),
    # The standard's own root names transfer syntaxes and classes, no patient.
    "UID": re.compile(
        r"(?<![0-9.])(?!1\.2\.840\.10008\.)(?:1\.2\.840|1\.2\.826|1\.3\.(?:6|12|46|51)|2\.25)\.[0-9]"
        r"[0-9.]{5,}|(?<![0-9.])(?!1\.2\.840\.10008\.)[0-2](?:\.(?:0|[1-9][0-9]*)){7,}"
    ),
    "person name": re.compile(r"[A-Za-z]{2,}\^[A-Za-z]"),
    "path": re.compile(
        r"(?<![\w/.:<-])/(?:home|Users|mnt|media|root|tmp|work|scratch|data|srv)/\w|\b[A-Z]:\\\w"
    ),
}
_EMBEDDED = re.compile(r"data:[a-z]+/[a-z+.-]+;base64,[A-Za-z0-9+/=]+")


def traces(text: str) -> Iterator[tuple[str, str]]:
    """Kinds of traces in `text`, each once, with the first place that shows it.

    Pictures embedded in pages are left out; they hold no text.
    """
    plain = _EMBEDDED.sub("", text)
    for kind, pattern in _PATTERNS.items():
        found = pattern.search(plain)
        if found is not None:
            yield kind, found.group()
