"""The error tree.

PolicywatchError
├── ConfigError        a person's file: every problem at once, exit 3
├── QueryError         a query that cannot be read, with the place in it
├── SourceError        one source could not be read; becomes a SourceResult
├── StoreError         the database cannot be used
│   └── LockedError    another process holds it, exit 75
└── DeliveryError      a mail was not accepted
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model import Document, Outcome


class PolicywatchError(Exception):
    """Anything that we raise on purpose; its text is fit for a person to read."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in one of a person's files; lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """Write it as compilers do, so that editors jump to the place."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ConfigError(PolicywatchError):
    """One or more problems in a person's files, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class QueryError(PolicywatchError):
    """A query that cannot be read; `position` counts code points from 0 in the text as written."""

    def __init__(self, message: str, position: int = 0) -> None:
        self.message = message
        self.position = position
        super().__init__(message)


class SourceError(PolicywatchError):
    """One source could not be read.

    Whoever knows adds `wait_scope`, the part of a host that wants to be left alone, `documents`,
    what came all the same, and `asked`, False when nobody was.
    """

    def __init__(
        self,
        outcome: Outcome,
        message: str,
        *,
        status: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        self.outcome = outcome
        self.message = message
        self.status = status
        self.retry_after_seconds = retry_after_seconds
        self.wait_scope = ""
        self.documents: tuple[Document, ...] = ()
        self.asked = True
        super().__init__(message)


class StoreError(PolicywatchError):
    """The database cannot be used; the text names the path and the next step."""


class LockedError(StoreError):
    """Another process holds the lock; the text names it."""


class DeliveryError(PolicywatchError):
    """A mail was not accepted by the server.

    `permanent`: trying again will not help. `unknown`: the server may have accepted it.
    `account`: nothing is wrong with this mail, every other would meet the same. `too_big`: a
    shorter one may be taken.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        unknown: bool = False,
        account: bool = False,
        too_big: bool = False,
    ) -> None:
        self.permanent = permanent
        self.unknown = unknown
        self.account = account
        self.too_big = too_big
        super().__init__(message)


class PutOffError(DeliveryError):
    """The server had the whole mail and asked for time; it may have kept it all the same."""
