"""The service: APScheduler only ticks; what is due is asked of the store.

A restart, a missed tick or a jump of the clock costs nothing, because the scheduler holds no
truth. `run --once` does the same for cron or a systemd timer.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from jobs.alert import heartbeat
from jobs.deployment import Deployment
from jobs.digest import Sending, send_due
from jobs.keeper import Keeper
from jobs.operators import tell_operators
from jobs.poll import Choice, PollReport, poll
from jobs.settings import Settings
from pipeline.errors import LockedError
from pipeline.model import SourceResult
from store import open_store

log = logging.getLogger("policywatch")

POLL_TICK_SECONDS = 15
DIGEST_TICK_SECONDS = 60
# What a tick may still finish after a request to stop: two of them, and we end within 10 s.
LAST_WORK_SECONDS = 4.0


class Service:
    """A deployment at work: settings, the configuration in force, and whether to stop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keeper = Keeper(settings.home)
        self._reading = threading.Lock()
        self._at_work = {"poll": threading.Lock(), "digest": threading.Lock()}
        self._told: tuple[str, ...] = ()
        self.stop = threading.Event()

    def check(self) -> None:
        """Raise ConfigError when no valid configuration was ever seen."""
        self._keeper.in_force()

    def poll_due(self) -> PollReport:
        """Read what is due now."""
        with self._deployment() as deployment:
            return poll(deployment, Choice(), on_result=_log_result, stopping=self.stop.is_set)

    def send_due(self, *, wait: bool = True) -> tuple[Sending, ...]:
        """Send the digests that are due and read for, and what the outbox still holds."""
        with self._deployment() as deployment:
            return send_due(deployment, wait=wait)

    def run(self) -> None:
        """Tick until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        ticks = (
            ("poll", self.poll_due, POLL_TICK_SECONDS),
            ("digest", self.send_due, DIGEST_TICK_SECONDS),
        )
        for name, job, seconds in ticks:
            scheduler.add_job(
                self._tick,
                "interval",
                seconds=seconds,
                args=(name, job),
                id=name,
                next_run_time=datetime.now(UTC),
            )
        scheduler.start()
        log.info("service started", extra={"home": self._settings.home})
        self.stop.wait()
        log.info("service stops")
        scheduler.shutdown(wait=False)
        for lock in self._at_work.values():
            lock.acquire(timeout=LAST_WORK_SECONDS)

    def _tick(self, name: str, job: Callable[[], object]) -> None:
        """Do a job on a tick; whatever goes wrong is logged, and the next tick comes."""
        if self.stop.is_set():
            return
        try:
            with self._at_work[name]:
                job()
            heartbeat(self._settings)
        except LockedError as e:
            log.info("tick waits for a lock", extra={"job": name, "why": str(e)})
        except Exception:
            log.exception("tick failed", extra={"job": name})

    def _tell_once(self, problems: tuple[str, ...]) -> None:
        """Log and mail what is wrong with the files, once for each state that they are in."""
        if problems and problems != self._told:
            for problem in problems:
                log.error("configuration is broken", extra={"problem": problem})
            tell_operators(self._settings, _BROKEN, "\n".join(problems) + "\n")
        self._told = problems

    @contextmanager
    def _deployment(self) -> Iterator[Deployment]:
        with self._reading:
            in_force = self._keeper.in_force()
            self._tell_once(in_force.problems)
        store = open_store(self._settings.home)
        try:
            yield Deployment(
                settings=self._settings,
                configuration=in_force.configuration,
                store=store,
                warnings=in_force.warnings,
            )
        finally:
            store.close()


_BROKEN = "policywatch: a configuration file is broken, the last valid version is in force"


def _log_result(result: SourceResult) -> None:
    log.info(
        "source polled",
        extra={
            "source": result.source_id,
            "outcome": result.outcome.value,
            "new": result.new,
            "seconds": result.seconds,
            "pages": result.pages,
            "title_only": result.title_only,
            "error": result.error,
        },
    )
