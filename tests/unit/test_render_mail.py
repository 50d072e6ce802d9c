import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.deadlines import Deadline
from pipeline.excerpts import Excerpt
from pipeline.issue import (
    Due,
    DueWhy,
    Headline,
    Issue,
    NewSource,
    Told,
    from_json,
    to_json,
)
from pipeline.model import Tier
from pipeline.render.mail import Frame, render, subject
from pipeline.tokens import unsubscribe_token
from tests import make
from tests.issues import (
    ADDRESS,
    FRAME,
    card,
    dom,
    hit,
    issue,
    parsed,
    section,
    trouble,
    words,
)

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "Auto-Submitted",
    "Precedence",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
]


def raw_headers(payload: bytes) -> dict[str, str]:
    block = payload.partition(b"\r\n\r\n")[0].decode("ascii")
    lines = re.sub(r"\r\n[ \t]", " ", block).split("\r\n")
    return dict(line.split(": ", 1) for line in lines)


# --- the same bytes, always -------------------------------------------------------------------


def test_a_mail_is_the_same_bytes_whenever_it_is_asked() -> None:
    frozen = to_json(issue(card(), card(2, title="生成AIの規制")))
    first, second = (render(from_json(frozen), FRAME, ADDRESS) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "other",
    [
        (issue(), FRAME, "director@example.org"),
        (issue(number=13), FRAME, ADDRESS),
        (issue(digest="weekly"), FRAME, ADDRESS),
        (issue(), replace(FRAME, deployment="another"), ADDRESS),
    ],
    ids=["address", "number", "digest", "deployment"],
)
def test_every_mail_has_its_own_message_id(other: tuple[Issue, Frame, str]) -> None:
    assert render(issue(), FRAME, ADDRESS).message_id != render(*other).message_id


def test_the_secret_stays_with_us() -> None:
    assert b"a secret" not in render(issue(card()), FRAME, ADDRESS).payload


def test_an_issue_frozen_before_stories_and_deadlines_still_renders() -> None:
    contents = json.loads(to_json(issue(card())))
    for later in ("first", "deadlines", "starter", "recovered", "weekly", "language", "per_theme"):
        del contents[later]
    for section_ in contents["sections"]:
        del section_["stories"]
        for one in section_["cards"]:
            del one["deadline"], one["gloss"], one["reports"], one["follows"]
            del one["themes"][0]["notes"]
    old = from_json(json.dumps(contents))
    assert render(old, FRAME, ADDRESS) == render(issue(card()), FRAME, ADDRESS)


# --- the envelope -----------------------------------------------------------------------------


def test_the_header_holds_what_it_must_and_nothing_else() -> None:
    made = render(issue(card()), FRAME, ADDRESS)
    headers = raw_headers(made.payload)
    assert list(headers) == HEADERS
    fixed = {name: headers[name] for name in HEADERS if name not in ("Message-ID", "Content-Type")}
    assert fixed == {
        "From": '"AI policy watch" <watch@example.org>',
        "To": "analyst@example.org",
        "Subject": "[AI policy] 1 new: 2 Mar",
        "Date": "Mon, 02 Mar 2026 18:00:00 +0900",
        "List-Id": "<daily.policywatch.example.org>",
        "List-Unsubscribe": "<mailto:watch@example.org?subject=unsubscribe%20daily>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
    }
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", headers["Message-ID"])


def test_a_mail_can_travel_over_seven_bits() -> None:
    hostile = card(title="規制" * 5_000, excerpt=Excerpt(text="x" * 5_000))
    payload = render(issue(hostile), FRAME, ADDRESS).payload
    assert payload.isascii()
    assert payload.count(b"\n") == payload.count(b"\r") == payload.count(b"\r\n")
    assert max(map(len, payload.split(b"\r\n"))) <= 998


def test_text_comes_before_html() -> None:
    mail = parsed(issue(card()))
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_content_type() == "multipart/alternative"


def test_with_an_address_of_ours_one_click_unsubscribes() -> None:
    frame = replace(FRAME, base_url="https://watch.example/")
    token = unsubscribe_token(frame.deployment, "daily", ADDRESS)
    made = render(issue(), frame, ADDRESS)
    headers = raw_headers(made.payload)
    assert len(token) == 22
    assert headers["List-Unsubscribe"] == (
        f"<https://watch.example/u/{token}>, <mailto:watch@example.org?subject=unsubscribe%20daily>"
    )
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"https://watch.example/u/{token}" in made.text
    assert f'href="https://watch.example/u/{token}"' in made.html


