"""`policywatch sources test`: what reading one thing would give."""

from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import click

from jobs.cli.frame import (
    Code,
    as_json,
    configuration,
    end,
    file_argument,
    note,
    opened,
    say_json,
    settings,
    table,
)
from jobs.cli.sources_edit import edits
from jobs.cli.sources_test_all import test_all
from jobs.settings import Settings
from jobs.trial import (
    NOWHERE,
    SNIFFED,
    Entry,
    Trial,
    try_file,
    try_snapshot,
    try_source,
)
from pipeline.charset import is_encoding
from pipeline.model import Source
from pipeline.parse import KINDS
from pipeline.places import Selectors
from pipeline.urls import host_key, is_http_url

_SELECT_NAMES = tuple(field.name for field in fields(Selectors))
_SELECT_HELP = f"For a page: {', '.join(_SELECT_NAMES)}, each as NAME=CSS."


@click.command()
@click.argument("what", metavar="FILE|URL|ID", required=False)
@click.option("--all", "all_", is_flag=True, help="Every enabled source once, as a report.")
@click.option("--trial", is_flag=True, help="With --all: only those on trial.")
@click.option("--anew", is_flag=True, help="With --all: again what this round has tried.")
@click.option("--markdown", is_flag=True, help="With --all: a table in Markdown.")
@click.option("--mark-verified", is_flag=True, help="With --all: note the day in sources.yaml.")
@edits
@click.option("--last-good", "kept", flag_value="good", help="Read again what last gave entries.")
@click.option("--last-bad", "kept", flag_value="bad", help="Read again what last gave none.")
@click.option("--as", "like", metavar="ID", help="Read it as this configured source is read.")
@click.option("--kind", type=click.Choice(sorted(KINDS)), help="What it is, where it is not seen.")
@click.option("--content-type", default="", help="Content-Type that came with a file.")
@click.option("--address", help="Address that a file came from; links are relative to it.")
@click.option("--encoding", help="Encoding, before whatever the document says.")
@click.option("--timezone", help="Zone of dates without one, such as Asia/Tokyo.")
@click.option("--select", "selects", multiple=True, metavar="NAME=CSS", help=_SELECT_HELP)
@as_json
@click.pass_context
def test(
    ctx: click.Context, /, what: str | None, *, kept: str | None, json_: bool, **given: Any
) -> None:
    """Read one thing as a poll would, store nothing, and show what would be kept.

    What no source is configured for is read as the kind that its document shows. What a source
    gave on its last good or last bad reading is kept, and can be read again without asking its
    server.

    With --all every enabled source is read at the pace of a poll. A round that was interrupted
    goes on where it was.
    """
    found = settings(ctx)
    if given["all_"]:
        test_all(ctx, found, given | {"json_": json_})
        return
    if not what:
        raise click.UsageError("name a file, an address or a source's id, or say --all")
    try:
        trial = _replayed(found, what, kept, given) if kept else _trial(found, what, given)
    except OSError as e:
        raise click.UsageError(f"{what}: {e.strerror or e}") from e
    if json_:
        say_json(trial_json(trial))
    else:
        _show(trial)
    end(ctx, Code.OK if trial.outcome.read else Code.SOURCES)


def _trial(found: Settings, what: str, given: dict[str, Any]) -> Trial:
    path = file_argument(what)
    source = _asked(_source(found, what, given["like"], path), given)
    if path:
        return try_file(path, source, given["content_type"], found.clock())
    return try_source(source, found)


def _source(found: Settings, what: str, like: str | None, path: Path | None) -> Source:
    """Return the source that the words of a person mean."""
    if like:
        known = [s for s in configuration(found).sources if s.id == like]
        if not known:
            raise click.UsageError(f"no source is called '{like}'")
        return known[0] if path else _elsewhere(known[0], _web_address(what))
    if path:
        return Source(id="file", name=what, kind=SNIFFED, url=NOWHERE)
    if "://" not in what:
        for source in configuration(found).sources:
            if source.id == what:
                return source
    url = _web_address(what)
    known = [s for s in _configured(found) if s.url == what]
    return known[0] if known else Source(id="trial", name=what, kind=SNIFFED, url=url)


def _web_address(what: str) -> str:
    if not is_http_url(what):
        raise click.UsageError(f"'{what}' is no file, no http(s) address and no source's id")
    return what


