"""The comparison with the naive matcher finds the faults that a matcher can have."""

import pytest
from hypothesis import Phase, find, given, settings

from pipeline.rules.engine import Engine
from tests.cases import Case, cases
from tests.faults import MODULES, Fault, engine_with, source
from tests.matching import naive_answer, real_answer

FOLD, DISTANCE, WORDS, QUERY, NEEDS, _, ENGINE = MODULES
FAULTS = {
    "offsets slip behind one character that folds to several": Fault(
        FOLD,
        "spans += [(start, end)] * len(characters)",
        "spans += [(start + (len(characters) > 1), end + (len(characters) > 1))] * len(characters)",
    ),
    "a mark is no part of its letter": Fault(FOLD, '(first)[0] == "M"', '(first)[0] == "none"'),
    "a zero-width character counts": Fault(FOLD, "if role is _Role.NONE:", "if False:"),
    "the last long vowel is no part of its word": Fault(
        FOLD, "kept[-1] = (kept[-1][0], spans[start - 1][1])", "pass"
    ),
    "hyphens are letters": Fault(
        FOLD, 'return list(_DASHES.sub(" ", text.casefold()))', "return list(text.casefold())"
    ),
    "digits are no part of words": Fault(
        WORDS,
        "before < _UNBOUNDED and before.isalnum()",
        "before < _UNBOUNDED and before.isalpha()",
    ),
    "a prefix is a whole word": Fault(WORDS, "(pattern.tail or not prefix)", "True"),
    "a word goes on": Fault(WORDS, "(pattern.tail or not prefix)", "False"),
    "evidence of a prefix ends with it": Fault(
        WORDS, "_word_end(joined, end) if goes_on else end", "end"
    ),
    "raw tells no capitals": Fault(WORDS, "if cased and texts.cased(", "if False and texts.cased("),
    "Japanese words have boundaries": Fault(WORDS, '"\\u2e80"', '"\\uffff"'),
    "short katakana has none": Fault(WORDS, "kana=len(folded) <= 2 and", "kana=False and"),
    "tails are not found": Fault(WORDS, "yield folded[:-1], True", "pass"),
    "masks hide longer words": Fault(
        WORDS, "_overlap(span, cover) and not _reaches_over(span, cover)", "_overlap(span, cover)"
    ),
    "masks are not applied": Fault(
        ENGINE, "Case(masked(hits, self._masks), joined, scope)", "Case(hits, joined, scope)"
    ),
    "NEAR reaches one word farther": Fault(
        DISTANCE, "_half_words(gap) <= 2 * distance", "_half_words(gap) <= 2 * (distance + 1)"
    ),
    "a Japanese character is a word": Fault(
        DISTANCE, "return characters + 2 *", "return 2 * characters + 2 *"
    ),
    "ONEAR takes any order": Fault(QUERY, "if not ordered:", "if True:"),
    "a field is any field": Fault(QUERY, "if allowed is _ALL_FIELDS:", "if True:"),
    "NOT is not asked": Fault(
        QUERY, "[] if denied(case) is None else None", "[] if denied(case) is None else []"
    ),
    "boosts are lost": Fault(QUERY, "(start, end, b * boost)", "(start, end, b)"),
    "an OR takes its first branch alone": Fault(
        QUERY, "[hit for found in answers for hit in found]", "answers[0]"
    ),
    "the title counts as the summary": Fault(ENGINE, "(3.0, 2.0, 1.0)", "(2.0, 2.0, 1.0)"),
    "a rule waits for the wrong word": Fault(
        "pipeline.rules.needs",
        "return None\n        union |= needs",
        "return None\n        union = set(needs)",
    ),
}


def differs(case: Case, engine: type[Engine]) -> bool:
    try:
        return real_answer(case, engine) != naive_answer(case)
    except IndexError:
        return True


SETTINGS = settings(
    max_examples=2000, derandomize=True, database=None, deadline=None, phases=(Phase.generate,)
)
SOUND = engine_with({name: source(name) for name in MODULES})


@SETTINGS
@given(cases())
def test_the_matcher_run_anew_has_no_fault(case: Case) -> None:
    assert not differs(case, SOUND)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found(fault: Fault) -> None:
    engine = engine_with(fault.sources())
    found = find(cases(), lambda case: differs(case, engine), settings=SETTINGS)
    assert not differs(found, Engine)
