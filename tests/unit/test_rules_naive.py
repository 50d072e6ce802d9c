"""The rules give the same answers as a matcher that knows no shortcut."""

from hypothesis import Phase, given, settings

from tests.cases import Case, cases
from tests.matching import naive_answer, real_answer


@settings(
    max_examples=2000,
    derandomize=True,
    database=None,
    deadline=None,
    # A case hangs on a seed, which has no smaller one that is like it.
    phases=(Phase.generate,),
)
@given(cases())
def test_a_rule_says_of_a_text_what_the_naive_matcher_says(case: Case) -> None:
    assert real_answer(case) == naive_answer(case)
