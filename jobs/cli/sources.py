"""`policywatch sources`: what is read, whether it works, and what more there is to read."""

from types import MappingProxyType

import click

from jobs.cli.lazy import LazyCommands, Lines

COMMANDS: Lines = MappingProxyType(
    {
        "list": ("jobs.cli.sources_list", "list_", "List the sources and how they were read."),
        "check": ("jobs.cli.sources_list", "check", "Name every mistake in the files."),
        "test": ("jobs.cli.sources_test", "test", "Read one thing and store nothing."),
        "health": ("jobs.cli.sources_health", "health", "Say how each source stands."),
        "coverage": ("jobs.cli.sources_coverage", "coverage", "Count what is covered."),
        "add": ("jobs.cli.sources_add", "add", "Find the feed of an address and read it."),
        "discover": ("jobs.cli.sources_add", "discover", "List the feeds of a site."),
        "import-opml": ("jobs.cli.sources_exchange", "import_opml", "Add what a reader lists."),
        "export-opml": ("jobs.cli.sources_exchange", "export_opml", "Print a list for readers."),
        "import-csv": ("jobs.cli.sources_exchange", "import_csv", "Add what a table lists."),
        "export-csv": ("jobs.cli.sources_exchange", "export_csv", "Print a table."),
        "upgrade": ("jobs.cli.sources_upgrade", "upgrade", "Take over a newer catalogue."),
        "backfill": ("jobs.cli.sources_backfill", "backfill", "Store what a source once had."),
        "disable": ("jobs.cli.sources_edit", "disable", "Stop reading sources, with a reason."),
        "enable": ("jobs.cli.sources_edit", "enable", "Read sources again."),
    }
)


@click.group(cls=LazyCommands, lazy=COMMANDS)
def sources() -> None:
    """List, add, test and check sources."""
