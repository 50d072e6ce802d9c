"""The pages that items link to -> their texts: asked for politely, read in the sandbox."""

import atexit
import hashlib
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache

from pipeline.errors import SourceError
from pipeline.fetch import HostSession
from pipeline.linked import Copy
from pipeline.model import Document, Outcome, Tier
from pipeline.parse.pagetext import PageText
from pipeline.reading import LinkBatch, LinkedPage, LinkTask
from pipeline.sandbox import Sandbox

# All pages of one host in one pass, in seconds; what is left waits for the next poll.
LONGEST_PASS = 120.0
_MOST_COPY_BYTES = 3_000_000
# What will be the same on the next day.
_FINAL = frozenset({Outcome.NOT_A_FEED, Outcome.TOO_BIG, Outcome.REFUSED_ADDRESS, Outcome.GONE})


def follow_host(batch: LinkBatch) -> tuple[LinkedPage, ...]:
    """Read the linked pages of one host, a few at once; a failure is a page without a text."""
    ends = time.monotonic() + LONGEST_PASS
    lanes = max(1, min(batch.policy.limits.per_host, len(batch.tasks)))
    with (
        HostSession(batch.policy) as session,
        ThreadPoolExecutor(lanes, thread_name_prefix="page") as executor,
    ):
        if batch.warm:
            session.rest(batch.tasks[0].url)
        return tuple(
            executor.map(lambda task: read_linked(task, session, batch.at, ends), batch.tasks)
        )


def read_linked(
    task: LinkTask, session: HostSession, at: datetime, ends: float = float("inf")
) -> LinkedPage:
    """Read one linked page; whatever goes wrong becomes its trouble."""
    if time.monotonic() > ends:
        trouble = f"not read in the {LONGEST_PASS:.0f} s that one host gets"
        return LinkedPage(source_id=task.source.id, url=task.url, trouble=trouble, asked=False)
    try:
        return _read(task, session, at)
    except SourceError as e:
        return _failed(task, e)
    except Exception as e:  # noqa: BLE001 - a fault of ours in one page must not cost the others
        words = f"policywatch failed on this page: {type(e).__name__}: {ascii(str(e))[1:-1][:200]}"
        return LinkedPage(source_id=task.source.id, url=task.url, trouble=words)
    finally:
        session.let_go()


def _read(task: LinkTask, session: HostSession, at: datetime) -> LinkedPage:
    document, found, size = _page(task.url, task, session)
    if found.refresh:
        document, found, more = _page(found.refresh, task, session)
        size += more
        if found.refresh:
            raise SourceError(Outcome.MOVED, "sends its readers from page to page")
    text, trouble = found.text, ""
    if task.pdf and found.pdf:
        try:
            document, of_pdf, more = _page(found.pdf, task, session)
        except SourceError as e:
            trouble = f"its PDF: {e.message}"
        else:
            text, size = f"{text}\n{of_pdf.text}".strip(), size + more
    if not text:
        raise SourceError(Outcome.NOT_A_FEED, trouble or "no text was found on the page")
    return LinkedPage(
        source_id=task.source.id,
        url=task.url,
        text=text,
        trouble=trouble,
        copy=_copy(document, at) if task.source.tier is Tier.OFFICIAL else None,
        bytes=size,
    )


def _page(url: str, task: LinkTask, session: HostSession) -> tuple[Document, PageText, int]:
    answer = session.page(url, source=task.source)
    match _sandbox().run("page_text", answer.document):
        case (str(text), str(refresh), str(pdf)):
            return answer.document, PageText(text, refresh, pdf), answer.wire_bytes
    raise SourceError(Outcome.PARSE_LIMIT, "the sandbox answered with something else")


@cache
def _sandbox() -> Sandbox:
    """Return this process's sandbox for pages: many may be made to be slow, so each gets less."""
    sandbox = Sandbox(size=2, wall_seconds=15.0, cpu_seconds=8)
    atexit.register(sandbox.close)
    return sandbox


def _copy(document: Document, at: datetime) -> Copy | None:
    packed = zlib.compress(document.content)
    if len(packed) > _MOST_COPY_BYTES:
        return None
    return Copy(
        url=document.url,
        content_type=document.content_type,
        sha256=hashlib.sha256(document.content).hexdigest(),
        size=len(document.content),
        packed=packed,
        fetched_at=at,
    )


def _failed(task: LinkTask, error: SourceError) -> LinkedPage:
    return LinkedPage(
        source_id=task.source.id,
        url=task.url,
        trouble=error.message,
        final=error.outcome in _FINAL,
        asked=error.asked,
        retry_after_seconds=error.retry_after_seconds,
        wait_scope=error.wait_scope,
    )
