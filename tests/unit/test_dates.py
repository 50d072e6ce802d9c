from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dates import parse_date
from pipeline.model import Precision

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def read(raw: str, timezone: str = "Asia/Tokyo") -> str:
    """Write what was found so that a day and a moment look different."""
    found = parse_date(raw, timezone=timezone, now=NOW)
    if found is None:
        return ""
    moment, precision = found
    return moment.strftime("%Y-%m-%d" if precision is Precision.DAY else "%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    "raw",
    [
        "2026-08-20",
        "2026-8-20",
        "2026-08-20Z",
        "2026-08-20+09:00",
        "20260820",
        "2026/08/20",
        "2026/8/20(木)",
        "2026.8.20",
        "2026.8.20.",
        "20.8.2026",
        "20. 08. 2026",
        "2026年8月20日",
        "2026年 8月20日（木）",
        "２０２６年８月２０日",
        "公表日：2026年8月20日(木)更新",
        "2026年8月20日 2026年8月20日",
        "令和8年8月20日",
        "令和８年８月２０日",
        "㋿8年8月20日",
        "平成38年8月20日",
        "昭和101年8月20日",
        "令和8年8月分 8月20日",
        "2026年 8月20日",
        "R8.8.20",
        "R08.08.20",
        "令和8/8/20",
        "20 Aug 2026",
        "Thu, 20 Aug 2026",
        "Thu,20 Aug 26",
        "20-Aug-2026",
        "20th of August 2026",
        "August 20, 2026",
        "Aug. 20th, 2026",
        "Thursday, August 20 2026",
        "20. August 2026",
        "Donnerstag, 20. August 2026",
        "20 août 2026",
        "jeudi 20 aout 2026",
        "20 de agosto de 2026",
        "20 agosto 2026",
        "giovedì 20 agosto 2026",
        "20 augustus 2026",
        "20 augusti 2026",
        "20 Αύγ 2026",
        "2026. augusztus 20.",
        "2026-Aug-20",
        "2026 August 20",
        "2026. 8. 20.",
        "2026년 8월 20일",
        "2026年8月20日 星期四",
        "2026-W34-4",
        "2026W344",
        "2026-232",
        "20/08/2026",
        "8/20/2026",
        "20-08-2026",
        "Published on 20 August 2026 by the press office",
        "公表日2026/8/20更新",
        "20 August 2026, Thursday",
        "20 Aug 2026 15:00 XYZ",
        "20 Aug 2026 15:00 Europe/Atlantis",
    ],
)
@pytest.mark.parametrize("timezone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_a_day_is_that_day_everywhere(raw: str, timezone: str) -> None:
    assert read(raw, timezone) == "2026-08-20"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("Thu, 20 Aug 2026 15:00:00 +0900", "2026-08-20 06:00:00", id="RFC 822"),
        pytest.param("20 Aug 2026 03:13:00 +0900", "2026-08-19 18:13:00", id="no weekday"),
        pytest.param("Thu, 20 Aug 26 15:00 GMT", "2026-08-20 15:00:00", id="two-digit year"),
        pytest.param("Thu, 20 Aug 2026 15:00:00 +0000 (UTC)", "2026-08-20 15:00:00", id="comment"),
        pytest.param("Thu, 20 Aug 2026 15:00:00 GMT+9", "2026-08-20 06:00:00", id="GMT and more"),
        pytest.param("Thu, 20 Aug 2026 15:00:00 -05", "2026-08-20 20:00:00", id="hours alone"),
        pytest.param("20 Aug 2026 15:00 JST", "2026-08-20 06:00:00", id="JST"),
        pytest.param("20 Aug 2026 15:00 KST", "2026-08-20 06:00:00", id="KST"),
        pytest.param("20 Aug 2026 15:00 CEST", "2026-08-20 13:00:00", id="CEST"),
        pytest.param("20 Jan 2026 15:00 CET", "2026-01-20 14:00:00", id="CET"),
        pytest.param("20 Aug 2026 15:00 BST", "2026-08-20 14:00:00", id="BST"),
        pytest.param("20 Aug 2026 15:00 EDT", "2026-08-20 19:00:00", id="EDT"),
        pytest.param("20 Aug 2026 5:00 p.m. ET", "2026-08-20 21:00:00", id="ET in summer"),
        pytest.param("20 Jan 2026 5:00 p.m. ET", "2026-01-20 22:00:00", id="ET in winter"),
        pytest.param("20 Aug 2026 15:00 PST8PDT", "2026-08-20 22:00:00", id="POSIX"),
        pytest.param("20 August 2026, 10.30am", "2026-08-20 01:30:00", id="British"),
        pytest.param("20.8.2026 10.30", "2026-08-20 01:30:00", id="points"),
        pytest.param("Thu, 20 Aug 2026 10.30.15 GMT", "2026-08-20 10:30:15", id="only points"),
        pytest.param("20 Aug 2026 15:00 PT", "2026-08-20 22:00:00", id="PT"),
        pytest.param("20 Aug 2026 15:00 \N{MINUS SIGN}0500", "2026-08-20 20:00:00", id="minus"),
        pytest.param("20 Aug 2026 15:00 IST", "2026-08-20 09:30:00", id="half an hour"),
        pytest.param("2026-08-20T05:00:00+09:00", "2026-08-19 20:00:00", id="ISO"),
        pytest.param("2026-08-20T05:00:00.123Z", "2026-08-20 05:00:00", id="fraction"),
        pytest.param("2026-08-20T05:00:00.1234567890Z", "2026-08-20 05:00:00", id="long fraction"),
        pytest.param("2026-08-20T05:00:00+00:00Z", "2026-08-20 05:00:00", id="two zones"),
        pytest.param("2026-08-20t05:00z", "2026-08-20 05:00:00", id="small letters"),
        pytest.param("20260820T050000Z", "2026-08-20 05:00:00", id="run on"),
        pytest.param("2026-08-20 05:00", "2026-08-19 20:00:00", id="no zone"),
        pytest.param("2026/08/20 05:00:00", "2026-08-19 20:00:00", id="slashes"),
        pytest.param("2026/8/20 (木) 05:00", "2026-08-19 20:00:00", id="weekday between"),
        pytest.param("2026年8月20日 14時30分", "2026-08-20 05:30:00", id="時分"),
        pytest.param("2026年8月20日(木)14時", "2026-08-20 05:00:00", id="hour alone"),
        pytest.param("2026年8月20日 午後2時5分9秒", "2026-08-20 05:05:09", id="午後"),
        pytest.param("2026年8月20日 午前12時", "2026-08-19 15:00:00", id="午前"),
        pytest.param("R8.8.20 14:30", "2026-08-20 05:30:00", id="era with a time"),
        pytest.param("August 20, 2026 at 10:30 am", "2026-08-20 01:30:00", id="am"),
        pytest.param("August 20, 2026, 12:30 p.m. EDT", "2026-08-20 16:30:00", id="pm"),
        pytest.param("jeudi 20 août 2026 à 10:30", "2026-08-20 01:30:00", id="French"),
        pytest.param("20. August 2026 um 10:30", "2026-08-20 01:30:00", id="German"),
        pytest.param("Thu Aug 20 10:15:00 JST 2026", "2026-08-20 01:15:00", id="Java"),
        pytest.param("Thu Aug 20 10:15:00 2026", "2026-08-20 01:15:00", id="C"),
        pytest.param("20 Aug 2026 15:00 Asia/Tokyo", "2026-08-20 06:00:00", id="zone by its name"),
        pytest.param(
            "2026-08-20T15:00:00+09:00[Asia/Tokyo]", "2026-08-20 06:00:00", id="zone after offset"
        ),
        pytest.param("Thu, 20 Aug 2026 15:00:00 -0500 CDT", "2026-08-20 20:00:00", id="both"),
        pytest.param("20 Aug 2026 15:00:00 NST", "2026-08-20 18:30:00", id="half an hour west"),
        pytest.param(
            "Thu Aug 20 2026 15:00:00 GMT+0900 (Japan Standard Time)",
            "2026-08-20 06:00:00",
            id="JavaScript",
        ),
        pytest.param("Thu, 2026/08/20 15:00:00 EDT", "2026-08-20 19:00:00", id="Perforce"),
        pytest.param("2026-08-20 05:00:00.0", "2026-08-19 20:00:00", id="SQL"),
        pytest.param("2026-08-20 오후 2:05:09", "2026-08-20 05:05:09", id="오후"),
        pytest.param("2026년 08월 20일 14:30:15", "2026-08-20 05:30:15", id="Korean"),
        pytest.param("2026年8月20日 下午2時", "2026-08-20 05:00:00", id="下午"),
        pytest.param("2026-augusztus-20T9:15-05:00", "2026-08-20 14:15:00", id="Hungarian"),
        pytest.param("Πεμ, 20 Αύγ 2026 12:00:00 EST", "2026-08-20 17:00:00", id="Greek"),
        pytest.param("20. August 2026, 15:00 Uhr", "2026-08-20 06:00:00", id="Uhr"),
        pytest.param("20 août 2026 à 15h30", "2026-08-20 06:30:00", id="15h30"),
        pytest.param("August 20, 2026 at 3 pm", "2026-08-20 06:00:00", id="an hour alone"),
        pytest.param("8/20/2026 3:04:05 PM", "2026-08-20 06:04:05", id="slashes and a time"),
        pytest.param("thu, 20 aug 2026 15:00:00 gmt", "2026-08-20 15:00:00", id="no capitals"),
        pytest.param("Thu, 20 Aug 2026 5:07:09 GMT", "2026-08-20 05:07:09", id="one digit"),
        pytest.param("2026-232T15:00:00Z", "2026-08-20 15:00:00", id="day of the year"),
        pytest.param("2026-W34-4T15:00:00Z", "2026-08-20 15:00:00", id="day of the week"),
        pytest.param(
            "Updated 2026-08-20T15:00:00Z by staff", "2026-08-20 15:00:00", id="among words"
        ),
        pytest.param("1787184000", "2026-08-20 00:00:00", id="epoch"),
        pytest.param("1787184000999", "2026-08-20 00:00:00", id="epoch in thousandths"),
        pytest.param("2026-06-30T23:59:60Z", "2026-06-30 23:59:59", id="leap second"),
        pytest.param("2026-06-30T24:00:00Z", "2026-07-01 00:00:00", id="end of the day"),
    ],
)
def test_a_time_becomes_utc(raw: str, expected: str) -> None:
    assert read(raw) == expected


