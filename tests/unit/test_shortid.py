import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.shortid import item_id, short_id

ids = st.integers(min_value=1, max_value=2**63 - 1)


@given(ids)
def test_a_short_id_is_read_back_however_it_is_typed(number: int) -> None:
    short = short_id(number)
    assert {item_id(t) for t in (short, f"#{short}", short.upper(), f" {short} ")} == {number}


@given(ids)
def test_a_short_id_is_never_taken_for_a_number(number: int) -> None:
    assert short_id(number)[-1].isalpha()
    assert item_id(str(number)) == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        pytest.param("＃７ｋ３ｆ", item_id("7k3f"), id="full width"),
        pytest.param("0lof", item_id("010f"), id="letters that look like digits"),
        pytest.param("f", 5, id="without its zeros"),
        pytest.param("０１２", 12, id="a number in full width"),
    ],
)
def test_people_type_as_they_read(typed: str, number: int) -> None:
    assert item_id(typed) == number


@pytest.mark.parametrize("typed", ["", "#", "#12", "7k3l", "7u3f", "7k 3f", "あ", "-1", "z" * 40])
def test_what_is_no_id_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValueError, match="write #7k3f"):
        item_id(typed)


@pytest.mark.parametrize("typed", ["0", "00a", "9" * 30, "zzzzzzzzzzzzzz"])
def test_numbers_that_no_item_can_have_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="no item has such a number"):
        item_id(typed)
