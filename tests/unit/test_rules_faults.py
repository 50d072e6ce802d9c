"""The comparison with the naive matcher finds the faults that a matcher can have."""

import pytest
from hypothesis import Phase, find, given, settings

from pipeline.rules.engine import Engine
from tests.cases import Case, cases
from tests.faults import MODULES, Fault, engine_with, source
from tests.matching import naive_answer, real_answer

FOLD, DISTANCE, _, FINDER, _, NEEDS, QUERY, _, _, AWAKE, ENGINE = MODULES
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
    "digits are no part of words": Fault(FINDER, "if char.isalnum())", "if char.isalpha())"),
    "a prefix is a whole word": Fault(FINDER, '(b"" if found.prefix else b" ")', 'b" "'),
    "a word goes on": Fault(FINDER, '(b"" if found.prefix else b" ")', 'b""'),
    "a prefix of another alphabet is a whole word": Fault(
        FINDER, "prefixes if goes_on else words", "() if goes_on else words"
    ),
    "a word of another alphabet goes on": Fault(FINDER, "prefixes if goes_on else words", "words"),
    "evidence of a prefix ends with it": Fault(
        FINDER, "end = stop if is_whole else _word_end(joined, stop)", "end = stop"
    ),
    "evidence of a prefix of another alphabet ends with it": Fault(
        FINDER, "_word_end(joined, end) if goes_on else end", "end"
    ),
    "raw tells no capitals": Fault(FINDER, "texts.cased(start, stop) == cased", "True"),
    "raw tells no capitals of another alphabet": Fault(
        FINDER, "texts.cased(start, end) == cased[: end - start]", "True"
    ),
    "what stands between the letters of a word is not asked": Fault(
        FINDER, '"" if found.folded.isalnum() else found.folded', '""'
    ),
    "letters of other alphabets are spaces": Fault(
        FINDER, "joined[before] in _LETTERS or joined[behind - 1] in _LETTERS", "False"
    ),
    "letters of other alphabets are spaces behind a word": Fault(
        FINDER, "or joined[end] in _LETTERS:", "or False:"
    ),
    "letters of other alphabets are spaces before a word": Fault(
        FINDER, "if joined[start - 1] in _LETTERS or", "if False or"
    ),
    "Japanese words have boundaries": Fault(FINDER, "range(0x2E80)", "range(0xFFFF)"),
    "short katakana has none": Fault(FINDER, "if len(folded) <= 2 and all(", "if False and all("),
    "tails are not found": Fault(FINDER, "yield folded[:-1], True", "pass"),
    "masks hide longer words": Fault(
        FINDER, "_overlap(span, cover) and not _reaches_over(span, cover)", "_overlap(span, cover)"
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
