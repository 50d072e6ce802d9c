"""One deployment at work: its settings, the configuration in force, and its store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jobs.settings import Settings
from pipeline.config import Configuration
from pipeline.model import Source
from pipeline.ports import Store
from pipeline.records import DigestSpec

JOB_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What every job is given.

    `warnings` are said at the top of the next digest: a broken file, say, whose last valid
    version is in force.
    """

    settings: Settings
    configuration: Configuration
    store: Store
    warnings: tuple[str, ...] = ()

    def now(self) -> datetime:
        """Return the time by the deployment's clock."""
        return self.settings.clock()

    @property
    def sources(self) -> Mapping[str, Source]:
        """Return the configured sources by id."""
        return {source.id: source for source in self.configuration.sources}

    def digest(self, digest_id: str) -> DigestSpec | None:
        """Return a configured digest, or None."""
        specs = self.configuration.digests
        return next((spec for spec in specs if spec.id == digest_id), None)
