"""How long judging every stored item again takes, and how much memory.

Run: python -m bench.reclassify [--items 1000000]. The items are made up here, from a fixed seed,
and stored without keys and index, which judging does not touch. The rules are those of the
shipped themes.yaml before, and with one more theme after.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from jobs.deployment import Deployment
from jobs.reclassify import reclassify
from jobs.settings import Settings
from pipeline.classify import classify
from pipeline.config import Configuration, load_sources
from pipeline.model import Item, Match, Source
from pipeline.rules.ruleset import Ruleset, read_ruleset
from pipeline.yamlfile import read_text
from store import SqliteStore, open_store
from store.rows import ITEM_COLUMNS, MATCH_COLUMNS, item_values, match_values

ROOT = Path(__file__).parents[1]
DISTINCT = 5_000
BYTES = 450
ON_TOPIC = 0.3
"""The share of items with words of the rules in them, about two each and often alone."""
ADDED = """
  - id: made-up
    title: Made up
    rules: ['"budget health"', '"学校では予算"']
"""
ENGLISH = """
    the of to and in for on with by from as at this that new public report office plan board
    members budget water road school health energy trade rail farm river coast city council market
    price growth year week today quarter review study panel group local national announced said
"""
JAPANESE = """
    政府は 今年度の 予算を 公表した 地域の 住民は 新しい 計画に ついて 意見を 述べた 市場の 会議が
    開かれ、 委員は 報告を まとめた。 エネルギーの 価格が 上がり、 対応が 求められる。 学校では
"""
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
    before, after = (read_ruleset(text + more, "themes.yaml") for more in ("", ADDED))
    sources = load_sources(read_text(SOURCES, "sources.yaml"))
    with tempfile.TemporaryDirectory() as home:
        store = open_store(Path(home))
        settings = Settings(home=Path(home))
        configuration = Configuration(sources=sources, ruleset=after, digests=(), hash="")
        deployment = Deployment(settings=settings, configuration=configuration, store=store)
        store.sync_sources(sources, deployment.now())
        store.put_ruleset(before.hash, before.text, before.file, deployment.now())
        matches = fill(store, count, before, sources)
        size = (Path(home) / "policywatch.db").stat().st_size
        print(f"{count:,} items with {matches:,} matches, database of {size / 1e6:,.0f} MB")
        measure(deployment)
        store.close()


def measure(deployment: Deployment) -> None:
    held = peak()
    wall, cpu = time.perf_counter(), time.process_time()
    done = reclassify(deployment)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{done.items:,} items judged, {done.changed:,} changed, {done.notices:,} notices")
    print(f"{wall:.1f} s, {cpu:.1f} s of one core, {done.items / cpu:,.0f} items a CPU second")
    print(f"memory: peak {peak():.0f} MB, {held:.0f} MB before")


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
    for number in range(DISTINCT):
        item = made_up(rng, sources[number % 2])
        matches: tuple[Match, ...] = classify(item, sources[number % 2], ruleset)
        yield item_values(item), [match_values(match) for match in matches]


def made_up(rng: random.Random, source: Source) -> Item:
    japanese = source.id == "ja"
    words = (JAPANESE if japanese else ENGLISH).split()
    topics = [topic.strip() for topic in TOPICS[japanese].split(",")]
    glue = "" if japanese else " "
    share = 0.04 if rng.random() < ON_TOPIC else 0.0
    chosen: list[str] = []
    while len(glue.join(chosen).encode()) < BYTES:
        chosen.append(rng.choice(topics if rng.random() < share else words))
    cut = len(chosen) // 6
    title, summary = glue.join(chosen[:cut]), glue.join(chosen[cut:])
    return Item(source_id=source.id, guid="", url="", title=title, summary=summary)


def peak() -> float:
    """Return the most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
