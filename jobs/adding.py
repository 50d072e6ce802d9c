"""An address that somebody wants to read -> what is there, and the entry that would read it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from jobs.poll import full_task
from jobs.settings import Settings
from jobs.shipped import shipped
from jobs.trial import Trial, try_document, try_reading
from pipeline.charset import decode
from pipeline.discover import Candidate, candidates, common_places, page_text, scripted
from pipeline.errors import PolicywatchError, SourceError
from pipeline.fetch import HostSession
from pipeline.model import Document, Outcome, Source
from pipeline.parse import kind_of
from pipeline.parse.prescan import risky
from pipeline.parse.sniff import IS_SITEMAP, opened
from pipeline.places import Selectors
from pipeline.proposal import Entry, Find, api_kind, entry_for, same_address, same_site
from pipeline.reader import read_source
from pipeline.run import unhurried
from pipeline.selecting import proposed
from pipeline.shapes import SourceShape
from pipeline.sourcesfile import entries
from pipeline.yamlfile import Value

_MOST_TRIED = 6


class AddError(PolicywatchError):
    """An address that gives nothing to read; the text says why, `alternatives` what does."""

    def __init__(self, message: str, alternatives: Sequence[Entry] = ()) -> None:
        self.alternatives = alternatives
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An address, how a person wants it read, and the keys that they want its entry to have."""

    url: str
    kind: str = ""
    select: Selectors | None = None
    keys: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One candidate and what reading it gave."""

    candidate: Candidate
    source: Source
    trial: Trial

    @property
    def good(self) -> bool:
        """Say whether there is something to read."""
        return self.trial.outcome.read and bool(self.trial.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The entry that would read what was found, and what it would give."""

    entry: Mapping[str, Value]
    found: str
    trial: Trial
    source: Source
    others: tuple[Tried, ...] = ()


def catalogue() -> list[dict[str, Value]]:
    """Return the entries that come with the program."""
    return entries(shipped("sources.yaml").read_text(encoding="utf-8"))


def propose(wanted: Wanted, mine: Sequence[Entry], settings: Settings) -> Proposal:
    """Find out what an address holds; raise AddError when there is nothing that we can read."""
    known = [*mine, *catalogue()]
    ready = same_address(wanted.url, known)
    if ready and not wanted.kind and not wanted.select:
        return _from_catalogue(wanted, ready, settings)
    finder = _Finder(wanted, known, settings)
    with HostSession(unhurried(settings.fetch_policy, [finder.source])) as session:
        tried = finder.find(session)
    taken = [name for entry in known for name in _names(entry)]
    find = Find(
        url=tried.source.url,
        kind=tried.source.kind,
        title=wanted_name(tried.trial.title),
        items=[entry.item for entry in tried.trial.entries if entry.kept],
        select=tried.source.select,
        wishes=wanted.keys,
    )
    entry = entry_for(find, known, taken)
    entry["verified"] = settings.clock().date().isoformat()
    return Proposal(
        entry=entry,
        found=tried.candidate.found,
        trial=tried.trial,
        source=_source(entry),
        others=tuple(other for other in finder.tried if other is not tried),
    )


def look(url: str, settings: Settings) -> tuple[Tried, ...]:
    """Return every feed that a page names, or that lies where feeds usually lie, each read once."""
    finder = _Finder(Wanted(url=url), [], settings)
    with HostSession(settings.fetch_policy) as session:
        try:
            finder.all(session)
        except SourceError as e:
            raise AddError(f"{url}: {e.message}") from e
    return tuple(finder.tried)


