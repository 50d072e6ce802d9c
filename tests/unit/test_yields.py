import pytest

from pipeline.yields import remembered, shortfall
from tests import make

TEN = tuple((20, 20) for _ in range(10))


def short(entries: int, dated: int, yields: tuple[tuple[int, int], ...] = TEN) -> str:
    return shortfall(make.state(read_as="a", yields=yields), "a", entries, dated)


@pytest.mark.parametrize(
    ("entries", "dated", "yields"),
    [
        pytest.param(12, 12, TEN, id="three fifths"),
        pytest.param(20, 10, TEN, id="half of them dated"),
        pytest.param(1, 0, TEN[:4], id="too few to compare"),
        pytest.param(20, 0, ((20, 9),) * 10, id="never many dates"),
        pytest.param(4, 4, (*TEN[:4], *((5, 5),) * 6), id="the median, not the mean"),
    ],
)
def test_a_page_that_gives_about_as_much_as_usual_is_whole(
    entries: int, dated: int, yields: tuple[tuple[int, int], ...]
) -> None:
    assert short(entries, dated, yields) == ""


def test_a_page_that_gives_much_less_is_named_with_the_way_out() -> None:
    assert short(11, 11) == (
        "only 11 entries, where 20 are usual: the page was rebuilt, or the selector is wrong;"
        " if this is all, set min_items to 11 or less"
    )
    assert "set min_items to 1 or less" in short(0, 0)


def test_a_page_that_lost_its_dates_is_named() -> None:
    assert short(20, 9) == (
        "only 9 of 20 entries have a date, where 100% are usual: the page was rebuilt, or the"
        " selector of dates is wrong"
    )


def test_ten_documents_are_remembered_and_empty_ones_are_not() -> None:
    state = make.state(read_as="a", yields=TEN)
    assert remembered(state, "a", 30, 1) == (*TEN[1:], (30, 1))
    assert remembered(state, "a", 0, 0) == TEN


def test_what_was_read_otherwise_is_no_measure() -> None:
    state = make.state(read_as="a", yields=TEN)
    assert (shortfall(state, "b", 1, 1), remembered(state, "b", 1, 1)) == ("", ((1, 1),))
