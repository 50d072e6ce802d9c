import pytest

from pipeline.errors import ConfigError, DeliveryError, Problem


def test_problems_are_sorted_by_place_and_said_once() -> None:
    late, early = Problem("b.yaml", 9, 1, "late"), Problem("b.yaml", 2, 5, "early")
    error = ConfigError([late, early, late])
    assert error.problems == (early, late)
    assert str(error) == "b.yaml:2:5: early\nb.yaml:9:1: late"


@pytest.mark.parametrize("claim", ["permanent", "unknown", "account"])
def test_a_refused_mail_claims_nothing_by_itself(claim: str) -> None:
    assert getattr(DeliveryError("refused"), claim) is False
    assert getattr(DeliveryError("refused", **{claim: True}), claim) is True
