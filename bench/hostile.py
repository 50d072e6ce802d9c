"""How long one poll of many sources takes when a third of them are hostile, and how much memory.

Run: python -m bench.hostile [--sources 200] [--hostile 60]. The sources are spread over twenty
loopback addresses; the hostile ones come from the catalogue that the tests use. The good ones must
all deliver, whatever happens beside them.
"""

import argparse
import random
import resource
import tempfile
import time
from itertools import cycle
from pathlib import Path

from tests.hostile import documents, transport
from tests.hostile.cases import Case, feed, kept
from tests.hostile.server import answer
from tests.hostile.world import World, world

ENTRIES = 20
MOST_SECONDS, MOST_MEGABYTES = 180, 500


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--hostile", type=int, default=60)
    arguments = parser.parse_args()
    bad = hostile(arguments.hostile)
    good = {f"good-{n}": deliver(n) for n in range(arguments.sources - len(bad))}
    with (
        tempfile.TemporaryDirectory() as home,
        world(Path(home), shuffled(bad | good)) as made,
    ):
        measure(made, len(good))


def hostile(count: int) -> dict[str, Case]:
    """Choose cases of every kind in turn, the slow and the costly among them."""
    groups = (
        transport.SLOW,
        documents.costly(),
        transport.big(),
        transport.broken(),
        transport.redirects("9"),
        documents.not_a_feed(),
        transport.statuses(),
    )
    turns = [cycle(group.items()) for group in groups]
    found: dict[str, Case] = {}
    for number, turn in enumerate(cycle(turns)):
        name, case = next(turn)
        found[f"{name}-{number}"] = case
        if len(found) == count:
            return found
    raise AssertionError


def deliver(number: int) -> Case:
    titles = tuple(f"AI plan {number} of {n}" for n in range(ENTRIES))
    return kept(answer(feed(*titles), headers={"ETag": f'"{number}"'}), ENTRIES)


def shuffled(cases: dict[str, Case]) -> dict[str, Case]:
    names = sorted(cases)
    random.Random(1).shuffle(names)
    return {name: cases[name] for name in names}


def measure(made: World, good: int) -> None:
    started = time.monotonic()
    polled = made.poll()
    seconds = time.monotonic() - started
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    delivered = sum(
        result["new"] == ENTRIES
        for name, result in polled.results.items()
        if name.startswith("good-")
    )
    wrong = made.wrong(polled)
    print(f"{len(polled.results)} sources, {good} of them good, exit {polled.code}")
    print(f"{seconds:.1f} s wall, {usage.ru_utime + usage.ru_stime:.1f} s CPU")
    print(f"{polled.megabytes} MB at most, all processes together")
    print(f"{delivered} of {good} good sources delivered everything, {len(wrong)} ended wrong")
    for name, result in wrong.items():
        print(f"  {name}: {result}")
    slowest = sorted(polled.results.values(), key=lambda each: -each["seconds"])[:5]
    print("slowest:", ", ".join(f"{each['source']} {each['seconds']:.0f} s" for each in slowest))
    well = seconds < MOST_SECONDS and polled.megabytes < MOST_MEGABYTES and delivered == good
    print("within its bounds" if well and not wrong else "OUT OF ITS BOUNDS")


if __name__ == "__main__":
    main()
