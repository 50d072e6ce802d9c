"""A URL of a source -> one Document, or the outcome that says why not.

The one way to strangers: at the pace of the policy, under one budget of time and bytes for all
that a request costs, and not at all where a server or its robots.txt asked us to stay away.
"""

import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Self

from protego import Protego

from pipeline.addresses import Endpoint, is_public, literal, openings
from pipeline.errors import SourceError
from pipeline.exchange import ACCEPT_PAGES, Answer, Asking, Exchange, checked, endpoint
from pipeline.headers import MADE_WAITS
from pipeline.model import Outcome, Source, Validators
from pipeline.pace import place, scope
from pipeline.reading import FetchPolicy, Limits
from pipeline.readonly import read_only
from pipeline.secret import PLACE, Secret
from pipeline.transport import Budget, Network, Resolve, Rules, system_resolve
from pipeline.urls import host_key

__all__ = ["Answer", "HostSession"]

# However many threads there are, only so many large documents are in memory at once, and none of
# them keeps the others waiting for long.
_LARGE = 1_000_000
_LARGE_SECONDS = 20.0
_LARGE_AT_ONCE = threading.BoundedSemaphore(6)
_ROBOT = "policywatch"
_IMPATIENT_AFTER = 2
# A server that limits us and not an address says so to every one.
_GRUDGING_AFTER = 3
_SAME_MOMENT = 30.0
# RFC 9309: a robots.txt may be believed for a day; one that cannot be read for thirty is as good
# as none.
_BELIEVED = timedelta(hours=24)
_REMEMBERED = timedelta(days=30)


class HostSession:
    """The requests of one pass to one host, at the pace of the policy; threads may share it.

    Raise ValueError when `allow_networks` or `proxy` cannot be read.
    """

    def __init__(self, policy: FetchPolicy, *, resolve: Resolve = system_resolve) -> None:
        self._policy = policy
        self._openings = openings(policy.allow_networks)
        self._proxy = endpoint(checked(_without_user(policy.proxy))) if policy.proxy else None
        self._resolve = resolve
        self._pace = _Pace(policy.limits)
        self._robots: dict[str, Protego] = {}
        self._robots_lock = threading.Lock()
        self._thread = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()

    def let_go(self) -> None:
        """Say that this thread is through with the documents it got: others may be large now."""
        if getattr(self._thread, "holds_large", False):
            self._thread.holds_large = False
            _LARGE_AT_ONCE.release()

    def get(
        self,
        url: str,
        *,
        source: Source,
        validators: Validators = Validators(),
        secret: Secret = Secret(),
        deadline: float | None = None,
    ) -> Answer:
        """Return what the URL holds; raise SourceError when that is not a whole document.

        Network openings hold for the host and port of `source.url` alone. `deadline` is in
        seconds and covers everything but the pause that politeness asks for.
        """
        asking = Asking(source=source, held=validators, secret=secret)
        return self._ask(url, asking, deadline or self._policy.limits.deadline)

    def page(self, url: str, *, source: Source) -> Answer:
        """Return a page that an item of a source links to; raise SourceError for none.

        The site's robots.txt is obeyed, that of the site where a redirect ends, too. The source's
        key goes to no page.
        """
        headers = {name: value for name, value in source.headers.items() if PLACE not in value}
        asking = Asking(source=replace(source, headers=read_only(headers)), accept=ACCEPT_PAGES)
        self.obey_robots(url, source=source)
        answer = self._ask(url, asking, self._policy.limits.deadline, strict=True)
        if host_key(answer.document.url) != host_key(url):
            self.obey_robots(answer.document.url, source=source)
        return answer

    def rest(self, url: str) -> None:
        """Take a host as asked just now, before this session: it is given its pause."""
        self._pace.rest(endpoint(checked(url)))

    def obey_robots(self, url: str, *, source: Source, age: timedelta | None = None) -> bool:
        """Raise SourceError unless the site's robots.txt lets us read a page.

        `age` is how long ago it last did, None for never. Return whether it was asked now.
        """
        if age is not None and age < _BELIEVED:
            return False
        with self._robots_lock:
            try:
                robots = self._robots_of(url, source)
            except SourceError as e:
                if age is not None and age < _REMEMBERED:
                    return False
                message = f"{e.message}; until it can be read, the page is not"
                raise SourceError(e.outcome, message, status=e.status) from e
        if not robots.can_fetch(url, _ROBOT):
            message = f"{url.partition('?')[0]}: the site's robots.txt forbids to read it"
            raise SourceError(Outcome.BLOCKED, message)
        return True

    def _robots_of(self, url: str, source: Source) -> Protego:
        site = str(checked(url).copy_with(path="/robots.txt", query=None))
        if site not in self._robots:
            self._robots[site] = Protego.parse(self._robots_text(site, source))
        return self._robots[site]

    def _robots_text(self, site: str, source: Source) -> str:
        """Return a robots.txt; an empty text when a site has none, whatever it says instead."""
        limits = self._policy.limits
        try:
            bare = replace(source, headers=read_only({}))
            asking = Asking(source=bare, most_bytes=limits.robots_bytes)
            content = self._ask(site, asking, limits.robots_deadline).document.content
        except SourceError as e:
            absent = e.status is not None and 400 <= e.status < 500 and e.status != 429
            if absent or e.outcome in (Outcome.MOVED, Outcome.REFUSED_ADDRESS):
                return ""
            raise
        return content.decode("utf-8-sig", "replace").replace("\0", "")

    def _ask(self, url: str, asking: Asking, seconds: float, *, strict: bool = False) -> Answer:
        first = checked(url)
        host = endpoint(first)
        self._pace.wait(host, spaced=not self._opened(host))
        self._pace.refuse(url)
        budget = Budget(self._pace.patience(host, seconds), self._policy.limits.wire_bytes)
        network = Network(self._rules(asking.source), budget)
        asking = replace(asking, grown=partial(self._make_room, budget))
        try:
            answer = Exchange(self._policy, asking, network, budget).run(url)
        except SourceError as e:
            e.wait_scope = self._pace.learn(url, e, strict=strict)
            raise
        else:
            self._pace.served(url)
            self._pace.trust(host)
            return answer
        finally:
            self._pace.note(host, slow=budget.spent, opened=network.left_public)

    def _make_room(self, budget: Budget, size: int) -> None:
        if size > _LARGE and not getattr(self._thread, "holds_large", False):
            began = time.monotonic()
            _LARGE_AT_ONCE.acquire()
            self._thread.holds_large = True
            budget.prolong(time.monotonic() - began)
            budget.at_most(_LARGE_SECONDS)

    def _rules(self, source: Source) -> Rules:
        own = endpoint(checked(source.url))
        return Rules(openings=self._openings, own=own, resolve=self._resolve, proxy=self._proxy)

    def _opened(self, host: Endpoint) -> bool:
        """Say whether a host is by its spelling one that only an operator can have opened."""
        address = literal(host[0])
        return host in self._openings.endpoints or bool(address and not is_public(address))


