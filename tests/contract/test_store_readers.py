"""What every store promises about readers and their mails: paused, refused, left, forgotten."""

from dataclasses import replace

import pytest

from pipeline.ports import Store
from pipeline.records import MailState, OutboxMail
from tests import make

A, B = "a@example.org", "b@example.org"


@pytest.fixture
def mails(store: Store) -> tuple[OutboxMail, ...]:
    """One issue to two people who get two digests each."""
    for address in (A, B):
        for digest in ("daily", "weekly"):
            store.add_subscriber(make.subscriber(address, digest))
    issue = store.save_issue(make.issue(), [], [make.mail(A), make.mail(B)], make.NOW)
    return store.outbox(issue_id=issue.id)


def test_who_leaves_one_digest_keeps_the_other_and_gets_nothing_planned(
    store: Store, mails: tuple[OutboxMail, ...]
) -> None:
    assert store.readers.remove(A.upper(), "daily") == 1
    assert store.readers.remove(A, "daily") == 0
    assert [person.digest for person in store.readers.of(A)] == ["weekly"]
    assert [mail.mail.address for mail in store.outbox()] == [B]
    assert store.readers.remove(A) == 1


def test_a_token_can_be_tried_on_who_left_but_not_on_who_was_forgotten(
    store: Store, mails: tuple[OutboxMail, ...]
) -> None:
    store.readers.remove(A)
    assert set(store.readers.known()) == {("daily", A), ("daily", B), ("weekly", B)}
    assert store.readers.forget(B, make.NOW) == (2, 1)
    assert not {address for _, address in store.readers.known()} & {B}
    gone = store.outbox(issue_id=mails[1].issue_id)[1]
    assert (gone.mail.payload, gone.state) == (b"", MailState.FAILED)
    assert gone.mail.message_id == mails[1].mail.message_id


def test_a_pause_holds_until_it_is_lifted(store: Store, mails: tuple[OutboxMail, ...]) -> None:
    assert store.readers.pause(A, "daily", "by hand", make.NOW) == 1
    assert store.readers.pause(A, "", "again", make.at(hours=1)) == 1
    told = [(person.paused_at, person.why) for person in store.readers.of(A)]
    assert told == [(make.NOW, "by hand"), (make.at(hours=1), "again")]
    assert store.readers.resume(A) == 2
    assert store.readers.resume(A) == 0


def test_a_refusal_counts_once_a_mail_and_is_cleared_by_the_next_that_arrives(
    store: Store, mails: tuple[OutboxMail, ...]
) -> None:
    refused = replace(mails[0], state=MailState.FAILED, refused=True, error="550 no")
    for _ in range(2):
        store.mark_mail(refused, make.NOW)
    daily, weekly = store.readers.of(A)
    assert (daily.refusals, daily.refusal, weekly.refusals) == (1, "550 no", 0)
    store.mark_mail(replace(mails[0], state=MailState.SENT), make.NOW)
    assert store.readers.of(A)[0] == make.subscriber(A)


def test_mails_are_held_back_but_never_called_forward(
    store: Store, mails: tuple[OutboxMail, ...]
) -> None:
    later = make.at(hours=2)
    store.mark_mail(replace(mails[0], next_attempt_at=later), make.NOW)
    store.mails.postpone([mail.id for mail in mails], make.at(hours=1))
    assert [mail.next_attempt_at for mail in store.outbox()] == [later, make.at(hours=1)]


def test_a_shorter_form_keeps_its_identity(store: Store, mails: tuple[OutboxMail, ...]) -> None:
    failed = replace(mails[0], state=MailState.FAILED, attempts=1, error="552 too large")
    store.mark_mail(failed, make.NOW)
    store.mails.shorten(failed, b"short", make.NOW)
    short = store.outbox()[0]
    assert short == replace(
        failed, state=MailState.PLANNED, short=True, mail=replace(failed.mail, payload=b"short")
    )


def test_a_person_may_plan_a_mail_again(store: Store, mails: tuple[OutboxMail, ...]) -> None:
    spent = replace(mails[0], state=MailState.UNKNOWN, resent=True, attempts=2, error="no answer")
    store.mark_mail(spent, make.NOW)
    store.mails.plan_again(spent, make.NOW)
    assert store.outbox()[0] == mails[0]


def test_issues_are_found_by_their_numbers(store: Store) -> None:
    first, second, weekly = (
        store.save_issue(one, [], [], make.NOW)
        for one in (make.issue(), make.issue(2), make.issue(2, digest="weekly"))
    )
    assert store.timetables.numbered(2) == (second, weekly)
    assert store.timetables.numbered(2, "weekly") == (weekly,)
    assert store.timetables.numbered(3) == ()
    assert store.timetables.issue(first.id) == first
