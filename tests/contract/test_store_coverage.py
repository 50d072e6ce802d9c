"""What every store promises about counting what came lately."""

from dataclasses import replace
from typing import Any

from pipeline.coverage import Count, Place
from pipeline.judging import Chunk, Rejudged
from pipeline.model import Origin, Tier, Type, Verdict
from pipeline.ports import Store
from tests import make
from tests.contract.conftest import RULES

LAW = Place("JP", Type.LAW, "en")


def test_what_came_lately_is_counted_by_what_it_is(store: Store, run: int) -> None:
    source = make.source(jurisdiction="JP", tier=Tier.OFFICIAL, language="en-GB")
    store.sync_sources([source], make.NOW)
    near = make.match(verdict=Verdict.NEAR)
    items = [
        make.item(url=f"https://gov.example/{n}", guid=str(n), type=Type.LAW, language="")
        for n in range(6)
    ]
    dated = [replace(item, published_at=make.at(days=-n * 10)) for n, item in enumerate(items)]
    new = [
        make.news(dated[0]),
        make.new(dated[1], matches=(near,)),
        make.news(dated[5]),
        make.news(dated[2], origin=Origin.BASELINE),
        make.new(dated[4], origin=Origin.BASELINE),
        make.new(dated[3], origin=Origin.BACKFILL),
    ]
    store.save_intake(run, make.intake(*new), RULES, make.NOW)
    by_hand = make.item("manual", url="https://else.example/", language="fr", type=Type.PRESS)
    nowhere = make.source("manual", jurisdiction="", tier=Tier.PRESS)
    store.add_item(nowhere, make.new(by_hand, origin=Origin.MANUAL), RULES, make.NOW)
    common: dict[str, Any] = {"configured": True, "manual": False, "tier": Tier.OFFICIAL}
    counts = store.coverage_counts(make.at(days=-25))
    assert sorted(counts, key=lambda count: count.items) == [
        Count(
            place=Place("", Type.PRESS, "fr"),
            tier=Tier.PRESS,
            configured=False,
            manual=True,
            items=1,
            matches=0,
        ),
        Count(place=LAW, items=4, matches=3, **common),
    ]
    assert store.coverage_counts(make.at(days=1)) == []


def test_a_match_of_former_rules_counts_no_more(store: Store, run: int) -> None:
    store.save_intake(run, make.intake(make.news()), RULES, make.NOW)
    store.put_ruleset("rules-2", "themes: []", "themes.yaml", make.NOW)
    read = store.unjudged("rules-2", after=0, limit=9)
    store.save_chunk("rules-2", Chunk(read=read, changed={1: Rejudged(matches=())}), make.NOW)
    (count,) = store.coverage_counts(make.at(days=-1))
    assert (count.items, count.matches) == (1, 0)
