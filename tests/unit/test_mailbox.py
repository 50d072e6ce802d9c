import pytest

from pipeline.mailbox import mailbox


@pytest.mark.parametrize(
    "text",
    [
        "analyst@example.org",
        " o'brien+ai@mail.example.co.uk ",
        "a@xn--fsq.example",
        f"{'x' * 64}@example.org",
    ],
)
def test_an_address_is_taken_without_the_space_around_it(text: str) -> None:
    assert mailbox(text) == text.strip()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("analyst", "it has no @"),
        ("Ann <ann@example.org>", "give it bare"),
        ("ann smith@example.org", "it holds a space"),
        ("ann@example.org\nbcc:x@example.org", "it holds a space"),
        ("@example.org", "nothing stands before its @"),
        ("a@b@example.org", "'a@b' cannot stand"),
        (".ann@example.org", "'.ann' cannot stand"),
        ("アン@example.org", "'アン' cannot stand"),
        ("ann@例.example", "begins with xn--"),
        (f"{'x' * 65}@example.org", "it is too long"),
        ("ann@localhost", "'localhost' is no domain"),
        ("ann@example..org", "'example..org' is no domain"),
        ("ann@-example.org", "is no domain"),
        (f"ann@{'x' * 64}.org", "is no domain"),
        ("ann@192.0.2.1", "'192.0.2.1' is no domain"),
        ("ann@", "'' is no domain"),
        ("file:mails", "it has no @"),
    ],
)
def test_what_is_no_address_is_explained(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match="is no mail address") as caught:
        mailbox(text)
    assert reason in str(caught.value)
