"""Telling the operator by other ways than mail: a heartbeat address, an alert command."""

import logging
import shlex
import subprocess

from jobs.settings import Settings
from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.model import Source
from pipeline.reading import FetchPolicy
from pipeline.urls import host_key

log = logging.getLogger("policywatch")

_ALERT_SECONDS = 30


def heartbeat(settings: Settings) -> None:
    """Request the heartbeat address after a completed pass; a failure is only logged."""
    if not settings.heartbeat_url:
        return
    url = settings.heartbeat_url
    policy = FetchPolicy(user_agent=settings.user_agent, allow_networks=(host_key(url),))
    try:
        with HostSession(policy) as session:
            session.get(url, source=Source(id="heartbeat", name="heartbeat", kind="feed", url=url))
    except SourceError as e:
        log.warning("heartbeat failed", extra={"error": e.message})


def alert(settings: Settings, message: str) -> None:
    """Run the alert command with the message on its standard input; a failure is only logged."""
    log.error("alert", extra={"why": message})
    if not settings.alert_command:
        return
    try:
        subprocess.run(  # noqa: S603 - the operator's own command
            shlex.split(settings.alert_command),
            input=message.encode(),
            timeout=_ALERT_SECONDS,
            check=True,
            capture_output=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as e:
        log.error("alert command failed", extra={"error": str(e)})
