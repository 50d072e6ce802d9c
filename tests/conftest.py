"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.warm import end_warm
from tests.e2e.world import DIGESTS, THEMES, Deployment, Sink, Site


def pytest_sessionfinish() -> None:
    end_warm()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture
def deployment(tmp_path: Path, site: Site, sink: Sink) -> Deployment:
    """A deployment with one theme and one digest, allowed to read the site and to use the sink."""
    home = tmp_path / "home"
    home.mkdir()
    made = Deployment(
        home,
        {
            "POLICYWATCH_SMTP_URL": sink.url,
            "POLICYWATCH_MAIL_FROM": "watch@example.org",
            "POLICYWATCH_ALLOW_NETWORKS": site.netloc,
        },
    )
    made.write("themes.yaml", THEMES)
    made.write("digests.yaml", DIGESTS)
    return made
