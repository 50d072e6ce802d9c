"""A deployment -> how each of its sources stands."""

from jobs.deployment import Deployment
from pipeline.pace import waits
from pipeline.schedule import next_cutoff
from pipeline.standing import Cutoff, Standing, standing_of


def standings(deployment: Deployment) -> tuple[Standing, ...]:
    """Say how each configured source stands, in the order of the file."""
    now, configuration = deployment.now(), deployment.configuration
    deployment.store.sync_sources(configuration.sources, now)
    states = deployment.store.source_states()
    waiting = waits(states.values(), now)
    cutoffs = [
        Cutoff(digest=spec.id, at=at)
        for spec in configuration.digests
        if (at := next_cutoff(spec, now))
    ]
    return tuple(
        standing_of(source, states[source.id], cutoffs, waiting, now)
        for source in configuration.sources
    )