@pytest.mark.parametrize(
    ("timezone", "expected"),
    [("Asia/Shanghai", "2026-08-20 07:00:00"), ("Europe/Berlin", "2026-08-20 21:00:00")],
)
def test_a_zone_name_with_two_homes_is_first_that_of_the_source(
    timezone: str, expected: str
) -> None:
    assert read("20 Aug 2026 15:00 CST", timezone) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("令和元年5月1日", "2019-05-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("2000-01-01", "2000-01-01"),
        ("1999-12-31", ""),
        ("2026-11-25", "2026-11-25"),
        ("2026-11-26", ""),
        ("31 Dec 99 10:00 GMT", ""),
    ],
)
def test_dates_before_2000_or_two_days_ahead_are_not_believed(raw: str, expected: str) -> None:
    assert read(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("", id="empty"),
        pytest.param("soon", id="a word"),
        pytest.param("2026", id="a year"),
        pytest.param("2026-08", id="a month"),
        pytest.param("2026年度", id="a fiscal year"),
        pytest.param("8月20日", id="no year"),
        pytest.param("8年8月20日", id="a year of no era"),
        pytest.param("2026年8月20日から2026年8月21日", id="two days"),
        pytest.param("2026年8月分 8月20日 8月21日", id="two days of a year"),
        pytest.param("10/08/2026", id="slashes, day first or month first"),
        pytest.param("10-08-2026 10:00", id="hyphens, day first or month first"),
        pytest.param("2026-08-20/2026-08-22", id="from and to"),
        pytest.param("Meeting of 20 August 2026 in room 3", id="other numbers"),
        pytest.param("2026-W54-1", id="no such week"),
        pytest.param("2026-366", id="no such day of the year"),
        pytest.param("2026-232-1", id="no form at all"),
        pytest.param("2026-08-20T24:00:01Z", id="after the end of the day"),
        pytest.param("26.08.20", id="no century"),
        pytest.param("20 Brumaire 2026", id="no month"),
        pytest.param("20.8.2026 – 10.12.", id="a span"),
        pytest.param("2026-02-30", id="no such day"),
        pytest.param("2026-08-20T25:00:00Z", id="no such hour"),
        pytest.param("2026-08-20T10:61:00Z", id="no such minute"),
        pytest.param("2026-08-20T10:00:61Z", id="no such second"),
        pytest.param("2026-08-20T10:00:00+15:00", id="no such offset"),
        pytest.param("1999999999", id="an epoch to come"),
        pytest.param("2026年8月20日" + "x" * 200, id="too long"),
    ],
)
def test_what_is_not_sure_is_no_date(raw: str) -> None:
    assert read(raw) == ""


@given(
    st.text()
    | st.text("0123456789 -/.:年月日時分令和元RHSTZ+,apm午後", max_size=40)
    | st.from_regex(r"\d{1,4}[-/.年 ]\d{1,3}[-/.月 ]\d{1,3}日?")
    | st.from_regex(r"2026-08-20[ T]\d{1,2}:\d\d(:\d\d)?( ?[+-]\d{1,4}| [A-Z]{3})?")
)
def test_any_text_is_a_believable_date_or_none(raw: str) -> None:
    found = parse_date(raw, timezone="America/New_York", now=NOW)
    assert found is None or datetime(2000, 1, 1, tzinfo=UTC) <= found[0] <= datetime(
        2026, 11, 25, 12, tzinfo=UTC
    )


@given(st.dates(date(2000, 1, 1), date(2026, 11, 25)))
def test_every_day_comes_back(moment: date) -> None:
    day = moment.strftime("%Y-%m-%d")
    written = (day, f"{moment.year}年{moment.month}月{moment.day}日", moment.strftime("%d %B %Y"))
    assert {read(text) for text in written} == {day}