class _Pace:
    """When which host may be asked, and how long it is waited for; shared by threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._next_start: dict[Endpoint, float] = {}
        self._opened: set[Endpoint] = set()
        self._time_outs: Counter[Endpoint] = Counter()
        self._held: dict[str, float] = {}
        self._refused: dict[str, dict[str, float]] = {}
        self._served: set[str] = set()

    def wait(self, host: Endpoint, *, spaced: bool) -> None:
        """Sleep until the host may be asked, and take that moment."""
        with self._lock:
            # Who opens a non-public address answers for the load on it.
            spacing = self._limits.spacing if spaced and host not in self._opened else 0.0
            start = max(time.monotonic(), self._next_start.get(host, 0.0) if spacing else 0.0)
            self._next_start[host] = start + spacing
        time.sleep(max(0.0, start - time.monotonic()))

    def rest(self, host: Endpoint) -> None:
        """Let a host have its pause before it is asked."""
        with self._lock:
            self._next_start[host] = time.monotonic() + self._limits.spacing

    def patience(self, host: Endpoint, seconds: float) -> float:
        """Return the seconds that a request to a host may take."""
        with self._lock:
            tired = self._time_outs[host] >= _IMPATIENT_AFTER
        return min(seconds, self._limits.impatient_deadline) if tired else seconds

    def trust(self, host: Endpoint) -> None:
        """Forget the time-outs of a host that gave a whole answer: only parts of it are slow."""
        with self._lock:
            self._time_outs[host] = 0

    def note(self, host: Endpoint, *, slow: bool, opened: bool) -> None:
        """Remember how a request to a host went."""
        with self._lock:
            self._time_outs[host] += slow
            if opened:
                self._opened.add(host)

    def served(self, url: str) -> None:
        """Remember that a part of a host has something to say to us."""
        with self._lock:
            self._served.add(scope(url))

    def learn(self, url: str, error: SourceError, *, strict: bool) -> str:
        """Remember a wish to be left alone; return the part of the host that it holds for, if any.

        It is that of the address, until several of a part that answers no other have named the
        same moment: one limit says the same to all. `strict` takes the first at its word, where
        there are many addresses to come.
        """
        if not error.wait_scope or error.retry_after_seconds is None:
            if error.status is not None:
                self.served(url)
            return ""
        until = time.monotonic() + error.retry_after_seconds
        with self._lock:
            refused = self._refused.setdefault(error.wait_scope, {})
            # What we made of a senseless wait says nothing of a common limit.
            if error.retry_after_seconds not in MADE_WAITS:
                refused[place(url)] = until
            together = sum(abs(other - until) <= _SAME_MOMENT for other in refused.values())
            grudging = error.wait_scope not in self._served and together >= _GRUDGING_AFTER
            part = error.wait_scope if strict or grudging else ""
            for held in {place(url), part or place(url)}:
                self._held[held] = max(self._held.get(held, 0.0), until)
        return part

    def refuse(self, url: str) -> None:
        """Raise SourceError for an address, or a part of a host, that wants to be left alone."""
        keys = (place(url), scope(url))
        with self._lock:
            until, held = max((self._held.get(key, 0.0), key) for key in keys)
        left = until - time.monotonic()
        if left > 0:
            message = f"not asked: {held} asked us to wait"
            refused = SourceError(Outcome.BLOCKED, message, retry_after_seconds=left)
            refused.asked = False
            raise refused


def _without_user(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
