"""How long judging every stored item again takes, and how much memory.

Run: python -m bench.reclassify [--items 1000000]. The items are made up here, from a fixed seed,
and stored without keys and index, which judging does not touch. The rules are those of the
shipped themes.yaml. Three passes follow each other: after a change of one theme, which leaves most
judgements standing, and after two of all themes, for which every item is judged. Seconds are those
of one core, whatever else the machine does.
"""

import argparse
import random
import re
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.texts import LANGUAGES, made_up
from jobs.deployment import Deployment
from jobs.reclassify import reclassify
from jobs.settings import Settings
from pipeline.classify import classify
from pipeline.config import Configuration, load_sources
from pipeline.model import Field, Item, Source
from pipeline.rules.ruleset import Ruleset, read_ruleset
from pipeline.yamlfile import read_text
from store import SqliteStore, open_store
from store.rows import ITEM_COLUMNS, MATCH_COLUMNS, item_values, match_values

ROOT = Path(__file__).parents[1]
DISTINCT = 20_000
BYTES = 450
ON_TOPIC = 1 / 3
"""The share of items with words of the rules in them, a few each; the rest has strays."""
ADDED = """
  - id: made-up
    title: Made up
    rules: ['"budget fees"', '"祭りでは祭りが"']
"""
RULE = re.compile("^( {6}- id: )", re.MULTILINE)
# The first for English, the second for Japanese texts.
TOPICS = (
    """
    AI, artificial intelligence, AI Act, regulation, guidelines, copyright, deepfake, semiconductor,
    export controls, safety, OpenAI, data centre, facial recognition, training data, bill
    """,
    "AI, 生成AI, 人工知能, 規制, 指針, 著作権, 半導体, 輸出管理, 安全性, 法案, 意見募集, 顔認証",
)
SOURCES = """
sources:
  - {id: en, name: English, kind: feed, url: 'https://en.example/', language: en, tier: official}
  - {id: ja, name: Japanese, kind: feed, url: 'https://ja.example/', language: ja}
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=100_000)
    count = parser.parse_args().items
    text = (ROOT / "themes.yaml").read_text(encoding="utf-8")
    shipped = read_ruleset(text, "themes.yaml")
    sources = load_sources(read_text(SOURCES, "sources.yaml"))
    with tempfile.TemporaryDirectory() as home:
        store = open_store(Path(home))
        configuration = Configuration(sources=sources, ruleset=shipped, digests=(), hash="")
        deployment = Deployment(
            settings=Settings(home=Path(home)), configuration=configuration, store=store
        )
        store.sync_sources(sources, deployment.now())
        store.put_ruleset(shipped.hash, shipped.text, shipped.file, deployment.now())
        matches = fill(store, count, shipped, sources)
        size = (Path(home) / "policywatch.db").stat().st_size
        print(f"{count:,} items with {matches:,} matches, database of {size / 1e6:,.0f} MB")
        for change, changed in changes(text):
            measure(change, deployment, changed, count)
        store.close()


def changes(text: str) -> Iterator[tuple[str, str]]:
    """Yield other rules, each with what is other than in the rules before."""
    yield "a theme was added", text + ADDED
    text = text.replace("threshold: 2", "threshold: 1.4")
    yield "every threshold was lowered", text
    yield "every rule was renamed, which writes every match anew", RULE.sub(r"\1new-", text)


def measure(change: str, deployment: Deployment, text: str, count: int) -> None:
    ruleset = read_ruleset(text, "themes.yaml")
    changed = replace(deployment.configuration, ruleset=ruleset)
    judged, early = 0, 0.0

    def note_memory(items: int) -> None:
        nonlocal judged, early
        judged += items
        early = early or (peak() if judged >= count / 10 else 0.0)

    wall, cpu = time.perf_counter(), time.process_time()
    done = reclassify(replace(deployment, configuration=changed), on_progress=note_memory)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{change}: {done.items:,} items judged, {done.changed:,} changed")
    print(f"  {cpu:.1f} s of one core, {done.items / cpu:,.0f} items a second; {wall:.1f} s in all")
    print(f"  1,000,000 items would take {1e6 * cpu / done.items:.0f} s of one core")
    print(f"  memory: {early:.0f} MB after a tenth of the items, {peak():.0f} MB after all")


def fill(store: SqliteStore, count: int, ruleset: Ruleset, sources: tuple[Source, ...]) -> int:
    """Store items and their matches by raw SQL, the same texts over and over."""
    pool = list(judged(random.Random(1), ruleset, sources))
    db = store._connection.db.conn
    columns = ", ".join(ITEM_COLUMNS)
    add_item = (
        f"insert into item (source_id, origin, first_seen_at, revised_at, ruleset_id, {columns}) "
        f"values (?, 'news', ?, ?, 1{', ?' * len(ITEM_COLUMNS)})"
    )
    add_match = (
        f"insert into match (ruleset_id, revision, item_id, {', '.join(MATCH_COLUMNS)}) "
        f"values (1, 1, ?{', ?' * len(MATCH_COLUMNS)})"
    )
    seen = "2026-01-01T00:00:00.000000Z"
    rows = ((pool[i % len(pool)], i) for i in range(count))
    with store.write():
        db.executemany(
            add_item,
            (
                (1 + i % 2, seen, seen, f"g{i}", f"https://x.example/{i}", *v[2:])
                for (v, _), i in rows
            ),
        )
        found = ((m, i) for i in range(count) for m in pool[i % len(pool)][1])
        db.executemany(add_match, ((i + 1, *values) for values, i in found))
    return sum(len(pool[i % len(pool)][1]) for i in range(count))


Judged = tuple[tuple[object, ...], list[tuple[object, ...]]]


def judged(rng: random.Random, ruleset: Ruleset, sources: tuple[Source, ...]) -> Iterator[Judged]:
    topics = [[topic.strip() for topic in words.split(",")] for words in TOPICS]
    for number in range(DISTINCT):
        place = number % 2
        share = 0.06 if rng.random() < ON_TOPIC else 0.0
        texts = made_up(rng, BYTES, LANGUAGES[place], topics[place], share)
        item = Item(
            source_id=sources[place].id,
            guid="",
            url="",
            title=texts[Field.TITLE],
            summary=texts[Field.SUMMARY],
            body=texts[Field.BODY],
        )
        matches = classify(item, sources[place], ruleset)
        yield item_values(item), [match_values(match) for match in matches]


def peak() -> float:
    """Return the most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
