"""Which compressed transfer syntaxes this installation can decode."""

from __future__ import annotations

import re
from functools import lru_cache

_STANDARD = re.compile(r"1\.2\.840\.10008\.1\.2(\.(0|[1-9]\d{0,2})){1,2}", re.ASCII)
"""Transfer syntaxes of the standard, PS3.6 table A-1; nobody decodes private ones."""


@lru_cache
def can_decode(transfer_syntax_uid: str) -> bool:
    """Whether pydicom has a working decoder for a compressed transfer syntax."""
    if not _STANDARD.fullmatch(transfer_syntax_uid):
        return False
    from pydicom.pixels.decoders.base import get_decoder  # late: a scan rarely needs it

    try:
        return bool(get_decoder(transfer_syntax_uid).is_available)
    except NotImplementedError:
        return False
