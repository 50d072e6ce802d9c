"""What every command shares: settings, configuration, store, output, exit codes."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from jobs.log import start_log
from jobs.settings import Settings, read_settings
from pipeline.errors import ConfigError, DeliveryError, LockedError, PolicywatchError, QueryError

if TYPE_CHECKING:
    from pipeline.config import Configuration
    from store import SqliteStore

Command = TypeVar("Command", bound=Callable[..., Any])

JOB_WAIT_SECONDS = 30.0


class Code(IntEnum):
    """What a script learns from how we end."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    CONFIGURATION = 3
    SOURCES = 4
    MAIL = 5
    LOCKED = 75


def exit_code(error: Exception) -> Code | None:
    """Return the exit code of an error raised on purpose, or None for one that was not."""
    codes = (
        (ConfigError, Code.CONFIGURATION),
        (QueryError, Code.USAGE),
        (LockedError, Code.LOCKED),
        (DeliveryError, Code.MAIL),
        (PolicywatchError, Code.INTERNAL),
    )
    return next((code for kind, code in codes if isinstance(error, kind)), None)


def settings(ctx: click.Context) -> Settings:
    """Read the settings of the deployment that `--home` names, and show a rehearsal clock."""
    found = read_settings(ctx.find_root().obj)
    # What goes wrong is said by every command; those that go on for long say more.
    start_log("warning")
    if found.now:
        note(f"rehearsal: the clock stands at {found.now:%Y-%m-%d %H:%M:%S} UTC (POLICYWATCH_NOW)")
    return found


def configuration(found: Settings, *, prove: bool = True) -> "Configuration":
    """Load the deployment's files; print what they warn of. `prove`: that the rules hold."""
    from pipeline.config import load_configuration  # noqa: PLC0415 - keeps --help quick

    loaded = load_configuration(found.home, prove=prove)
    for warning in loaded.warnings:
        note(f"{warning}")
    return loaded


@contextmanager
def opened(found: Settings, *, readonly: bool = False) -> Iterator["SqliteStore"]:
    """Open the deployment's store for the length of a block."""
    from store import open_store  # noqa: PLC0415 - keeps --help quick

    store = open_store(found.home, readonly=readonly)
    try:
        yield store
    finally:
        store.close()


def as_json(command: Command) -> Command:
    """Add `--json` to a command."""
    option = click.option("--json", "json_", is_flag=True, help="Print JSON, for scripts.")
    return option(command)


def note(text: str) -> None:
    """Tell a person something beside the data."""
    click.echo(text, err=True)


def say(text: str = "") -> None:
    """Print data."""
    click.echo(text)


def say_json(value: object) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table; without a terminal, whole cells between tabs."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            say("\t".join(row))
        return
    from rich.console import Console  # noqa: PLC0415 - keeps --help quick
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console().print(shown)


class Progress:
    """Says now and then how far a long pass over stored items came."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0

    def __call__(self, items: int) -> None:
        """Count items that were done."""
        self._done += items
        note(f"{self._done:,} of at most {self._total:,} items")


def end(ctx: click.Context, code: Code) -> None:
    """End the command with a code."""
    ctx.exit(int(code))


def file_argument(path: str) -> Path | None:
    """Return the path when it names a file that is there."""
    found = Path(path)
    return found if found.is_file() else None
