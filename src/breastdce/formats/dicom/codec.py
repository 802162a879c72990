"""Which compressed transfer syntaxes this installation can decode."""

from __future__ import annotations

import re
from functools import lru_cache

_UID = re.compile(r"[0-9.]{1,64}")


@lru_cache
def can_decode(transfer_syntax_uid: str) -> bool:
    """Whether pydicom has a working decoder for a compressed transfer syntax."""
    if not _UID.fullmatch(transfer_syntax_uid):
        return False  # pydicom would warn of it, and quote it
    from pydicom.pixels.decoders.base import get_decoder  # late: a scan rarely needs it

    try:
        return bool(get_decoder(transfer_syntax_uid).is_available)
    except NotImplementedError:
        return False
