"""Groups of commands whose modules are imported only when a command is called."""

import importlib
from collections.abc import Mapping
from typing import Any, TypeAlias

import click

Lines: TypeAlias = Mapping[str, tuple[str, str, str]]
"""By the name of each command: its module, its name there, and what `--help` says of it."""


class LazyCommands(click.Group):
    """A group that imports a command's module when it is called, so that `--help` is quick."""

    def __init__(self, *args: Any, lazy: Lines, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which a newcomer needs them."""
        del ctx
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        del ctx
        if cmd_name not in self._lazy:
            return None
        module, name, _ = self._lazy[cmd_name]
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}.{name} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in self._lazy.items()])
