"""Lines of the table of how likely masks are bad, from a report."""

from __future__ import annotations

from collections.abc import Iterator

from breastdce.dataset.trust_table import INPUTS
from breastdce.formats.tables import Cell
from breastdce.segment.trust import TrustReport


def trust_rows(report: TrustReport) -> Iterator[dict[str, Cell]]:
    """A line for each mask, without the exam."""
    for one in report.masks:
        values = {pushed.name: pushed.value for pushed in one.inputs}
        raised = [pushed.name for pushed in one.inputs if pushed.push > 0]
        yield {
            "mask": one.mask,
            "chance_bad": one.chance_bad,
            "known": None if one.chance_bad is None else "+".join(("images", *one.known)),
            "raised_by": raised[0] if raised else None,
            **{name: values.get(name) for name in INPUTS},
        }
