"""The configuration in force: the newest valid one, even while a file is broken.

Valid files are copied to `.policywatch/valid/`, so that a restart with a broken file finds them.
"""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import DIGESTS, SOURCES, THEMES, Configuration, load_configuration
from pipeline.errors import ConfigError

FILES = (SOURCES, THEMES, DIGESTS)
_VALID = Path(".policywatch") / "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A configuration, and what is wrong with the files that should have replaced it."""

    configuration: Configuration
    problems: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what a digest says at its top; nothing while all files are valid."""
        if not self.problems:
            return ()
        rest = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        said = "A configuration file is broken; the last valid version is in force."
        return (f"{said} {self.problems[0]}{rest}",)


class Keeper:
    """Reads the files again when their bytes changed; keeps the last valid configuration."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._bytes_hash = ""
        self._in_force: InForce | None = None

    def in_force(self) -> InForce:
        """Return the configuration in force; raise ConfigError when there never was a valid one."""
        seen = _bytes_hash(self._home)
        if self._in_force is None or seen != self._bytes_hash:
            self._in_force = self._read()
            self._bytes_hash = seen
        return self._in_force

    def _read(self) -> InForce:
        try:
            configuration = load_configuration(self._home)
        except ConfigError as e:
            return InForce(configuration=self._last_valid(e), problems=tuple(map(str, e.problems)))
        self._keep_copies()
        return InForce(configuration=configuration)

    def _last_valid(self, error: ConfigError) -> Configuration:
        if self._in_force:
            return self._in_force.configuration
        if not (self._home / _VALID).is_dir():
            raise error
        try:
            return load_configuration(self._home / _VALID)
        except ConfigError:
            raise error from None

    def _keep_copies(self) -> None:
        """Replace the copies one whole folder at a time: no restart finds a mixture."""
        fresh = self._home / _VALID.with_name("valid.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for name in FILES:
            shutil.copyfile(self._home / name, fresh / name)
        shutil.rmtree(self._home / _VALID, ignore_errors=True)
        fresh.rename(self._home / _VALID)


def _bytes_hash(home: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        try:
            content = (home / name).read_bytes()
        except OSError:
            content = b"\0unreadable"
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()
