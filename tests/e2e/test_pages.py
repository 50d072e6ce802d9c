"""Pages that move, that are found through a hub, that are watched, and that are rebuilt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from jobs.deployment import Deployment
from jobs.poll import Choice, poll
from pipeline.alarms import alarms
from pipeline.model import Origin, Outcome, SourceResult
from pipeline.search import Search
from tests.e2e.inside import inside, prepare
from tests.e2e.world import Page, Site

T = TypeVar("T")
NEW_YEAR = datetime.fromisoformat("2027-01-01T00:00+09:00")
SUMMER = datetime.fromisoformat("2026-07-01T09:00+00:00")


@dataclass
class Watch:
    """A deployment with one page of a site, read by the job itself."""

    home: Path
    site: Site

    def configure(self, **keys: str) -> None:
        entry = {"kind": "page", "name": "Ministry", "select": "{item: li}"} | keys
        lines = "".join(f", {key}: {value}" for key, value in entry.items())
        (self.home / "sources.yaml").write_text(f"sources:\n - {{id: gov{lines}}}\n")

    def poll(self, now: datetime) -> SourceResult:
        return self._with(now, lambda found: poll(found, Choice(ids=("gov",))).results[0])

    def news(self) -> list[tuple[str, str]]:
        """Return title and summary of what came after the first contact, the newest first."""

        def of(found: Deployment) -> list[tuple[str, str]]:
            return [
                (stored.item.title, stored.item.summary)
                for stored in found.store.search(Search(), limit=50)
                if stored.origin is Origin.NEWS
            ]

        return self._with(SUMMER, of)

    def alarms(self, now: datetime) -> tuple[str, ...]:
        def of(found: Deployment) -> tuple[str, ...]:
            state = found.store.source_state("gov")
            return tuple(alarm.text for alarm in alarms(found.sources["gov"], state, now))

        return self._with(now, of)

    def _with(self, now: datetime, do: Callable[[Deployment], T]) -> T:
        with inside(self.home, self.site, now) as deployment:
            return do(deployment)

    def serve(self, path: str, *titles: str) -> None:
        items = "".join(f'<li><a href="/{t.replace(" ", "-")}">{t}</a></li>' for t in titles)
        self.site.pages[path] = Page(f"<ul>{items}</ul>".encode(), "text/html")

    def write(self, path: str, content: str) -> None:
        self.site.pages[path] = Page(content.encode(), "text/html")


@pytest.fixture
def watch(tmp_path: Path, site: Site) -> Watch:
    prepare(tmp_path, "")
    return Watch(tmp_path, site)


def outcomes(watch: Watch, moments: Sequence[datetime]) -> list[tuple[str, int]]:
    results = [watch.poll(moment) for moment in moments]
    return [(result.outcome.value, result.new) for result in results]


# --- pages that move with the year ------------------------------------------------------------


def test_both_years_are_read_around_the_change(watch: Watch) -> None:
    watch.configure(url=f"'{watch.site.url('/r{era_year:02}/')}'", timezone="Asia/Tokyo")
    watch.serve("/r08/", "One", "Two")
    days = [NEW_YEAR + timedelta(days=n) for n in (-90, -30, 0)]
    assert outcomes(watch, days) == [("ok", 2), ("ok", 0), ("ok", 0)]
    watch.serve("/r09/", "First of the year")
    watch.serve("/r08/", "Last of the year", "One", "Two")
    assert watch.poll(NEW_YEAR + timedelta(days=10)).new == 2
    assert {title for title, _ in watch.news()} == {"First of the year", "Last of the year"}


def test_the_page_of_a_new_year_may_come_late_and_then_must_be_there(watch: Watch) -> None:
    watch.configure(url=f"'{watch.site.url('/{yyyy}/')}'", timezone="Asia/Tokyo")
    watch.serve("/2026/", "One")
    assert watch.poll(NEW_YEAR + timedelta(days=59)).outcome is Outcome.OK
    late = watch.poll(NEW_YEAR + timedelta(days=61))
    assert (late.outcome, late.status) == (Outcome.HTTP_ERROR, 404)
    assert late.error == f"{watch.site.url('/2027/')}: HTTP 404 Not Found"


def test_without_either_page_the_source_has_failed(watch: Watch) -> None:
    watch.configure(url=f"'{watch.site.url('/{yyyy}/')}'")
    failed = watch.poll(NEW_YEAR + timedelta(days=3))
    assert failed.error == f"{watch.site.url('/2027/')}: HTTP 404 Not Found"


def test_a_page_of_another_year_that_fails_is_named(watch: Watch) -> None:
    watch.configure(url=f"'{watch.site.url('/{yyyy}/')}'")
    watch.serve("/2027/", "One")
    watch.site.pages["/2026/"] = Page(b"busy", "text/plain", 503)
    found = watch.poll(NEW_YEAR + timedelta(days=3))
    assert (found.outcome, found.new) == (Outcome.PARTLY_BROKEN, 1)
    assert "/2026/: HTTP 503" in found.error


# --- pages that are found through a hub -------------------------------------------------------


def hub(watch: Watch, **more: str) -> None:
    address = watch.site.url("/hub")
    where = f"{{page: '{address}', text: 報道発表}}"
    watch.configure(**({"url": f"'{watch.site.url('/press')}'", "via": where} | more))


def test_a_page_that_moves_is_followed_through_its_hub(watch: Watch) -> None:
    hub(watch)
    watch.write("/hub", "<a href='/about'>About</a> <a href='/press-2026'>報道発表</a>")
    watch.serve("/press-2026", "One", "Two", "Three")
    assert watch.poll(SUMMER).new == 3
    watch.write("/hub", "<a href='/press-2027'>報道発表（令和9年）</a>")
    watch.serve("/press-2027", "Four")
    assert watch.poll(SUMMER + timedelta(days=300)).new == 1
    assert watch.news() == [("Four", "")]


def test_a_hub_that_fails_is_named_and_so_is_what_it_lacks(watch: Watch) -> None:
    hub(watch)
    address = watch.site.url("/hub")
    assert watch.poll(SUMMER).error == f"the hub page {address}: HTTP 404 Not Found"
    watch.write("/hub", "<a href='/about'>About</a>")
    assert watch.poll(SUMMER + timedelta(hours=1)).error.startswith(
        f"the hub page {address}: text '報道発表' finds no link"
    )


def test_robots_txt_of_a_hub_and_of_its_page_is_obeyed(watch: Watch) -> None:
    hub(watch)
    watch.write("/hub", "<a href='/press'>報道発表</a>")
    for forbidden in ("/hub", "/press"):
        rules = f"User-agent: *\nDisallow: {forbidden}\n"
        watch.site.pages["/robots.txt"] = Page(rules.encode(), "text/plain")
        assert watch.poll(SUMMER).error == (
            f"{watch.site.url(forbidden)}: the site's robots.txt forbids to read it"
        )


def test_a_hub_that_is_risky_to_parse_is_read_where_it_can_be_killed(watch: Watch) -> None:
    hub(watch)
    watch.write("/hub", "<p>" + "x" * 1_000_001 + "<a href='/press'>報道発表</a>")
    watch.serve("/press", "One")
    assert watch.poll(SUMMER).new == 1


# --- pages whose text is watched --------------------------------------------------------------

RULES = "<nav>menu</nav><main><p>Rules for AI are being drafted.</p><p>{}</p></main>"


def test_a_change_of_a_watched_text_is_news_and_the_first_text_is_not(watch: Watch) -> None:
    watch.configure(url=watch.site.url("/ai"), watch="text", select="{item: main}")
    day = timedelta(days=1)
    watch.write("/ai", RULES.format("Last updated: 2 March 2026"))
    assert outcomes(watch, [SUMMER, SUMMER + day]) == [("ok", 0), ("ok", 0)]
    watch.write("/ai", RULES.format("Last updated: 3 July 2026"))
    assert outcomes(watch, [SUMMER + day * 2]) == [("ok", 0)]
    watch.write("/ai", RULES.format("A consultation opens in May."))
    assert outcomes(watch, [SUMMER + day * 3, SUMMER + day * 4]) == [("ok", 1), ("ok", 0)]
    assert watch.news() == [
        ("Ministry: text changed (2026-07-04 09:00)", "Added: A consultation opens in May.")
    ]


def test_each_change_is_an_item_of_its_own_even_one_that_is_taken_back(watch: Watch) -> None:
    watch.configure(url=watch.site.url("/ai"), watch="text", select="{item: main}")
    for n, text in enumerate(["A pause.", "It goes on again.", "A pause.", "It goes on again."]):
        watch.write("/ai", RULES.format(text))
        assert watch.poll(SUMMER + timedelta(hours=n)).new == (n > 0)
    assert len(watch.news()) == 3


def test_small_changes_add_up(watch: Watch) -> None:
    watch.configure(url=watch.site.url("/ai"), watch="text", select="{item: main}")
    long = "The text of the page is long enough that a few letters are not much of it at all. "
    new = []
    for n, words in enumerate(["", "one", "one two", "one two three", "one two three four"]):
        watch.write("/ai", RULES.format(long * 2 + words))
        new.append(watch.poll(SUMMER + timedelta(hours=n)).new)
    assert new == [0, 0, 0, 0, 1]


def test_an_empty_place_is_a_failure_and_the_text_is_kept(watch: Watch) -> None:
    watch.configure(url=watch.site.url("/ai"), watch="text", select="{item: main}")
    watch.write("/ai", RULES.format("x"))
    watch.poll(SUMMER)
    watch.write("/ai", "<main> </main>")
    broken = watch.poll(SUMMER + timedelta(hours=1))
    assert (broken.outcome, broken.new) == (Outcome.NOT_A_FEED, 0)
    watch.write("/ai", RULES.format("x"))
    assert outcomes(watch, [SUMMER + timedelta(hours=2)]) == [("ok", 0)]
    watch.write("/ai", RULES.format("The rules are in force."))
    assert outcomes(watch, [SUMMER + timedelta(hours=3)]) == [("ok", 1)]


def test_another_selector_is_another_text(watch: Watch) -> None:
    watch.configure(url=watch.site.url("/ai"), watch="text", select="{item: main}")
    watch.write("/ai", RULES.format("x"))
    watch.poll(SUMMER)
    watch.configure(url=watch.site.url("/ai"), watch="text", select="{item: nav}")
    assert outcomes(watch, [SUMMER + timedelta(hours=1)]) == [("ok", 0)]


def test_the_silence_of_a_watched_page_is_no_alarm(watch: Watch) -> None:
    watch.configure(url=watch.site.url("/ai"), watch="text", select="{item: main}")
    for n, text in enumerate(["A pause.", "It goes on again.", "It goes on again."]):
        watch.write("/ai", RULES.format(text))
        watch.poll(SUMMER + timedelta(days=n * 100))
    assert watch.alarms(SUMMER + timedelta(days=200)) == ()


# --- pages that are rebuilt -------------------------------------------------------------------


def many(watch: Watch, newest: int, count: int, polls: int = 6) -> None:
    for n in range(polls):
        titles = [f"Press release {newest + n - i}" for i in range(count)]
        watch.serve("/press", *titles)
        assert watch.poll(SUMMER + timedelta(hours=n)).outcome is Outcome.OK


def test_a_page_that_gives_far_less_than_usual_stores_nothing(watch: Watch) -> None:
    watch.configure(url=watch.site.url("/press"))
    many(watch, 100, 20)
    stored = len(watch.news())
    watch.serve("/press", "Contact", "Press release 106")
    rebuilt = watch.poll(SUMMER + timedelta(hours=9))
    assert (rebuilt.outcome, rebuilt.new, len(watch.news())) == (Outcome.NOT_A_FEED, 0, stored)
    assert rebuilt.error.startswith("only 2 entries, where 20 are usual: the page was rebuilt")
    assert watch.alarms(SUMMER + timedelta(hours=9)) == (
        f"not read since 2026-07-01 18:00 UTC: {rebuilt.error}",
    )
    with inside(watch.home, watch.site, SUMMER) as deployment:
        kept = deployment.store.snapshot("gov", good=False)
    assert kept is not None
    assert [body.url for body in kept.bodies] == [watch.site.url("/press")]


def test_whoever_says_that_less_is_right_is_believed(watch: Watch) -> None:
    watch.configure(url=watch.site.url("/press"))
    many(watch, 100, 20)
    watch.configure(url=watch.site.url("/press"), min_items="1")
    watch.serve("/press", "Press release 107", "Press release 106")
    assert outcomes(watch, [SUMMER + timedelta(hours=9)]) == [("ok", 2)]
