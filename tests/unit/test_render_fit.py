import re
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from wcwidth import wcswidth

from pipeline.deadlines import Deadline
from pipeline.excerpts import Excerpt
from pipeline.issue import (
    Due,
    DueWhy,
    Headline,
    Issue,
    NearMiss,
    NewSource,
    Section,
    Story,
    Told,
)
from pipeline.model import Tier
from pipeline.render.mail import HTML_LIMIT, render
from tests import make
from tests.issues import (
    ADDRESS,
    FRAME,
    card,
    dom,
    hit,
    issue,
    parsed,
    text,
    trouble,
    words,
)

# --- what fits --------------------------------------------------------------------------------


def burst(count: int) -> Issue:
    cards = [
        card(n, tier=Tier.PRESS if n % 3 else Tier.OFFICIAL, title=f"Plan {n} 生成AIの規制")
        for n in range(1, count + 1)
    ]
    return issue(*cards)


def test_what_fits_is_shown_in_full() -> None:
    assert len(dom(burst(40)).select(".item")) == 40
    assert list(parsed(burst(40)).iter_attachments()) == []


@pytest.mark.parametrize("count", [90, 300, 700])
def test_a_burst_is_cut_below_what_gmail_shows_and_attached_whole(count: int) -> None:
    mail = parsed(burst(count))
    html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert len(html.get_content().encode()) < HTML_LIMIT
    assert "the attached file holds the whole issue" in " ".join(plain.get_content().split())
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "whole-issue.html"
    assert attached.get_content().count('class="item"') == count
    page = BeautifulSoup(html.get_content(), "lxml")
    hidden = sum(int(re.findall(r"\d+", more.get_text())[0]) for more in page.select(".more"))
    assert len(page.select(".item")) >= 12
    assert len(page.select(".item")) + len(page.select(".row")) + hidden == count


def test_press_is_shortened_before_official_items() -> None:
    page = dom(burst(90))
    full = [p.get_text()[:8] for p in page.select(".item .meta")]
    assert full.count("Official") == 30


def test_an_enormous_issue_is_attached_by_title() -> None:
    long = "x" * 100
    many = tuple(words(f"{n}{long}", rule=f"r{n}") for n in range(12))
    cards = [card(n, themes=(hit(words=many),)) for n in range(1, 900)]
    (attached,) = parsed(issue(*cards)).iter_attachments()
    html = attached.get_content()
    assert (html.count('class="item"'), html.count('class="row"')) == (0, 899)


def test_even_the_worst_items_stay_below_the_limit() -> None:
    long = "規" * 1_000
    hits = tuple(hit(title=long, words=tuple(words(f"{n}{long}") for n in range(9))) for _ in "ab")
    worst = [
        card(n, title=long, url=f"https://x.example/{long}", organisation=long, themes=hits * 3)
        for n in range(1, 20)
    ]
    assert len(render(issue(*worst), FRAME, ADDRESS).html.encode()) < HTML_LIMIT


def test_even_the_worst_frame_stays_below_the_limit() -> None:
    long = "規" * 1_000
    url = f"https://x.example/{'p' * 1_900}"
    headline = Headline(id=1, title=long, url=url)
    told = Told(
        id=2, title=long, url=url, language="", source_id="t", source=long, tier=Tier.OFFICIAL
    )
    due = Due(
        item=headline,
        source=long,
        jurisdiction="JP",
        deadline=Deadline(day=date(2026, 4, 3)),
        days=9,
        why=DueWhy.OPEN,
    )
    story = Story(head=headline, since=make.NOW, reports=(told,) * 50)
    worst = issue(
        card(),
        sections=(Section(theme="s", title="S", cards=(card(),), stories=(story,) * 50),),
        deadlines=(due,) * 300,
        new_sources=(NewSource(id="n", name=long, stored=1, matching=9, titles=(headline,) * 5),)
        * 5,
        trouble=tuple(trouble(f"{n}{long}", error=long, lost=n < 50) for n in range(400)),
        rule_changes=tuple(card(n, title=long, url=url) for n in range(9)),
        warnings=(long,) * 50,
        weekly=True,
    )
    mail = parsed(worst)
    html = mail.get_body(("html",))
    assert html is not None
    assert len(html.get_content().encode()) < HTML_LIMIT
    assert "whole-issue.html" in [part.get_filename() for part in mail.iter_attachments()]
    quiet = issue(near_misses=(NearMiss(item=headline, theme=long, missing=(long,)),) * 20)
    assert len(render(quiet, FRAME, ADDRESS).html.encode()) < HTML_LIMIT


def test_a_link_is_never_cut() -> None:
    assert dom(issue(card(url="https://x.example/" + "p" * 2_000))).select("h3 a") == []


# --- the text part ----------------------------------------------------------------------------


def test_text_is_wrapped_by_what_a_terminal_shows_and_links_stay_whole() -> None:
    link = "https://gov.example/" + "p" * 200
    shown = render(
        issue(card(title="規制" * 60, url=link, excerpt=Excerpt(text="well-known words " * 15))),
        FRAME,
        ADDRESS,
    ).text
    lines = shown.splitlines()
    assert link in lines
    assert max(wcswidth(line) for line in lines if line != link) <= 72
    assert not [line for line in lines if line.endswith("-") and line != "--"]


def test_items_of_a_past_day_keep_their_day() -> None:
    old = issue(card(), window_end=make.NOW + timedelta(days=400))
    assert "Seen 2 Mar 2026 16:00." in text(old)
