"""Sources of several documents: what commits together, and what may fail."""

from urllib.parse import urljoin

import pytest

from pipeline.model import Document, Request
from pipeline.parse import Kind, feed
from pipeline.reading import HostBatch, PollTask, Reading
from pipeline.run import poll_host
from tests.e2e.fetching import policy, source
from tests.hostile.server import Behaviour, HostileServer, answer, redirect


def several(*paths: str) -> Kind:
    """A kind whose first document leads to others beside it."""

    def more(document: Document) -> tuple[Request, ...]:
        if not document.url.endswith("/first"):
            return ()
        return tuple(Request(url=urljoin(document.url, path)) for path in paths)

    return Kind(parse=feed.parse, more=more)


def read(monkeypatch: pytest.MonkeyPatch, server: HostileServer, *paths: str) -> Reading:
    kinds = {"feed": several(*paths)}
    monkeypatch.setattr("pipeline.reader.KINDS", kinds)
    task = PollTask(source=source(server.url("/first")))
    return poll_host(HostBatch(host="a", tasks=(task,), policy=policy("127.0.0.1")))[0]


def one_entry(title: str) -> Behaviour:
    return answer(f"<rss><channel><item><title>{title}</title></item></channel></rss>".encode())


def test_documents_of_one_source_commit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    behaviours = {"/first": one_entry("A"), "/second": one_entry("B"), "/third": one_entry("C")}
    with HostileServer(behaviours) as server:
        reading = read(monkeypatch, server, "/second", "/third")
    assert [item.title for item in reading.items or ()] == ["A", "B", "C"]
    assert (reading.trouble, bool(reading.body_hash), len(reading.bodies)) == ((), True, 3)


@pytest.mark.parametrize(
    ("second", "trouble", "again"),
    [
        (answer(status="404 Not Found"), "HTTP 404 Not Found", False),
        (redirect("http://10.0.0.1/"), "10.0.0.1 is not public", True),
        (answer(b"<html>"), "is an HTML page", True),
    ],
)
def test_what_is_whole_is_kept_when_another_document_fails(
    monkeypatch: pytest.MonkeyPatch, second: Behaviour, trouble: str, again: bool
) -> None:
    with HostileServer({"/first": one_entry("A"), "/second": second}) as server:
        reading = read(monkeypatch, server, "/second")
    assert [item.title for item in reading.items or ()] == ["A"]
    assert trouble in reading.trouble[0]
    # What was lost is asked for again even if all that came is the same; what is gone is not.
    assert (reading.body_hash == "") == again


def test_a_source_has_ten_documents_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [f"/{n}" for n in range(30)]
    with HostileServer({"/first": one_entry("A")}) as server:
        reading = read(monkeypatch, server, *paths)
    assert len(server.hits) == 10
    assert reading.trouble[-1] == "there is more than the 10 documents read at once"
