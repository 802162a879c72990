"""Every code with its meaning and its remedy, from core/codes.py."""

from __future__ import annotations

import inspect

from breastdce.core.codes import ALL_CODES, Code
from reference._markdown import code, page, prose, table

_LEAD = """A code is the stable name of a reason: in `exclusions.tsv`, in the column `caveats`, on
the pages, in messages. Scripts may match on codes; the words around them may change."""


def text() -> str:
    """The page."""
    return page("Codes, their meaning and their remedy", _LEAD, *map(_section, ALL_CODES))


def _section(kind: type[Code]) -> str:
    rows = ((code(one.value), prose(one.meaning), prose(one.remedy)) for one in kind)
    return "\n\n".join(
        [
            f"## {kind.__name__}",
            prose(inspect.getdoc(kind) or ""),
            table(("code", "meaning", "what to do"), rows),
        ]
    )
