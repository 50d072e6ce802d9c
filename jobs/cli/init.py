"""`policywatch init`."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import click

from jobs.cli.frame import note, opened, say, settings
from jobs.shipped import BASE, FILES, shipped

PACKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "japan": ("jp", "international"),
        "us": ("us", "international"),
        "eu": ("eu", "gb", "international"),
        "all": (),
    }
)
"""Which groups a pack holds, by the first part of their names; `all` is all of them."""


@click.command()
@click.argument("directory", required=False, metavar="[DIR]")
@click.option(
    "--pack",
    "packs",
    multiple=True,
    type=click.Choice(list(PACKS)),
    help="Which sources to begin with; may be given more than once. Default: all.",
)
@click.pass_context
def init(ctx: click.Context, directory: str | None, *, packs: tuple[str, ...]) -> None:
    """Set up DIR (or --home) with sources.yaml, themes.yaml, digests.yaml and a database.

    Files that are there already are kept as they are.
    """
    if directory:
        ctx.find_root().obj = directory
    found = settings(ctx)
    found.home.mkdir(parents=True, exist_ok=True)
    for name in (*FILES, "sources.schema.json"):
        target = found.home / name
        if target.exists():
            note(f"{target} is there already: kept")
            continue
        text = shipped(name).read_text(encoding="utf-8")
        if name == "sources.yaml":
            (found.home / BASE).write_text(text, encoding="utf-8")
            text = _packed(text, packs)
        target.write_text(text, encoding="utf-8")
        say(f"wrote {target}")
    with opened(found):
        say(f"database ready in {found.home}")
    home = "" if str(found.home) == "." else f" --home {found.home}"
    note(
        f"Next: edit sources.yaml and themes.yaml, then\n"
        f"  policywatch{home} sources check\n"
        f"  policywatch{home} subscribers add you@example.org\n"
        f"  policywatch{home} run"
    )


def _packed(text: str, packs: Sequence[str]) -> str:
    """Return the part of the shipped sources that the packs name."""
    from pipeline.sourcesfile import entries, only  # noqa: PLC0415 - keeps --help quick

    wanted = {part for pack in packs for part in PACKS[pack]}
    if not packs or "all" in packs:
        return text
    listed = [(str(entry["id"]), str(entry.get("group"))) for entry in entries(text)]
    return only(text, {name for name, group in listed if group.partition("-")[0] in wanted})
