"""An issue -> what stands on its page, in words: the one thing both templates are given."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipeline.issue import (
    Card,
    Headline,
    Issue,
    NearMiss,
    NewSource,
    ThemeHit,
    Trouble,
    Words,
    published_text,
)
from pipeline.model import Field, Tier, Type
from pipeline.render import words
from pipeline.shortid import short_id

_NEW_SOURCES_IN_FULL = 5
_RULE_CHANGE_TITLES = 5
_NAMED = 25
_WORDS_PER_THEME = 8
_LONGEST_LINK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which items a page shows in full and which by title; it counts the others."""

    full: frozenset[int]
    titled: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A title to click on; without an http(s) address it is only text."""

    short: str
    title: str
    url: str
    lang: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A theme with the rules that fired and the words they matched, each with its places."""

    theme: str
    rules: tuple[str, ...]
    score: str
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item in full; `excerpt` alternates plain and marked pieces."""

    link: Link
    tier: str
    official: bool
    place: str
    type: str
    when: str
    datetime: str
    seen: str
    language: str
    excerpt: tuple[tuple[str, bool], ...]
    hits: tuple[Hit, ...]
    others: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Items under one heading."""

    anchor: str
    title: str
    note: str
    count: int
    entries: tuple[Entry, ...]
    titles: tuple[Link, ...]
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything that a mail says, top to bottom."""

    title: str
    date: str
    window: str
    lead: str
    proof: str
    complete: bool
    banners: tuple[str, ...]
    groups: tuple[Group, ...]
    new_sources: tuple[tuple[str, tuple[Link, ...]], ...]
    more_new_sources: str
    rule_changes: str
    rule_change_titles: tuple[Link, ...]
    lost: tuple[tuple[str, str], ...]
    standing: tuple[str, ...]
    near_misses: tuple[tuple[Link, str], ...]
    issue: str
    notices: str
    example: str
    truncated: bool


def page(issue: Issue, plan: Plan) -> Page:
    """Put an issue into words, each item at the length that the plan gives it."""
    zone = ZoneInfo(issue.zone)
    start = words.clock(issue.window_start, zone, issue.window_end)
    end = words.clock(issue.window_end, zone, issue.window_end)
    lost = [t for t in issue.trouble if t.lost]
    in_full = issue.new_sources[:_NEW_SOURCES_IN_FULL]
    shown = in_full if len(issue.new_sources) <= _NEW_SOURCES_IN_FULL else ()
    return Page(
        title=words.visible(issue.title),
        date=words.long_day(issue.window_end, zone),
        window=f"{start} to {end} ({issue.zone})",
        lead=_lead(issue),
        proof=f"{issue.read:,} of {words.counted(issue.sources, 'source')} read in this window.",
        complete=issue.read == issue.sources and not issue.trouble,
        banners=_banners(issue, end),
        groups=_groups(issue, plan, zone),
        new_sources=tuple(_new_source(source) for source in shown),
        more_new_sources="" if shown else _crowd(issue.new_sources),
        rule_changes=_rule_changes(issue),
        rule_change_titles=tuple(_link(c) for c in issue.rule_changes[:_RULE_CHANGE_TITLES]),
        lost=tuple(_lost(t, zone, issue) for t in lost[:_NAMED]),
        standing=_standing(issue, zone),
        near_misses=() if issue.new else tuple(_near_miss(miss) for miss in issue.near_misses),
        issue=_issue_line(issue),
        notices=f"notices {issue.seq_from + 1} to {issue.seq_to}" if issue.notices else "",
        example=short_id(issue.cards[0].id) if issue.cards else "7k3f",
        truncated=any(c.id not in plan.full for c in issue.cards if c not in issue.rule_changes),
    )


def _lead(issue: Issue) -> str:
    new = issue.new
    parts = []
    if new:
        places = {c.jurisdiction for c in new} - {""}
        where = f" from {words.counted(len(places), 'jurisdiction')}" if len(places) > 1 else ""
        themes = words.counted(len(issue.sections), "theme")
        parts.append(f"{words.counted(len(new), 'new item')}{where} in {themes}")
    if issue.updated:
        parts.append(f"{len(issue.updated):,} updated")
    if issue.late:
        parts.append(f"{len(issue.late):,} found late")
    if issue.new_sources:
        parts.append(words.counted(len(issue.new_sources), "new source"))
    said = ", ".join(parts) if new or not parts else ", ".join(["Nothing new", *parts])
    return f"{said or 'Nothing new in this window'}."


def _banners(issue: Issue, end: str) -> tuple[str, ...]:
    banners = [words.visible(warning, 400) for warning in issue.warnings]
    if issue.rehearsal:
        banners.insert(0, f"Rehearsal: the clock is set to {end} ({issue.zone}).")
    if issue.merged > 1:
        banners.append(f"Catch-up: this issue stands for {issue.merged} issues that were due.")
    return tuple(banners)


def _groups(issue: Issue, plan: Plan, zone: ZoneInfo) -> tuple[Group, ...]:
    told: list[tuple[str, str, str, tuple[Card, ...]]] = [
        (f"theme-{number}", section.title, "", section.cards)
        for number, section in enumerate(issue.sections, 1)
    ]
    told.append(("updated", "Updated", "Reported before, and changed since.", issue.updated))
    late = "Published before this window, but readable only now; not news of today."
    told.append(("late", "Found late", late, issue.late))
    return tuple(
        Group(
            anchor=anchor,
            title=words.visible(title),
            note=note,
            count=len(cards),
            entries=tuple(_entry(c, issue, zone) for c in cards if c.id in plan.full),
            titles=tuple(_link(c) for c in cards if c.id in plan.titled - plan.full),
            hidden=sum(c.id not in plan.full | plan.titled for c in cards),
        )
        for anchor, title, note, cards in told
        if cards
    )


_TIERS = {Tier.OFFICIAL: "Official", Tier.RESEARCH: "Research", Tier.PRESS: "Press"}


def _entry(card: Card, issue: Issue, zone: ZoneInfo) -> Entry:
    return Entry(
        link=_link(card),
        tier=_TIERS[card.tier],
        official=card.tier is Tier.OFFICIAL,
        place=_place(card),
        type="" if card.type in (Type.OTHER, Type.PRESS) else card.type.value.capitalize(),
        when=words.published(card.published, card.precision, zone, issue.window_end),
        datetime=published_text(card.published, card.precision) or "",
        seen=words.clock(card.first_seen, zone, issue.window_end),
        language=words.language(card.language),
        excerpt=_pieces(card),
        hits=_hits(card.themes[:1]),
        others=_hits(card.themes[1:]),
    )


def _place(card: Card) -> str:
    source, organisation = words.visible(card.source, 100), words.visible(card.organisation, 100)
    names = [organisation, source, words.jurisdiction(card.jurisdiction)]
    if organisation in source:
        names.remove(organisation)
    return ", ".join(dict.fromkeys(filter(None, names)))


def _pieces(card: Card) -> tuple[tuple[str, bool], ...]:
    text, position = card.excerpt.text, 0
    pieces = []
    for start, end in card.excerpt.marks:
        pieces += [(text[position:start], False), (text[start:end], True)]
        position = end
    pieces.append((text[position:], False))
    return tuple((_inner(piece), marked) for piece, marked in pieces if piece)


def _inner(piece: str) -> str:
    """Clean a piece of a line but keep the spaces at its ends."""
    clean = words.visible(piece, 2_000)
    head = " " if piece[:1].isspace() else ""
    tail = " " if clean and piece[-1:].isspace() else ""
    return head + clean + tail


def _hits(themes: Iterable[ThemeHit]) -> tuple[Hit, ...]:
    return tuple(
        Hit(
            theme=words.visible(theme.title),
            rules=tuple(dict.fromkeys(words.visible(found.rule, 80) for found in theme.words)),
            score=f"{theme.score:g}",
            words=_places(_once(theme.words)),
        )
        for theme in themes
    )


def _once(found: Iterable[Words]) -> list[Words]:
    """Name a word once where several rules matched it."""
    by_place: dict[tuple[str, Field], Words] = {}
    for one in found:
        known = by_place.setdefault((one.text.casefold(), one.field), one)
        if one.count > known.count:
            by_place[one.text.casefold(), one.field] = one
    return list(by_place.values())


def _places(found: Iterable[Words]) -> tuple[tuple[str, str], ...]:
    """Gather the fields of each word: ("risk", "title, summary ×2")."""
    fields: dict[str, list[str]] = {}
    spelt: dict[str, str] = {}
    for one in found:
        key = one.text.casefold()
        spelt.setdefault(key, words.visible(one.text, 80))
        times = f" ×{one.count}" if one.count > 1 else ""
        fields.setdefault(key, []).append(f"{one.field.value}{times}")
    places = [(spelt[key], ", ".join(named)) for key, named in fields.items()]
    rest = len(places) - _WORDS_PER_THEME
    more = [("", f"and {rest} more words")] if rest > 0 else []
    return tuple(places[:_WORDS_PER_THEME] + more)


def _link(item: Card | Headline, note: str = "") -> Link:
    # A link that is cut short leads nowhere: a longer one is only kept, not shown.
    safe = item.url.lower().startswith(("http://", "https://")) and len(item.url) <= _LONGEST_LINK
    return Link(
        short=short_id(item.id),
        title=words.visible(item.title) or "(no title)",
        url=words.visible(item.url, _LONGEST_LINK).replace(" ", "%20") if safe else "",
        lang=_language_tag(item.language),
        note=note or (words.visible(item.source, 100) if isinstance(item, Card) else ""),
    )


def _language_tag(code: str) -> str:
    plain = code.replace("-", "")
    return code if plain.isascii() and plain.isalnum() and len(code) <= 20 else ""


def _new_source(source: NewSource) -> tuple[str, tuple[Link, ...]]:
    return _described(source), tuple(_link(title) for title in source.titles)


def _described(source: NewSource) -> str:
    stored = "" if source.stored is None else f"{words.counted(source.stored, 'item')} stored"
    verb = "matches" if source.matching == 1 else "match"
    matching = f"{source.matching:,} of its last days {verb}" if source.matching else ""
    described = ", ".join(filter(None, (stored, matching)))
    name = words.visible(source.name, 100)
    return f"{name}: {described}" if described else name


def _crowd(sources: tuple[NewSource, ...]) -> str:
    if not sources:
        return ""
    stored = sum(source.stored or 0 for source in sources)
    matching = sum(source.matching for source in sources)
    names = words.listed([words.visible(source.name, 100) for source in sources], _NAMED)
    return (
        f"{words.counted(len(sources), 'source')} read for the first time, "
        f"{words.counted(stored, 'item')} stored, {matching:,} of the last days match: {names}."
    )


def _rule_changes(issue: Issue) -> str:
    number = len(issue.rule_changes)
    if not number:
        return ""
    return f"{words.counted(number, 'older item')} now {'matches' if number == 1 else 'match'}."


def _lost(trouble: Trouble, zone: ZoneInfo, issue: Issue) -> tuple[str, str]:
    name = words.visible(trouble.name, 100)
    last = (
        f"last read {words.clock(trouble.last_read, zone, issue.window_end)}"
        if trouble.last_read
        else "never read yet"
    )
    official = ", official" if trouble.tier is Tier.OFFICIAL else ""
    return f"{name}{official}", f"{words.outcome(trouble.outcome, trouble.error)}; {last}"


def _standing(issue: Issue, zone: ZoneInfo) -> tuple[str, ...]:
    """One line for each kind of trouble that is not today's loss."""
    lost = sum(t.lost for t in issue.trouble)
    still = [
        f"{words.visible(t.name, 100)} (since {words.day(t.since or issue.window_start, zone)})"
        for t in issue.trouble
        if not t.read and not t.lost
    ]
    shaky = [
        f"{words.visible(t.name, 100)} ({words.outcome(t.outcome, t.error)})"
        for t in issue.trouble
        if t.read
    ]
    more = max(lost - _NAMED, 0)
    lines = [f"And {words.counted(more, 'more source')} lost in this window." if more else ""]
    if still:
        lines.append(f"Still not read: {words.listed(still, _NAMED)}.")
    if shaky:
        lines.append(f"Read, but not all is well: {words.listed(shaky, _NAMED)}.")
    return tuple(filter(None, lines))


def _near_miss(miss: NearMiss) -> tuple[Link, str]:
    lacking = words.listed([words.visible(word, 80) for word in miss.missing], 3)
    theme = words.visible(miss.theme, 100)
    return _link(miss.item), f"nearly {theme}: lacks {lacking}" if lacking else f"nearly {theme}"


def _issue_line(issue: Issue) -> str:
    if issue.previous_number is None:
        return f"Issue {issue.number} of {words.visible(issue.title, 100)}, the first"
    return (
        f"Issue {issue.number} of {words.visible(issue.title, 100)}; "
        f"the one before is issue {issue.previous_number}"
    )
