"""How many items a second the rules classify, beside one regular expression after another.

Run: python bench/rules.py [ITEMS]. Text and rules are generated here, from a fixed seed.
"""

import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pipeline.fold import fold
from pipeline.model import Field, Scope, Verdict
from pipeline.rules.ruleset import Ruleset, load_ruleset, read_ruleset
from pipeline.rules.tree import And, Near, Node, Or, ScopeIs, Term
from pipeline.yamlfile import read_path

ENGLISH = """
    the of to and in for on with by from as at this that new public report office plan board
    members budget water road school health energy trade rail farm river coast city council
    market price growth year week today quarter review study panel group local national
    announced published said opened closed agreed noted found asked plans backs cuts adds
"""
JAPANESE = """
    政府は 今年度の 予算を 公表した 地域の 住民は 新しい 計画に ついて 意見を 述べた 市場の
    動向を 調べる 会議が 開かれ、 委員は 報告を まとめた。 エネルギーの 価格が 上がり、 対応が
    求められる。 データ・センターの 電力 需要に ついても 触れた。 学校では 授業が 始まった。
"""
# A thousand made-up terms, as many as a team's rules have, some common and most of them rare.
SYLLABLES = (
    "ba",
    "co",
    "di",
    "fe",
    "gu",
    "ha",
    "jo",
    "ki",
    "lu",
    "me",
    "no",
    "pa",
    "ri",
    "so",
    "tu",
)
HAN = "規制法案指針監督罰則電波著作権半導体輸出管理個人情報顔認証自動運転量子計算生成基盤標準条約"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    terms = terms_of(random.Random(3), 1000)
    items = texts(random.Random(1), count, terms)
    size = sum(len(" ".join(item.values()).encode()) for item in items) / count
    print(f"{count} items of {size:.0f} bytes on average")
    shipped = load_ruleset(read_path(Path(__file__).parents[1] / "themes.yaml"))
    made = [ruleset_of(themes, rules, terms) for themes, rules in ((16, 10), (36, 14))]
    for ruleset in (shipped, *made):
        measure(ruleset, items)
    folded = best(lambda: [fold(item[Field.SUMMARY]) for item in items], count)
    print(f"\nfolding alone       {folded:9,.0f} items per CPU second")


def measure(ruleset: Ruleset, items: Sequence[dict[Field, str]]) -> None:
    started = time.process_time()
    ruleset.classify(items[0], Scope())
    rules = sum(len(theme.rules) for theme in ruleset.themes)
    print(f"\n{len(ruleset.themes)} themes, {rules} rules: made in {since(started):.2f} s")
    found = [{m.verdict for m in ruleset.classify(item, Scope())} for item in items[:2000]]
    applies = sum(Verdict.APPLIES in verdicts for verdicts in found) / len(found)
    near = sum(Verdict.NEAR in verdicts for verdicts in found) / len(found)
    print(f"  a theme applies to {applies:.0%} of the items, {near:.0%} have a near miss")
    rate = best(partial(_classify_all, ruleset, items), len(items))
    some = items[: max(20, len(items) // 200)]
    slow = best(partial(_each, naive(ruleset), some), len(some))
    print(f"  classified        {rate:9,.0f} items per CPU second")
    print(f"  one re per term   {slow:9,.0f} items per CPU second: 1/{rate / slow:,.0f}")


def terms_of(rng: random.Random, count: int) -> list[str]:
    return list(dict.fromkeys(_term(rng) for _ in range(count)))


def texts(rng: random.Random, count: int, terms: Sequence[str]) -> list[dict[Field, str]]:
    return [_item(rng, terms) for _ in range(count)]


def ruleset_of(themes: int, rules: int, terms: Sequence[str]) -> Ruleset:
    rng = random.Random(2)
    lines = [f"lists: {{ai: [{', '.join(terms[:12])}]}}", "mask: [東京都]", "themes:"]
    for i in range(themes):
        lines += [f"  - id: t{i}", f"    title: Theme {i}", "    rules:"]
        lines += [f"      - '{_rule(rng, terms)}'" for _ in range(rules)]
    return read_ruleset("\n".join(lines), "bench.yaml")


def naive(ruleset: Ruleset) -> Callable[[dict[Field, str]], list[str]]:
    """Do what most scripts do: every term of every rule is a pattern, tried on every item."""
    rules = [
        (theme.id, [_pattern(term) for term in _terms_in(rule.tree)])
        for theme in ruleset.themes
        for rule in theme.rules
    ]

    def classify(item: dict[Field, str]) -> list[str]:
        text = " ".join(item.values())
        return [theme for theme, terms in rules if _hits(terms, text)]

    return classify


def _hits(terms: Sequence[re.Pattern[str]], text: str) -> bool:
    # A script that has to name the words that it found looks for all of them.
    return sum(term.search(text) is not None for term in terms) == len(terms)


def _classify_all(ruleset: Ruleset, items: Sequence[dict[Field, str]]) -> None:
    for item in items:
        ruleset.classify(item, Scope())


def _each(
    classify: Callable[[dict[Field, str]], list[str]], items: Sequence[dict[Field, str]]
) -> None:
    for item in items:
        classify(item)


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


def _item(rng: random.Random, terms: Sequence[str]) -> dict[Field, str]:
    japanese = rng.random() < 0.35
    words, glue, length = (JAPANESE, "", 24) if japanese else (ENGLISH, " ", 80)
    chosen = rng.choices(words.split(), k=length)
    if rng.random() < 0.5:
        for _ in range(rng.choice((1, 2, 2, 3, 4))):
            chosen[rng.randrange(length)] = _zipf(rng, terms).replace("*", "")
    cut = length // 6
    return {Field.TITLE: glue.join(chosen[:cut]), Field.SUMMARY: glue.join(chosen[cut:])}


def _rule(rng: random.Random, terms: Sequence[str]) -> str:
    a, b, c = map(_quoted, rng.sample(terms, 3))
    shapes = (
        f"{a} AND {b}",
        f"$ai AND {a}",
        f"({a} OR {b}) NEAR/8 {c}",
        f"title:({a} OR {b}) AND {c} NOT football",
        f"({a} OR {b} OR {c})",
    )
    return rng.choices(shapes, weights=(4, 3, 3, 2, 2))[0]


def _zipf(rng: random.Random, terms: Sequence[str]) -> str:
    """Choose a term, the first ones far more often than the last."""
    return terms[int(len(terms) ** rng.random()) - 1]


def _term(rng: random.Random) -> str:
    if rng.random() < 0.38:
        return "".join(rng.choices(HAN, k=rng.choice((2, 3, 4, 5))))
    words = ["".join(rng.choices(SYLLABLES, k=4)) for _ in range(rng.choice((1, 1, 2)))]
    return " ".join(words) + rng.choice(("", "", "", "*"))


def _quoted(words: str) -> str:
    return f'"{words}"' if " " in words else words


def best(run: Callable[[], object], count: int) -> float:
    """Return items per CPU second in the best of three rounds."""
    seconds = []
    for _ in range(3):
        started = time.process_time()
        run()
        seconds.append(since(started))
    return count / min(seconds)


def since(started: float) -> float:
    return time.process_time() - started


if __name__ == "__main__":
    main()
