"""One issue -> the Atom feed of its digest, a file for a web server of the operator's."""

import re
from collections.abc import Callable

from jobs.deliver.edition import Edition, target
from jobs.deliver.files import put
from jobs.settings import Settings
from pipeline.records import Mail
from pipeline.render.atom import atom

_UPDATED = re.compile(rb"<updated>([^<]+)</updated>")


def make(edition: Edition, address: str) -> Mail:
    """Write the feed as it stands with this issue."""
    return edition.parcel(address, atom([edition.issue, *edition.earlier()], edition.frame))


def send(settings: Settings, mail: Mail, on_payload: Callable[[], None]) -> str:
    """Write the file, unless it holds a later issue already, and return its path."""
    path = settings.home / target(mail.address)
    on_payload()
    held = path.read_bytes() if path.is_file() else b""
    if _updated(held) <= _updated(mail.payload):
        put(path, mail.payload)
    return str(path)


def _updated(feed: bytes) -> bytes:
    found = _UPDATED.search(feed)
    return found[1] if found else b""
