"""One issue -> an `.eml` file and its page as `.html`, for those who hand it on by other means."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from jobs.deliver.edition import Edition, target
from jobs.settings import Settings
from pipeline.errors import DeliveryError
from pipeline.records import Mail
from pipeline.render.mail import render

_NAME = re.compile(r"<([a-z0-9-]+)\.([0-9]+)\.")


def make(edition: Edition, address: str) -> Mail:
    """Render an issue as a mail to its own sender."""
    made = render(edition.issue, edition.frame, edition.frame.sender)
    return edition.parcel(address, made.payload)


def send(settings: Settings, mail: Mail, on_payload: Callable[[], None]) -> str:
    """Write the files of one issue and return the path; the same issue is the same files."""
    folder = settings.home / target(mail.address)
    digest, number = name_of(mail)
    path = folder / f"{digest}-{number}.eml"
    on_payload()
    put(path.with_suffix(".html"), _page(mail.payload))
    put(path, mail.payload)
    return str(path)


def name_of(mail: Mail) -> tuple[str, str]:
    """Return the digest and the number of an issue, as its key in an output tells them."""
    found = _NAME.match(mail.message_id)
    if not found:
        raise DeliveryError(f"{mail.message_id} names no issue", permanent=True)
    return found[1], found[2]


def put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; raise DeliveryError that names it."""
    draft = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as e:
        raise DeliveryError(f"{path}: cannot be written ({e.strerror})", account=True) from e


def _page(payload: bytes) -> bytes:
    part = message_from_bytes(payload, policy=default).get_body(("html",))
    return str(part.get_content()).replace("\r\n", "\n").encode() if part else b""
