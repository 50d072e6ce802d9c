"""What every store promises about issues, mails and people: each said once, each mail once."""

from dataclasses import replace

import pytest

from pipeline.errors import StoreError
from pipeline.ports import Store
from pipeline.records import IssueRecord, Mail, MailState, OutboxMail
from tests import make
from tests.contract.conftest import RULES

LATER = make.at(hours=1)


@pytest.fixture(autouse=True)
def notices(store: Store, run: int) -> tuple[int, ...]:
    """Three lines in the ledger."""
    new = (make.news(make.numbered(number)) for number in (1, 2, 3))
    store.save_intake(run, make.intake(*new), RULES, make.NOW)
    return tuple(line.seq for line in store.ledger(0))


def test_an_issue_is_kept_as_it_was_frozen(store: Store) -> None:
    frozen = make.issue(seq_to=2, contents='{"lead": "2 件"}')
    mail = make.mail(payload=b"To: analyst@example.org\r\n\r\n\x00\xff\r\n")
    saved = store.save_issue(frozen, [1, 2], [mail], make.NOW)
    assert saved == replace(frozen, id=saved.id)
    assert store.last_issue("daily") == saved
    assert store.outbox(issue_id=saved.id) == (_planned(store, saved, mail),)


def _planned(store: Store, issue: IssueRecord, mail: Mail) -> OutboxMail:
    (found,) = store.outbox(issue_id=issue.id)
    return make.outbox_mail(found.id, issue_id=issue.id, mail=mail)


def test_issues_are_listed_newest_first(store: Store) -> None:
    made = [
        store.save_issue(issue, [], [], make.NOW)
        for issue in (make.issue(1), make.issue(2), make.issue(1, digest="weekly"), make.issue(3))
    ]
    first, second, weekly, third = made
    assert store.issues() == (third, weekly, second, first)
    assert store.issues("daily", limit=2) == (third, second)
    assert store.last_issue("weekly") == weekly
    assert store.last_issue("monthly") is None


@pytest.mark.parametrize(
    ("second", "said"),
    [
        pytest.param(make.issue(2, window_start=make.issue().window_start), [3], id="same start"),
        pytest.param(make.issue(1, window_start=LATER), [3], id="same number"),
        pytest.param(make.issue(2), [3, 2], id="a notice issued before"),
        pytest.param(make.issue(2), [3, 99], id="a notice that is not in the ledger"),
        pytest.param(make.issue(2), [3, 3], id="a notice twice"),
    ],
)
def test_a_second_issue_of_the_same_is_refused_whole(
    store: Store, second: IssueRecord, said: list[int]
) -> None:
    first = store.save_issue(make.issue(), [1, 2], [make.mail()], make.NOW)
    before = store.outbox()
    with pytest.raises(StoreError, match=r"daily: .*nothing was written"):
        store.save_issue(second, said, [make.mail("other@example.org")], LATER)
    assert (store.issues(), store.outbox()) == ((first,), before)
    third = store.known("gov", ["guid:https://gov.example/news/3"])
    (unsaid,) = third["guid:https://gov.example/news/3"]
    assert [said.digest for said in store.said_of(unsaid.id)] == [""]


@pytest.mark.parametrize(
    "mails",
    [
        pytest.param([make.mail()], id="a Message-ID that was used before"),
        pytest.param(
            [make.mail("b@example.org"), make.mail("B@example.org")], id="an address twice"
        ),
    ],
)
def test_a_mail_that_would_be_a_copy_is_refused(store: Store, mails: list[Mail]) -> None:
    first = store.save_issue(make.issue(), [1], [make.mail()], make.NOW)
    with pytest.raises(StoreError, match="nothing was written"):
        store.save_issue(make.issue(2), [2], mails, LATER)
    assert store.issues() == (first,)


def test_two_digests_may_say_the_same(store: Store) -> None:
    store.save_issue(make.issue(), [1], [], make.NOW)
    store.save_issue(make.issue(4, digest="weekly"), [1], [], make.NOW)
    (known,) = store.known("gov", ["link:https://gov.example/news/1"]).values()
    said = store.said_of(known[0].id)
    assert [(each.digest, each.number, each.issued_at) for each in said] == [
        ("daily", 1, make.NOW),
        ("weekly", 4, make.NOW),
    ]


# --- the outbox ------------------------------------------------------------------------------


@pytest.fixture
def mails(store: Store) -> tuple[OutboxMail, ...]:
    """One mail in each state, oldest first."""
    planned = [make.mail(f"{state}@example.org") for state in MailState]
    store.save_issue(make.issue(), [], planned, make.NOW)
    marked = [
        replace(
            mail,
            state=state,
            attempts=2,
            resent=True,
            next_attempt_at=make.at(minutes=5),
            error="451 try later",
        )
        for mail, state in zip(store.outbox(), MailState, strict=True)
    ]
    for mail in marked:
        store.mark_mail(mail, LATER)
    return tuple(marked)


def test_a_mail_is_kept_as_it_was_marked(store: Store, mails: tuple[OutboxMail, ...]) -> None:
    assert store.outbox(issue_id=mails[0].issue_id) == mails


def test_what_is_done_is_not_in_the_open_outbox(
    store: Store, mails: tuple[OutboxMail, ...]
) -> None:
    done = {MailState.SENT, MailState.FAILED}
    assert store.outbox() == tuple(mail for mail in mails if mail.state not in done)


def test_only_what_was_sending_becomes_unknown(store: Store, mails: tuple[OutboxMail, ...]) -> None:
    assert (store.recover_outbox(LATER), store.recover_outbox(LATER)) == (1, 0)
    died = {MailState.SENDING: MailState.UNKNOWN}
    after = tuple(replace(mail, state=died.get(mail.state, mail.state)) for mail in mails)
    assert store.outbox(issue_id=mails[0].issue_id) == after


def test_a_mail_that_is_not_there_cannot_be_marked(store: Store) -> None:
    with pytest.raises(StoreError, match="no mail 99 in the outbox"):
        store.mark_mail(make.outbox_mail(99), make.NOW)


# --- people ----------------------------------------------------------------------------------


def test_people_are_listed_by_address(store: Store) -> None:
    people = [make.subscriber("b@example.org"), make.subscriber("A@example.org")]
    weekly = make.subscriber("b@example.org", "weekly")
    assert [store.add_subscriber(person) for person in (*people, weekly)] == [True] * 3
    assert store.subscribers() == (people[1], people[0], weekly)
    assert store.subscribers("weekly") == (weekly,)
    assert store.subscribers("monthly") == ()


def test_nobody_gets_a_digest_twice(store: Store) -> None:
    store.add_subscriber(make.subscriber("analyst@example.org"))
    again = replace(make.subscriber("Analyst@example.org"), added_at=LATER)
    assert not store.add_subscriber(again)
    assert store.subscribers() == (make.subscriber("analyst@example.org"),)
