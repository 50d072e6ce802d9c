"""Mail to who runs the deployment: plain, best effort, never in the way of the work itself."""

import hashlib
import logging
from email.message import EmailMessage
from email.utils import format_datetime

from jobs.deliver import OUTPUTS
from jobs.settings import Settings
from pipeline.errors import DeliveryError
from pipeline.records import Mail

log = logging.getLogger("policywatch")


def tell_operators(settings: Settings, subject: str, text: str) -> None:
    """Mail a message to every operator; what cannot be sent is logged.

    `subject` is ours, never text of a source: it goes into a header as it is.
    """
    for address in settings.operators:
        try:
            OUTPUTS["smtp"].send(settings, _mail(settings, address, subject, text), _nothing)
        except DeliveryError as e:
            log.warning("operator not told", extra={"address": address, "error": str(e)})


def _mail(settings: Settings, address: str, subject: str, text: str) -> Mail:
    seed = f"{settings.home.resolve()} {address} {subject} {text} {settings.clock().isoformat()}"
    name = hashlib.sha256(seed.encode()).hexdigest()[:32]
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = address
    message["Subject"] = subject
    message["Date"] = format_datetime(settings.clock())
    message["Message-ID"] = f"<{name}@{settings.mail_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="base64")
    payload = message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return Mail(address=address, message_id=str(message["Message-ID"]), payload=payload)


def _nothing() -> None:
    """Keep no state: an operator may read a message twice."""
