"""One mail -> one `.eml` file under `mails/`, for those who hand in mail by other means."""

import re
from collections.abc import Callable

from jobs.settings import Settings
from pipeline.errors import DeliveryError
from pipeline.records import Mail

_UNSAFE = re.compile(r"[^A-Za-z0-9@.-]+")


def send(settings: Settings, mail: Mail, on_payload: Callable[[], None]) -> str:
    """Write one mail and return the path; the same Message-ID is the same file."""
    folder = settings.home / "mails"
    name = _UNSAFE.sub("", mail.message_id).strip(".")
    path, draft = folder / f"{name}.eml", folder / f"{name}.part"
    on_payload()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(mail.payload)
        draft.replace(path)
    except OSError as e:
        raise DeliveryError(f"{path}: cannot be written ({e.strerror})", account=True) from e
    return str(path)
