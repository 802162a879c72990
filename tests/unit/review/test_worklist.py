"""States of exams and readers as they follow from the rows."""

from __future__ import annotations

import pytest

from breastdce.review.revision import Event, EventKind, Reader, Revision, Role
from breastdce.review.worklist import CaseFacts, Register, State, case_row
from tests.unit.review.test_chain import DELTA

EXAM = "sub-1_ses-1"
FACTS = CaseFacts(exam=EXAM, flags=("VOI_NONE",), ftv_ml=1.5)
ANNA, BERT = Reader("Anna", Role.READER), Reader("Bert", Role.READER)
JUDGE = Reader("Judge", Role.ADJUDICATOR)


class Story:
    """Rows one after another."""

    def __init__(self):
        self.register = Register()
        self.rows = 0

    def tell(self, kind, by, **detail):
        self.rows += 1
        exam = "" if kind is EventKind.ROLE else EXAM
        created = f"2026-01-01T00:00:{self.rows:02d}+00:00"
        event = Event(
            kind=kind, exam=exam, reader=by, created=created, detail=detail, link=f"{self.rows}"
        )
        self.register.add([event])
        return self

    def opened(self, by):
        return self.tell(EventKind.OPENED, by)

    def signed(self, by):
        self.rows += 1
        number = len(self.standing.revisions) + 1
        row = Revision(
            exam=EXAM,
            number=number,
            reader=by,
            created=f"2026-01-01T00:00:{self.rows:02d}+00:00",
            parent="ab" * 32,
            mask="cd" * 32,
            surface="ef" * 32,
            tool="browser",
            comment="",
            seconds=1.0,
            delta=DELTA,
        )
        self.register.add([row])
        return self

    def accepted(self, number):
        return self.tell(EventKind.ACCEPTED, "Judge", number=number)

    def sent_back(self, name):
        return self.tell(EventKind.SENT_BACK, "Judge", name=name)

    def assigned(self, name):
        return self.tell(EventKind.ASSIGNED, "Judge", name=name)

    def discarded(self, by):
        return self.tell(EventKind.DISCARDED, by)

    @property
    def standing(self):
        return self.register.standing(EXAM)

    def state(self, name=None):
        return self.standing.state if name is None else self.standing.state_of(name)

    def row(self, reader, *, draft=False):
        return case_row(FACTS, self.standing, reader, draft=draft)


@pytest.mark.parametrize(
    ("story", "of_anna", "of_exam"),
    [
        (lambda s: s, State.TODO, State.TODO),
        (lambda s: s.assigned("Anna"), State.TODO, State.TODO),
        (lambda s: s.opened("Anna"), State.IN_PROGRESS, State.IN_PROGRESS),
        (lambda s: s.opened("Anna").discarded("Anna"), State.TODO, State.TODO),
        (lambda s: s.opened("Anna").signed("Anna"), State.SUBMITTED, State.SUBMITTED),
        (
            lambda s: s.assigned("Bert").opened("Anna").signed("Anna"),
            State.SUBMITTED,
            State.IN_PROGRESS,
        ),
        (
            lambda s: s.signed("Anna").opened("Anna").discarded("Anna"),
            State.SUBMITTED,
            State.SUBMITTED,
        ),
        (lambda s: s.signed("Anna").accepted(1), State.ACCEPTED, State.ACCEPTED),
        (lambda s: s.signed("Anna").sent_back("Anna"), State.SENT_BACK, State.SENT_BACK),
        (
            lambda s: s.signed("Anna").sent_back("Anna").opened("Anna"),
            State.IN_PROGRESS,
            State.IN_PROGRESS,
        ),
        (
            lambda s: s.signed("Anna").sent_back("Anna").opened("Anna").discarded("Anna"),
            State.SENT_BACK,
            State.SENT_BACK,
        ),
        (
            lambda s: s.signed("Anna").accepted(1).sent_back("Anna"),
            State.SENT_BACK,
            State.SENT_BACK,
        ),
        (
            lambda s: s.signed("Anna").signed("Bert").accepted(1).accepted(2),
            State.SUBMITTED,
            State.ACCEPTED,
        ),
        (
            lambda s: s.signed("Anna").signed("Bert").accepted(1).sent_back("Bert"),
            State.ACCEPTED,
            State.ACCEPTED,
        ),
        (lambda s: s.signed("Anna").accepted(7), State.SUBMITTED, State.SUBMITTED),
    ],
)
def test_states_follow_from_the_rows(story, of_anna, of_exam):
    told = story(Story())
    assert (told.state("Anna"), told.state()) == (of_anna, of_exam)


def test_the_acceptance_names_its_row_and_ends_when_the_work_is_sent_back():
    story = Story().signed("Anna").signed("Bert").accepted(2)
    assert story.standing.accepted is not None
    assert (story.standing.accepted.revision.reader, story.standing.accepted.link) == ("Bert", "3")
    story.sent_back("Anna")
    assert story.standing.accepted is not None
    story.sent_back("Bert")
    assert story.standing.accepted is None


def test_a_reader_sees_nothing_of_others():
    story = Story().assigned("Bert").signed("Bert").opened("Anna")
    mine, all_of_it = story.row(ANNA, draft=True), story.row(JUDGE)
    assert (mine.state, mine.revisions, mine.readers, mine.assigned) == (
        State.IN_PROGRESS,
        0,
        (),
        (),
    )
    assert mine.changed == "2026-01-01T00:00:03+00:00"
    assert (mine.draft, mine.flags, mine.ftv_ml, mine.stv_ml) == (True, ("VOI_NONE",), 1.5, None)
    assert all_of_it.revisions == 1
    assert [(one.name, one.state) for one in all_of_it.readers] == [
        ("Bert", State.SUBMITTED),
        ("Anna", State.IN_PROGRESS),
    ]
    assert all_of_it.assigned == ("Bert",)


def test_what_others_do_does_not_change_what_a_reader_sees():
    story = Story().signed("Anna")
    before = story.row(ANNA)
    story.signed("Bert").opened("Bert").sent_back("Bert").assigned("Bert").signed("Bert")
    assert story.row(ANNA) == before
    story.accepted(2)
    assert story.row(ANNA) == before


def test_who_works_alone_may_decide_until_roles_are_given():
    story = Story()
    assert story.register.reader("Anna").decides
    story.tell(EventKind.ROLE, "Anna", name="Bert", role="reader")
    assert (story.register.reader("Bert").role, story.register.reader("Eve").role) == (
        Role.READER,
        Role.ADMIN,
    )
    story.tell(EventKind.ROLE, "Anna", name="Anna", role="admin")
    assert (story.register.reader("Anna").role, story.register.reader("Eve").role) == (
        Role.ADMIN,
        Role.READER,
    )
