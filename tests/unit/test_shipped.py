"""The files that a new deployment begins with are fit to begin with."""

from pathlib import Path

import pytest

from pipeline.config import Configuration, load_configuration
from pipeline.model import Field, Scope, Verdict
from pipeline.records import Empty

ROOT = Path(__file__).parents[2]

THEMES = {
    "gov_ai_capacity",
    "jp_ai_institutions",
    "jp_ai_law",
    "innovation_shift",
    "ai_investment",
    "us_ai_policy",
    "eu_ai_policy",
    "summits_g7_tension",
    "hiroshima_process",
    "multilateral_ai",
    "global_south_india",
    "china_ai_diplomacy",
    "us_japan",
    "aisi_research",
    "ai_risks",
    "econ_security",
}


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    """Load the shipped files, which runs the tests of every theme."""
    return load_configuration(ROOT)


def themes_of(configuration: Configuration, title: str) -> set[str]:
    matches = configuration.ruleset.classify({Field.TITLE: title}, Scope())
    return {match.theme for match in matches if match.verdict is Verdict.APPLIES}


def test_the_shipped_files_have_neither_problems_nor_warnings(shipped: Configuration) -> None:
    assert shipped.warnings == ()


def test_there_are_forty_sources_and_a_dozen_from_japan(shipped: Configuration) -> None:
    assert len(shipped.sources) >= 40
    assert len([source for source in shipped.sources if source.jurisdiction == "JP"]) >= 12


def test_every_source_says_who_speaks_where_and_in_what_language(shipped: Configuration) -> None:
    assert [
        source.id
        for source in shipped.sources
        if not (source.organisation and source.jurisdiction and source.language and source.group)
    ] == []


def test_pages_are_told_from_rebuilt_pages(shipped: Configuration) -> None:
    pages = [source for source in shipped.sources if source.kind == "page"]
    assert pages
    assert [source.id for source in pages if not source.min_items] == []


def test_the_sixteen_themes_of_the_brief_are_there(shipped: Configuration) -> None:
    assert {theme.id for theme in shipped.ruleset.themes} == THEMES


def test_every_theme_has_two_titles_and_says_what_it_is(shipped: Configuration) -> None:
    assert [
        theme.id
        for theme in shipped.ruleset.themes
        if set(theme.title) != {"en", "ja"} or not theme.brief
    ] == []


def test_every_theme_is_tried_on_four_texts_of_either_sort(shipped: Configuration) -> None:
    counts = {
        theme.id: [sum(trial.match is sort for trial in theme.trials) for sort in (True, False)]
        for theme in shipped.ruleset.themes
    }
    assert {theme: count for theme, count in counts.items() if min(count) < 4} == {}


def test_one_digest_of_all_themes_comes_every_morning(shipped: Configuration) -> None:
    (digest,) = shipped.digests
    assert (digest.id, digest.title, digest.themes) == ("daily", "AI policy", ())
    assert (digest.zone, digest.empty) == ("Asia/Tokyo", Empty.SHORT)
    assert {day for slot in digest.schedule for day in slot.days} == set(range(7))
    assert {f"{slot.at:%H:%M}" for slot in digest.schedule} == {"07:30"}


@pytest.mark.parametrize(
    "title",
    [
        "The administration raises its fees for administrative work",
        "Company raising money for a chain of bakeries",
        "広島県、AIの実証実験に向けたサンドボックスを設置",
        "India and China agree on flights",
        "投資信託の残高が過去最高",
        "Safety of lifts: new rules",
        "G7の農相会合が閉幕",
    ],
)
def test_words_that_only_look_alike_match_nothing(shipped: Configuration, title: str) -> None:
    assert themes_of(shipped, title) == set()


def test_the_european_act_is_not_taken_for_the_japanese_one(shipped: Configuration) -> None:
    assert themes_of(shipped, "EUのAI法、加盟国の監督機関が決まる") == {"eu_ai_policy"}
