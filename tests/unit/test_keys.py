import pytest

from pipeline.errors import SourceError
from pipeline.keys import struck, struck_document, with_key
from pipeline.model import Outcome
from tests import make

SOURCE = make.source(key_env="MY_KEY", headers={"Accept-Language": "en"})


def test_a_key_goes_in_its_header_beside_the_sources_own() -> None:
    sending = with_key(SOURCE, "X-Api-Key", "open-sesame")
    assert dict(sending.headers) == {"Accept-Language": "en", "X-Api-Key": "open-sesame"}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("", "the environment variable MY_KEY is not set, which holds the key"),
        ("short", "MY_KEY holds what cannot be a key"),
        ("open-sesame\nX: y", "MY_KEY holds what cannot be a key"),
        ("開けゴマ開けゴマ", "MY_KEY holds what cannot be a key"),
    ],
)
def test_what_cannot_be_a_key_is_never_sent(key: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        with_key(SOURCE, "X-Api-Key", key)
    assert (caught.value.outcome, caught.value.message) == (Outcome.BLOCKED, message)


def test_a_key_is_struck_from_all_that_comes_back() -> None:
    document = make.document(
        '{"next": "/?api_key=open-sesame"}', url="https://a.example/open-sesame"
    )
    found = struck_document(document, "open-sesame")
    assert (found.url, found.content) == ("https://a.example/***", b'{"next": "/?api_key=***"}')
    assert (struck("open-sesame!", "open-sesame"), struck("kept", "")) == ("***!", "kept")
