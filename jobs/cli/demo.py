"""`policywatch demo`: the whole job on sample sources, on this machine alone."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import click

from demo.servers import DemoWorld
from jobs.cli import digest_past
from jobs.cli import poll as poll_command
from jobs.cli.frame import note, opened, say
from jobs.cli.words import show_hits
from jobs.deployment import Deployment
from jobs.digest import Sending, send
from jobs.editions import rendered
from jobs.poll import Choice, PollReport, poll
from jobs.settings import Settings
from jobs.shipped import FILES, shipped
from pipeline.config import load_configuration
from pipeline.records import Subscriber
from pipeline.search import parse_search

_READER = "analyst@example.org"
_QUERIES = ("規制", '"AI Act"')
# A marker, so that only a directory that the demo made is ever cleared.
_MARK = ".policywatch-demo"


@click.command()
@click.argument("directory", default="demo-home", type=click.Path(file_okay=False, path_type=Path))
def demo(directory: Path) -> None:
    """Poll sample sources twice, mail a digest to a server on this machine, and search.

    Everything happens in DIRECTORY (demo-home), which is made anew; no internet is needed.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    _clear(directory)
    with DemoWorld(now) as world, opened(_settings(directory, world, now)) as store:
        _write_files(directory, world)
        deployment = Deployment(
            settings=_settings(directory, world, now - timedelta(hours=8)),
            configuration=load_configuration(directory),
            store=store,
        )
        store.add_subscriber(Subscriber(address=_READER, digest="daily", added_at=now))
        note("First contact: what is there becomes the baseline, not news.")
        poll_command.show(_poll(deployment))
        world.edition = 2
        later = replace(deployment, settings=_settings(directory, world, now))
        note("\nEight hours later: some sources have news, one has died.")
        poll_command.show(_poll(later))
        sendings = send(later, later.configuration.digests[0])
        note("")
        digest_past.show(sendings)
        _keep(directory, later, sendings, world)
        for query in _QUERIES:
            _search(later, query)


def _clear(directory: Path) -> None:
    """Start from an empty directory; refuse one that no demo made."""
    if directory.exists() and any(directory.iterdir()):
        if not (directory / _MARK).exists():
            raise click.UsageError(f"{directory} is not empty and no demo made it: name another")
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / _MARK).touch()


def _settings(directory: Path, world: DemoWorld, now: datetime) -> Settings:
    return Settings(
        home=directory,
        smtp_url=world.smtp_url,
        mail_from="policywatch@example.org",
        allow_networks=(world.netloc,),
        now=now,
    )


def _write_files(directory: Path, world: DemoWorld) -> None:
    for name in FILES:
        shutil.copyfile(shipped(name), directory / name)
    (directory / "sources.yaml").write_text(world.sources_yaml(), encoding="utf-8")


def _poll(deployment: Deployment) -> PollReport:
    return poll(deployment, Choice(all=True))


def _keep(
    directory: Path, deployment: Deployment, sendings: tuple[Sending, ...], world: DemoWorld
) -> None:
    """Keep what the mail server received, as a mail and as the page inside it."""
    mail, page = directory / "digest.eml", directory / "digest.html"
    mail.write_bytes(world.mails[-1].content)
    shown = rendered(deployment, sendings[-1].record, _READER)
    page.write_text(shown.html, encoding="utf-8")
    say(f"\nThe digest: {page}\nThe mail as it arrived: {mail}")


def _search(deployment: Deployment, query: str) -> None:
    say(f"\npolicywatch items search '{query}'")
    asked = parse_search(query, now=deployment.now())
    show_hits(islice(deployment.store.search(asked, limit=5), 5))
