"""One small cohort for all tests of this folder."""

from __future__ import annotations

import pytest

from breastdce.testing import write_cohort


@pytest.fixture(scope="session")
def cohort(tmp_path_factory):
    """Folder of a tiny cohort and what is true of it."""
    folder = tmp_path_factory.mktemp("cohort")
    return folder, write_cohort(folder, size="tiny")
