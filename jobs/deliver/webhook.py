"""One issue -> one signed POST of JSON to an address of the operator's.

The receiver checks `Policywatch-Signature`: v1=<hex HMAC-SHA-256 of "timestamp.body">, refuses an
old `Policywatch-Timestamp`, and takes a `Policywatch-Key` that it has seen for the same issue.
"""

import hmac
import json
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit

from jobs.deliver.edition import Edition, target
from jobs.settings import Settings
from pipeline.errors import DeliveryError
from pipeline.issue import summary
from pipeline.records import Mail

_SECONDS = 30.0
# Answers after which the same request may be taken later.
_LATER = frozenset({408, 425, 429})


def make(edition: Edition, address: str) -> Mail:
    """Write an issue as the JSON that `digest list --json` shows, with its title."""
    told = {"title": edition.issue.title, **summary(edition.issue)}
    return edition.parcel(address, json.dumps(told, ensure_ascii=False).encode())


def send(settings: Settings, mail: Mail, on_payload: Callable[[], None]) -> str:
    """Post one issue and return the status; a redirect is refused, for it could leave the house."""
    url = target(mail.address)
    if not settings.webhook_key:
        raise DeliveryError(f"{_place(url)}: set POLICYWATCH_WEBHOOK_KEY", account=True)
    stamp = f"{int(settings.clock().timestamp())}"
    headers = {
        "Content-Type": "application/json",
        "Policywatch-Key": mail.message_id.strip("<>"),
        "Policywatch-Timestamp": stamp,
        "Policywatch-Signature": f"v1={signature(settings.webhook_key, stamp, mail.payload)}",
        "User-Agent": settings.user_agent,
    }
    on_payload()
    status = _in_time(lambda: _post(url, mail.payload, headers), _place(url))
    if 200 <= status < 300:
        return f"HTTP {status}"
    permanent = 300 <= status < 500 and status not in _LATER
    raise DeliveryError(f"{_place(url)}: HTTP {status}", permanent=permanent)


def signature(key: str, stamp: str, body: bytes) -> str:
    """Return what proves that a body was posted by who holds the key, at that time."""
    return hmac.digest(key.encode(), stamp.encode() + b"." + body, "sha256").hex()


def _in_time(post: Callable[[], int], place: str) -> int:
    """Wait for an answer no longer than an attempt may take: httpx counts anew with every byte."""
    answers: SimpleQueue[int | DeliveryError] = SimpleQueue()

    def work() -> None:
        try:
            answers.put(post())
        except DeliveryError as e:
            answers.put(e)

    # A daemon, so that who stops us does not wait for it.
    Thread(target=work, daemon=True, name="webhook").start()
    try:
        answer = answers.get(timeout=_SECONDS)
    except Empty:
        raise DeliveryError(f"{place}: no answer in {_SECONDS:g} s", unknown=True) from None
    if isinstance(answer, DeliveryError):
        raise answer
    return answer


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    import httpx  # noqa: PLC0415 - most deployments have no webhook

    client = httpx.Client(trust_env=False, follow_redirects=False, timeout=_SECONDS)
    try:
        # Only the status is read: what else the receiver has to say costs nothing.
        with client, client.stream("POST", url, content=body, headers=headers) as response:
            return response.status_code
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as e:
        raise DeliveryError(f"{_place(url)}: {e or type(e).__name__}", account=True) from e
    except (httpx.HTTPError, httpx.InvalidURL) as e:
        reason = f"{e}" or type(e).__name__
        raise DeliveryError(f"{_place(url)}: {reason}", unknown=True) from e


def _place(url: str) -> str:
    """Name the receiver without what its address may hold of secrets."""
    parts = urlsplit(url)
    return f"webhook {parts.scheme}://{parts.hostname}"
