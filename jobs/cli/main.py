"""`policywatch`: the commands by name; a command's module is imported only when it is called."""

import os
import sys
from types import MappingProxyType

import click

from jobs.cli.frame import exit_code
from jobs.cli.lazy import LazyCommands, Lines

# One line a command: its module, its name there, and what `--help` says of it.
COMMANDS: Lines = MappingProxyType(
    {
        "init": ("jobs.cli.init", "init", "Set up a directory to run in."),
        "demo": ("jobs.cli.demo", "demo", "Show the whole job on sample sources, offline."),
        "run": ("jobs.cli.run", "run", "Poll and send digests on schedule, until stopped."),
        "poll": ("jobs.cli.poll", "poll", "Read sources now."),
        "trace": ("jobs.cli.trace", "trace", "Say why something was or was not seen."),
        "sources": ("jobs.cli.sources", "sources", "List, add, test and check sources."),
        "themes": ("jobs.cli.themes", "themes", "Check, try and explain the rules."),
        "reclassify": (
            "jobs.cli.reclassify",
            "reclassify",
            "Judge stored items by the rules of today.",
        ),
        "items": ("jobs.cli.items", "items", "Search and show stored items."),
        "digest": ("jobs.cli.digest", "digest", "Preview, send, show and resend digests."),
        "subscribers": ("jobs.cli.subscribers", "subscribers", "Who gets which digest."),
        "serve": ("jobs.cli.serve", "serve", "Serve the pages that mails link to."),
        "doctor": ("jobs.cli.doctor", "doctor", "Check the machine and the deployment."),
    }
)


@click.command(
    cls=LazyCommands, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option("--home", metavar="DIR", help="The deployment's directory (POLICYWATCH_HOME, or .).")
@click.version_option(package_name="policywatch", prog_name="policywatch")
@click.pass_context
def policywatch(ctx: click.Context, home: str | None) -> None:
    """Watch governments and think tanks, explain what matters, mail it exactly once.

    Data goes to stdout, progress to stderr. Exit codes: 0 done, 1 internal error, 2 usage,
    3 configuration, 4 some sources failed, 5 mail not delivered, 75 locked.
    """
    ctx.obj = home


def main() -> None:
    """Run the command line; every error that we raise on purpose is one plain message."""
    try:
        # Without the stand-alone mode click hands a command's exit code back.
        sys.exit(policywatch(standalone_mode=False))
    except click.Abort:
        click.echo("stopped", err=True)
        sys.stdout.flush()
        # Threads that wait for a server that hangs would keep us until its deadline.
        os._exit(130)
    except click.ClickException as e:
        e.show()
        sys.exit(e.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as e:
        code = exit_code(e)
        if code is None:
            raise
        click.echo(f"policywatch: {e}" if "\n" not in str(e) else str(e), err=True)
        sys.exit(code)
