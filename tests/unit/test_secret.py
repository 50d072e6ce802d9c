import pytest

from pipeline.secret import Secret

KEY = Secret("s3cret/+word")


def test_a_key_goes_where_its_place_is() -> None:
    assert KEY.into_url("https://a.example/?k={key}&p=1") == (
        "https://a.example/?k=s3cret%2F%2Bword&p=1"
    )
    assert KEY.into_header("Token {key}") == "Token s3cret/+word"


def test_a_key_is_shown_nowhere() -> None:
    url = KEY.into_url("https://a.example/?k={key}")
    assert KEY.hidden(f"{url} and {KEY.value}") == "https://a.example/?k={key} and {key}"
    assert KEY.hidden_in(f"<link>{url}</link>".encode()) == (
        b"<link>https://a.example/?k={key}</link>"
    )
    assert KEY.value not in repr(KEY)


@pytest.mark.parametrize(
    ("key", "trouble"),
    [
        ("", "needs a key, and the environment variable MY_KEY is not set"),
        ("short", "needs a key, and MY_KEY holds what cannot be one"),
        ("open-sesame\nX: y", "needs a key, and MY_KEY holds what cannot be one"),
        ("開けゴマ開けゴマ", "needs a key, and MY_KEY holds what cannot be one"),
        (KEY.value, ""),
    ],
)
def test_what_cannot_be_a_key_is_told_by_its_variable(key: str, trouble: str) -> None:
    assert Secret(key).trouble("MY_KEY") == trouble


def test_a_key_in_json_is_hidden_in_either_spelling() -> None:
    assert Secret("s3cret/word").hidden_in(rb'["s3cret/word", "s3cret\/word"]') == (
        b'["{key}", "{key}"]'
    )


def test_no_key_changes_nothing() -> None:
    assert (Secret().hidden("text"), Secret().hidden_in(b"text")) == ("text", b"text")
