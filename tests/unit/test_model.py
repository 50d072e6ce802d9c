import pickle

from pipeline.model import Outcome, Source
from pipeline.reading import FetchPolicy, HostBatch, PollTask, Reading


def test_what_crosses_an_executor_pickles() -> None:
    source = Source(id="a", name="A", kind="feed", url="https://a.example/", headers={"X-Key": "k"})
    batch = HostBatch(
        host="a.example:443", tasks=(PollTask(source=source),), policy=FetchPolicy(user_agent="u")
    )
    reading = Reading(source_id="a", outcome=Outcome.OK)
    assert pickle.loads(pickle.dumps((batch, reading))) == (batch, reading)


def test_a_source_without_headers_pickles() -> None:
    source = Source(id="a", name="A", kind="feed", url="https://a.example/")
    assert pickle.loads(pickle.dumps(source)) == source


def test_outcomes_say_whether_a_source_was_read() -> None:
    read = {outcome for outcome in Outcome if outcome.read}
    assert read == {Outcome.OK, Outcome.NOT_MODIFIED, Outcome.EMPTY, Outcome.PARTLY_BROKEN}
