import random

import pytest

from pipeline.model import Outcome
from pipeline.snapshot import packed, unpacked
from tests import make


def test_a_document_comes_back_as_it_was() -> None:
    documents = [make.document("<rss/>"), make.document(b"\xff\x00", status=503, content_type="")]
    assert [unpacked(body) for body in packed(documents)] == documents


def test_what_is_too_large_is_not_kept() -> None:
    noise = random.Random(1).randbytes(600_000)
    assert len(packed([make.document(noise)])) == 1
    assert packed([make.document(noise), make.document(noise)]) == ()


@pytest.mark.parametrize(
    ("outcome", "good"),
    [
        (Outcome.OK, True),
        (Outcome.PARTLY_BROKEN, True),
        (Outcome.EMPTY, False),
        (Outcome.BLOCKED, False),
    ],
)
def test_a_snapshot_is_good_when_it_gave_entries(outcome: Outcome, good: bool) -> None:
    assert make.snapshot(outcome=outcome).good == good
