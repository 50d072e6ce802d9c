"""Cards of an issue -> entries of a page: an item in full, a title to click on, what goes along."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.deadlines import Deadline
from pipeline.issue import Card, Headline, Story, ThemeHit, Told, Words, published_text
from pipeline.model import Field, Reason, Tier
from pipeline.render.names import FIELDS, TIERS, TYPES
from pipeline.render.words import Speech, visible
from pipeline.shortid import short_id

_WORDS_PER_THEME = 8
_NOTES = 3
_LONGEST_NOTE = 500
_LONGEST_LINK = 2_000
# Official reports and what somebody wrote a note on are never left out; of others the first are
# named.
_ALSO_TITLES = 3
_ALSO_NAMES = 5


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
class Reports:
    """Other reports of a thing: some by title, and a line that counts the rest."""

    titles: tuple[Link, ...] = ()
    rest: str = ""


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
    gloss: str
    closes: str
    follows: Link | None
    excerpt: tuple[tuple[str, bool], ...]
    hits: tuple[Hit, ...]
    others: tuple[Hit, ...]
    notes: tuple[str, ...]
    reports: Reports
    remarks: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A line about a thing that was told of before, and what is new of it."""

    said: str
    head: Link
    reports: Reports


def entry(card: Card, speech: Speech) -> Entry:
    """Put an item into words."""
    early = speech.say("before start") if card.reason is Reason.NEW_SOURCE else ""
    when = speech.published(card.published, card.precision)
    return Entry(
        link=link(card),
        tier=speech.name(TIERS, card.tier),
        official=card.tier is Tier.OFFICIAL,
        place=_place(card, speech),
        type=speech.name(TYPES, card.type),
        when=f"{early} · {when}" if early else when,
        datetime=published_text(card.published, card.precision) or "",
        seen=speech.clock(card.first_seen),
        language=speech.foreign(card.language),
        gloss=visible(card.gloss),
        closes=closes(card.deadline, speech) if card.deadline else "",
        follows=link(card.follows) if card.follows else None,
        excerpt=_pieces(card),
        hits=_hits(card.themes[:1], speech),
        others=_hits(card.themes[1:], speech),
        notes=_notes(card.themes),
        reports=reports(card.reports, speech),
        remarks=_remarks(card, speech),
        note=visible(card.note, _LONGEST_NOTE),
    )


def _remarks(card: Card, speech: Speech) -> tuple[str, ...]:
    """Say what a reader should know of how an item came."""
    remarks = (("title only", card.title_only), ("after change", card.after_change))
    return tuple(speech.say(phrase) for phrase, holds in remarks if holds)


def later(story: Story, speech: Speech, room: int) -> Later:
    """Put what was reported later of a thing into one line, with official titles below it."""
    named = [told for told in story.reports if _is_named(told)]
    return Later(
        said=speech.say(
            "since",
            reports=_in_languages("later report", story.reports, speech),
            day=speech.weekday(story.since),
        ),
        head=link(story.head),
        reports=Reports(titles=tuple(link(told, _said(told, speech)) for told in named[:room])),
    )


def reports(told: Sequence[Told], speech: Speech) -> Reports:
    """Name the official ones and a few more by title, then outlets, then a count."""
    if not told:
        return Reports()
    named = [t for t in told if _is_named(t)]
    research = [t for t in told if t.tier is Tier.RESEARCH and t not in named]
    named += research[: max(_ALSO_TITLES - len(named), 0)]
    rest = [t for t in told if t not in named]
    titles = tuple(link(t, _said(t, speech)) for t in named)
    if not rest:
        return Reports(titles=titles)
    outlets = list(dict.fromkeys(_source(t) for t in rest))
    names = speech.say("comma").join(outlets[:_ALSO_NAMES])
    said = speech.say("also in", names=names)
    more = [t for t in rest if _source(t) not in outlets[:_ALSO_NAMES]]
    if more:
        said += speech.say("comma") + _in_languages("more report", more, speech)
    return Reports(titles=titles, rest=said + speech.say("stop"))


def closes(deadline: Deadline, speech: Speech) -> str:
    """Say until when one may answer; what is not sure is said with the words of the text."""
    days = speech.deadline(deadline)
    if deadline.day is None:
        return speech.say("closes or", days=days, words=visible(deadline.words, 60))
    today = speech.now.astimezone(speech.zone).date()
    over: date = deadline.last
    return speech.say("closes" if over >= today else "closed", day=days)