def test_one_click_needs_https() -> None:
    made = render(issue(), replace(FRAME, base_url="http://watch.example"), ADDRESS)
    assert "List-Unsubscribe-Post" not in raw_headers(made.payload)


def test_a_long_address_of_ours_is_not_mangled() -> None:
    base_url = f"https://watch.example/{'p' * 300}"
    headers = raw_headers(render(issue(), replace(FRAME, base_url=base_url), ADDRESS).payload)
    assert headers["List-Unsubscribe"].startswith(f"<{base_url}/u/")


@pytest.mark.parametrize(
    "base_url",
    [
        "ftp://x.example",
        "https://x.example/\r\nBcc: a@b",
        "https://x.example/>",
        "https://" + "x" * 500,
    ],
)
def test_an_address_of_ours_that_no_header_can_hold_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="no address that a mail can link to"):
        render(issue(), replace(FRAME, base_url=base_url), ADDRESS)


@pytest.mark.parametrize(
    ("sender", "header"),
    [
        ("watch@example.org", "watch@example.org"),
        ('"Watch, AI" <watch@example.org>', '"Watch, AI" <watch@example.org>'),
        ("a =?utf-8?q?b?= <watch@example.org>", '"a = ?utf-8?q?b?=" <watch@example.org>'),
    ],
)
def test_the_sender_keeps_its_name(sender: str, header: str) -> None:
    made = render(issue(), replace(FRAME, sender=sender), ADDRESS)
    assert raw_headers(made.payload)["From"] == header


def test_a_japanese_name_is_encoded() -> None:
    mail = parsed(issue(title="AI政策"), replace(FRAME, sender="政策ウォッチ <watch@example.org>"))
    assert mail["From"] == "政策ウォッチ <watch@example.org>"
    assert mail["Subject"] == "[AI政策] nothing new, 151 of 151 read: 2 Mar"


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b@c", "ü@example.org", "a b@example.org", "a@example.org\r\nBcc: b@c.example",
     "a@example.org\n", "a" * 250 + "@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="cannot be the recipient"):
        render(issue(), FRAME, address)
    with pytest.raises(ValueError, match="cannot be the sender"):
        render(issue(), replace(FRAME, sender=address), ADDRESS)


@pytest.mark.parametrize(
    "digest", ["d\r\nBcc: evil@example.org", "d\u2028x", "d\x00", "x" * 1_000], ids=repr
)
def test_a_header_that_would_not_be_safe_is_never_sent(digest: str) -> None:
    with pytest.raises(ValueError, match="header"):
        render(issue(digest=digest), FRAME, ADDRESS)


HOSTILE = [
    "Plan\r\nBcc: evil@example.org",
    "Plan\n\n<html>",
    "=?utf-8?q?Plan=0ABcc:_evil@example.org?=",
    "=?utf-8?B?DQpCY2M6IGV2aWxAZXhhbXBsZS5vcmc=?=",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '"></a></td></table><plaintext><!--',
    "{{ 7*7 }} {% raw %} ${7*7} %s {0}",
    "safe \u202egnp.exe\u202c \u2066x\u2069 \u200b",
    "\x1b[31mred\x07\x00",
    "x" * 10_000,
    "規" * 10_000,
    "",
]


