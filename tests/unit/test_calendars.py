from datetime import date, timedelta

import pytest

from pipeline.calendars import day_off, days_off_between, recess


@pytest.mark.parametrize(
    ("jurisdiction", "day", "off"),
    [
        pytest.param("JP", date(2026, 5, 6), True, id="the last day of Golden Week"),
        pytest.param("JP", date(2026, 5, 7), False, id="the day after"),
        pytest.param("JP", date(2026, 9, 22), True, id="a day between two holidays"),
        pytest.param("US-CA", date(2026, 11, 26), True, id="Thanksgiving, in a state"),
        pytest.param("UK", date(2026, 8, 31), True, id="summer bank holiday"),
        pytest.param("EU", date(2026, 4, 6), True, id="Easter Monday"),
        pytest.param("EU", date(2026, 5, 25), True, id="Whit Monday"),
        pytest.param("EU", date(2026, 7, 14), False, id="no holiday of the Union"),
        pytest.param("JP", date(2029, 11, 5), False, id="after a holiday on a Saturday"),
        pytest.param("JP", date(2026, 3, 20), True, id="an equinox"),
        pytest.param("KR", date(2026, 2, 18), True, id="after the new year of the moon"),
        pytest.param("KR", date(2040, 2, 13), False, id="a year of the moon that is not listed"),
        pytest.param("US", date(2026, 5, 25), True, id="the last Monday of May"),
        pytest.param("DE", date(2024, 5, 20), True, id="by the moon of Easter"),
        pytest.param("DE", date(2049, 4, 19), True, id="Easter Monday, late in April"),
        pytest.param("OECD", date(2026, 7, 14), True, id="what sits in Paris"),
        pytest.param("INT", date(2026, 7, 14), False, id="nowhere"),
        pytest.param("INT", date(2026, 7, 12), True, id="a Sunday anywhere"),
        pytest.param("SA", date(2026, 7, 10), True, id="a weekend of Friday and Saturday"),
        pytest.param("SA", date(2026, 7, 12), False, id="where Sunday is a working day"),
        pytest.param("", date(2025, 12, 29), True, id="between the years"),
    ],
)
def test_offices_are_closed_on_weekends_holidays_and_between_the_years(
    jurisdiction: str, day: date, off: bool
) -> None:
    assert day_off(jurisdiction, day) is off


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 4, 28), date(2026, 5, 7)),
        (date(2026, 5, 1), date(2026, 5, 2)),
        (date(2024, 12, 20), date(2027, 1, 10)),
    ],
)
def test_days_off_between_two_days_are_counted(start: date, end: date) -> None:
    between = [start + timedelta(days=n) for n in range(1, (end - start).days)]
    counted = days_off_between("JP", start, end)
    assert counted == sum(day_off("JP", day) for day in between)


@pytest.mark.parametrize(
    ("jurisdiction", "day", "began"),
    [
        pytest.param("EU", date(2026, 7, 22), date(2026, 7, 22), id="its first day"),
        pytest.param("FR", date(2026, 8, 31), date(2026, 7, 22), id="its last day"),
        pytest.param("FR", date(2026, 9, 1), None, id="the day after"),
        pytest.param("US-CA", date(2026, 8, 20), date(2026, 7, 25), id="in a state"),
        pytest.param("UK", date(2026, 12, 20), date(2026, 12, 18), id="before the year's end"),
        pytest.param("UK", date(2027, 1, 4), date(2026, 12, 18), id="after it"),
        pytest.param("UK", date(2027, 1, 7), None, id="back in January"),
        pytest.param("JP", date(2026, 8, 13), date(2026, 8, 10), id="Obon"),
        pytest.param("INT", date(2026, 8, 13), None, id="nowhere"),
    ],
)
def test_a_recess_has_a_first_day(jurisdiction: str, day: date, began: date | None) -> None:
    assert recess(jurisdiction, day) == began
