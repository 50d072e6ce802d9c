"""What people tell us about items -> labels, items that no poll brought, and sets to measure by."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from itertools import takewhile
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from jobs.deployment import JOB_WAIT_SECONDS, Deployment
from pipeline import identity
from pipeline.changes import NewItem
from pipeline.charset import decode
from pipeline.classify import classify, scope_of
from pipeline.errors import SourceError
from pipeline.evaluate import Labelled, Tally, tallies
from pipeline.fetch import HostSession
from pipeline.model import Document, Field, Item, Match, Origin, Outcome, RawItem, Scope, Source
from pipeline.normalise import normalise
from pipeline.parse.prescan import risky
from pipeline.parse.sniff import refuse_other_files, refuse_walls
from pipeline.records import Label, StoredItem
from pipeline.rules.ruleset import Ruleset
from pipeline.search import Search
from pipeline.shortid import short_id
from pipeline.suggest import Passage
from pipeline.urls import canonical

BY_HAND = Source(id="manual", name="Added by hand", kind="manual", url="")
"""The source of items from hosts that no configured source covers; it is never configured."""

# What stands around the text of a page, wherever it stands.
_AROUND = "nav, aside, footer, form, dialog, [role=navigation], [aria-hidden=true]"
_TEXTS = ("article", "main", "[role=main]", "#main", "#content", "body")
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
# A page of fewer characters may be a gatekeeper's; a longer one that has a log-in has more.
_SHORT = 1_000
# More of a long text says no more about what the text is about.
_READ = 1_000
# As many tell what is usual; a thousand characters of Japanese take four milliseconds.
_MOST_ITEMS = 20_000


# --- items that no poll brought --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks to add: an address, and what they say of it; empty text means nothing.

    `themes` are those that the item belongs to.
    """

    url: str
    title: str = ""
    text: str = ""
    date: str = ""
    themes: tuple[str, ...] = ()
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of it: the item, and whether it is new here.

    `trouble` says why the page could not be read; the item then has the given words alone.
    """

    stored: StoredItem
    new: bool
    trouble: str = ""


def add(deployment: Deployment, wanted: Wanted) -> Added:
    """Read a page, store it as an item that is never mailed, and label it.

    What is stored already is labelled alone. Raise SourceError for a page that cannot be read and
    that nobody gave a title.
    """
    added = _held(deployment, wanted.url) or _added(deployment, wanted)
    for theme in wanted.themes:
        deployment.store.put_label(
            Label(
                item_id=added.stored.id,
                theme=theme,
                applies=True,
                who=wanted.who,
                at=deployment.now(),
            )
        )
    return added


def covering(sources: Sequence[Source], url: str) -> Source | None:
    """Return the source of an address's host, the one with the most similar address, or None."""
    host = _host(url)
    on_host = [source for source in sources if _host(source.url) == host]
    return max(on_host, key=lambda s: (s.enabled, _alike(s.url, url)), default=None)


def _host(url: str) -> str:
    return urlsplit(canonical(url)).netloc.removeprefix("www.")


def _alike(one: str, other: str) -> int:
    """Return how many characters two addresses begin with together."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _held(deployment: Deployment, *urls: str) -> Added | None:
    held = (stored for url in urls for stored in deployment.store.items_at(url))
    first = next(held, None)
    return Added(stored=first, new=False) if first else None


def _added(deployment: Deployment, wanted: Wanted) -> Added:
    source = covering(deployment.configuration.sources, wanted.url) or BY_HAND
    trouble, answered = "", wanted.url
    try:
        document = _fetched(deployment, source, wanted.url)
        raw, answered = _read(document, source), document.url
    except SourceError as e:
        if not wanted.title:
            raise
        raw, trouble = RawItem(base=wanted.url), e.message
    item = normalise(_in_their_words(raw, wanted), source, deployment.now())
    if item is None or not item.title:
        message = f"{wanted.url}: the page has neither title nor text"
        raise SourceError(Outcome.EMPTY, message)
    with deployment.store.job_lock("items add", wait_seconds=JOB_WAIT_SECONDS):
        held = _held(deployment, wanted.url, answered)
        return held or _stored(deployment, source, item, trouble)


def _fetched(deployment: Deployment, source: Source, url: str) -> Document:
    settings = deployment.settings
    with HostSession(settings.fetch_policy) as session:
        # Headers and openings of the source hold for its own host, which is this one.
        return session.get(url, source=replace(source, url=url)).document


def _stored(deployment: Deployment, source: Source, item: Item, trouble: str) -> Added:
    store, configuration, now = deployment.store, deployment.configuration, deployment.now()
    ruleset = configuration.ruleset
    store.sync_sources(configuration.sources, now)
    store.put_ruleset(ruleset.hash, ruleset.text, ruleset.file, now)
    new = NewItem(
        item=item,
        keys=identity.keys([item])[0],
        origin=Origin.MANUAL,
        matches=classify(item, source, ruleset),
    )
    number = store.add_item(source, new, ruleset.hash, now)
    (stored,) = store.items_by_id((number,))
    return Added(stored=stored, new=True, trouble=trouble)


def _in_their_words(raw: RawItem, wanted: Wanted) -> RawItem:
    """Put what a person says in place of what the page says."""
    # Theirs is plain text, and an item's texts are read as markup.
    return replace(
        raw,
        link=wanted.url,
        title=escape(wanted.title) or raw.title,
        summary=escape(wanted.text) or raw.summary,
        body=None if wanted.text else raw.body,
        published=wanted.date or raw.published,
    )


def _read(document: Document, source: Source) -> RawItem:
    """Read title, texts and date of a page; raise SourceError for what is none."""
    try:
        soup = _soup(document, source)
    except SourceError as e:
        raise SourceError(e.outcome, f"{document.url}: {e.message}") from e
    page = soup.select_one("html[lang]")
    return RawItem(
        base=document.url,
        title=_title(soup),
        summary=escape(_meta(soup, "og:description") or _meta(soup, "description")),
        language=str(page["lang"]) if page and not source.language else None,
        published=_meta(soup, "article:published_time") or None,
        body=_text(soup),
    )


def _soup(document: Document, source: Source) -> BeautifulSoup:
    danger = risky(document.content, html=True)
    if danger:
        raise SourceError(Outcome.PARSE_LIMIT, f"not read, it could cost too much: {danger}")
    refuse_other_files(document)
    text = decode(
        document.content,
        content_type=document.content_type,
        configured=source.encoding,
        page=True,
    )
    start = _PAGE.search(text)
    if start is None:
        raise SourceError(Outcome.NOT_A_FEED, "is no web page")
    # Beautiful Soup warns when HTML begins as XML does.
    soup = BeautifulSoup(text[start.start() :], "lxml")
    if len(soup.get_text(" ", strip=True)) < _SHORT:
        refuse_walls(text)
    return soup


def _title(soup: BeautifulSoup) -> str:
    found = soup.select_one("head title") or soup.h1
    return escape(_meta(soup, "og:title") or (found.get_text(" ") if found else ""))


def _meta(soup: BeautifulSoup, name: str) -> str:
    tag = soup.select_one(f'meta[property="{name}"], meta[name="{name}"]')
    return str(tag.get("content", "")).strip() if tag else ""


def _text(soup: BeautifulSoup) -> str:
    for tag in soup.select(_AROUND):
        tag.decompose()
    found = (soup.select_one(selector) for selector in _TEXTS)
    text = next((tag for tag in found if isinstance(tag, Tag) and tag.get_text(strip=True)), None)
    return str(text) if text else ""


# --- sets to measure by ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A labelled item, what the rules read of it, and what they say."""

    item: Labelled
    texts: Mapping[Field, str]
    scope: Scope
    matches: tuple[Match, ...]