def link(item: Card | Headline | Told, note: str = "") -> Link:
    """Return what a title leads to."""
    # A link that is cut short leads nowhere: a longer one is only kept, not shown.
    safe = item.url.lower().startswith(("http://", "https://")) and len(item.url) <= _LONGEST_LINK
    return Link(
        short=short_id(item.id),
        title=visible(item.title),
        url=visible(item.url, _LONGEST_LINK).replace(" ", "%20") if safe else "",
        lang=_language_tag(item.language),
        note=note or (visible(item.source, 100) if isinstance(item, Card) else ""),
    )


def _in_languages(noun: str, told: Sequence[Told], speech: Speech) -> str:
    languages = {t.language.lower().partition("-")[0] for t in told} - {"", "und"}
    counted = speech.count(noun, len(told))
    if len(languages) < 2:
        return counted
    spoken = speech.count("language", len(languages))
    return speech.say("in languages", reports=counted, languages=spoken)


def by_language(cards: Iterable[Card], speech: Speech) -> str:
    """Count items by language, the most first."""
    counts = Counter(speech.tongue(card.language) for card in cards)
    return speech.say("comma").join(
        speech.say("n in language", n=count, language=name) for name, count in counts.most_common()
    )


def _source(told: Told) -> str:
    return visible(told.source, 100)


def _is_named(told: Told) -> bool:
    return told.tier is Tier.OFFICIAL or bool(told.note)


def _said(told: Told, speech: Speech) -> str:
    """Name the outlet of a report, and what was said of it when it was kept."""
    note = visible(told.note, _LONGEST_NOTE)
    return f"{_source(told)} · {speech.say('analyst')} {note}" if note else _source(told)


def _place(card: Card, speech: Speech) -> str:
    source, organisation = visible(card.source, 100), visible(card.organisation, 100)
    names = [organisation, source, speech.jurisdiction(card.jurisdiction)]
    if organisation in source:
        names.remove(organisation)
    return speech.say("comma").join(dict.fromkeys(filter(None, names)))


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
    clean = visible(piece, 2_000)
    head = " " if piece[:1].isspace() else ""
    tail = " " if clean and piece[-1:].isspace() else ""
    return head + clean + tail


def _hits(themes: Iterable[ThemeHit], speech: Speech) -> tuple[Hit, ...]:
    return tuple(
        Hit(
            theme=visible(theme.title),
            rules=tuple(dict.fromkeys(visible(found.rule, 80) for found in theme.words)),
            score=f"{theme.score:g}",
            words=_places(_once(theme.words), speech),
        )
        for theme in themes
    )


def _notes(themes: Iterable[ThemeHit]) -> tuple[str, ...]:
    notes = dict.fromkeys(visible(note, 200) for theme in themes for note in theme.notes)
    return tuple(notes)[:_NOTES]


def _once(found: Iterable[Words]) -> list[Words]:
    """Name a word once where several rules matched it."""
    by_place: dict[tuple[str, Field], Words] = {}
    for one in found:
        known = by_place.setdefault((one.text.casefold(), one.field), one)
        if one.count > known.count:
            by_place[one.text.casefold(), one.field] = one
    return list(by_place.values())


def _places(found: Iterable[Words], speech: Speech) -> tuple[tuple[str, str], ...]:
    """Gather the fields of each word: ("risk", "title, summary ×2")."""
    fields: dict[str, list[str]] = {}
    spelt: dict[str, str] = {}
    for one in found:
        key = one.text.casefold()
        spelt.setdefault(key, visible(one.text, 80))
        times = speech.say("times", n=one.count) if one.count > 1 else ""
        fields.setdefault(key, []).append(f"{speech.name(FIELDS, one.field)}{times}")
    places = [(spelt[key], speech.say("comma").join(named)) for key, named in fields.items()]
    rest = len(places) - _WORDS_PER_THEME
    more = [("", speech.count("other word", rest))] if rest > 0 else []
    return tuple(places[:_WORDS_PER_THEME] + more)


def _language_tag(code: str) -> str:
    plain = code.replace("-", "")
    return code if plain.isascii() and plain.isalnum() and len(code) <= 20 else ""
