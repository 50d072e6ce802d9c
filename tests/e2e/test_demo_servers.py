"""The sample world keeps its promises over real sockets."""

import smtplib
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.servers import DemoWorld, ReceivedMail
from pipeline.config import load_sources
from pipeline.errors import SourceError
from pipeline.model import Document, Field, Item, Outcome, Scope, Source, Verdict
from pipeline.normalise import normalise
from pipeline.parse import parse
from pipeline.rules.ruleset import load_ruleset
from pipeline.yamlfile import read_path, read_text
from tests.make import NOW

ROOT = Path(__file__).parents[2]


@pytest.fixture
def world() -> Iterator[DemoWorld]:
    with DemoWorld(NOW) as world:
        yield world


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes
    headers: Message


def ask(url: str, **headers: str) -> Answer:
    request = urllib.request.Request(
        url, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(request) as response:
            return Answer(response.status, response.read(), response.headers)
    except urllib.error.HTTPError as e:
        with e:
            return Answer(e.code, e.read(), e.headers)


def sources(world: DemoWorld) -> tuple[Source, ...]:
    return load_sources(read_text(world.sources_yaml(), "sources.yaml"))


def url_of(world: DemoWorld, source_id: str) -> str:
    return next(source.url for source in sources(world) if source.id == source_id)


def items(world: DemoWorld, edition: int) -> dict[str, tuple[Item, ...]]:
    """Read all sources of an edition; those that cannot be read are absent."""
    world.edition = edition
    found = {}
    for source in sources(world):
        answer = ask(source.url)
        document = Document(
            url=source.url,
            status=answer.status,
            content=answer.content,
            content_type=answer.headers["Content-Type"],
        )
        if answer.status == 200 and source.id != "members":
            raw = parse(source, document).items
            found[source.id] = tuple(i for r in raw if (i := normalise(r, source, NOW)))
    return found


def test_the_sources_are_declared_as_a_deployment_declares_them(world: DemoWorld) -> None:
    found = sources(world)
    assert len(found) >= 20
    assert {source.kind for source in found} == {"feed", "page"}
    assert {source.language for source in found} == {"ja", "en"}
    assert {urlsplit(source.url).netloc for source in found} == {world.netloc}


def test_two_sources_fail_and_the_others_are_read(world: DemoWorld) -> None:
    found = items(world, 1)
    assert {source.id for source in sources(world)} - set(found) == {"gb-regulator", "members"}
    assert [id_ for id_, of in found.items() if not of] == ["jp-council"]
    assert ask(url_of(world, "gb-regulator")).status == 500


def test_a_log_in_page_stands_where_a_feed_should(world: DemoWorld) -> None:
    source = next(source for source in sources(world) if source.id == "members")
    answer = ask(source.url)
    document = Document(url=source.url, status=200, content=answer.content)
    with pytest.raises(SourceError) as caught:
        parse(source, document)
    assert (answer.status, caught.value.outcome) == (200, Outcome.BLOCKED)


@pytest.mark.parametrize(
    ("source", "label", "codec"),
    [("jp-comms", b"Shift_JIS", "cp932"), ("jp-trade", b"EUC-JP", "euc_jis_2004")],
)
def test_japanese_encodings_are_served_as_declared(
    world: DemoWorld, source: str, label: bytes, codec: str
) -> None:
    content = ask(url_of(world, source)).content
    assert label in content
    assert "公表" in content.decode(codec)
    with pytest.raises(UnicodeDecodeError):
        content.decode()


@pytest.mark.parametrize("source", ["jp-comms", "jp-trade"])
def test_signs_beyond_the_standard_survive(world: DemoWorld, source: str) -> None:
    texts = [item.title + item.summary for item in items(world, 2)[source]]
    assert [sign for sign in "①㈱～" if not any(sign in text for text in texts)] == []


def test_every_item_has_a_link_to_nowhere_and_a_date_before_its_visit(world: DemoWorld) -> None:
    for edition, visit in ((1, NOW - timedelta(hours=8)), (2, NOW)):
        for item in (item for of in items(world, edition).values() for item in of):
            assert str(urlsplit(item.url).hostname).endswith(".example")
            assert item.published_at is not None
            # A date without a time may be a day ahead of UTC in Tokyo.
            assert NOW - timedelta(days=8) < item.published_at < visit + timedelta(hours=16)


def test_the_second_edition_brings_news_an_edit_a_silence_and_a_loss(world: DemoWorld) -> None:
    first, second = items(world, 1), items(world, 2)
    urls = {id_: {item.url for item in of} for id_, of in first.items()}
    news = {id_: {item.url for item in of} - urls[id_] for id_, of in second.items()}
    old = {item.url: item.title for of in first.values() for item in of}
    edited = [i for of in second.values() for i in of if old.get(i.url, i.title) != i.title]
    assert set(first) - set(second) == {"ca-north"}
    assert ask(url_of(world, "ca-north")).status == 503
    assert [id_ for id_, new in news.items() if not new] == ["jp-council", "law-letter"]
    assert [item.source_id for item in edited] == ["world-wire"]


def test_the_news_is_worth_a_digest_under_the_shipped_themes(world: DemoWorld) -> None:
    ruleset = load_ruleset(read_path(ROOT / "themes.yaml"))
    known = {item.url for of in items(world, 1).values() for item in of}
    news = [item for of in items(world, 2).values() for item in of if item.url not in known]
    themes = [
        {
            match.theme
            for match in ruleset.classify({f: item.text(f) for f in Field}, Scope())
            if match.verdict is Verdict.APPLIES
        }
        for item in news
    ]
    assert len([found for found in themes if found]) >= 12
    assert len([found for found in themes if not found]) >= 5
    assert len(Counter(theme for found in themes for theme in found)) >= 6


def test_what_did_not_change_is_not_sent_again(world: DemoWorld) -> None:
    url = url_of(world, "law-letter")
    first = ask(url)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    world.edition = 2
    by_tag = ask(url, If_None_Match=etag)
    by_date = ask(url, If_Modified_Since=modified)
    assert (by_tag.status, by_tag.content, by_tag.headers["ETag"]) == (304, b"", etag)
    assert (by_date.status, by_date.content) == (304, b"")


def test_what_changed_is_sent_whatever_was_known(world: DemoWorld) -> None:
    url = url_of(world, "jp-cabinet")
    first = ask(url)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    world.edition = 2
    assert ask(url, If_None_Match=etag).status == 200
    assert ask(url, If_Modified_Since=modified).status == 200
    assert ask(url, If_None_Match=etag, If_Modified_Since=modified).status == 200


@pytest.mark.parametrize("path", ["/", "/nothing.xml", "/../sources/members.html", "/sources.yaml"])
def test_nothing_but_the_sources_is_served(world: DemoWorld, path: str) -> None:
    assert ask(f"http://{world.netloc}{path}").status == 404


def test_mail_is_kept_as_it_came_with_its_envelope(world: DemoWorld) -> None:
    server = urlsplit(world.smtp_url)
    content = "Subject: 会議\r\n\r\n明日です。\r\n".encode()
    with smtplib.SMTP(str(server.hostname), server.port or 0) as client:
        client.sendmail("watch@example.org", ["a@example.org", "b@example.org"], content)
        client.sendmail("watch@example.org", ["c@example.org"], b"Subject: 2\r\n\r\n..\r\n")
    assert world.mails == (
        ReceivedMail("watch@example.org", ("a@example.org", "b@example.org"), content),
        ReceivedMail("watch@example.org", ("c@example.org",), b"Subject: 2\r\n\r\n..\r\n"),
    )


def test_two_worlds_stand_side_by_side() -> None:
    with DemoWorld(NOW) as one, DemoWorld(datetime(2030, 1, 1, tzinfo=UTC)) as other:
        assert one.netloc != other.netloc
        assert b"01 Jan 2030" not in ask(url_of(one, "world-wire")).content
        assert b"31 Dec 2029" in ask(url_of(other, "world-wire")).content
