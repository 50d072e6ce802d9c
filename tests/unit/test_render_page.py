import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from pipeline.excerpts import Excerpt
from pipeline.issue import (
    Headline,
    NearMiss,
    NewSource,
)
from pipeline.model import Field, Outcome, Precision, Reason, Tier, Type
from pipeline.render.mail import render
from tests import make
from tests.issues import (
    ADDRESS,
    FRAME,
    card,
    dom,
    hit,
    html_text,
    issue,
    text,
    trouble,
    words,
)

# --- what an item says ------------------------------------------------------------------------


def test_an_item_explains_itself_in_both_parts() -> None:
    full = card(
        themes=(
            hit(words=(words(count=2), words("Models", field=Field.BODY), words("law", rule="l"))),
            hit(theme="c", title="Copyright", words=(words("training", rule="c-1"),)),
        )
    )
    for shown in (text(issue(full)), html_text(issue(full))):
        assert "Plan 1 for safer models" in shown
        assert "Official" in shown
        assert "Ministry of Digital Affairs, News, Japan · Guidance · 2 Mar 15:00" in shown
        assert re.search(
            """Matched "?models"? .title ×2, body., "?law"? .title. by rules m-1, l """
            """of Model safety, score 4.5. Also under Copyright .["“]training["”] .*title.* """
            """by rule c-1.. Seen 2 Mar 16:00. #00b""",
            shown,
        )
    assert "https://gov.example/news/1" in text(issue(full))
    assert dom(issue(full)).select_one("h3 a")["href"] == "https://gov.example/news/1"  # type: ignore[index]


def test_matched_words_are_marked_in_the_excerpt() -> None:
    page = dom(issue(card()))
    assert [m.get_text() for m in page.select("p.text mark")] == ["models"]
    assert page.select_one("p.text").get_text() == "Five steps for models."  # type: ignore[union-attr]
    assert "Five steps for *models*." in text(issue(card()))


def test_an_item_that_nothing_explains_says_so() -> None:
    shown = card(themes=(hit(score=0.0, words=()), hit(title="Other", words=())))
    assert "Matched no words kept by rule unknown of Model safety, score 0." in text(issue(shown))
    assert "Also under Other (no words kept by rule unknown)." in html_text(issue(shown))


def test_many_words_are_counted() -> None:
    many = tuple(words(f"w{n}") for n in range(12))
    assert '"w7" (title), and 4 more words by rule' in text(issue(card(themes=(hit(words=many),))))


@pytest.mark.parametrize(
    ("published", "precision", "said"),
    [
        pytest.param(make.at(hours=-3), Precision.SECOND, "2 Mar 15:00", id="local time"),
        pytest.param(make.at(days=-90), Precision.SECOND, "2 Dec 2025 18:00", id="another year"),
        pytest.param(make.at(hours=12), Precision.DAY, "2026-03-02", id="a day is not shifted"),
        pytest.param(None, None, "undated", id="no date"),
    ],
)
def test_times_are_local_and_never_made_up(published: Any, precision: Any, said: str) -> None:
    shown = issue(card(published=published, precision=precision))
    assert f"Guidance · {said} " in text(shown)
    assert f"Guidance · {said}" in html_text(shown)


@pytest.mark.parametrize(
    ("language", "said", "tag"),
    [
        ("ja", "· In Japanese", "ja"),
        ("pt-BR", "· In Portuguese", "pt-BR"),
        ("tlh", "· Language: tlh", "tlh"),
        ("en-GB", "", "en-GB"),
        ("", "", None),
        ("und", "", "und"),
    ],
)
def test_a_foreign_item_says_its_language(language: str, said: str, tag: str | None) -> None:
    shown = issue(card(language=language))
    assert f"2 Mar 15:00 {said}".strip() in html_text(shown)
    assert dom(shown).select_one("h3 a").get("lang") == tag  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"organisation": ""}, "Official · News, Japan ·"),
        ({"organisation": "News"}, "Official · News, Japan ·"),
        ({"jurisdiction": ""}, "Affairs, News · Guidance"),
        ({"jurisdiction": "XX"}, "News, XX ·"),
        ({"type": Type.OTHER}, "Japan · 2 Mar"),
        ({"tier": Tier.PRESS, "type": Type.PRESS}, "Press · Ministry"),
        ({"title": ""}, "(no title)"),
        ({"excerpt": Excerpt()}, "2 Mar 15:00 Matched"),
    ],
)
def test_what_an_item_lacks_is_left_out(told: dict[str, Any], said: str) -> None:
    assert said in text(issue(card(**told)))


