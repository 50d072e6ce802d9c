"""Linked pages: what titles alone do not say, and what is said without them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs import deployment as job
from jobs.poll import Choice
from jobs.poll import poll as poll_sources
from jobs.settings import Settings
from pipeline.config import load_configuration
from pipeline.linked import Linked, LinkedState
from pipeline.model import Reason, SourceResult
from pipeline.records import StoredItem
from pipeline.shortid import short_id
from store import SqliteStore, open_store
from tests.e2e.pdfs import pdf
from tests.e2e.world import Deployment, Page, Site

TITLES = ("第3回有識者会議の開催について", "統計月報の公表について", "通知の発出について")
EDITED = (TITLES[0], TITLES[1], "訂正：通知の発出について")
HEAVY = "委員会は生成AIの規制のあり方について、中間取りまとめの案を議論しました。"
LIGHT = "毎月の統計を公表しました。詳しくは資料をご覧ください。"


class Watched:
    """A deployment that reads one ministry on a site; polled here, for that is quicker."""

    def __init__(self, files: Deployment, site: Site, store: SqliteStore) -> None:
        self.files = files
        self.site = site
        self.store = store

    def poll(self, now: str) -> SourceResult:
        settings = Settings(
            home=self.files.home,
            allow_networks=(self.site.netloc,),
            now=datetime.fromisoformat(f"2026-11-{now}").replace(tzinfo=UTC),
        )
        here = job.Deployment(
            settings=settings, configuration=load_configuration(settings.home), store=self.store
        )
        (result,) = poll_sources(here, Choice(all=True)).results
        assert result.outcome.read, result
        return result

    def pages(self, now: str) -> tuple[int, int, int]:
        """Poll, and return how many items are new, pages were read, and items lack theirs."""
        result = self.poll(now)
        return result.new, result.pages, result.title_only

    def item(self, number: int) -> StoredItem:
        (found,) = self.store.items_at(self.site.url(f"/n/{number}.html"))
        return found

    def linked(self, number: int) -> Linked:
        found = self.item(number).linked
        assert found is not None
        return found

    def told(self) -> list[tuple[Reason, str]]:
        return [(line.reason, line.theme) for line in self.store.ledger(0) if line.stored]


def ministry(site: Site, *numbers: int, titles: tuple[str, ...] = TITLES) -> Page:
    """Write a feed in the shape of ministries: RSS 1.0, a title and a link, nothing else."""
    items = "".join(
        f'<item rdf:about="{site.url(f"/n/{n}.html")}"><title>{titles[n % len(titles)]} {n}</title>'
        f"<link>{site.url(f'/n/{n}.html')}</link>"
        f"<dc:date>2026-{'11-03' if n else '10-01'}T05:00:00+09:00</dc:date></item>"
        for n in numbers
    )
    text = (
        '<?xml version="1.0" encoding="Shift_JIS"?><rdf:RDF xmlns="http://purl.org/rss/1.0/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="/"><title>新着情報</title>'
        f"</channel>{items}</rdf:RDF>"
    )
    return Page(text.encode("cp932"), "application/rdf+xml")


def page(text: str, more: str = "") -> Page:
    """Write a page as sites have them: a menu that speaks of AI, and the news."""
    menu = "".join(f'<li><a href="/m{n}">AI規制 {n}</a></li>' for n in range(8))
    return Page(
        f"<html lang=ja><head><meta charset=utf-8><title>省</title></head><body><ul>{menu}</ul>"
        f"<div id=contents><h1>お知らせ</h1><p>{text}</p>{more}</div></body></html>".encode(),
        "text/html",
    )


def source(site: Site, more: str = "", tier: str = "official") -> str:
    return (
        f"sources:\n  - {{id: moj, name: 省, kind: feed, url: '{site.url('/moj.rdf')}', "
        f"tier: {tier}, language: ja, timezone: Asia/Tokyo{more}}}\n"
    )


@pytest.fixture
def fresh(deployment: Deployment, site: Site) -> Iterator[Watched]:
    """A ministry that was never read."""
    deployment.write("sources.yaml", source(site))
    store = open_store(deployment.home)
    yield Watched(deployment, site, store)
    store.close()


@pytest.fixture
def watched(fresh: Watched, site: Site) -> Watched:
    """A ministry past its first contact."""
    site.pages["/moj.rdf"] = ministry(site, 0)
    fresh.poll("01")
    return fresh


# --- what a page adds ------------------------------------------------------------------------


def test_a_page_gives_the_match_that_its_title_does_not(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 1, 2, 0)
    site.pages |= {"/n/1.html": page(LIGHT), "/n/2.html": page(HEAVY)}
    assert watched.pages("03") == (2, 2, 0)
    found = watched.item(2)
    (match,) = found.matches
    places = [(e.field, found.item.body[e.start : e.end]) for e in match.evidence]
    assert sorted(places) == [("body", "AI"), ("body", "規制")]
    assert (watched.item(1).matches, watched.told()) == ((), [(Reason.NEW, "governance")])


def test_titles_alone_give_none_and_menus_neither(fresh: Watched, site: Site) -> None:
    fresh.files.write("sources.yaml", source(site, ", follow: none"))
    site.pages["/moj.rdf"] = ministry(site, 1, 2)
    site.pages["/n/2.html"] = page(HEAVY)
    assert (fresh.pages("03"), fresh.item(2).matches) == ((2, 0, 0), ())
    fresh.files.write("sources.yaml", source(site))
    site.pages["/moj.rdf"] = ministry(site, 4, 1, 2)
    site.pages["/n/4.html"] = page(LIGHT)
    assert (fresh.pages("03T02"), fresh.item(4).matches) == ((1, 1, 0), ())


def test_a_page_that_fails_leaves_its_item_with_the_reason(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 1, 2, 0)
    site.pages["/n/2.html"] = page(HEAVY)
    assert watched.pages("03") == (2, 1, 1)
    reason = f"{site.url('/n/1.html')}: HTTP 404 Not Found"
    assert (watched.linked(1).why, watched.linked(2).why) == (reason, "")


def test_the_second_reading_changes_nothing(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 2, 0)
    site.pages["/n/2.html"] = page(HEAVY)
    watched.poll("03")
    again = watched.poll("03T02")
    assert (again.new, again.updated, site.hits["/n/2.html"]) == (0, 0, 1)


def test_an_edited_title_keeps_the_text_of_its_page(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 2, 0)
    site.pages["/n/2.html"] = page(HEAVY)
    watched.poll("03")
    site.pages["/moj.rdf"] = ministry(site, 2, 0, titles=EDITED)
    assert watched.poll("03T02").updated == 1
    edited = watched.item(2)
    assert (edited.item.title, HEAVY in edited.item.body) == ("訂正：通知の発出について 2", True)
    assert [match.theme for match in edited.matches] == ["governance"]


def test_an_edit_that_meets_the_text_of_its_page_is_judged_with_it(
    watched: Watched, site: Site
) -> None:
    site.pages["/moj.rdf"] = ministry(site, 2, 0)
    watched.poll("03")
    site.pages["/n/2.html"] = page(HEAVY)
    site.pages["/moj.rdf"] = ministry(site, 2, 0, titles=EDITED)
    assert watched.pages("03T02") == (0, 1, 0)
    assert (watched.item(2).revision, watched.told()) == (2, [(Reason.NEW, "governance")])


# --- whose pages are read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "tier", "state"),
    [
        pytest.param("", "official", LinkedState.READ, id="official titles"),
        pytest.param("", "press", None, id="press titles"),
        pytest.param(", follow: page", "press", LinkedState.READ, id="press that asks for it"),
        pytest.param(", follow: none", "official", None, id="official that does not"),
    ],
)
def test_the_file_says_or_the_tier(
    fresh: Watched, site: Site, more: str, tier: str, state: LinkedState | None
) -> None:
    fresh.files.write("sources.yaml", source(site, more, tier))
    site.pages["/moj.rdf"] = ministry(site, 1)
    site.pages["/n/1.html"] = page(HEAVY)
    assert fresh.poll("03").pages == (1 if state else 0)
    linked = fresh.item(1).linked
    assert (linked and linked.state) == state


def test_of_a_first_contact_only_the_last_days_are_read(fresh: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 1, 0)
    site.pages["/n/1.html"] = page(HEAVY)
    assert fresh.pages("09") == (2, 1, 0)
    assert ("/n/0.html" in site.hits, fresh.item(0).linked) == (False, None)
    assert fresh.told() == []


def test_what_is_too_much_for_one_poll_comes_with_the_next(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, *range(1, 26))
    site.pages |= {f"/n/{n}.html": page(f"{LIGHT} {n}") for n in range(26)}
    assert watched.pages("03") == (25, 20, 5)
    assert watched.linked(25).why == "the page was not read yet"
    assert watched.pages("03T02") == (0, 5, 0)
    assert {hits for path, hits in site.hits.items() if path.startswith("/n/")} == {1}


# --- trying again ----------------------------------------------------------------------------


def test_a_text_that_comes_later_is_judged_again_and_said_once(
    watched: Watched, site: Site
) -> None:
    site.pages["/moj.rdf"] = ministry(site, 2, 0)
    assert watched.pages("03") == (1, 0, 1)
    site.pages["/n/2.html"] = page(HEAVY)
    assert watched.pages("03T02") == (0, 1, 0)
    watched.poll("05")
    assert watched.told() == [(Reason.NEW, "governance")]


def test_a_match_by_title_is_not_said_again_with_its_text(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 2, 0, titles=(TITLES[0], "", "生成AIの規制について"))
    watched.poll("03")
    site.pages["/n/2.html"] = page(HEAVY)
    assert watched.poll("05").pages == 1
    assert (watched.item(2).revision, watched.told()) == (2, [(Reason.NEW, "governance")])


def test_a_page_is_given_up_after_four_tries(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 2, 0)
    for now in ("03T00", "03T00:30", "03T01", "03T07"):
        watched.poll(now)
    assert (site.hits["/n/2.html"], watched.linked(2).state) == (3, LinkedState.WAITING)
    for now in ("04T07", "08"):
        watched.poll(now)
    assert (site.hits["/n/2.html"], watched.linked(2).state) == (4, LinkedState.TITLE_ONLY)
    assert watched.linked(2).why.endswith("HTTP 404 Not Found")


def test_a_server_that_wants_to_be_left_alone_is(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 1, 2, 0)
    busy = Page(b"", "text/html", 429, {"Retry-After": "7200"})
    site.pages |= {"/n/1.html": busy, "/n/2.html": busy}
    assert watched.pages("03") == (2, 0, 2)
    hits = dict(site.hits)
    site.pages |= {"/moj.rdf": ministry(site, 4, 1, 2, 0), "/n/4.html": page(HEAVY)}
    assert watched.pages("03T01:59") == (1, 0, 1)
    assert ("wants to be left alone" in watched.linked(4).why, "/n/4.html" in site.hits) == (
        True,
        False,
    )
    assert {path: site.hits[path] for path in hits if path.startswith("/n/")} == {
        path: count for path, count in hits.items() if path.startswith("/n/")
    }


def test_what_robots_may_not_read_is_not_read(watched: Watched, site: Site) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /n/\n", "text/plain")
    site.pages["/moj.rdf"] = ministry(site, 2, 0)
    site.pages["/n/2.html"] = page(HEAVY)
    assert (watched.pages("03"), "/n/2.html" in site.hits) == ((1, 0, 1), False)
    assert "the site's robots.txt forbids to read it" in watched.linked(2).why


# --- PDFs and copies -------------------------------------------------------------------------

NOTICE = "The council discussed the regulation of artificial intelligence."


def test_a_link_to_a_pdf_is_read_whatever_it_is_called(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 2, 0)
    site.pages["/n/2.html"] = Page(pdf("Minutes of the meeting", NOTICE), "text/html")
    assert watched.pages("03") == (1, 1, 0)
    assert NOTICE in watched.item(2).item.body


def test_the_pdf_of_a_page_is_read_where_that_is_asked_for(fresh: Watched, site: Site) -> None:
    fresh.files.write("sources.yaml", source(site, ", follow: pdf"))
    site.pages["/moj.rdf"] = ministry(site, 1, 2)
    link = '<p><a href="../files/minutes.pdf">議事録</a></p>'
    site.pages["/n/1.html"] = page("議事録を掲載しました。資料は次のとおりです。", link)
    site.pages["/n/2.html"] = page("議事録を掲載しました。", link.replace("minutes", "gone"))
    site.pages["/files/minutes.pdf"] = Page(pdf(NOTICE), "application/pdf")
    assert fresh.pages("03") == (2, 2, 0)
    whole, kept = fresh.item(1).item.body, fresh.store.page_copy(fresh.item(1).id)
    assert ("議事録を掲載" in whole, NOTICE in whole) == (True, True)
    assert kept is not None
    assert kept.content_type == "application/pdf"
    trouble = f"its PDF: {site.url('/files/gone.pdf')}: HTTP 404 Not Found"
    assert fresh.linked(2) == Linked(state=LinkedState.READ, trouble=trouble, tries=1)


def test_a_page_that_only_sends_on_is_followed_once(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 2, 0)
    refresh = b"<html><head><meta http-equiv=refresh content='0;url=/real.html'></head></html>"
    site.pages |= {"/n/2.html": Page(refresh, "text/html"), "/real.html": page(HEAVY)}
    assert watched.pages("03") == (1, 1, 0)
    assert HEAVY in watched.item(2).item.body


# --- by the command --------------------------------------------------------------------------


def test_the_command_shows_what_became_of_pages(
    watched: Watched, site: Site, tmp_path: Path
) -> None:
    site.pages["/moj.rdf"] = ministry(site, 1, 2, 4, 0)
    site.pages["/n/2.html"] = page(HEAVY)
    run, file = watched.files.run, tmp_path / "copy.html"
    now = {"POLICYWATCH_NOW": "2026-11-03"}
    (result,) = run("poll", "--all", "--json", **now).json["results"]
    assert (result["pages"], result["title_only"]) == (1, 2)
    kept, lost = watched.item(2), watched.item(1)
    reason = f"{site.url('/n/1.html')}: HTTP 404 Not Found"
    shown = run("items", "show", str(lost.id), "--json").json
    assert (shown["title_only"], shown["page"]["state"], shown["copy"]) == (reason, "waiting", None)
    explained = run("themes", "explain", f"#{short_id(lost.id)}", "--json").json
    assert explained["title_only"] == reason
    assert f"judged by title only: {reason}" in run("trace", lost.item.url).out
    assert run("items", "show", str(kept.id), "--copy", str(file)).code == 0
    assert file.read_bytes() == page(HEAVY).content
    again = run("items", "show", str(kept.id), "--copy", str(file))
    assert (again.code, "is there already" in again.err) == (2, True)


def test_the_command_names_sources_whose_pages_fail(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 1, 2, 4, 0)
    watched.poll("03")
    (listed,) = watched.files.run("sources", "list", "--json", POLICYWATCH_NOW="2026-11-03").json
    assert "3 of 3 new items are judged by title only: " in listed["alarm"]
    assert listed["pages"]["waiting"] == 3


def test_a_trial_shows_what_the_pages_give(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 2, 1)
    site.pages["/n/2.html"] = page(HEAVY)
    read, lost = watched.files.run("sources", "test", "moj", "--json").json["entries"]
    assert (read["page"], HEAVY in read["body"]) == ({"read": True, "trouble": None}, True)
    assert "HTTP 404" in lost["page"]["trouble"]


def test_a_mail_says_what_is_judged_by_its_title_alone(watched: Watched, site: Site) -> None:
    site.pages["/moj.rdf"] = ministry(site, 5, 0, titles=("生成AIの規制",))
    assert watched.pages("03") == (1, 0, 1)
    preview = ("digest", "preview", "--days", "3", "--html")
    assert " · Title only" in watched.files.run(*preview, POLICYWATCH_NOW="2026-11-03").out
    site.pages["/n/5.html"] = page(HEAVY)
    assert watched.pages("04") == (0, 1, 0)
    shown = watched.files.run(*preview, POLICYWATCH_NOW="2026-11-04").out
    assert ("生成AIの規制" in shown, "Title only" in shown) == (True, False)
