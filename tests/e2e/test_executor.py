"""Reading runs on any `concurrent.futures` executor: nothing in it needs our process."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from pipeline.model import Outcome
from pipeline.reading import FetchPolicy, PollTask
from pipeline.run import batches, read_all
from tests import make
from tests.e2e.world import Page, Site, rss

ENTRY = ("Guidance on AI", "https://gov.example/1", "Mon, 02 Nov 2026 09:00:00 GMT")


def processes() -> Executor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize(
    "made", [lambda: ThreadPoolExecutor(2), processes], ids=["threads", "processes"]
)
def test_readings_are_the_same_on_every_executor(made: type[Executor], site: Site) -> None:
    site.pages["/a.xml"] = Page(rss(ENTRY))
    tasks = [
        PollTask(source=make.source("a", url=site.url("/a.xml"))),
        PollTask(source=make.source("b", url=site.url("/missing.xml"))),
    ]
    policy = FetchPolicy(user_agent="test", allow_networks=(site.netloc,))
    with made() as executor:
        readings = {r.source_id: r for r in read_all(batches(tasks, policy), executor)}
    assert [item.title for item in readings["a"].items or ()] == [ENTRY[0]]
    assert (readings["b"].outcome, readings["b"].status) == (Outcome.HTTP_ERROR, 404)
