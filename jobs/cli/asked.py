"""What commands about items are asked with: the ids of items, and who says so."""

import getpass

import click

from pipeline.shortid import item_id

who_says_so = click.option(
    "--who",
    "--by",
    "who",
    metavar="NAME",
    help="Who says so; default: you, by your user name.",
)


def item_number(text: str) -> int:
    """Return the number that an item's id stands for; raise UsageError for what is no id."""
    try:
        return item_id(text)
    except ValueError as e:
        raise click.UsageError(f"'{text}' names no item: {e}") from e


def person(who: str | None) -> str:
    """Return the name of who says something: as given, or the user's."""
    try:
        name = " ".join((who or getpass.getuser()).split())
    except (KeyError, OSError, ImportError):
        name = ""
    if not name:
        raise click.UsageError("you have no user name here: give one with --who NAME")
    return name