# --- what an issue says -----------------------------------------------------------------------


def test_the_lead_counts() -> None:
    full = issue(
        card(),
        card(2, jurisdiction="EU"),
        updated=(card(3),),
        late=(card(4),),
        new_sources=(NewSource(id="n", name="N", stored=1, matching=0, titles=()),),
    )
    lead = "2 new items from 2 jurisdictions in 1 theme, 1 updated, 1 found late, 1 new source."
    assert lead in text(full)
    assert lead in html_text(full)
    assert "In this issue: Model safety 2, Updated 1, Found late 1" in text(full)


def test_the_lead_of_an_issue_without_news_says_that_first() -> None:
    assert "Nothing new, 1 updated." in text(issue(updated=(card(),)))
    assert "1 new item in 1 theme." in text(issue(card()))


def test_a_quiet_day_is_proven() -> None:
    miss = NearMiss(
        item=Headline(id=5, title="Hearing on model cards", url="https://gov.example/5"),
        theme="Model safety",
        missing=("frontier", "law"),
    )
    unexplained = replace(miss, missing=())
    quiet = issue(read=148, notices=(), near_misses=(miss, unexplained), previous_number=None)
    for shown in (text(quiet), html_text(quiet)):
        assert "Nothing new in this window." in shown
        assert "148 of 151 sources read in this window." in shown
        assert "Hearing on model cards" in shown
        assert "nearly Model safety: lacks frontier, law." in shown
        assert "nearly Model safety." in shown
        assert "Issue 12 of AI policy, the first." in shown
        assert "policywatch items show 7k3f" in shown
    assert "Hearing" not in text(issue(card(), near_misses=(miss,)))


def test_a_whole_reach_looks_well_and_a_broken_one_does_not() -> None:
    assert dom(issue()).select_one(".proof") is not None
    assert dom(issue(read=150)).select_one(".proof") is None
    assert dom(issue(trouble=(trouble(read=True, lost=False),))).select_one(".proof") is None


def test_source_trouble_is_named() -> None:
    broken = issue(
        read=148,
        trouble=(
            trouble(),
            trouble("Shut Site", outcome=Outcome.BLOCKED, error="", tier=Tier.PRESS),
            trouble("Idle", outcome=None, error="", last_read=None),
            trouble("Old", lost=False, since=make.at(days=-9)),
            trouble("Older", lost=False, since=None),
            trouble("Half", lost=False, read=True, outcome=Outcome.EMPTY, error=""),
        ),
    )
    for shown in (text(broken), html_text(broken)):
        assert "Lost: Broken Bureau, official; Shut Site; Idle, official." in shown
        assert "Broken Bureau, official: HTTP 503; last read 2 Mar 12:00" in shown
        assert "Shut Site: it blocks us; last read 2 Mar 12:00" in shown
        assert "Idle, official: not tried in this window; never read yet" in shown
        assert "Still not read: Old (since 21 Feb), Older (since 1 Mar)." in shown
        assert "Read, but not all is well: Half (it holds no items)." in shown


def test_much_trouble_is_counted() -> None:
    broken = issue(trouble=tuple(trouble(f"Bureau {n}") for n in range(40)))
    for shown in (text(broken), html_text(broken)):
        assert "Bureau 2, official; and others." in shown
        assert "Bureau 24, official: HTTP 503" in shown
        assert "And 15 more sources lost in this window." in shown


def test_new_sources_show_what_they_hold() -> None:
    headline = Headline(id=5, title="An earlier plan", url="https://n.example/5")
    sources = (
        NewSource(id="n", name="New Bureau", stored=34, matching=1, titles=(headline,)),
        NewSource(id="m", name="Mute", stored=None, matching=0, titles=()),
        NewSource(id="o", name="Other", stored=None, matching=2, titles=()),
    )
    for shown in (text(issue(new_sources=sources)), html_text(issue(new_sources=sources))):
        assert "New Bureau: 34 items stored, 1 of its last days matches" in shown
        assert "An earlier plan" in shown
        assert re.search(r"Mute\W+Other: 2 of its last days match", shown)


