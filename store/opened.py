"""An open database with its locks, and the parts of the store that have an object of their own."""

from contextlib import AbstractContextManager
from pathlib import Path

from store.connection import Connection
from store.locks import Lock
from store.opening import LOCK_DIRECTORY
from store.outbox import Mails
from store.people import Readers
from store.timetables import Timetables
from store.triage import Triage


class Opened:
    """What every part of a store needs: its connection and its locks."""

    def __init__(self, home: Path, connection: Connection) -> None:
        locks = home / LOCK_DIRECTORY
        self._connection = connection
        self._locks = {name: locks / f"{name}.lock" for name in ("service", "job", "mail", "pass")}
        # Held again inside itself by one store; the service lock never is.
        self._job = Lock(self._locks["job"])
        self._mail = Lock(self._locks["mail"])
        self.timetables = Timetables(connection)
        self.readers = Readers(connection)
        self.mails = Mails(connection)
        self.triage = Triage(connection)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def write(self, *, durable: bool = False) -> AbstractContextManager[None]:
        """Make what happens inside one transaction; `durable` ones survive a power cut."""
        return self._connection.write(durable=durable)

    def deployment_id(self) -> str:
        """Return the random name that the deployment got when its database was made."""
        return str(self._connection.value("select name from deployment"))

    def secret(self) -> str:
        """Return the random secret of the deployment, from which tokens follow."""
        return str(self._connection.value("select secret from deployment"))

    def job_lock(self, holder: str, *, wait_seconds: float) -> AbstractContextManager[None]:
        """Hold the job lock; raise LockedError naming the holder after the wait."""
        return self._job.held(holder, wait_seconds=wait_seconds)

    def mail_lock(self, holder: str, *, wait_seconds: float) -> AbstractContextManager[None]:
        """Hold the mail lock; raise LockedError naming the holder after the wait."""
        return self._mail.held(holder, wait_seconds=wait_seconds)

    def service_lock(self, holder: str) -> AbstractContextManager[None]:
        """Hold the service lock; raise LockedError at once when it is held."""
        return Lock(self._locks["service"]).held(holder, wait_seconds=0)

    def pass_lock(self, holder: str) -> AbstractContextManager[None]:
        """Hold the lock of a pass over all items; raise LockedError at once when it is held."""
        return Lock(self._locks["pass"]).held(holder, wait_seconds=0)
