"""Issues for tests of what is rendered, and readers of the two parts of a mail."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from bs4 import BeautifulSoup

from pipeline.excerpts import Excerpt
from pipeline.issue import (
    Card,
    Issue,
    Section,
    ThemeHit,
    Trouble,
    Words,
)
from pipeline.model import Field, Outcome, Precision, Reason, Tier, Type
from pipeline.render.mail import Frame, render
from tests import make

FRAME = Frame(sender="AI policy watch <watch@example.org>", deployment="a secret")
ADDRESS = "analyst@example.org"


def words(text: str = "models", **overrides: Any) -> Words:
    return replace(Words(rule="m-1", field=Field.TITLE, text=text, count=1), **overrides)


def hit(**overrides: Any) -> ThemeHit:
    base = ThemeHit(theme="safety", title="Model safety", score=4.5, words=(words(),))
    return replace(base, **overrides)


def card(id: int = 1, **overrides: Any) -> Card:  # noqa: A002 - the field's name
    base = Card(
        id=id,
        title=f"Plan {id} for safer models",
        url=f"https://gov.example/news/{id}",
        source_id="gov",
        source="News",
        organisation="Ministry of Digital Affairs",
        jurisdiction="JP",
        tier=Tier.OFFICIAL,
        type=Type.GUIDANCE,
        language="en",
        published=make.at(hours=-3),
        precision=Precision.SECOND,
        first_seen=make.at(hours=-2),
        reason=Reason.NEW,
        themes=(hit(),),
        excerpt=Excerpt(text="Five steps for models.", marks=((15, 21),)),
    )
    return replace(base, **overrides)


def section(*cards: Card, title: str = "Model safety") -> Section:
    return Section(theme="safety", title=title, cards=cards)


def issue(*cards: Card, **overrides: Any) -> Issue:
    base = Issue(
        digest="daily",
        title="AI policy",
        number=12,
        previous_number=11,
        zone="Asia/Tokyo",
        window_start=make.at(days=-1),
        window_end=make.NOW,
        seq_from=40,
        seq_to=44,
        notices=(41, 44),
        sections=(section(*cards),) if cards else (),
        updated=(),
        late=(),
        rule_changes=(),
        new_sources=(),
        trouble=(),
        near_misses=(),
        read=151,
        sources=151,
    )
    return replace(base, **overrides)


def trouble(name: str = "Broken Bureau", **overrides: Any) -> Trouble:
    base = Trouble(
        source_id="x",
        name=name,
        tier=Tier.OFFICIAL,
        outcome=Outcome.HTTP_ERROR,
        error="HTTP 503",
        since=make.at(hours=-5),
        last_read=make.at(hours=-6),
        read=False,
        lost=True,
    )
    return replace(base, **overrides)


def text(of: Issue) -> str:
    """Give the text part on one line, for sentences that may be wrapped."""
    return " ".join(render(of, FRAME, ADDRESS).text.split())


def html_text(of: Issue) -> str:
    return " ".join(dom(of).get_text().split())


def dom(of: Issue, frame: Frame = FRAME) -> BeautifulSoup:
    return BeautifulSoup(render(of, frame, ADDRESS).html, "lxml")


def parsed(of: Issue, frame: Frame = FRAME, address: str = ADDRESS) -> EmailMessage:
    read = message_from_bytes(render(of, frame, address).payload, policy=default)
    assert isinstance(read, EmailMessage)
    assert read.defects == []
    return read