def _asked(source: Source, given: dict[str, Any]) -> Source:
    """Change a source as the options say."""
    address, encoding, timezone = given["address"], given["encoding"], given["timezone"]
    if address and not is_http_url(address):
        raise click.UsageError(f"--address: '{address}' is no http(s) address")
    if encoding and not is_encoding(encoding):
        raise click.UsageError(f"--encoding: no encoding is called '{encoding}'")
    if timezone and timezone not in available_timezones():
        raise click.UsageError(f"--timezone: no zone is called '{timezone}'")
    changes = {"encoding": encoding, "timezone": timezone, "kind": given["kind"]}
    changes["select"] = selectors(given["selects"])
    source = _elsewhere(source, address) if address else source
    return replace(source, **{name: value for name, value in changes.items() if value})


def _elsewhere(source: Source, url: str) -> Source:
    """Return a source with another address; its key and its headers go to no other host."""
    there = replace(source, url=url, via=None)
    if host_key(url) == host_key(source.url):
        return there
    # Whatever it is called, a header may hold a secret; these two hold a wish.
    kept = {n: v for n, v in source.headers.items() if n.lower() in ("accept", "accept-language")}
    return replace(there, key_env="", headers=kept)


def selectors(texts: tuple[str, ...]) -> Selectors | None:
    """Return selectors as they stand on the command line."""
    named = {name: css for name, _, css in (text.partition("=") for text in texts)}
    if not named:
        return None
    if "item" not in named or set(named) - set(_SELECT_NAMES):
        raise click.UsageError(f"--select: give item=CSS, and of {', '.join(_SELECT_NAMES)} more")
    return Selectors(**named)


def _replayed(found: Settings, source_id: str, kept: str, given: dict[str, Any]) -> Trial:
    if given["like"] or given["content_type"]:
        raise click.UsageError("what is kept is read as what it was: no --as, no --content-type")
    by_id = {source.id: source for source in configuration(found).sources}
    if source_id not in by_id:
        raise click.UsageError(f"'{source_id}' is no source's id")
    with opened(found, readonly=True) as store:
        snapshot = store.snapshot(source_id, good=kept == "good")
    if snapshot is None:
        raise click.UsageError(f"no {kept} document of {source_id} is kept")
    for body in snapshot.bodies:
        note(f"from {snapshot.at:%Y-%m-%d %H:%M} UTC: HTTP {body.status} {body.url}")
    return try_snapshot(_asked(by_id[source_id], given), snapshot, found.clock())


def _configured(found: Settings) -> tuple[Source, ...]:
    """Return the configured sources; none in a directory that was never set up."""
    if not (found.home / "sources.yaml").exists():
        return ()
    return configuration(found).sources


def _show(trial: Trial) -> None:
    note(f"{trial.kind}: {trial.outcome}, {len(trial.entries)} entries, {trial.title}")
    if trial.error:
        note(trial.error)
    items = [entry.item for entry in trial.entries]
    rows = [(_day(item.published_at), item.title, item.url) for item in items]
    table(("published", "title", "link"), rows)
    for page in filter(None, (entry.page for entry in trial.entries)):
        size = f"{len(page.text):,} characters" if page.text else "judged by title only"
        note(f"linked page {page.url}: {size}{f': {page.trouble}' if page.trouble else ''}")


def trial_json(trial: Trial) -> dict[str, object]:
    """Return a trial in the shape that scripts rely on."""
    return {
        "ok": trial.outcome.read,
        "kind": trial.kind,
        "outcome": trial.outcome.value,
        "error": trial.error or None,
        "title": trial.title,
        "entries": [_entry_json(entry) for entry in trial.entries],
    }


def _entry_json(entry: Entry) -> dict[str, object]:
    item = entry.item
    return {
        "id": item.guid or item.url,
        "title": item.title,
        "url": item.url,
        "published": item.published_at.isoformat() if item.published_at else None,
        "published_raw": item.published_raw or None,
        # Many give the whole text and no summary.
        "summary": item.summary or item.body,
        "body": item.body,
        "author": item.author,
        "language": item.language,
        "type": item.type.value,
        "deadline": item.deadline.isoformat() if item.deadline else None,
        "kept": entry.kept,
        "page": _page_json(entry),
    }


def _page_json(entry: Entry) -> dict[str, object] | None:
    """Return how the entry's linked page was read; None where it was not tried."""
    if entry.page is None:
        return None
    return {"read": bool(entry.page.text), "trouble": entry.page.trouble or None}


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
