"""An issue -> what stands on its page, in words: the one thing both templates are given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.issue import Card, Due, DueWhy, Issue, Section, Story, Waiting
from pipeline.model import Tier
from pipeline.render import sources
from pipeline.render.entries import Entry, Later, Link, by_language, entry, later, link
from pipeline.render.words import Speech, speech_of, visible
from pipeline.shortid import short_id

_RULE_CHANGE_TITLES = 5
_DUES = 40
CLOSING_DAYS = 14
ROOM = 200
CROWDED = 50
"""Above so many entries a theme shows only the first of those that are not official."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which items a page shows in full and which by title; it counts the others.

    `room` is how many rows any of its other lists may have.
    """

    full: frozenset[int]
    titled: frozenset[int]
    room: int = ROOM


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Items under one heading; `hidden` counts what is shown nowhere on the page."""

    anchor: str
    title: str
    note: str
    count: int
    entries: tuple[Entry, ...]
    stories: tuple[Later, ...]
    titles: tuple[Link, ...]
    hidden: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A deadline in the list of them."""

    day: str
    left: str
    link: Link
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything that a mail says, top to bottom; `say` gives the words around it."""

    language: str
    say: Callable[..., str]
    count: Callable[[str, int], str]
    title: str
    date: str
    seen: str
    lead: str
    proof: str
    complete: bool
    banners: tuple[str, ...]
    first: Group | None
    deadlines: tuple[DueRow, ...]
    deadlines_title: str
    deadlines_count: int
    deadlines_more: str
    calendar: str
    groups: tuple[Group, ...]
    new_sources: tuple[tuple[str, tuple[Link, ...]], ...]
    more_new_sources: str
    rule_changes: str
    rule_change_titles: tuple[Link, ...]
    lost: tuple[tuple[str, str], ...]
    standing: tuple[str, ...]
    near_misses: tuple[tuple[Link, str], ...]
    foot: str
    example: str
    truncated: bool
    whole_url: str = ""


def page(issue: Issue, plan: Plan, whole_url: str = "") -> Page:
    """Put an issue into words, each item at the length that the plan gives it."""
    speech = speech_of(issue)
    room = plan.room
    new_sources, crowd = sources.new_sources(issue, speech, room)
    dues = issue.deadlines[: min(room, _DUES)]
    rest = len(issue.deadlines) - len(dues)
    first = _Heading(anchor="first", title=speech.say("read first"), cards=issue.first)
    return Page(
        language=issue.language,
        say=speech.say,
        count=speech.count,
        title=visible(issue.title),
        date=speech.long_day(issue.window_end),
        seen=_seen(issue, speech),
        lead=_lead(issue, speech),
        proof=speech.say("proof", read=issue.read, sources=speech.count("source", issue.sources)),
        complete=issue.read == issue.sources and not issue.trouble,
        banners=_banners(issue, speech)[:room],
        first=_group(first, plan, speech) if issue.first else None,
        deadlines=tuple(_due(due, speech) for due in dues),
        deadlines_title=_deadlines_title(issue, speech),
        deadlines_count=len(issue.deadlines),
        deadlines_more=speech.say("dues more", n=rest) if rest > 0 else "",
        calendar=_calendar(issue, speech),
        groups=_groups(issue, plan, speech),
        new_sources=new_sources,
        more_new_sources=crowd,
        rule_changes=_rule_changes(issue, speech),
        rule_change_titles=tuple(
            link(c) for c in issue.rule_changes[: min(room, _RULE_CHANGE_TITLES)]
        ),
        lost=sources.lost(issue, speech, room),
        standing=sources.standing(issue, speech, room),
        near_misses=_near(issue, speech)[:room],
        foot=_foot(issue, speech),
        example=short_id(issue.cards[0].id) if issue.cards else "7k3f",
        truncated=room < ROOM or any(c.id not in plan.full for c in in_full(issue)),
        whole_url=whole_url,
    )


def in_full(issue: Issue) -> tuple[Card, ...]:
    """Return the items that an issue would show in full if there was room enough."""
    return (*issue.new, *issue.updated, *issue.late, *issue.starter)


