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
from pipeline.remedies import remedy, told_of
from pipeline.run import unhurried
from pipeline.selecting import proposed
from pipeline.shapes import SourceShape
from pipeline.sourcesfile import entries
from pipeline.yamlfile import Value

_MOST_TRIED = 6
_GUESSED = "where feeds usually lie"
_NAME_IT = "give the address of its feed"


class AddError(PolicywatchError):
    """An address that gives nothing to read; the text says why, `step` what to do about it.

    `alternatives` are known and can be read.
    """

    def __init__(self, message: str, step: str, alternatives: Sequence[Entry] = ()) -> None:
        self.step = step
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
        return self.trial.outcome.read and any(entry.kept for entry in self.trial.entries)

    @property
    def guessed(self) -> bool:
        """Say whether nobody named it: it was looked for where feeds usually lie."""
        return self.candidate.found == _GUESSED


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
    taken = [name for entry in known for name in names_of(entry)]
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
            raise AddError(told_of(url, e.message), remedy(url, e.outcome, e.status)) from e
    return tuple(finder.tried)


def wanted_name(title: str) -> str:
    """Return a title as a name: one line of visible characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in title).split())


def names_of(entry: Entry) -> Iterator[str]:
    """Yield the id of an entry and those that it had."""
    former = entry.get("was", [])
    for name in (entry.get("id"), *(former if isinstance(former, list) else [former])):
        if isinstance(name, str):
            yield name


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
            return self._no_page(self._feed(document, session))
        if reason := risky(document.content, html=True):
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
        if text and (reason := risky(document.content, html=True)):
            raise self._error(f"the page is not looked into ({reason})", _NAME_IT)
        for _ in self._feeds(text, document, session) if text else ():
            pass
        if not text:
            self._feed(document, session)

    def _unseen(self, reason: str, session: HostSession) -> Tried:
        """Read a page that is better not looked into as asked: its reader can be killed."""
        if self._wanted.select is None:
            raise self._error(
                f"the page is not looked into ({reason})",
                "give the address of its feed, or name its items with --select item=CSS",
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
        if not text:
            raise self._error(tried.trial.error, "leave --kind away, to have its kind found out")
        raise self._error(
            tried.trial.error,
            (f"it leads to {feeds}: " if feeds else "")
            + "leave --kind away to have a feed looked for, or say --kind page to read its list",
        )

    def _no_page(self, tried: Tried) -> Tried:
        """Take what is no page, unless it was to be read by selectors."""
        found = self._or_raise(tried)
        if self._wanted.select:
            raise self._error(f"is no page, but a {found.source.kind}", "leave --select away")
        return found

    def _document(self, session: HostSession) -> Document:
        try:
            return session.get(self._wanted.url, source=self.source).document
        except SourceError as e:
            raise self._failed(e) from e

    def _page(self, document: Document) -> str:
        try:
            return page_text(document)
        except SourceError as e:
            walled = e.outcome is Outcome.BLOCKED and document.content.strip()
            shown = f"shows {e.message} instead of its page" if walled else e.message
            raise self._error(shown, remedy(self._wanted.url, e.outcome)) from e

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
                guessed = replace(candidate, found=_GUESSED)
                yield self._try(guessed, self._at(guessed), session)

    def _list(self, text: str, document: Document, session: HostSession) -> Tried:
        """Read a page by the selectors asked for, else by what repeats on it."""
        if scripted(text):
            raise self._error(
                f"the page is built by JavaScript, which is not run here, and {self._named()}",
                "see in a browser whether the site has a feed, a sitemap or an API anywhere, and "
                "give its address",
            )
        select = self._wanted.select or proposed(text, self._now())
        if select is None:
            raise self._error(
                f"{self._named()}, and nothing on it repeats like a list of news",
                "give the page that lists its news, or name the items with --select item=CSS",
            )
        source = replace(self.source, kind="page", select=select)
        try:
            session.obey_robots(document.url, source=source)
        except SourceError as e:
            raise self._failed(e) from e
        trial = try_document(source, document, self._now())
        candidate = Candidate(url=self._wanted.url, found="the list of the page, by selectors")
        return self._or_raise(self._kept(candidate, source, trial))

    def _or_raise(self, tried: Tried) -> Tried:
        if tried.good:
            return tried
        trial = tried.trial
        if trial.outcome.read and trial.entries:
            message = f"none of its {len(trial.entries)} entries would be kept"
            raise self._error(message, "look at their addresses, and ask for another --path-filter")
        step = remedy(self._wanted.url, trial.outcome, trial.status)
        if tried.source.kind == "page" and self._wanted.select:
            step = "leave --select away to have selectors proposed"
        raise self._error(trial.error or "there are no entries", step)

    def _named(self) -> str:
        """Say what came of the feeds that a page names."""
        dead = next((one for one in self.tried if not one.guessed), None)
        if dead is None:
            return "it names no feed"
        return f"the feed that it names is not read ({dead.trial.error})"

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

    def _failed(self, error: SourceError) -> AddError:
        return self._error(error.message, remedy(self._wanted.url, error.outcome, error.status))

    def _error(self, message: str, step: str) -> AddError:
        near = [e for e in same_site(self._wanted.url, self._known) if e.get("enabled") != "false"]
        return AddError(told_of(self._wanted.url, message), step, _first_of_each(near))

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
        user_agent=str(wanted.keys.get("user_agent", like.get("user_agent", ""))),
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
        raise AddError(
            f"{told_of(source.url, trial.error)}{why}",
            remedy(source.url, trial.outcome, trial.status),
        )
    entry["verified"] = settings.clock().date().isoformat()
    return Proposal(entry=entry, found="it comes with the program", trial=trial, source=source)


def _source(entry: Entry) -> Source:
    return SourceShape.model_validate(entry).source()


def _first_of_each(found: Iterable[Entry]) -> list[Entry]:
    return list({str(entry.get("id")): entry for entry in found}.values())[:_MOST_TRIED]
