"""Every word of the frame is there in both languages, and can be read in the light and the dark."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from pipeline.deadlines import Deadline
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
    Waiting,
)
from pipeline.model import Outcome, Reason, Tier, Type
from pipeline.render import names
from pipeline.render.mail import subject
from pipeline.render.phrases import NOUNS, PHRASES
from tests import make
from tests.issues import FRAME, card, dom, hit, issue, parsed, text, trouble

TEMPLATES = Path(__file__).parents[2] / "pipeline" / "render" / "templates"


def told(id: int, **overrides: object) -> Told:  # noqa: A002
    base = Told(
        id=id,
        title=f"試験{id}",
        url=f"https://n{id}.example/",
        language="ja",
        source_id=f"n{id}",
        source=f"媒体{id}",
        tier=Tier.PRESS,
    )
    return replace(base, **overrides)  # type: ignore[arg-type]


def due(days: int, deadline: Deadline, why: DueWhy = DueWhy.NEW) -> Due:
    return Due(
        item=Headline(id=7, title="試験の意見募集", url="https://gov.example/7", language="ja"),
        source="試験省",
        jurisdiction="JP",
        deadline=deadline,
        days=days,
        why=why,
    )


def full(**overrides: object) -> Issue:
    """Give an issue with everything that an issue can say, all foreign text in Japanese."""
    plain = {
        "title": "試験",
        "source": "試験ニュース",
        "organisation": "試験省",
        "language": "ja",
        "note": "担当者の言葉",
        "title_only": True,
        "themes": (hit(title="安全", words=(), notes=("試験の注記",)), hit(title="著作権")),
    }
    doubtful = Deadline(day=None, candidates=(date(2026, 4, 3), date(2026, 3, 4)), words="3/4")
    sure = Deadline(day=date(2026, 4, 3))
    head = Headline(id=90, title="前の試験", url="https://gov.example/90", language="ja")
    base = issue(
        title="試験",
        language="ja",
        first=(
            card(1, **plain, deadline=sure, reports=tuple(map(told, range(20, 30)))),
            card(2, **plain, deadline=doubtful, follows=head),
        ),
        sections=(
            Section(
                theme="s",
                title="安全",
                cards=(card(3, **plain, deadline=Deadline(day=date(2026, 1, 1))),),
                stories=(Story(head=head, since=make.at(days=-1), reports=(told(30), told(31))),),
            ),
        ),
        updated=(card(4, **plain, published=None),),
        late=(card(5, **plain, type=Type.LAW),),
        starter=(card(6, **plain, reason=Reason.NEW_SOURCE),),
        rule_changes=(card(8, **plain),),
        deadlines=(due(0, sure), due(32, doubtful), due(9, sure, DueWhy.CHANGED)),
        new_sources=(NewSource(id="n", name="新省", stored=3, matching=2, titles=(head,)),),
        trouble=(
            trouble("試験局", error="", outcome=Outcome.BLOCKED),
            trouble("旧局", lost=False, error=""),
            trouble("半局", lost=False, read=True, outcome=Outcome.EMPTY, error=""),
        ),
        recovered=("再局",),
        merged=2,
        rehearsal=True,
    )
    return replace(base, **overrides)  # type: ignore[arg-type]


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_phrase_says_the_same_in_both_languages(phrase: str) -> None:
    english, japanese = (
        {name for _, name, _, _ in Formatter().parse(said) if name} for said in PHRASES[phrase]
    )
    assert english == japanese or phrase == "last days"
    assert all("{n}" in said for said in NOUNS.get(phrase, ()))


def test_every_phrase_is_said_somewhere() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (TEMPLATES.parent).rglob("*")
        if path.suffix in (".py", ".j2") and path.name != "phrases.py"
    )
    unsaid = [phrase for phrase in (*PHRASES, *NOUNS) if f'"{phrase}"' not in code]
    assert [phrase for phrase in unsaid if not phrase.endswith(" note")] == []


@pytest.mark.parametrize(
    "named", [names.LANGUAGES, names.JURISDICTIONS, names.TIERS, names.TYPES, names.OUTCOMES]
)
def test_every_name_is_there_in_both_languages(named: dict[str, tuple[str, str]]) -> None:
    assert all(english and japanese for english, japanese in named.values())


# What stays as it is in every language: addresses, the command, ids, zones, the names of files.
_KEPT = re.compile(
    r"https?://\S+|watch@example\.org|policywatch( items show \w+)?|unsubscribe daily|#\w+|m-1"
    r"|Asia/Tokyo|deadlines\.ics|models?|Five steps for|ID|HTTP|\bCopyright\b"
)


@pytest.mark.parametrize("waiting", [None, Waiting(items=2, earlier=1)])
def test_a_japanese_frame_has_no_english_words(waiting: Waiting | None) -> None:
    of = full(waiting=waiting, unread=2, read_at=make.NOW)
    for shown in (text(of), " ".join(dom(of).get_text(" ").split())):
        assert re.findall(r"[A-Za-z]{2,}", _KEPT.sub("", shown)) == []


def test_a_quiet_day_is_quiet_in_japanese() -> None:
    miss = NearMiss(item=Headline(id=5, title="試験", url=""), theme="安全", missing=("規制",))
    quiet = issue(language="ja", title="試験", read=148, near_misses=(miss,), previous_number=None)
    shown = text(quiet)
    assert "この期間に新着はありません。" in shown
    assert "151件の情報源のうち148件を確認しました。" in shown
    assert re.findall(r"[A-Za-z]{2,}", _KEPT.sub("", shown)) == []
    assert subject(quiet) == "[試験] 新着なし、151件中148件を確認: 3月2日"


def test_subjects_count_in_japanese() -> None:
    assert subject(full(merged=1, rehearsal=False)).startswith("[試験] 新着15件、")
    assert parsed(full())["Subject"] == subject(full())


def test_the_page_says_its_language() -> None:
    page = dom(full())
    assert page.html is not None
    assert page.html["lang"] == "ja"
    assert "In English" not in text(issue(card(language="en")))
    assert "英語" in text(issue(card(language="en"), language="ja"))


# --- what stands where ------------------------------------------------------------------------


def test_the_parts_of_an_issue_come_in_their_order() -> None:
    ids = [str(h["id"]) for h in dom(full()).select("h2")]
    assert ids == [
        "first",
        "deadlines",
        "theme-1",
        "updated",
        "late",
        "starter",
        "new-sources",
        "rules",
        "trouble",
    ]


def test_a_thing_and_its_reports_are_one_entry() -> None:
    reports = (
        told(2, tier=Tier.OFFICIAL, source="Agency", title="The text", language="en"),
        told(3, tier=Tier.RESEARCH, source="Lab", title="A note", language="en"),
        *(told(n, source=f"P{n}", language="fr" if n % 2 else "en") for n in range(4, 40)),
    )
    shown = text(issue(card(1, reports=reports)))
    assert "* The text [#00c] Agency https://n2.example/ * A note" in shown
    assert "Also reported by P4, P5, P6, P7, P8, 31 more reports in 2 languages." in shown
    assert len(dom(issue(card(1, reports=reports))).select(".also")) == 3
    one = text(issue(card(1, reports=(told(4, source="P4"),))))
    assert "Also reported by P4." in one
    titled = text(issue(card(1, reports=reports[:2])))
    assert "Also reported" not in titled


def test_later_reports_are_a_line() -> None:
    head = Headline(id=90, title="The order", url="https://gov.example/90", language="en")
    later = tuple(told(n, language="de" if n % 2 else "fr") for n in range(1, 35))
    story = Story(head=head, since=make.at(days=-4), reports=later)
    section = Section(theme="safety", title="Model safety", cards=(), stories=(story,))
    shown = issue(sections=(section,))
    assert "34 more reports in 2 languages since Thursday 26 Feb: The order" in " ".join(
        dom(shown).get_text().split()
    )
    assert "In this issue: Model safety 34" in text(shown)


def test_deadlines_are_a_list_with_what_is_left() -> None:
    sure = Deadline(day=date(2026, 4, 3))
    doubtful = Deadline(day=None, candidates=(date(2026, 3, 4), date(2026, 4, 3)), words="03/04")
    shown = issue(deadlines=(due(0, sure), due(1, doubtful), due(32, sure, DueWhy.CHANGED)))
    said = text(shown)
    assert "3 Apr (today) * 試験の意見募集 [#00h] 試験省, Japan" in said
    assert "4 Mar or 3 Apr (1 day) * 試験の意見募集 [#00h] 試験省, Japan, “03/04”" in said
    assert "3 Apr (32 days) * 試験の意見募集 [#00h] 試験省, Japan, moved" in said
    assert "A day that can be read in two ways is not in it." in said
    assert subject(shown) == "[AI policy] 2 closing: 2 Mar"
    whole = issue(deadlines=(due(32, sure, DueWhy.OPEN),), weekly=True)
    assert "== All open deadlines (1) ==" in text(whole)
    assert subject(whole) == "[AI policy] nothing new, 151 of 151 read: 2 Mar"


def test_an_item_says_until_when_it_is_open() -> None:
    def closes(deadline: Deadline) -> str:
        return dom(issue(card(deadline=deadline))).select_one(".due").get_text()  # type: ignore[union-attr]

    assert closes(Deadline(day=date(2026, 4, 3))) == "Closes 3 Apr"
    assert closes(Deadline(day=date(2027, 4, 3))) == "Closes 3 Apr 2027"
    assert closes(Deadline(day=date(2026, 2, 3))) == "Closed 3 Feb"
    assert closes(Deadline(day=date(2026, 3, 9), at=make.at(days=7))) == "Closes 9 Mar 18:00"
    assert closes(
        Deadline(day=None, candidates=(date(2026, 3, 4), date(2026, 4, 3)), words="03/04")
    ) == ("Closes 4 Mar or 3 Apr (unclear: “03/04”)")


def test_a_gloss_and_a_note_stand_only_where_there_is_one() -> None:
    shown = issue(card(gloss="A plan", language="ja", themes=(hit(notes=("For the board",)),)))
    page = dom(shown)
    assert page.select_one(".gloss").get_text() == "A plan"  # type: ignore[union-attr]
    assert "Note: For the board" in text(shown)
    assert dom(issue(card())).select(".gloss") == []


def test_a_crowded_theme_counts_by_language_and_keeps_all_that_is_official() -> None:
    cards = [
        card(
            n,
            tier=Tier.OFFICIAL if n % 6 == 0 else Tier.PRESS,
            language="fr" if n % 3 == 0 else "en",
        )
        for n in range(1, 61)
    ]
    shown = dom(issue(*cards))
    assert len(shown.select(".item")) == 10 + 8
    assert shown.select_one(".more").get_text() == "And 42 more: 34 in English, 8 in French."  # type: ignore[union-attr]
    assert len(dom(issue(*cards[:50])).select(".item")) == 50
    assert len(dom(issue(*cards[:50], merged=2)).select(".item")) == 8 + 8
    assert len(dom(issue(*cards, per_theme=3)).select(".item")) == 10 + 3


def test_with_an_address_of_ours_the_whole_issue_is_linked_and_not_attached() -> None:
    crowd = issue(*[card(n, tier=Tier.PRESS) for n in range(1, 61)])
    served = replace(FRAME, base_url="https://watch.example")
    linked = replace(served, issue_pages=True)
    page = dom(crowd, linked)
    url = page.find("a", href=re.compile("/d/daily-12/"))
    assert url is not None
    assert re.fullmatch(r"https://watch\.example/d/daily-12/[\w-]{22}", str(url["href"]))
    assert list(parsed(crowd, linked).iter_attachments()) == []
    for without_pages in (FRAME, served):
        (attached,) = parsed(crowd, without_pages).iter_attachments()
        assert attached.get_filename() == "whole-issue.html"


def test_standing_trouble_is_one_line_and_weekly_all_names() -> None:
    broken = tuple(trouble(f"Bureau {n}", lost=False, since=make.at(days=-9)) for n in range(8))
    said = text(issue(trouble=broken))
    assert "Bureau 4 (since 21 Feb) and 3 more." in said
    assert "The whole list comes with the first issue of each week." in said
    weekly = text(issue(trouble=broken, weekly=True))
    assert "Bureau 7 (since 21 Feb)." in weekly
    assert "The whole list" not in weekly


def test_a_source_that_is_read_again_is_named() -> None:
    assert "== Source trouble == Read again: Bureau, Office." in text(
        issue(recovered=("Bureau", "Office"))
    )


def test_a_starter_issue_says_what_it_is() -> None:
    early = card(reason=Reason.NEW_SOURCE)
    shown = text(issue(starter=(early,), previous_number=None))
    assert "Starter issue: what was published before the start is marked as such." in shown
    assert "Nothing new, 1 from before the start." in shown
    assert "Guidance · Published before the start · 2 Mar 15:00" in shown


def test_a_catch_up_issue_says_so_in_the_lead() -> None:
    assert "Catch-up: 1 new item in 1 theme." in text(issue(card(), merged=3))


# --- light and dark ---------------------------------------------------------------------------

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def rules(css: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for selectors, body in _RULE.findall(css):
        lines = body.replace("!important", "").split(";")
        parts = [line.partition(":") for line in lines if ":" in line]
        values = {name.strip(): value.strip() for name, _, value in parts}
        for selector in selectors.split(","):
            found.setdefault(selector.strip(), {}).update(values)
    return found


def luminance(colour: str) -> float:
    channels = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    bright, dim = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_all_text_can_be_read_in_the_light_and_in_the_dark() -> None:
    light = rules((TEMPLATES / "mail.css").read_text(encoding="utf-8"))
    media = (TEMPLATES / "media.css").read_text(encoding="utf-8")
    dark = rules(media[media.index("prefers-color-scheme") :].partition("{")[2])
    written = {name for name, values in light.items() if "color" in values}
    for name in written:
        assert name in dark or name == ".sheet", f"{name} has no colour in the dark"
    for theme in (light, light | {n: light.get(n, {}) | v for n, v in dark.items()}):
        sheet = theme[".sheet"]["background"]
        for name in written:
            behind = theme[name].get("background", sheet)
            assert contrast(theme[name]["color"], behind) >= 4.5, (name, behind)
