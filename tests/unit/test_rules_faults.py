"""The comparison with the naive matcher finds the faults that a matcher can have."""

import pytest
from hypothesis import Phase, find, given, settings

from pipeline.rules.engine import Engine
from tests.cases import Case, cases
from tests.faults import MODULES, Fault, engine_with, source
from tests.matching import naive_answer, real_answer

FOLD, DISTANCE, WORDS, _, NEEDS, QUERY, _, _, AWAKE, ENGINE = MODULES
FAULTS = {
    "offsets slip behind one character that folds to several": Fault(
        FOLD, "if one is None else begin,", "if one is None else begin + 1,"
    ),
    "a mark is no part of its letter": Fault(FOLD, '(first)[0] == "M"', '(first)[0] == "none"'),
    "a zero-width character counts": Fault(FOLD, "if role is _Role.NONE:", "if False:"),
    "the last long vowel is no part of its word": Fault(
        FOLD, "behind=pattern is _LONG_VOWEL_AT_END", "behind=False"
    ),
    "hyphens are letters": Fault(FOLD, 'or byte == ord("-")', ""),
    "digits are no part of words": Fault(WORDS, "if char.isalnum())", "if char.isalpha())"),
    "a prefix is a whole word": Fault(WORDS, "forms[goes_on]", "() if goes_on else forms[False]"),
    "a word goes on": Fault(WORDS, "elif not goes_on:", "else:"),
    "a word with a prefix beside it goes on": Fault(WORDS, "forms[goes_on]", "forms[False]"),
    "evidence of a prefix ends with it": Fault(
        WORDS, "_word_end(joined, end) if goes_on else end", "end"
    ),
    "raw tells no capitals": Fault(WORDS, "if not cased or", "if True or"),
    "Japanese words have boundaries": Fault(WORDS, "range(0x2E80)", "range(0xFFFF)"),
    "short katakana has none": Fault(WORDS, "if len(folded) <= 2 and all(", "if False and all("),
    "tails are not found": Fault(WORDS, "yield folded[:-1], True", "pass"),
    "masks hide longer words": Fault(
        WORDS, "_overlap(span, cover) and not _reaches_over(span, cover)", "_overlap(span, cover)"
    ),
    "masks are not applied": Fault(ENGINE, "masked(hits, self._masks)", "hits"),
    "NEAR reaches one word farther": Fault(
        DISTANCE, "most = distance - ", "most = distance + 1 - "
    ),
    "NEAR takes a Japanese character for a word": Fault(
        DISTANCE, "(characters + 1) // 2", "characters"
    ),
    "one Japanese character is nothing": Fault(
        DISTANCE, "(characters + 1) // 2", "characters // 2"
    ),
    "a phrase takes a Japanese character for a word": Fault(
        DISTANCE, "return characters + 2 *", "return 2 * characters + 2 *"
    ),
    "ONEAR takes any order": Fault(QUERY, "if not ordered:", "if True:"),
    "ONEAR of single words takes any order": Fault(
        QUERY, "(first is left or not node.ordered)", "True"
    ),
    "a field is any field": Fault(QUERY, "if allowed != EVERYWHERE:", "if False:"),
    "NOT is not asked": Fault(
        QUERY,
        "_WORDLESS if denied(case) is None else None",
        "_WORDLESS if denied(case) is None else _WORDLESS",
    ),
    "boosts are lost": Fault(QUERY, "(found[0] * boost, found[1])", "found"),
    "an OR takes its first branch alone": Fault(
        QUERY,
        "return together(answers) if answers else None",
        "return answers[0] if answers else None",
    ),
    "the title counts as the summary": Fault(QUERY, "(3.0, 2.0, 1.0)", "(2.0, 2.0, 1.0)"),
    "what stands in the title counts as absent": Fault(
        NEEDS, "present |= self._in_title[number]", "pass"
    ),
    "an OR is absent with its first branch": Fault(
        NEEDS,
        "return 1 << lexicon.group(needs, allowed) if needs else 0",
        "return required(node.children[0], lexicon, allowed)",
    ),
    "a rule waits for the wrong word": Fault(
        NEEDS,
        "return None\n        union |= needs",
        "return None\n        union = set(needs)",
    ),
    "a rule waits for its rarest words only where nothing else is asked": Fault(
        AWAKE, "if words is None:", "if words is None and section == _RAREST:"
    ),
    "a rule waits for more than it needs": Fault(
        AWAKE, "sorted(needs)), default=None)", "sorted(needs)), default=frozenset())"
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
