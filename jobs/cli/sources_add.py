"""`policywatch sources add` and `discover`: from an address to an entry of sources.yaml."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from jobs.adding import AddError, Proposal, Tried, Wanted, look, names_of, propose
from jobs.cli.frame import (
    Code,
    as_json,
    end,
    note,
    say,
    say_json,
    settings,
    table,
)
from jobs.cli.sources_edit import agreed, edits
from jobs.cli.sources_test import selectors, trial_json
from jobs.sourcesfile import difference, save, text_of
from pipeline.classify import classify
from pipeline.config import SOURCES, THEMES, load_sources
from pipeline.model import Item, Tier, Type, Verdict
from pipeline.parse import KINDS
from pipeline.proposal import Entry, same_address
from pipeline.rules.ruleset import Ruleset, load_ruleset
from pipeline.shapes import SourceShape
from pipeline.sourcesfile import entries, with_entries
from pipeline.urls import is_http_url
from pipeline.yamlfile import Value, read_bytes, read_path, read_text

_SHOWN = 15
_WIDTH = 80
_KEYS = (
    *("id", "name", "organisation", "group", "language", "jurisdiction", "timezone"),
    *("type", "tier", "path_filter", "key_env", "user_agent"),
)

_ANY = {"id": "any", "name": "Any", "kind": "page", "url": "https://any.example/"}
"""An entry that is valid, to try a person's wishes on before anybody is asked."""


@click.command()
@click.argument("url")
@click.option("--id", "id", metavar="ID", help="Our name for it.")
@click.option("--name", help="What readers see.")
@click.option("--organisation", help="Who speaks.")
@click.option("--group", help="Where in the file it belongs.")
@click.option("--language", help="Such as ja or en.")
@click.option("--jurisdiction", help="Such as JP, US or EU.")
@click.option("--timezone", help="Zone of dates without one, such as Asia/Tokyo.")
@click.option(
    "--type", "type", type=click.Choice([t.value for t in Type]), help="What its items are."
)
@click.option("--tier", type=click.Choice([t.value for t in Tier]), help="Who speaks.")
@click.option("--kind", type=click.Choice(sorted(KINDS)), help="How it is read.")
@click.option("--select", "selects", multiple=True, metavar="NAME=CSS", help="For a page: item=li.")
@click.option("--path-filter", help="Keep items whose link has this in its path.")
@click.option("--key-env", help="The variable that holds its key.")
@click.option("--user-agent", help="Only where a server turns ours away.")
@edits
@as_json
@click.pass_context
def add(
    ctx: click.Context, /, url: str, *, yes: bool, dry_run: bool, json_: bool, **given: Any
) -> None:
    """Find the feed of URL, or the list on its page, and write an entry that reads it.

    What the entry would bring is shown first, with the themes that it would reach.
    """
    found = settings(ctx)
    old = text_of(found.home)
    mine = entries(old)
    ruleset = _rules(found.home, old, mine)
    _refuse(url, url, old, mine)
    _refuse_id(given["id"], old, mine)
    wanted = Wanted(
        url=url,
        kind=given["kind"] or "",
        select=selectors(given["selects"]),
        keys={key: given[key] for key in _KEYS if given[key]},
    )
    try:
        select = asdict(wanted.select) if wanted.select else {"item": "a"}
        SourceShape.model_validate(_ANY | {"select": select} | dict(wanted.keys))
        proposal = propose(wanted, mine, found)
    except AddError as e:
        _give_up(ctx, e, json_=json_)
        return
    except ValidationError as e:
        raise click.UsageError(_plain(e)) from e
    _refuse(str(proposal.entry["url"]), url, old, mine)
    new = with_entries(old, [proposal.entry])
    if not json_:
        _show(proposal, ruleset, difference(old, new))
    write = yes if json_ else agreed("Add it?", yes=yes, dry_run=dry_run)
    written = bool(write and not dry_run)
    if written:
        save(found.home, old, new)
    if json_:
        say_json(_json(proposal, ruleset, written=written))
    elif written:
        note(f"added: policywatch poll {proposal.entry['id']} reads it now")


@click.command()
@click.argument("url")
@as_json
@click.pass_context
def discover(ctx: click.Context, url: str, *, json_: bool) -> None:
    """List the feeds that a page leads to, each read once; nothing is written."""
    found = settings(ctx)
    _address(url)
    try:
        tried = look(url, found)
    except AddError as e:
        _give_up(ctx, e, json_=json_)
        return
    good = any(one.good for one in tried)
    if json_:
        say_json({"candidates": [_tried_json(one) for one in tried]})
    else:
        rows = [_tried_row(one) for one in tried]
        table(("feed", "found", "kind", "outcome", "entries", "title"), rows)
        note(
            "policywatch sources add URL adds one" if good else "no feed was found that can be read"
        )
    end(ctx, Code.OK if good else Code.SOURCES)


def _rules(home: Path, text: str, mine: Sequence[Entry]) -> Ruleset:
    """Load what judges the items; raise ConfigError before anybody is asked anything."""
    if mine:
        load_sources(read_bytes(text.encode(), SOURCES))
    return load_ruleset(read_path(home / THEMES), prove=False)