def crowded_out(issue: Issue) -> frozenset[int]:
    """Return the items that only count: those beyond the first of a theme that has too many.

    A catch-up issue is cut the same way, theme by theme. Official items are never among them, nor
    is what somebody kept.
    """
    return frozenset(card.id for section in issue.sections for card in _crowded(section, issue))


def _crowded(section: Section, issue: Issue) -> Sequence[Card]:
    if issue.waiting or (len(section.cards) <= CROWDED and issue.merged <= 1):
        return ()
    others = [card for card in section.cards if card.tier is not Tier.OFFICIAL]
    return others[issue.per_theme :]


def _window(issue: Issue, speech: Speech) -> str:
    start, end = speech.clock(issue.window_start), speech.clock(issue.window_end)
    return speech.say("window", start=start, end=end, zone=issue.zone)


def _seen(issue: Issue, speech: Speech) -> str:
    return speech.say(
        "kept until" if issue.waiting else "first seen", window=_window(issue, speech)
    )


def _lead(issue: Issue, speech: Speech) -> str:
    new = issue.new_count
    parts = [_new(issue, speech)] if new else []
    near = sum(due.days <= CLOSING_DAYS for due in issue.closing)
    parts += [
        speech.say(phrase, n=number)
        for phrase, number in (
            ("closing lead", near),
            ("updated n", len(issue.updated)),
            ("late n", len(issue.late)),
            ("starter n", len(issue.starter)),
        )
        if number
    ]
    if issue.new_sources:
        parts.append(speech.count("new source", len(issue.new_sources)))
    if issue.waiting:
        parts = [*_kept(issue, speech), *parts, *_undecided(issue.waiting, speech)]
    elif not new:
        parts.insert(0, speech.say("nothing new" if parts else "nothing in window"))
    said = speech.say("comma").join(parts) + speech.say("stop")
    return speech.say("catch-up lead") + said if issue.merged > 1 else said


def _kept(issue: Issue, speech: Speech) -> list[str]:
    """Say that nothing was kept where no item is told of at all."""
    return [] if issue.cards or issue.told or issue.starter else [speech.say("nothing kept")]


def _undecided(waiting: Waiting, speech: Speech) -> list[str]:
    """Say how many items nobody decided on: silence about them is nobody's judgement."""
    if not waiting.undecided:
        return [speech.say("none undecided")]
    earlier = [speech.say("undecided before", n=waiting.earlier)] if waiting.earlier else []
    if not waiting.items:
        return [speech.count("undecided", waiting.earlier)]
    return [speech.count("undecided", waiting.items), *earlier]


def _new(issue: Issue, speech: Speech) -> str:
    said = speech.count("new item", issue.new_count)
    places = {c.jurisdiction for c in issue.new} - {""}
    if len(places) > 1:
        said = speech.say("from", items=said, places=speech.count("jurisdiction", len(places)))
    themes = {card.themes[0].theme for card in issue.new if card.themes}
    themes |= {section.theme for section in issue.sections}
    said = speech.say("in themes", items=said, themes=speech.count("theme", len(themes)))
    if issue.told:
        stories = sum(len(section.stories) for section in issue.sections)
        entries = speech.count("entry", len(issue.new) + stories)
        said += speech.say("comma") + entries
    return said


def _banners(issue: Issue, speech: Speech) -> tuple[str, ...]:
    banners = [visible(warning, 400) for warning in issue.warnings]
    if issue.rehearsal:
        end = speech.clock(issue.window_end)
        banners.insert(0, speech.say("rehearsal", end=end, zone=issue.zone))
    if issue.unread:
        banners.append(_unread(issue, speech))
    if issue.merged > 1:
        banners.append(speech.say("catch-up banner", n=issue.merged))
    if issue.starter:
        banners.append(speech.say("starter banner"))
    return tuple(banners)


