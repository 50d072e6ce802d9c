"""A deployment's jobs called in this process: the same code as the command's, without its start."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from jobs.deployment import Deployment
from jobs.settings import read_settings
from pipeline.config import load_configuration
from store import open_store
from tests.e2e.world import DIGESTS, THEMES, Site


def prepare(home: Path, sources: str) -> None:
    """Write the three files of a deployment."""
    for name, text in [("sources", sources), ("themes", THEMES), ("digests", DIGESTS)]:
        (home / f"{name}.yaml").write_text(text, encoding="utf-8")


@contextmanager
def inside(home: Path, site: Site, now: datetime) -> Iterator[Deployment]:
    """Open a deployment that may read the site, at a time."""
    environment = {
        "POLICYWATCH_ALLOW_NETWORKS": site.netloc,
        "POLICYWATCH_NOW": now.isoformat(),
    }
    store = open_store(home)
    try:
        yield Deployment(
            settings=read_settings(str(home), environment),
            configuration=load_configuration(home),
            store=store,
        )
    finally:
        store.close()