@pytest.mark.parametrize("foreign", HOSTILE, ids=[f"hostile-{n}" for n in range(len(HOSTILE))])
def test_foreign_text_is_only_ever_text(foreign: str) -> None:
    hostile = card(
        title=foreign,
        url=f"https://gov.example/{foreign}",
        source=foreign,
        organisation=foreign,
        jurisdiction=foreign,
        language=foreign,
        themes=(hit(title=foreign, words=(words(foreign, rule=foreign),)),) * 2,
        excerpt=Excerpt(text=foreign, marks=((0, 3),) if foreign else ()),
        gloss=foreign,
        deadline=Deadline(day=None, candidates=(date(2026, 4, 3),), words=foreign),
        reports=(_told(foreign, Tier.OFFICIAL), _told(foreign, Tier.PRESS)),
        follows=Headline(id=8, title=foreign, url=foreign, language=foreign),
    )
    headline = Headline(id=9, title=foreign, url=foreign, language=foreign)
    made = issue(
        hostile,
        title=foreign,
        sections=(section(hostile, title=foreign),),
        updated=(replace(hostile, id=2),),
        first=(replace(hostile, id=4),),
        starter=(replace(hostile, id=5),),
        deadlines=(_due(foreign),),
        rule_changes=(replace(hostile, id=3),),
        new_sources=(NewSource(id="n", name=foreign, stored=1, matching=1, titles=(headline,)),),
        trouble=(trouble(foreign, error=foreign),),
        warnings=(foreign,),
    )
    mail = render(made, FRAME, ADDRESS)
    assert list(raw_headers(mail.payload)) == HEADERS
    read = parsed(made)
    assert [part.get_filename() for part in read.iter_attachments()] == ["deadlines.ics"]
    page = BeautifulSoup(mail.html, "lxml")
    assert {tag.name for tag in page.find_all(True)} <= ALLOWED
    assert {name for tag in page.find_all(True) for name in tag.attrs} <= ATTRIBUTES
    assert all(re.match(r"https?://|#", str(a["href"])) for a in page.find_all("a"))
    assert page.find(class_="foot") is not None
    assert not set(mail.text) & set("\x00\x07\x1b\u202e\u2066\u2069\u200b")
    assert "49" not in mail.text


def _told(foreign: str, tier: Tier) -> Told:
    return Told(
        id=7,
        title=foreign,
        url=f"https://gov.example/{foreign}",
        language=foreign,
        source_id="t",
        source=foreign,
        tier=tier,
    )


def _due(foreign: str) -> Due:
    return Due(
        item=Headline(id=7, title=foreign, url=foreign, language=foreign),
        source=foreign,
        jurisdiction=foreign,
        deadline=Deadline(day=date(2026, 4, 3)),
        days=32,
        why=DueWhy.NEW,
    )


TAGS = "html head meta title style body div table tbody tr td p h1 h2 h3 a span b mark time br th"
NAMES = "lang charset name content style class role width cellpadding cellspacing border align id"
ALLOWED = set(TAGS.split())
ATTRIBUTES = {*NAMES.split(), "href", "dir", "datetime", "data-css-inline", "valign", "scope"}


@given(st.text(max_size=80), st.text(max_size=20))
@settings(max_examples=60, deadline=None)
def test_no_title_changes_the_header_set(title: str, digest_title: str) -> None:
    made = issue(card(title=title), title=digest_title)
    assert list(raw_headers(render(made, FRAME, ADDRESS).payload)) == HEADERS


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "data:text/html,x", " https://x"])
def test_only_web_addresses_become_links(url: str) -> None:
    page = dom(issue(card(url=url)))
    assert [a.get_text() for a in page.find_all("a")] == ["Model safety"]
    assert "Plan 1 for safer models" in page.get_text()


def test_nothing_is_loaded_from_anywhere() -> None:
    html = render(issue(card()), FRAME, ADDRESS).html
    assert not re.search(r"src=|@import|url\(|<link|<img|<script", html)


# --- the subject ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        pytest.param({"read": 148}, "nothing new, 148 of 151 read: 2 Mar", id="quiet"),
        pytest.param({"trouble": (trouble(),)}, "nothing new, 151 of 151 read: 2 Mar", id="lost"),
        pytest.param(
            {"sections": (section(card(), card(2)),), "trouble": (trouble(),) * 2},
            "2 new, 2 sources lost: 2 Mar",
            id="new",
        ),
        pytest.param(
            {"updated": (card(),), "late": (card(2),), "trouble": (trouble(lost=False),)},
            "1 updated, 1 found late: 2 Mar",
            id="updated and late",
        ),
        pytest.param(
            {"new_sources": (NewSource(id="n", name="N", stored=1, matching=0, titles=()),)},
            "1 new source: 2 Mar",
            id="a new source",
        ),
        pytest.param(
            {"merged": 3, "rehearsal": True, "sections": (section(card()),)},
            "catch-up, 1 new: 2 Mar (rehearsal)",
            id="a rehearsal of a catch-up",
        ),
        pytest.param(
            {"window_end": make.at(hours=6)}, "nothing new, 151 of 151 read: 3 Mar", id="local day"
        ),
    ],
)
def test_the_subject_says_what_is_inside(told: dict[str, Any], said: str) -> None:
    assert subject(issue(**told)) == f"[AI policy] {said}"
