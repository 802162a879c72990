"""docs/licenses.md is complete for the locks, and nothing under the GPL reaches a user."""

from __future__ import annotations

import pytest

from breastdce.core.extras import CORE, EXTRAS
from tools import licenses

ROWS = {row.package: row for row in licenses.told(licenses.PAGE.read_text(encoding="utf-8"))}


def test_the_page_lists_what_is_locked_and_nothing_else():
    told = {name: row.versions for name, row in ROWS.items()}
    assert told == licenses.locked(), "the locks have changed: run `make licenses`"


def test_every_package_of_core_and_extras_is_on_the_page_for_that():
    for name in CORE:
        assert ROWS[name.lower()].purpose == "core"
    for extra, packages in EXTRAS.items():
        assert all(extra in ROWS[name].purpose for name in packages.packages)


def test_each_verdict_follows_from_the_licence():
    assert [licenses.verdict(name, row.license) for name, row in ROWS.items()] == [
        row.verdict for row in ROWS.values()
    ]


def test_what_a_user_installs_is_under_no_gpl():
    users = [row for row in ROWS.values() if row.purpose != "development"]
    assert len(users) > len(CORE)
    assert {row.verdict for row in users} <= {
        *("yes", "yes, unchanged", "yes, as a library", "not from us")
    }
    assert {row.verdict for row in users if row.purpose == "core"} <= {"yes", "yes, unchanged"}


@pytest.mark.parametrize(
    ("license_", "words"),
    [
        ("MIT AND BSD-3-Clause", "yes"),
        ("Apache-2.0 WITH LLVM-exception", "yes"),
        ("GPL-3.0-or-later", "tool only"),
        ("AGPL-3.0-only AND MIT", "tool only"),
        ("Artistic-1.0-Perl OR GPL-2.0-or-later", "yes"),
        ("LGPL-3.0-or-later", "yes, as a library"),
        ("MPL-2.0 AND MIT", "yes, unchanged"),
        ("LicenseRef-NVIDIA", "not from us"),
    ],
)
def test_licences_are_judged(license_, words):
    assert licenses.verdict("some", license_) == words


def test_a_licence_that_nobody_has_judged_is_refused():
    with pytest.raises(SystemExit, match="nobody has judged"):
        licenses.verdict("some", "CC-BY-NC-4.0")