def _address(url: str) -> None:
    if is_http_url(url):
        return
    whole = f"https://{url}"
    hint = f": did you mean {whole} ?" if "://" not in url and is_http_url(whole) else ""
    raise click.UsageError(f"'{url}' is no address that begins with https:// or http://{hint}")


def _refuse(url: str, asked: str, text: str, mine: Sequence[Entry]) -> None:
    """Refuse what is no address, and what is read already."""
    _address(url)
    same = same_address(url, mine)
    if same is None:
        return
    url = url if url == asked else f"{asked} leads to {url}, which"
    more = "" if url == asked else "; --kind page reads the page itself"
    file = read_text(text, "sources.yaml")
    line = file.place(("sources", mine.index(same), "url"))[0]
    off = same.get("enabled") == "false"
    todo = f"policywatch sources enable {same['id']}" if off else "nothing is to be done"
    state = "is there, but disabled" if off else "is read already"
    raise click.UsageError(
        f"{url} {state}: source '{same['id']}', sources.yaml line {line}: {todo}{more}"
    )


def _refuse_id(wanted: str, text: str, mine: Sequence[Entry]) -> None:
    """Refuse a name that another source has, or had."""
    number = next((n for n, entry in enumerate(mine) if wanted in names_of(entry)), None)
    if number is not None:
        line = read_text(text, "sources.yaml").place(("sources", number, "id"))[0]
        raise click.UsageError(
            f"--id {wanted}: source '{mine[number]['id']}', sources.yaml line {line}, has that "
            "name or had it: choose another"
        )


def _give_up(ctx: click.Context, error: AddError, *, json_: bool) -> None:
    known = [{key: entry[key] for key in ("id", "kind", "url")} for entry in error.alternatives]
    if json_:
        say_json(
            {"ok": False, "error": str(error), "next_step": error.step or None, "known": known}
        )
    else:
        for mark, text in (("", str(error)), ("-> ", error.step)):
            if text:
                note(_wrapped(mark, text))
        if known:
            note("Of the same site or organisation these are known:")
            table(("source", "kind", "url"), [tuple(map(str, one.values())) for one in known])
    end(ctx, Code.SOURCES)


def _wrapped(mark: str, text: str) -> str:
    """Wrap a sentence for a terminal; an address stays in one piece."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _plain(error: ValidationError) -> str:
    return "; ".join(
        f"'{e['loc'][-1] if e['loc'] else 'entry'}': {str(e['msg']).removeprefix('Value error, ')}"
        for e in error.errors()
    )


def _themes(item: Item, proposal: Proposal, ruleset: Ruleset) -> list[str]:
    matches = classify(item, proposal.source, ruleset)
    return [match.theme for match in matches if match.verdict is Verdict.APPLIES]


def _kept(proposal: Proposal) -> Iterator[Item]:
    return (entry.item for entry in proposal.trial.entries if entry.kept)


def _show(proposal: Proposal, ruleset: Ruleset, change: str) -> None:
    items = list(_kept(proposal))
    themes = [_themes(item, proposal, ruleset) for item in items]
    note(f"{proposal.found}: {proposal.entry['url']}")
    note(
        f"{proposal.trial.kind}: {len(items)} items, {sum(map(bool, themes))} of them match a theme"
        + (f"; {proposal.trial.error}" if proposal.trial.error else "")
    )
    rows = [
        (f"{item.published_at:%Y-%m-%d}" if item.published_at else "", item.title, ", ".join(found))
        for item, found in list(zip(items, themes, strict=True))[:_SHOWN]
    ]
    table(("published", "title", "themes"), rows)
    for other in proposal.others:
        if other.good:
            note(f"also there: {other.candidate.url} ({other.candidate.found})")
        elif not other.guessed:
            note(f"{other.candidate.found}, but not read: {other.trial.error}")
    say(change.rstrip())


def _json(proposal: Proposal, ruleset: Ruleset, *, written: bool) -> dict[str, object]:
    entry: Mapping[str, Value] = proposal.entry
    return {
        "ok": True,
        "written": written,
        "found": proposal.found,
        "entry": dict(entry),
        "matched": sum(bool(_themes(item, proposal, ruleset)) for item in _kept(proposal)),
        "others": [_tried_json(other) for other in proposal.others],
        **{key: value for key, value in trial_json(proposal.trial).items() if key != "ok"},
    }


def _tried_json(tried: Tried) -> dict[str, object]:
    return {
        "url": tried.candidate.url,
        "found": tried.candidate.found,
        "kind": tried.trial.kind,
        "outcome": tried.trial.outcome.value,
        "entries": len(tried.trial.entries),
        "title": tried.trial.title or tried.candidate.title,
        "error": tried.trial.error or None,
    }


def _tried_row(tried: Tried) -> tuple[str, ...]:
    told = _tried_json(tried)
    return tuple(str(told[key]) for key in ("url", "found", "kind", "outcome", "entries", "title"))
