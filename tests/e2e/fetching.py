"""Ways to fetch from a hostile server: small limits, and nothing open but what is named."""

import pytest

from pipeline.errors import SourceError
from pipeline.fetch import Answer, HostSession
from pipeline.model import Source
from pipeline.reading import FetchPolicy, Limits
from tests.hostile.server import (
    Behaviour,
    HostileServer,
)

FEED = b"<rss version='2.0'><channel><title>News</title></channel></rss>"
LIMITS = Limits(wire_bytes=200_000, body_bytes=300_000, deadline=5.0, impatient_deadline=0.2)
GZIP = {"Content-Encoding": "gzip"}
CHUNKED = {"Transfer-Encoding": "chunked"}


def policy(*allowed: str, limits: Limits = LIMITS) -> FetchPolicy:
    return FetchPolicy(user_agent="policywatch-test", allow_networks=allowed, limits=limits)


def source(url: str, **settings: object) -> Source:
    return Source(id="gov", name="Government", kind="feed", url=url, **settings)  # type: ignore[arg-type]  # a test's few settings


def get(url: str, *allowed: str, deadline: float | None = None) -> Answer:
    with HostSession(policy(*(allowed or ("127.0.0.1",)))) as session:
        return session.get(url, source=source(url), deadline=deadline)


def failure(url: str, *allowed: str, deadline: float | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        get(url, *allowed, deadline=deadline)
    return caught.value


def served(behaviour: Behaviour, **more: Behaviour) -> HostileServer:
    return HostileServer({"/": behaviour} | {f"/{name}": each for name, each in more.items()})
