"""Whom to cite for what was fetched, and under which license it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from breastdce.core.counted import counted
from breastdce.fetch.manifest import FileRecord

_HEAD = """Sources of the files below this folder, with license and DOI as the index states them.
Cite each DOI, keep each license, and hand this file on with every copy.
"""
_TERMS = """
Do not attempt to identify anyone.
Terms of The Cancer Imaging Archive, for collections that come from it:
  https://www.cancerimagingarchive.net/data-usage-policies-and-restrictions
Archive that served the files: NCI Imaging Data Commons, https://doi.org/10.1148/rg.230180
"""
_LOOK_UP = (
    "not stated by the index; look the collection up at https://imaging.datacommons.cancer.gov"
)


def citation_text(records: Iterable[FileRecord]) -> str:
    """Make the text of CITATION.txt from the manifest; empty when nothing is here."""
    counts = Counter(
        (record.collection_id, record.license, record.source_doi)
        for record in records
        if record.is_here
    )
    if not counts:
        return ""
    blocks = [
        f"\ncollection {collection}: {counted(files, 'file')}\n"
        f"  license: {license_name or _LOOK_UP}\n"
        f"  cite:    {f'https://doi.org/{doi}' if doi else _LOOK_UP}\n"
        for (collection, license_name, doi), files in sorted(
            counts.items(), key=lambda item: tuple(part or "" for part in item[0])
        )
    ]
    return _HEAD + "".join(blocks) + _TERMS
