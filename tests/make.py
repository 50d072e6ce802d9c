"""Values for tests: every factory gives a plain, valid value; name only what the test is about.

    make.item(title="AI Act enters into force", published_at=make.at(hours=-3))

All times hang on `NOW`; `at()` gives a time beside it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from pipeline.changes import ChangedItem, KnownItem, NewItem, SeenItem
from pipeline.model import (
    Document,
    Evidence,
    Field,
    Item,
    Match,
    Notice,
    Origin,
    Outcome,
    Precision,
    RawItem,
    Reason,
    Scope,
    Source,
    SourceResult,
    SourceState,
    Tier,
    Type,
    Verdict,
)
from pipeline.records import (
    Body,
    DigestSpec,
    Intake,
    IssueRecord,
    LedgerLine,
    Mail,
    MailState,
    OutboxMail,
    Reach,
    Snapshot,
    StoredItem,
    Subscriber,
)

# A Monday morning in winter: London is on UTC, Tokyo nine hours ahead.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(**delta: float) -> datetime:
    """Return NOW moved by days, hours, minutes or seconds."""
    return NOW + timedelta(**delta)


# --- what we watch ---------------------------------------------------------------------------


def source(id: str = "gov", **overrides: Any) -> Source:  # noqa: A002 - the field's name
    base = Source(
        id=id,
        name="Ministry of Digital Affairs",
        kind="feed",
        url=f"https://{id}.example/feed",
        organisation="Ministry of Digital Affairs",
        jurisdiction="GB",
        language="en",
        type=Type.PRESS,
        tier=Tier.OFFICIAL,
    )
    return replace(base, **overrides)


def scope(**overrides: Any) -> Scope:
    base = Scope(
        source="gov", jurisdiction="GB", type=Type.PRESS, language="en", tier=Tier.OFFICIAL
    )
    return replace(base, **overrides)


def state(source_id: str = "gov", **overrides: Any) -> SourceState:
    return replace(SourceState(source_id=source_id), **overrides)


def read_state(source_id: str = "gov", **overrides: Any) -> SourceState:
    """Give the state of a source past its baseline, read well at NOW."""
    base = SourceState(
        source_id=source_id,
        baseline_at=at(days=-30),
        last_attempt_at=NOW,
        last_success_at=NOW,
        full_read_at=NOW,
        due_at=at(hours=1),
        outcome=Outcome.OK,
    )
    return replace(base, **overrides)


def result(source_id: str = "gov", **overrides: Any) -> SourceResult:
    return replace(SourceResult(source_id=source_id, outcome=Outcome.OK, status=200), **overrides)


# --- from a document to an item --------------------------------------------------------------


def document(content: bytes | str = b"", **overrides: Any) -> Document:
    content = content.encode() if isinstance(content, str) else content
    base = Document(
        url="https://gov.example/feed",
        status=200,
        content=content,
        content_type="application/rss+xml; charset=utf-8",
    )
    return replace(base, **overrides)


def raw_item(**overrides: Any) -> RawItem:
    base = RawItem(
        base="https://gov.example/feed",
        guid="https://gov.example/news/1",
        link="https://gov.example/news/1",
        title="Plan for safer models published",
        summary="The plan sets out five steps.",
        published="Mon, 02 Mar 2026 08:00:00 GMT",
    )
    return replace(base, **overrides)


def item(title: str = "Plan for safer models published", **overrides: Any) -> Item:
    """Give an item; a fingerprint that is not given follows from the texts and the link."""
    base = Item(
        source_id="gov",
        guid="https://gov.example/news/1",
        url="https://gov.example/news/1",
        title=title,
        summary="The plan sets out five steps.",
        language="en",
        type=Type.PRESS,
        published_raw="Mon, 02 Mar 2026 08:00:00 GMT",
        published_at=at(hours=-1),
        precision=Precision.SECOND,
    )
    made = replace(base, **overrides)
    return made if made.fingerprint else replace(made, fingerprint=_fingerprint(made))


def numbered(number: int, **overrides: Any) -> Item:
    """Give an item unlike any other number's: own guid, link and title."""
    address = f"https://gov.example/news/{number}"
    return item(
        **{"title": f"Plan {number} published", "guid": address, "url": address} | overrides
    )


def known(id: int = 1, **overrides: Any) -> KnownItem:  # noqa: A002 - the field's name
    base = KnownItem(id=id, revision=1, item=item(), first_seen_at=at(hours=-2))
    return replace(base, **overrides)


def stored(id: int = 1, **overrides: Any) -> StoredItem:  # noqa: A002 - the field's name
    base = StoredItem(
        id=id, item=item(), revision=1, first_seen_at=at(hours=-1), origin=Origin.NEWS
    )
    return replace(base, **overrides)