def test_many_new_sources_share_a_line() -> None:
    sources = tuple(
        NewSource(id=f"n{n}", name=f"Bureau {n}", stored=10, matching=n, titles=())
        for n in range(6)
    )
    said = (
        "6 sources read for the first time, 60 items stored, 15 of the last days match: "
        "Bureau 0, Bureau 1, Bureau 2, Bureau 3, Bureau 4, Bureau 5."
    )
    assert said in text(issue(new_sources=sources))
    assert said in html_text(issue(new_sources=sources))


def test_changed_rules_give_a_line_and_five_titles() -> None:
    changed = tuple(card(n, reason=Reason.RULE_CHANGE) for n in range(1, 15))
    shown = text(issue(rule_changes=changed))
    assert "14 older items now match." in shown
    assert ("Plan 5 " in shown, "Plan 6 " in shown) == (True, False)
    assert "1 older item now matches." in html_text(issue(rule_changes=changed[:1]))


def test_warnings_and_the_rehearsal_clock_stand_on_top() -> None:
    shown = issue(card(), warnings=("themes.yaml:3:1: broken",), rehearsal=True, merged=2)
    banners = [p.get_text() for p in dom(shown).select("p.warn")]
    assert banners == [
        "Rehearsal: the clock is set to 2 Mar 18:00 (Asia/Tokyo).",
        "themes.yaml:3:1: broken",
        "Catch-up: this issue stands for 2 issues that were due.",
    ]
    assert all(f"! {banner}" in text(shown) for banner in banners)


@pytest.mark.parametrize(
    ("read_at", "language", "said"),
    [
        (
            make.at(hours=-10),
            "en",
            (
                "Not read in time for this issue: 3 sources; "
                "the last reading was at 2 Mar 08:00 (Asia/Tokyo)."
            ),
        ),
        (None, "en", "Not read in time for this issue: 3 sources; none was read yet."),
        (
            make.at(hours=-10),
            "ja",
            (
                "3件の情報源はこの号に間に合いませんでした。"
                "最新の確認は3月2日 08:00（Asia/Tokyo）です。"
            ),
        ),
        (
            None,
            "ja",
            "3件の情報源はこの号に間に合わず、まだ一度も確認できていません。",
        ),
    ],
)
def test_what_was_not_read_in_time_stands_on_top(
    read_at: datetime | None, language: str, said: str
) -> None:
    shown = issue(card(), unread=3, read_at=read_at, language=language)
    assert [p.get_text() for p in dom(shown).select("p.warn")] == [said]
    assert f"! {said}".replace(" ", "") in text(shown).replace(" ", "")


def test_the_foot_tells_the_window_the_issue_before_and_the_way_out() -> None:
    for shown in (text(issue(card())), html_text(issue(card()))):
        assert "Issue 12 of AI policy; the one before is issue 11." in shown
        assert "Window: 1 Mar 18:00 to 2 Mar 18:00 (Asia/Tokyo); notices 41 to 44." in shown
        assert "policywatch items show 00b" in shown
        assert re.search('write to watch@example.org with the subject "?unsubscribe daily', shown)


def test_the_page_is_built_of_headings_in_order() -> None:
    page = dom(issue(card(), updated=(card(2),)))
    levels = [str(tag.name) for tag in page.find_all(re.compile("^h[1-6]$"))]
    assert levels == ["h1", "h2", "h3", "h2", "h3"]
    assert page.html is not None
    assert page.html["lang"] == "en"


def test_the_charset_stands_where_a_file_s_reader_looks_for_it() -> None:
    assert b"charset" in render(issue(), FRAME, ADDRESS).html.encode()[:1024]


def test_a_word_that_two_rules_matched_is_named_once_with_its_most_places() -> None:
    found = (words(text="AI", rule="a"), words(text="AI", rule="b", count=3))
    shown = text(issue(card(themes=(hit(words=found),))))
    assert re.search(r"Matched “?\"?AI\"?”? \(title ×3\) by rules a, b of", shown)
