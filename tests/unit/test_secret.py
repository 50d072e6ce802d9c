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


def test_a_short_key_may_be_a_word_of_the_document() -> None:
    assert Secret("word").hidden_in(b"a word") == b"a word"


def test_no_key_changes_nothing() -> None:
    assert (Secret().hidden("text"), Secret().hidden_in(b"text")) == ("text", b"text")
