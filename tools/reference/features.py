"""Every radiomic feature: definition, unit, IBSI code, known defect; from the families."""

from __future__ import annotations

from itertools import groupby

from breastdce.radiomics.panel import FeatureRecord, describe, load_panel
from reference._markdown import code, page, prose, table

_LEAD = """A column of a panel, as the dictionary beside each table says it too. `intensity` is
the unit of the image, `1` is dimensionless, `none` means that the definition is not IBSI's. A
*defect* is what CaPTk 1.8.1 does otherwise than the name says; the panel `captk` repeats it, so
that numbers compare with the published ones ([what that means](../../explanation/captk.md)). [How
to compute them](../../radiomics.md)."""
_PANELS = ("captk", "ibsi")


def text() -> str:
    """The page."""
    return page("Feature definitions", _LEAD, *map(_panel, _PANELS))


def _panel(name: str) -> str:
    panel = load_panel(name)
    families = groupby(describe(panel), key=lambda record: record.family)
    sections = [_family(name, family, list(records)) for family, records in families]
    return "\n\n".join([f"## Panel {name}", prose(panel.description), *sections])


def _family(panel: str, family: str, records: list[FeatureRecord]) -> str:
    flawed = any(record.defect for record in records)
    head = ("column", "definition", "unit", "IBSI", *(("defect",) if flawed else ()))
    rows = (
        (
            code(record.name),
            prose(record.definition),
            prose(record.unit),
            record.ibsi,
            *((prose(record.defect),) if flawed else ()),
        )
        for record in records
    )
    return f"### {panel}: {family.replace('_', ' ')}\n\n{table(head, rows)}"