# --- why it matters --------------------------------------------------------------------------


def evidence(text: str = "models", **overrides: Any) -> Evidence:
    """Give evidence in the title that `item()` has by default."""
    start = max(item().title.find(text), 0)
    base = Evidence(rule="models", field=Field.TITLE, start=start, end=start + len(text), text=text)
    return base._replace(**overrides)


def match(theme: str = "safety", **overrides: Any) -> Match:
    base = Match(theme=theme, verdict=Verdict.APPLIES, score=3.0, evidence=(evidence(),))
    return base._replace(**overrides)


def notice(theme: str = "safety", reason: Reason = Reason.NEW) -> Notice:
    return Notice(theme=theme, reason=reason)


# --- what one reading changes ----------------------------------------------------------------


def new(of: Item | None = None, **overrides: Any) -> NewItem:
    """Give a new item known by its guid and its link, as news that matches nothing."""
    of = of or item()
    base = NewItem(item=of, keys=(f"guid:{of.guid}", f"link:{of.url}"), origin=Origin.NEWS)
    return replace(base, **overrides)


def news(of: Item | None = None, theme: str = "safety", **overrides: Any) -> NewItem:
    """Give a new item to which a theme applies, with its notice."""
    return new(of, **{"matches": (match(theme),), "notices": (notice(theme),)} | overrides)


def changed(of: KnownItem, to: Item, **overrides: Any) -> ChangedItem:
    return replace(ChangedItem(known=of, item=to, keys=(f"guid:{to.guid}",)), **overrides)


def seen(of: KnownItem, *keys: str) -> SeenItem:
    return SeenItem(known=of, keys=keys or (f"guid:{of.item.guid}",))


def intake(*items: NewItem, source_id: str = "gov", **overrides: Any) -> Intake:
    """Give a good reading that brought these new items."""
    count = len(items)
    base = Intake(
        result=result(source_id, new=count, entries=count),
        state=read_state(source_id),
        new=items,
    )
    return replace(base, **overrides)


def snapshot(*contents: bytes, **overrides: Any) -> Snapshot:
    """Give the snapshot of a good reading of these documents."""
    bodies = tuple(
        Body(url="https://gov.example/feed", status=200, content_type="text/xml", packed=content)
        for content in contents
    )
    return replace(Snapshot(at=NOW, outcome=Outcome.OK, error="", bodies=bodies), **overrides)


# --- the ledger, digests, people -------------------------------------------------------------


def line(seq: int = 1, **overrides: Any) -> LedgerLine:
    base = LedgerLine(
        seq=seq,
        at=at(hours=-1),
        reason=Reason.NEW,
        theme="safety",
        source_id="gov",
        stored=stored(matches=(match(),)),
    )
    return replace(base, **overrides)


def reach(source_id: str = "gov", **overrides: Any) -> Reach:
    base = Reach(
        source_id=source_id,
        outcome=Outcome.OK,
        error="",
        read=True,
        last_success_at=NOW,
        failing_since=None,
    )
    return replace(base, **overrides)


def digest(id: str = "daily", **overrides: Any) -> DigestSpec:  # noqa: A002 - the field's name
    return replace(DigestSpec(id=id, title="AI policy", themes=(), schedule=()), **overrides)


def issue(number: int = 1, **overrides: Any) -> IssueRecord:
    """Give a day's issue that is not saved yet; its windows follow from its number."""
    base = IssueRecord(
        id=0,
        digest="daily",
        number=number,
        window_start=at(days=number - 2),
        window_end=at(days=number - 1),
        seq_from=0,
        seq_to=0,
        contents="{}",
    )
    return replace(base, **overrides)


def mail(address: str = "analyst@example.org", **overrides: Any) -> Mail:
    base = Mail(
        address=address,
        message_id=f"<daily.1.{_short(address)}@policywatch.example>",
        payload=f"To: {address}\r\n\r\nNothing new.\r\n".encode(),
    )
    return replace(base, **overrides)


def outbox_mail(id: int = 1, **overrides: Any) -> OutboxMail:  # noqa: A002 - the field's name
    base = OutboxMail(
        id=id, issue_id=1, digest="daily", number=1, mail=mail(), state=MailState.PLANNED
    )
    return replace(base, **overrides)


def subscriber(address: str = "analyst@example.org", digest: str = "daily") -> Subscriber:
    return Subscriber(address=address, digest=digest, added_at=NOW)


def _fingerprint(of: Item) -> str:
    texts = "\x1f".join((of.title, of.summary, of.body, of.author, of.url))
    return sha256(texts.encode()).hexdigest()


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