def _unread(issue: Issue, speech: Speech) -> str:
    unread = speech.count("source", issue.unread)
    if issue.read_at is None:
        return speech.say("never in time", sources=unread)
    when = speech.clock(issue.read_at)
    return speech.say("not in time", sources=unread, when=when, zone=issue.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heading:
    """What stands under one heading, before it is put into words."""

    anchor: str
    title: str
    cards: Sequence[Card]
    note: str = ""
    stories: Sequence[Story] = ()


def _groups(issue: Issue, plan: Plan, speech: Speech) -> tuple[Group, ...]:
    told = [
        _Heading(anchor=f"theme-{n}", title=s.title, cards=s.cards, stories=s.stories)
        for n, s in enumerate(issue.sections, 1)
    ]
    told += [
        _Heading(anchor=name, title=speech.say(name), cards=cards, note=speech.say(f"{name} note"))
        for name, cards in (
            ("updated", issue.updated),
            ("late", issue.late),
            ("starter", issue.starter),
        )
    ]
    return tuple(_group(one, plan, speech) for one in told if one.cards or one.stories)


def _group(told: _Heading, plan: Plan, speech: Speech) -> Group:
    cards = told.cards
    hidden = [c for c in cards if c.id not in plan.full | plan.titled]
    told_with = sum(len(c.reports) for c in cards) + sum(len(s.reports) for s in told.stories)
    return Group(
        anchor=told.anchor,
        title=visible(told.title),
        note=told.note,
        count=len(cards) + told_with,
        entries=tuple(entry(c, speech) for c in cards if c.id in plan.full),
        stories=tuple(later(story, speech, plan.room) for story in told.stories[: plan.room]),
        titles=tuple(link(c) for c in cards if c.id in plan.titled - plan.full),
        hidden=speech.say("hidden", n=len(hidden), languages=by_language(hidden, speech))
        if hidden
        else "",
    )


def _near(issue: Issue, speech: Speech) -> tuple[tuple[Link, str], ...]:
    """Return the near misses of a day on which nothing is new."""
    misses = () if issue.new_count else issue.near_misses
    return tuple(sources.near_miss(miss, speech) for miss in misses)


def _deadlines_title(issue: Issue, speech: Speech) -> str:
    whole = issue.weekly and any(due.why is DueWhy.OPEN for due in issue.deadlines)
    return speech.say("all deadlines" if whole else "deadlines")


def _due(due: Due, speech: Speech) -> DueRow:
    left = speech.count("day left", due.days) if due.days else speech.say("today")
    marks = [speech.say("moved")] if due.why is DueWhy.CHANGED else []
    if due.deadline.day is None:
        marks.append(speech.say("quoted", text=visible(due.deadline.words, 60)))
    place = [visible(due.source, 100), speech.jurisdiction(due.jurisdiction), *marks]
    return DueRow(
        day=speech.deadline(due.deadline),
        left=left,
        link=link(due.item),
        note=speech.say("comma").join(dict.fromkeys(filter(None, place))),
    )


def _calendar(issue: Issue, speech: Speech) -> str:
    dues = issue.deadlines
    said = [speech.say("calendar")] if any(due.deadline.day for due in dues) else []
    if any(due.deadline.day is None for due in dues):
        said.append(speech.say("calendar unclear"))
    return " ".join(said) if said and any(due.deadline.day for due in dues) else ""


def _rule_changes(issue: Issue, speech: Speech) -> str:
    number = len(issue.rule_changes)
    if not number:
        return ""
    items = speech.count("older item", number)
    return speech.say("now matches" if number == 1 else "now match", items=items)


def _foot(issue: Issue, speech: Speech) -> str:
    title = visible(issue.title, 100)
    if issue.previous_number is None:
        said = speech.say("issue first", n=issue.number, title=title)
    else:
        said = speech.say("issue after", n=issue.number, title=title, before=issue.previous_number)
    notices = (
        speech.say("notices", start=str(issue.seq_from + 1), end=str(issue.seq_to))
        if issue.notices and issue.seq_to > issue.seq_from
        else ""
    )
    return speech.say("foot", issue=said, window=_window(issue, speech), notices=notices)
