from datetime import date

import pytest

from pipeline.yearly import readings, strange_places, varies


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        pytest.param("/{yyyy}/", date(2026, 7, 1), ["/2026/"], id="the middle of a year"),
        pytest.param("/{yyyy}/", date(2026, 11, 1), ["/2026/"], id="61 days before"),
        pytest.param("/{yyyy}/", date(2026, 11, 2), ["/2027/", "/2026/"], id="60 days before"),
        pytest.param("/{yyyy}/", date(2027, 3, 1), ["/2027/", "/2026/"], id="60 days after"),
        pytest.param("/{yyyy}/", date(2027, 3, 2), ["/2027/"], id="61 days after"),
        pytest.param("/r{era_year}/", date(2026, 7, 1), ["/r8/"], id="an era"),
        pytest.param("/R{era_year:02}/", date(2026, 12, 24), ["/R09/", "/R08/"], id="two digits"),
        pytest.param("/{fiscal_year}/", date(2026, 1, 1), ["/2025/"], id="no fiscal change"),
        pytest.param("/{fiscal_year}/", date(2026, 3, 31), ["/2026/", "/2025/"], id="31 March"),
        pytest.param("/{fiscal_year}/", date(2026, 4, 1), ["/2026/", "/2025/"], id="1 April"),
        pytest.param("/{yyyy}{mm}", date(2026, 1, 15), ["/202601", "/202512"], id="a month"),
        pytest.param("/news", date(2026, 1, 1), ["/news"], id="nothing to fill in"),
    ],
)
def test_both_years_are_read_for_sixty_days_around_the_change(
    text: str, day: date, expected: list[str]
) -> None:
    assert [reading for (reading,) in readings(day, text)] == expected


def test_some_texts_are_read_as_of_the_same_day() -> None:
    assert readings(date(2026, 12, 31), "a.y{yyyy}", "令和{era_year}年") == (
        ("a.y2027", "令和9年"),
        ("a.y2026", "令和8年"),
    )


@pytest.mark.parametrize(
    ("text", "moving", "strange"),
    [
        ("https://gov.example/{yyyy}/", True, ()),
        ("https://gov.example/{year}/{mm}", True, ("{year}",)),
        ("https://gov.example/", False, ()),
    ],
)
def test_what_stands_in_braces_has_a_meaning_or_is_named(
    text: str, moving: bool, strange: tuple[str, ...]
) -> None:
    assert (varies(text), strange_places(text)) == (moving, strange)