def wanted_name(title: str) -> str:
    """Return a title as a name: one line of visible characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in title).split())


class _Finder:
    """Looks for something to read at one address, and remembers what it tried."""

    def __init__(self, wanted: Wanted, known: Sequence[Entry], settings: Settings) -> None:
        self._wanted = wanted
        self._known = known
        self._settings = settings
        self.source = _trial_source(wanted, known)
        self.tried: list[Tried] = []

    def find(self, session: HostSession) -> Tried:
        """Return the first that can be read; raise AddError."""
        wanted = self._wanted
        if wanted.kind not in ("", "page") or api_kind(wanted.url):
            return self._as_asked(session)
        document = self._document(session)
        text = self._page(document)
        if not text:
            return self._or_raise(self._feed(document, session))
        if reason := risky(document.content):
            return self._unseen(reason, session)
        if not wanted.kind and not wanted.select:
            for tried in self._feeds(text, document, session):
                if tried.good:
                    return tried
        return self._list(text, document, session)

    def all(self, session: HostSession) -> None:
        """Try everything that the address leads to."""
        document = self._document(session)
        text = page_text(document)
        if text and (reason := risky(document.content)):
            raise self._error(f"the page is not looked into ({reason})")
        for _ in self._feeds(text, document, session) if text else ():
            pass
        if not text:
            self._feed(document, session)

    def _unseen(self, reason: str, session: HostSession) -> Tried:
        """Read a page that is better not looked into as asked: its reader can be killed."""
        if self._wanted.select is None:
            raise self._error(
                f"the page is not looked into ({reason}): give the address of its feed, or name "
                "its items with --select item=CSS"
            )
        source = replace(self.source, kind="page")
        candidate = Candidate(url=self._wanted.url, found="the list of the page, by selectors")
        return self._or_raise(self._try(candidate, source, session))

    def _as_asked(self, session: HostSession) -> Tried:
        """Read the address as the kind that was asked for; of a page, name the feeds it has."""
        tried = self._try(Candidate(url=self._wanted.url, found="as asked"), self.source, session)
        if tried.trial.outcome is not Outcome.NOT_A_FEED:
            return self._or_raise(tried)
        try:
            text = page_text(self._document(session))
        except SourceError:
            text = ""
        feeds = ", ".join(one.url for one in candidates(text, self._wanted.url)) if text else ""
        hint = f"; it leads to {feeds}" if feeds else ""
        raise self._error(
            f"{tried.trial.error}{hint}. Leave --kind away to have a feed looked for, or say "
            "--kind page to read its list"
        )

    def _document(self, session: HostSession) -> Document:
        try:
            return session.get(self._wanted.url, source=self.source).document
        except SourceError as e:
            raise self._error(e.message) from e

    def _page(self, document: Document) -> str:
        try:
            return page_text(document)
        except SourceError as e:
            raise self._error(f"it shows {e.message} instead of its page") from e

    def _feed(self, document: Document, session: HostSession) -> Tried:
        text = decode(opened(document).content, content_type=document.content_type, configured="")
        source = replace(self.source, kind=kind_of(text))
        candidate = Candidate(url=self._wanted.url, found="the address itself")
        if source.kind == "sitemap":
            return self._try(candidate, source, session)
        return self._kept(candidate, source, try_document(source, document, self._now()))

    def _feeds(self, text: str, document: Document, session: HostSession) -> Iterator[Tried]:
        named = candidates(text, document.url)
        for candidate in named[:_MOST_TRIED]:
            yield self._try(candidate, self._at(candidate), session)
        if any(tried.good for tried in self.tried):
            return
        known = {candidate.url for candidate in named}
        for candidate in common_places(document.url)[:_MOST_TRIED]:
            if candidate.url not in known:
                guessed = replace(candidate, found="where feeds usually lie")
                yield self._try(guessed, self._at(guessed), session)

    def _list(self, text: str, document: Document, session: HostSession) -> Tried:
        """Read a page by the selectors asked for, else by what repeats on it."""
        if scripted(text):
            raise self._error(
                "the page is built by JavaScript, which is not run here, and it names no feed"
            )
        select = self._wanted.select or proposed(text, self._now())
        if select is None:
            raise self._error(
                "no feed was found, and nothing on the page repeats like a list of news: name the "
                "items with --select item=CSS"
            )
        source = replace(self.source, kind="page", select=select)
        try:
            session.obey_robots(document.url, source=source)
        except SourceError as e:
            raise self._error(e.message) from e
        trial = try_document(source, document, self._now())
        candidate = Candidate(url=self._wanted.url, found="the list of the page, by selectors")
        return self._or_raise(self._kept(candidate, source, trial))

    def _or_raise(self, tried: Tried) -> Tried:
        if tried.good:
            return tried
        hint = ""
        if tried.source.kind == "page":
            hint = ": leave --select away to have selectors proposed" * bool(self._wanted.select)
        raise self._error(f"{tried.trial.error or 'there are no entries'}{hint}")

    def _try(self, candidate: Candidate, source: Source, session: HostSession) -> Tried:
        reading = read_source(full_task(source, None, self._now()), session)
        if reading.error == IS_SITEMAP:
            return self._try(candidate, replace(source, kind="sitemap"), session)
        return self._kept(candidate, source, try_reading(source, reading, self._now()))

    def _kept(self, candidate: Candidate, source: Source, trial: Trial) -> Tried:
        self.tried.append(Tried(candidate=candidate, source=source, trial=trial))
        return self.tried[-1]

    def _at(self, candidate: Candidate) -> Source:
        return replace(self.source, url=candidate.url, kind="feed", select=None)

    def _error(self, message: str) -> AddError:
        near = [e for e in same_site(self._wanted.url, self._known) if e.get("enabled") != "false"]
        return AddError(f"{self._wanted.url}: {message}", _first_of_each(near))

    def _now(self) -> datetime:
        return self._settings.clock()


def _trial_source(wanted: Wanted, known: Sequence[Entry]) -> Source:
    """Return what asks an address as its entry would: as others of its host are asked."""
    like = next(iter(same_site(wanted.url, known)), {})
    return Source(
        id="trial",
        name=wanted.url,
        kind=wanted.kind or api_kind(wanted.url) or "feed",
        url=wanted.url,
        language=str(wanted.keys.get("language", "")),
        timezone=str(wanted.keys.get("timezone", "UTC")),
        user_agent=str(like.get("user_agent", "")),
        key_env=str(wanted.keys.get("key_env", "")),
        path_filter=str(wanted.keys.get("path_filter", "")),
        select=wanted.select,
    )


def _from_catalogue(wanted: Wanted, ready: Entry, settings: Settings) -> Proposal:
    """Return an entry that comes with the program, quirks and all."""
    entry = {**ready, **wanted.keys}
    for key in ("enabled", "reason", "trial"):
        entry.pop(key, None)
    source = _source(entry)
    with HostSession(unhurried(settings.fetch_policy, [source])) as session:
        reading = read_source(full_task(source, None, settings.clock()), session)
    trial = try_reading(source, reading, settings.clock())
    if not trial.outcome.read:
        why = f"; it is shipped as not to be read: {ready['reason']}" if "reason" in ready else ""
        raise AddError(f"{wanted.url}: {trial.error}{why}")
    entry["verified"] = settings.clock().date().isoformat()
    return Proposal(entry=entry, found="it comes with the program", trial=trial, source=source)


def _source(entry: Entry) -> Source:
    return SourceShape.model_validate(entry).source()


def _names(entry: Entry) -> Iterator[str]:
    former = entry.get("was", [])
    for name in (entry.get("id"), *(former if isinstance(former, list) else [former])):
        if isinstance(name, str):
            yield name


def _first_of_each(found: Iterable[Entry]) -> list[Entry]:
    return list({str(entry.get("id")): entry for entry in found}.values())[:_MOST_TRIED]
