"""The index of IDC's series: one Parquet table, read without the package that queries it.

The only import of idc_index_data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, EngineError, InputError
from breastdce.core.extras import extra_missing

_NAMES_SHOWN = 3


def installed_index() -> Path:
    """Path of the table that idc-index-data brings.

    Raises
    ------
    EngineError
        ENGINE_MISSING.
    """
    try:
        from idc_index_data import IDC_INDEX_PARQUET_FILEPATH
    except ImportError as error:
        raise extra_missing("fetch", ["idc-index-data"]) from error
    if IDC_INDEX_PARQUET_FILEPATH is None:
        raise EngineError(
            ErrorCode.ENGINE_MISSING,
            "The installed idc-index-data holds no table",
            remedy="pip install --force-reinstall idc-index-data",
        )
    return Path(IDC_INDEX_PARQUET_FILEPATH)


def collection_name(text: str) -> str:
    """Spell a collection as the index does: `Duke-Breast-Cancer-MRI` is duke_breast_cancer_mri."""
    return re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_")


def collection_rows(
    path: Path, collection: str, required: Sequence[str]
) -> Sequence[Mapping[str, Any]]:
    """All rows of one collection, in the table's order; column to value.

    A table without the column `collection_id` holds one collection only.

    Raises
    ------
    InputError
        TABLE_INVALID when the file is no Parquet table with the `required` columns.
    CallError
        UNKNOWN_ENTRY with the nearest names when the table has no such collection.
    """
    import polars as pl
    from polars.exceptions import PolarsError

    try:
        table = pl.scan_parquet(path)
        columns = table.collect_schema().names()
        missing = [name for name in required if name not in columns]
        if missing:
            raise _invalid(path, f"no column {', '.join(missing)}")
        if "collection_id" not in columns:
            return table.collect().to_dicts()
        rows = table.filter(pl.col("collection_id") == collection).collect().to_dicts()
        if not rows:
            known = table.select(pl.col("collection_id").unique()).collect()["collection_id"]
            raise _unknown(collection, [name for name in known.to_list() if name])
    except (PolarsError, OSError) as error:
        raise _invalid(path, str(error).partition("\n")[0]) from error
    else:
        return rows


def _unknown(collection: str, known: Sequence[str]) -> CallError:
    near = get_close_matches(collection, known, n=_NAMES_SHOWN, cutoff=0.5)
    return CallError(
        ErrorCode.UNKNOWN_ENTRY,
        f"The index has no collection {collection}",
        evidence={"collections": len(known), "nearest": ", ".join(near) or "none"},
        remedy=f"Did you mean {near[0]}?" if near else "Look it up in IDC's portal.",
    )


def _invalid(path: Path, why: str) -> InputError:
    return InputError(
        ErrorCode.TABLE_INVALID,
        "The index cannot be read",
        evidence={"file": str(path), "why": why},
        remedy="Give a Parquet table with IDC's columns, or leave --index out.",
    )
