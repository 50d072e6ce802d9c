"""`policywatch init`."""

import shutil
import sys
from pathlib import Path

import click

from jobs.cli.frame import note, opened, say, settings

FILES = ("sources.yaml", "themes.yaml", "digests.yaml")


@click.command()
@click.argument("directory", required=False, metavar="[DIR]")
@click.pass_context
def init(ctx: click.Context, directory: str | None) -> None:
    """Set up DIR (or --home) with sources.yaml, themes.yaml, digests.yaml and a database.

    Files that are there already are kept as they are.
    """
    if directory:
        ctx.find_root().obj = directory
    found = settings(ctx)
    found.home.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        target = found.home / name
        if target.exists():
            note(f"{target} is there already: kept")
        else:
            shutil.copyfile(shipped(name), target)
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


def shipped(name: str) -> Path:
    """Return the file as it was shipped: beside the checkout, or installed under share/."""
    places = (Path(__file__).parents[2] / name, Path(sys.prefix) / "share/policywatch" / name)
    return next(place for place in places if place.is_file())
