"""Which promises of an answer's headers we believe."""

from datetime import UTC, datetime

import pytest

from pipeline.headers import conditions, http_date, retry_after, validators
from pipeline.model import Validators

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SENT = "Mon, 23 Nov 2026 06:00:00 GMT"
SETTLED = "Mon, 23 Nov 2026 05:59:00 GMT"


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        pytest.param({}, Validators(), id="none"),
        pytest.param({"etag": '"a"'}, Validators(etag='"a"'), id="etag"),
        pytest.param({"etag": 'W/"a"'}, Validators(etag='W/"a"'), id="weak"),
        pytest.param({"etag": "a-1:b"}, Validators(etag="a-1:b"), id="bare"),
        pytest.param({"etag": "*"}, Validators(), id="fits anything"),
        pytest.param({"etag": '"a", "b"'}, Validators(), id="two"),
        pytest.param({"etag": '"' + "a" * 1000 + '"'}, Validators(), id="too long"),
        pytest.param({"etag": '"a\tb"'}, Validators(), id="control character"),
        pytest.param({"etag": '"é"'}, Validators(), id="not ASCII"),
        pytest.param(
            {"last-modified": SETTLED, "date": SENT},
            Validators(last_modified=SETTLED),
            id="a minute old",
        ),
        pytest.param({"last-modified": SENT, "date": SENT}, Validators(), id="just changed"),
        pytest.param({"last-modified": SETTLED}, Validators(), id="no Date to compare with"),
        pytest.param({"last-modified": "never", "date": SENT}, Validators(), id="nonsense"),
        pytest.param(
            {"last-modified": "Fri, 23 Nov 2096 06:00:00 GMT", "date": SENT},
            Validators(),
            id="in the future",
        ),
    ],
)
def test_only_sound_validators_are_kept(headers: dict[str, str], kept: Validators) -> None:
    assert validators(headers) == kept


def test_conditions_are_asked_with_what_is_held() -> None:
    assert conditions(Validators(etag='"a"', last_modified=SETTLED)) == {
        "If-None-Match": '"a"',
        "If-Modified-Since": SETTLED,
    }


@pytest.mark.parametrize("evil", ["", "a" * 1001, '"a"\r\nX: y', "\x00"])
def test_nothing_is_asked_with_what_a_request_cannot_hold(evil: str) -> None:
    assert conditions(Validators(etag=evil, last_modified=evil)) == {}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 3600 ", 3600.0),
        ("0", 60.0),
        ("86401", 86_400.0),
        ("1" + "0" * 20, 86_400.0),
        ("9" * 5000, 86_400.0),
        ("Mon, 23 Nov 2026 07:00:00 GMT", 3600.0),
        ("Mon, 23 Nov 2026 05:00:00 GMT", 60.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e308", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_between_a_minute_and_a_day_or_nothing(
    value: str, seconds: float | None
) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (SENT, NOW),
        ("Monday, 23-Nov-26 06:00:00 GMT", NOW),
        ("Mon, 23 Nov 2026 06:00:00 -0000", NOW),
        ("Mon, 23 Nov 2026 15:00:00 +0900", NOW),
        ("Mon, 99 Nov 2026 06:00:00 GMT", None),
        ("1", None),
        ("x" * 100_000, None),
    ],
)
def test_dates_of_http_are_read_as_utc(value: str, moment: datetime | None) -> None:
    assert http_date(value) == moment
