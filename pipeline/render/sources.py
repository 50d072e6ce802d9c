"""What an issue says of sources -> lines: new ones, trouble, the proof of a quiet day."""

from collections.abc import Sequence

from pipeline.issue import Issue, NearMiss, NewSource, Trouble
from pipeline.model import Tier
from pipeline.render.entries import Link, link
from pipeline.render.words import Speech, visible

NAMED = 25
_NAMED_DAILY = 5
_NEW_IN_FULL = 5


def new_sources(
    issue: Issue, speech: Speech, room: int
) -> tuple[tuple[tuple[str, tuple[Link, ...]], ...], str]:
    """Return each new source with its titles, or one line when there are too many."""
    if len(issue.new_sources) > _NEW_IN_FULL:
        return (), _crowd(issue.new_sources, speech, min(room, NAMED))
    shown = tuple(
        (_described(source, speech), tuple(link(title) for title in source.titles[:room]))
        for source in issue.new_sources
    )
    return shown, ""


def lost(issue: Issue, speech: Speech, room: int) -> tuple[tuple[str, str], ...]:
    """Name the sources that were lost in this window, official ones first, and say why."""
    found = [t for t in issue.trouble if t.lost]
    return tuple(_lost(trouble, speech) for trouble in found[: min(room, NAMED)])


def standing(issue: Issue, speech: Speech, room: int) -> tuple[str, ...]:
    """Return one line for each kind of trouble that is not today's loss; weekly all names."""
    more = sum(t.lost for t in issue.trouble) - min(room, NAMED)
    named = room if issue.weekly else min(room, _NAMED_DAILY)
    still = [_since(t, issue, speech) for t in issue.trouble if not t.read and not t.lost]
    shaky = [
        speech.say("in brackets", text=speech.outcome(t.outcome, t.error)).join(
            (f"{visible(t.name, 100)} " if speech.language == "en" else visible(t.name, 100), "")
        )
        for t in issue.trouble
        if t.read
    ]
    lines = []
    if more > 0:
        lines.append(speech.say("lost more", sources=speech.count("more source", more)))
    again = [visible(name, 100) for name in issue.recovered]
    for phrase, names in (("again", again), ("still", still), ("shaky", shaky)):
        if names:
            shown = min(room, NAMED) if phrase == "again" else named
            lines.append(speech.say(phrase, names=speech.listed(names, shown)))
    if max(len(still), len(shaky)) > named:
        lines.append(speech.say("whole on mondays"))
    return tuple(lines)


def near_miss(miss: NearMiss, speech: Speech) -> tuple[Link, str]:
    """Say what an item lacks that a theme nearly took."""
    theme = visible(miss.theme, 100)
    if not miss.missing:
        return link(miss.item), speech.say("nearly", theme=theme)
    lacking = speech.listed([visible(word, 80) for word in miss.missing], 3)
    return link(miss.item), speech.say("nearly lacks", theme=theme, words=lacking)


def _since(trouble: Trouble, issue: Issue, speech: Speech) -> str:
    day = speech.day(trouble.since or issue.window_start)
    return speech.say("since day", name=visible(trouble.name, 100), day=day)


def _lost(trouble: Trouble, speech: Speech) -> tuple[str, str]:
    name = visible(trouble.name, 100)
    last = (
        speech.say("last read", when=speech.clock(trouble.last_read))
        if trouble.last_read
        else speech.say("never read")
    )
    named = speech.say("official", name=name) if trouble.tier is Tier.OFFICIAL else name
    return named, f"{speech.outcome(trouble.outcome, trouble.error)}; {last}"


def _described(source: NewSource, speech: Speech) -> str:
    said = []
    if source.stored is not None:
        said.append(speech.say("stored", items=speech.count("item", source.stored)))
    if source.matching:
        verb = speech.say("matches" if source.matching == 1 else "match")
        said.append(speech.say("last days", n=source.matching, match=verb))
    name = visible(source.name, 100)
    return f"{name}: {speech.say('comma').join(said)}" if said else name


def _crowd(sources: Sequence[NewSource], speech: Speech, named: int) -> str:
    return speech.say(
        "crowd",
        sources=speech.count("source", len(sources)),
        items=speech.count("item", sum(source.stored or 0 for source in sources)),
        n=sum(source.matching for source in sources),
        names=speech.listed([visible(source.name, 100) for source in sources], named),
    )
