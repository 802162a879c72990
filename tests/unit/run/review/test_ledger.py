"""The file of the ledger: rows stay, transactions are whole, and damage is heard of."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.review.chain import faults
from breastdce.review.revision import Event, EventKind
from breastdce.run.review.ledger import Ledger, read_ledger, read_register


def event(name: str = "Anna") -> Event:
    return Event(kind=EventKind.OPENED, exam="sub-1_ses-1", reader=name, created="2026-01-01")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "review" / "ledger.sqlite"


def filled(path: Path, count: int = 3) -> list[str]:
    with Ledger(path) as ledger, ledger.transaction():
        return [ledger.add(event()).link for _ in range(count)]


def tamper(path: Path, *statements: str) -> None:
    """As somebody with the sqlite3 shell would."""
    base = sqlite3.connect(path)
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()


def test_rows_come_back_chained(path):
    links = filled(path)
    content = read_ledger(path)
    assert [row.link for row in content.rows] == links
    assert content.last_number == 3
    assert list(faults(content.rows, content.last_number)) == []
    assert read_register(path).exams.keys() == {"sub-1_ses-1"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET text = '{}' WHERE number = 2",
        "DELETE FROM ledger WHERE number = 3",
        "INSERT OR REPLACE INTO ledger SELECT number, '{}', link FROM ledger WHERE number = 2",
        "REPLACE INTO ledger SELECT 9, text, link FROM ledger WHERE number = 2",
    ],
)
def test_rows_can_only_be_added(path, statement):
    filled(path)
    with pytest.raises(sqlite3.IntegrityError, match="rows of the ledger are never"):
        tamper(path, statement)


def _fail_after_a_row(ledger: Ledger) -> None:
    with ledger.transaction():
        with ledger.transaction():
            ledger.add(event("Bert"))
        assert "Bert" in ledger.register().exams["sub-1_ses-1"].states
        raise KeyError


def test_what_fails_leaves_nothing(path):
    with Ledger(path) as ledger:
        with ledger.transaction():
            ledger.add(event())
        with pytest.raises(KeyError):
            _fail_after_a_row(ledger)
        with ledger.transaction():
            assert list(ledger.register().exams["sub-1_ses-1"].states) == ["Anna"]
            ledger.add(event("Cleo"))
    assert [fault.what for fault in faults(read_ledger(path).rows, 2)] == []


def _filled_up(ledger: Ledger) -> None:
    with ledger.transaction() as base:
        base.execute("PRAGMA max_page_count = 1")  # never below what there is: the disk is full
        for _ in range(200):
            ledger.add(event("Bert"))


def test_a_full_disk_leaves_nothing_and_the_ledger_goes_on(path):
    with Ledger(path) as ledger:
        with ledger.transaction():
            ledger.add(event())
        with pytest.raises(StoreError) as caught:
            _filled_up(ledger)
        assert caught.value.code is ErrorCode.OUTPUT_UNWRITABLE
        with ledger.transaction() as base:
            base.execute("PRAGMA max_page_count = 1000000")
            ledger.add(event("Cleo"))
        with ledger.reading():
            assert list(ledger.register().exams["sub-1_ses-1"].states) == ["Anna", "Cleo"]
    assert list(faults(read_ledger(path).rows, 2)) == []


def test_who_writes_for_too_long_is_not_waited_for_for_ever(path):
    with Ledger(path) as one, Ledger(path) as other, one.transaction():
        with other.reading() as base:
            base.execute("PRAGMA busy_timeout = 50")  # ms, instead of 20 s
        with pytest.raises(StoreError, match="locked"), other.transaction():
            pass
        one.add(event())
    assert len(read_ledger(path).rows) == 1


def test_two_open_ledgers_see_each_other(path):
    with Ledger(path) as one, Ledger(path) as other:
        for name, ledger in (("Anna", one), ("Bert", other), ("Cleo", one)):
            with ledger.transaction():
                ledger.add(event(name))
        for ledger in (one, other):
            with ledger.transaction():
                assert list(ledger.register().exams["sub-1_ses-1"].states) == [
                    "Anna",
                    "Bert",
                    "Cleo",
                ]
    content = read_ledger(path)
    assert list(faults(content.rows, content.last_number)) == []


@pytest.mark.parametrize("change", [{"reader": ""}, {"reader": "a\nb"}, {"reader": "x" * 81}])
def test_a_row_out_of_bounds_is_not_added(path, change):
    import msgspec

    with Ledger(path) as ledger, pytest.raises(InputError) as caught, ledger.transaction():
        ledger.add(msgspec.structs.replace(event(), **change))
    assert caught.value.code is ErrorCode.CALL_INVALID
    assert read_ledger(path).rows == []


def test_reading_writes_nothing(path):
    filled(path)
    before = {file: file.stat().st_mtime_ns for file in path.parent.iterdir()}
    assert list(before) == [path]  # closed, the log of pending pages is gone
    read_ledger(path)
    assert {file: file.stat().st_mtime_ns for file in path.parent.iterdir()} == before


def test_reading_beside_an_open_ledger_sees_what_was_committed(path):
    with Ledger(path) as ledger:
        with ledger.transaction():
            ledger.add(event())
        with ledger.transaction():
            ledger.add(event())
            assert len(read_ledger(path).rows) == 1
        assert len(read_ledger(path).rows) == 2


def _without_triggers(*statements: str) -> tuple[str, ...]:
    names = ("update", "delete", "replace")
    return (*(f"DROP TRIGGER ledger_kept_{name}" for name in names), *statements)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET text = replace(text, 'Anna', 'Berta') WHERE number = 2",
        "DELETE FROM ledger WHERE number = 2",
        "DELETE FROM ledger WHERE number = 3",
        "DELETE FROM ledger",
    ],
)
def test_a_ledger_that_was_tampered_with_is_not_opened(path, statement):
    filled(path)
    tamper(path, *_without_triggers(statement))
    with pytest.raises(StoreError) as caught:
        Ledger(path)
    assert caught.value.code is ErrorCode.LEDGER_BROKEN
    content = read_ledger(path)
    assert list(faults(content.rows, content.last_number))


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be read" * 30])
def test_a_file_that_is_no_ledger_is_said_to_be_broken(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    for read in (Ledger, read_ledger):
        with pytest.raises(StoreError) as caught:
            read(path)
        assert caught.value.code is ErrorCode.LEDGER_BROKEN
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="LEDGER_BROKEN"):
        read_ledger(path)


def test_a_ledger_of_a_later_program_is_left_alone(path):
    filled(path)
    tamper(path, "PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="another version"):
        Ledger(path)


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path):
    (tmp_path / "review").write_text("in the way")
    with pytest.raises(StoreError) as caught:
        Ledger(tmp_path / "review" / "ledger.sqlite")
    assert caught.value.code is ErrorCode.OUTPUT_UNWRITABLE


def test_many_processes_add_rows_at_once_and_the_chain_holds(path):
    filled(path, 1)
    code = (
        "import sys; from pathlib import Path\n"
        "from breastdce.run.review.ledger import Ledger\n"
        "from breastdce.review.revision import Event, EventKind\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "for n in range(20):\n"
        "    with ledger.transaction():\n"
        "        ledger.register()\n"
        "        ledger.add(Event(kind=EventKind.OPENED, exam='sub-1_ses-1', reader='P',"
        " created='x'))\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    content = read_ledger(path)
    assert (len(content.rows), content.last_number) == (41, 41)
    assert list(faults(content.rows, content.last_number)) == []
