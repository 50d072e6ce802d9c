"""The pages that mails link to: leaving a digest, an issue as it was sent, and whether we live.

Who holds a token was sent it by us; there are no sessions, no cookies and nothing to log in to.
GET only shows, for scanners follow every link of a mail; POST acts (RFC 8058).
"""

import hmac
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from pipeline.errors import StoreError
from pipeline.tokens import issue_token, unsubscribe_token
from store import SqliteStore, open_store
from web.pages import mail_page, page

log = logging.getLogger("policywatch")

_BODY_BYTES = 8_192
_IN_PARTS = re.compile(rb'name="List-Unsubscribe"\r\n(?:[^\r\n]+\r\n)*\r\nOne-Click\r\n')
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NO_CONTENT_RUNS = "default-src 'none'; frame-ancestors 'none'"


def make_app(home: Path) -> FastAPI:
    """Return the application of a deployment; every request opens its database anew."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    reader = _Pages(home)
    for path, show in (
        ("/u/{token}", reader.leave),
        ("/d/{issue}/{token}", reader.issue),
        ("/healthz", reader.healthz),
    ):
        app.add_api_route(path, show, methods=["GET", "HEAD"])
    app.add_api_route("/u/{token}", reader.left, methods=["POST"])
    app.add_exception_handler(HTTPException, _refusal)
    app.add_exception_handler(StoreError, _trouble)
    app.middleware("http")(_guarded)
    return app


class _Pages:
    """What each address shows or does."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def healthz(self) -> Response:
        with self._store() as store:
            store.deployment_id()
        return PlainTextResponse("ok\n")

    def leave(self, token: str) -> Response:
        with self._store() as store:
            whose = _leaver(store, token)
        if whose is None:
            return _unknown()
        digest, address = whose
        return page(
            f"Leave {digest}?",
            f"{address} gets the digest {digest}. Nothing has changed so far.",
            button="Send me no more of it",
        )

    async def left(self, token: str, request: Request) -> Response:
        body = await _body(request)
        if not _is_one_click(request.headers.get("content-type", ""), body):
            raise HTTPException(400)
        return await run_in_threadpool(self._remove, token)

    def issue(self, issue: str, token: str) -> Response:
        digest, _, number = issue.rpartition("-")
        if not (digest and number.isascii() and number.isdigit() and len(number) < 10):
            return _unknown()
        with self._store() as store:
            html = _sent(store, digest, int(number), token)
        return mail_page(html) if html else _unknown()

    def _remove(self, token: str) -> Response:
        with self._store(readonly=False) as store:
            whose = _leaver(store, token)
            if whose is None:
                return _unknown()
            digest, address = whose
            if store.readers.remove(address, digest):
                log.info("somebody left a digest", extra={"digest": digest})
        return page(
            f"You have left {digest}",
            f"{address} gets no more mail of the digest {digest}.",
            "If that was a mistake, write to the sender of the mail.",
        )

    @contextmanager
    def _store(self, *, readonly: bool = True) -> Iterator[SqliteStore]:
        store = open_store(self._home, readonly=readonly)
        try:
            yield store
        finally:
            store.close()


def _leaver(store: SqliteStore, token: str) -> tuple[str, str] | None:
    """Return the digest and the address that a token is for; every one of them is tried."""
    secret, given = store.secret(), token.encode()
    found = [
        (digest, address)
        for digest, address in store.readers.known()
        if hmac.compare_digest(unsubscribe_token(secret, digest, address).encode(), given)
    ]
    return found[0] if found else None


def _sent(store: SqliteStore, digest: str, number: int, token: str) -> str:
    """Return the page of an issue as it was sent to who holds the token, or nothing."""
    secret, given = store.secret(), token.encode()
    for record in store.timetables.numbered(number, digest):
        for mail in store.outbox(issue_id=record.id):
            right = issue_token(secret, digest, number, mail.mail.address).encode()
            if mail.mail.payload and hmac.compare_digest(right, given):
                message = message_from_bytes(mail.mail.payload, policy=default)
                part = message.get_body(("html",))
                return str(part.get_content()) if part else ""
    return ""


async def _body(request: Request) -> bytes:
    """Return what was posted; what is too long for a click is refused unread."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_BYTES:
            raise HTTPException(413)
    return body


def _is_one_click(content_type: str, body: bytes) -> bool:
    if content_type.startswith("multipart/form-data"):
        return bool(_IN_PARTS.search(body))
    fields = parse_qs(body.decode("ascii", errors="replace"), max_num_fields=10)
    return fields.get("List-Unsubscribe") == ["One-Click"]


def _unknown() -> Response:
    return page(
        "This address leads nowhere",
        "It may have been cut in two: copy all of it from the mail, to its last character.",
        "Or what it was for has been erased. To leave a digest in any case, write to its sender.",
        status=404,
    )


async def _guarded(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    try:
        response = await go_on(request)
    except Exception:
        log.exception("a page failed")
        response = page("Something went wrong here", "Please try again later.", status=500)
    for name, value in _HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Content-Security-Policy", _NO_CONTENT_RUNS)
    return response


async def _refusal(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return _unknown()
    title = {400: "That was no click of ours", 405: "Not this way", 413: "Too much"}
    return page(title.get(status, "Something went wrong here"), status=status)


async def _trouble(_: Request, error: Exception) -> Response:
    # The text names paths, which are nobody's business out there.
    log.error("a page could not be made", extra={"error": str(error)})
    return page("Not now", "Please try again in some minutes.", status=503)
