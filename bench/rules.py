"""How many items a second the rules classify, beside one regular expression after another.

Run: python -m bench.rules [--items 20000]. Texts and rules are generated here, from a fixed seed,
and both sides start from the text as it is. The rules say which themes apply, why, and what came
near. The regular expressions say less: which rules have all of their words.
"""

import argparse
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

from bench.texts import LANGUAGES, made_up
from pipeline.fold import fold
from pipeline.model import Field, Scope, Verdict
from pipeline.rules.ruleset import Ruleset, load_ruleset, read_ruleset
from pipeline.rules.tree import And, Near, Node, Or, ScopeIs, Term
from pipeline.yamlfile import read_path

Texts: TypeAlias = dict[Field, str]
Classify: TypeAlias = Callable[[Texts], object]

SHORT, LONG = 450, 8_000
THEMES, RULES, TERMS = 36, 14, 1_000
SHARE = 0.02
"""Of the words of a text, those that are terms of the made-up rules."""
HAN = "規制法案指針監督罰則電波著作権半導体輸出管理個人情報顔認証自動運転量子計算生成基盤標準条約"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=20_000)
    count = parser.parse_args().items
    shipped = load_ruleset(read_path(Path(__file__).parents[1] / "themes.yaml"))
    terms = terms_of(random.Random(3))
    made = ruleset_of(random.Random(2), terms)
    used = {term.text for _, rule in _rules(made) for term in rule}
    print(f"made-up rules: {len(_rules(made))} in {THEMES} themes, of {len(used):,} terms")
    for size, number in ((SHORT, count), (LONG, max(count // 20, 20))):
        items = list(texts(random.Random(1), number, size, terms))
        length = sum(len(" ".join(item.values()).encode()) for item in items) / number
        folding = best(partial(_each, _folded, items), number)
        print(f"\n{number:,} items of {length:,.0f} bytes; {folding:,.0f} a second only folded")
        measure("made-up rules", made, items)
        words = sorted({term.text for _, rule in _rules(shipped) for term in rule})
        measure("shipped rules", shipped, list(texts(random.Random(1), number, size, words)))


def measure(name: str, ruleset: Ruleset, items: Sequence[Texts]) -> None:
    found = [{m.verdict for m in ruleset.classify(item, Scope())} for item in items[:2000]]
    applies = sum(Verdict.APPLIES in verdicts for verdicts in found) / len(found)
    near = sum(Verdict.NEAR in verdicts for verdicts in found) / len(found)
    print(f"{name}: a theme applies to {applies:.0%} of the items, {near:.0%} have a near miss")
    rate = best(partial(_each, partial(ruleset.classify, scope=Scope()), items), len(items))
    print(f"  classified, evidence included  {rate:9,.0f} items a second of one core")
    some = items[: max(10, len(items) // 200)]
    for how, classify in (("in every rule", naive(ruleset)), ("once", naive_once(ruleset))):
        slow = best(partial(_each, classify, some), len(some))
        print(f"  one re a term, {how:15} {slow:9,.0f}: 1/{rate / slow:,.0f}")


def terms_of(rng: random.Random) -> list[str]:
    """Return as many terms as a team's rules have."""
    terms: dict[str, None] = {}
    while len(terms) < TERMS:
        terms[_term(rng)] = None
    return list(terms)


def texts(rng: random.Random, count: int, size: int, terms: Sequence[str]) -> Iterator[Texts]:
    for _ in range(count):
        language = LANGUAGES[rng.random() < 0.35]
        # Some terms are common, and most of them rare.
        ranks = [int(len(terms) ** rng.random()) - 1 for _ in range(20)]
        chosen = [terms[rank].removesuffix("*") for rank in ranks]
        others = [term for term in chosen if language == "ja" or term.isascii()]
        yield made_up(rng, size, language, others or ["AI"], SHARE)


def ruleset_of(rng: random.Random, terms: Sequence[str]) -> Ruleset:
    lines = [f"lists: {{ai: [{', '.join(terms[:12])}]}}", "mask: [東京都]", "themes:"]
    # Each term stands in some rule.
    deck = [*rng.sample(terms, TERMS), *rng.sample(terms, TERMS)]
    for i in range(THEMES):
        lines += [f"  - id: t{i}", f"    title: Theme {i}", "    rules:"]
        lines += [f"      - '{_rule(rng, deck)}'" for _ in range(RULES)]
    return read_ruleset("\n".join(lines), "bench.yaml")


def naive(ruleset: Ruleset) -> Classify:
    """Do what most scripts do: every term of every rule is a pattern, tried on every item."""
    rules = [(theme, [_pattern(term) for term in terms]) for theme, terms in _rules(ruleset)]

    def classify(item: Texts) -> list[str]:
        text = " ".join(item.values())
        return [theme for theme, patterns in rules if len(_hits(patterns, text)) == len(patterns)]

    return classify


def naive_once(ruleset: Ruleset) -> Classify:
    """Do better than most: a term that stands in several rules is looked for once."""
    patterns = list({_pattern(term) for _, terms in _rules(ruleset) for term in terms})
    rules = [(theme, {_pattern(term) for term in terms}) for theme, terms in _rules(ruleset)]

    def classify(item: Texts) -> list[str]:
        hits = set(_hits(patterns, " ".join(item.values())))
        return [theme for theme, needed in rules if needed <= hits]

    return classify


def _hits(patterns: Sequence[re.Pattern[str]], text: str) -> list[re.Pattern[str]]:
    # A script that has to name the words that it found looks for all of them.
    return [pattern for pattern in patterns if pattern.search(text)]


def _rules(ruleset: Ruleset) -> list[tuple[str, list[Term]]]:
    return [(theme.id, _terms_in(rule.tree)) for theme in ruleset.themes for rule in theme.rules]


def _each(classify: Classify, items: Sequence[Texts]) -> None:
    for item in items:
        classify(item)


def _folded(item: Texts) -> list[str]:
    return [fold(text) for text in item.values()]


def _terms_in(node: Node) -> list[Term]:
    match node:
        case Term():
            return [node]
        case Near():
            return [*_terms_in(node.left), *_terms_in(node.right)]
        case And() | Or():
            return [term for child in node.children for term in _terms_in(child)]
        case ScopeIs():
            return []
        case _:
            return _terms_in(node.child)


def _pattern(term: Term) -> re.Pattern[str]:
    end = r"\w*" if term.prefix else r"(?![a-z0-9])"
    return re.compile(rf"(?<![a-z0-9]){re.escape(term.text)}{end}", re.IGNORECASE)


def _rule(rng: random.Random, deck: list[str]) -> str:
    a, b, c = (_quoted(deck.pop()) for _ in range(3))
    shapes = (
        f"{a} AND {b} AND {c}",
        f"$ai AND ({a} OR {b} OR {c})",
        f"({a} OR {b}) NEAR/8 {c}",
        f"title:({a} OR {b}) AND {c} NOT football",
        f"({a} OR {b} OR {c})",
    )
    return rng.choices(shapes, weights=(4, 3, 3, 2, 2))[0]


def _term(rng: random.Random) -> str:
    if rng.random() < 0.38:
        return "".join(rng.choices(HAN, k=rng.choice((2, 3, 4, 5))))
    words = ["".join(_syllable(rng) for _ in range(4)) for _ in range(rng.choice((1, 1, 2)))]
    return " ".join(words) + rng.choice(("", "", "", "*"))


def _syllable(rng: random.Random) -> str:
    return rng.choice("bcdfghjklmnprst") + rng.choice("aeiou")


def _quoted(words: str) -> str:
    return f'"{words}"' if " " in words else words


def best(run: Callable[[], object], count: int) -> float:
    """Return items per CPU second in the best of three rounds."""
    seconds = []
    for _ in range(3):
        started = time.process_time()
        run()
        seconds.append(time.process_time() - started)
    return count / min(seconds)


if __name__ == "__main__":
    main()