def judged_case(ruleset: Ruleset, item: Labelled, texts: Mapping[Field, str], scope: Scope) -> Case:
    """Ask the rules about a labelled item."""
    return Case(item=item, texts=texts, scope=scope, matches=ruleset.classify(texts, scope))


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """Labelled items to measure by, and where people contradict each other.

    `people` counts who labelled; `strangers` the labels of themes that are no more, which are left
    out.
    """

    cases: tuple[Case, ...]
    disputes: tuple[tuple[StoredItem, Tally], ...] = ()
    people: int = 0
    strangers: int = 0


def labelled_set(deployment: Deployment) -> LabelledSet:
    """Judge the labelled items by the rules as they are now; a tie between people is left out."""
    themes = {theme.id for theme in deployment.configuration.ruleset.themes}
    labels = deployment.store.labels()
    tallied = tallies(label for label in labels if label.theme in themes)
    items = {s.id: s for s in deployment.store.items_by_id(_ids(tallied))}
    return LabelledSet(
        cases=tuple(_cases(deployment, items, tallied)),
        disputes=tuple((items[tally.item_id], tally) for tally in tallied if tally.disputed),
        people=len({label.who for label in labels}),
        strangers=sum(label.theme not in themes for label in labels),
    )


def _ids(tallied: Sequence[Tally]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(tally.item_id for tally in tallied))


def _cases(
    deployment: Deployment, items: Mapping[int, StoredItem], tallied: Sequence[Tally]
) -> Iterator[Case]:
    asked: dict[int, dict[str, bool]] = {}
    for tally in tallied:
        if tally.applies is not None:
            asked.setdefault(tally.item_id, {})[tally.theme] = tally.applies
    for item_id, answers in asked.items():
        item = items[item_id].item
        source = _source(deployment, item.source_id)
        labelled = Labelled(
            id=f"#{short_id(item_id)}",
            title=item.title,
            text=item.summary or item.body,
            language=item.language or source.language,
            labels=frozenset(theme for theme, applies in answers.items() if applies),
            asked=frozenset(answers),
        )
        texts = {name: item.text(name) for name in Field}
        ruleset = deployment.configuration.ruleset
        yield judged_case(ruleset, labelled, texts, scope_of(item, source))


def _source(deployment: Deployment, source_id: str) -> Source:
    """Return an item's source; of one that left the configuration only the name is known."""
    return deployment.sources.get(source_id) or replace(BY_HAND, id=source_id)


# --- texts to learn words from ---------------------------------------------------------------


def passages(
    deployment: Deployment, theme: str, since: datetime
) -> tuple[tuple[Passage, ...], Iterator[Passage]]:
    """Return the items labelled with a theme, and the newest others first seen since.

    The second are read as they are asked for, while the store is open. What people disagree on
    evenly is neither.
    """
    tallied = tallies(deployment.store.labels(theme))
    ids = {tally.item_id for tally in tallied if tally.applies}
    inside = deployment.store.items_by_id(sorted(ids))
    recent = deployment.store.search(Search(seen_since=since), limit=_MOST_ITEMS)
    disputed = {tally.item_id for tally in tallied if tally.applies is None}
    outside = (stored for stored in recent if stored.id not in ids | disputed)
    return tuple(map(_passage, inside)), map(_passage, outside)


def _passage(stored: StoredItem) -> Passage:
    item = stored.item
    return Passage(title=item.title, text=f"{item.summary}\n{item.body}"[:_READ])
