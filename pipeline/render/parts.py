"""A page -> the HTML part and the text part of a mail, as long as they may be."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from wcwidth import wrap

from pipeline.issue import Issue
from pipeline.render.page import ROOM, Page, Plan, crowded_out, in_full, page

HTML_LIMIT = 95_000
"""Bytes of the HTML part; Gmail cuts a mail at 102 kB and hides its end."""

_ATTACHMENT_LIMIT = 2_000_000
_FULL_AT_LEAST = 12
# No more than this many titles can stay below the limit.
_TITLES_AT_MOST = 500
_COLUMNS = 72
# What stands around the items leaves them at least a third of the page.
_FRAME_LIMIT = 62_000
_ROOMS = (ROOM, 40, 10, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """How to leave: by a mail with a subject, and by a link where we have an address."""

    address: str
    subject: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The two parts of a mail; `whole` is the issue as a file when it does not fit."""

    html: str
    text: str
    whole: str


def parts(issue: Issue, way_out: WayOut, whole_url: str = "") -> Parts:
    """Render an issue, cut below HTML_LIMIT; what is cut is at `whole_url`, or attached."""
    shown = _fitting(issue, way_out, whole_url)
    attached = _whole(issue, way_out) if shown.truncated and not whole_url else ""
    return Parts(html=_html(shown, way_out), text=_text(shown, way_out), whole=attached)


def titles(issue: Issue, way_out: WayOut, whole_url: str = "") -> Parts:
    """Render an issue as titles alone, as many as fit, with nothing to attach."""
    ids = _by_weight(issue)

    def cut(count: int) -> Page:
        plan = Plan(full=frozenset(), titled=frozenset(ids[:count]), room=_ROOMS[-1])
        return page(issue, plan, whole_url)

    def fits(count: int) -> bool:
        return _size(_html(cut(count), way_out)) < HTML_LIMIT

    shown = cut(_most(min(_TITLES_AT_MOST, len(ids)), fits))
    return Parts(html=_html(shown, way_out), text=_text(shown, way_out), whole="")


# --- what fits --------------------------------------------------------------------------------


def _fitting(issue: Issue, way_out: WayOut, whole_url: str) -> Page:
    """Shorten the least official items to titles, then to a count, until the page is small."""
    ids = _by_weight(issue)

    def cut(full: int, titled: int, room: int | None = None) -> Page:
        shown = frozenset(ids[:full]), frozenset(ids[:titled])
        plan = Plan(full=shown[0], titled=shown[1], room=rows if room is None else room)
        return page(issue, plan, whole_url)

    def fits(full: int, titled: int) -> bool:
        return _size(_html(cut(full, titled), way_out)) < HTML_LIMIT

    rows = next((n for n in _ROOMS if _size(_html(cut(0, 0, n), way_out)) < _FRAME_LIMIT), 1)
    every = len(ids)
    if every <= _TITLES_AT_MOST:
        full = _most(every, lambda count: fits(count, every))
        if full >= min(_FULL_AT_LEAST, every):
            return cut(full, every)
    full = _most(min(_FULL_AT_LEAST, every), lambda count: fits(count, count))
    return cut(full, _most(min(_TITLES_AT_MOST, every), lambda count: fits(full, count)))


def _size(html: str) -> int:
    # On its way every line ends in two characters.
    return len(html.encode()) + html.count("\n")


def _by_weight(issue: Issue) -> list[int]:
    """Order the items by what must not be shortened: first ones, official ones, then the others."""
    shown, out = in_full(issue), crowded_out(issue)
    official = [card.id for card in shown if card.tier == "official"]
    first = [card.id for card in issue.first]
    ordered = dict.fromkeys([*first, *official, *(card.id for card in shown)])
    return [id_ for id_ in ordered if id_ not in out]


def _most(count: int, fits: Callable[[int], bool]) -> int:
    """Find the largest number up to `count` that fits; 0 when none does."""
    if fits(count):
        return count
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _whole(issue: Issue, way_out: WayOut) -> str:
    """Render the whole issue as a file: every item in full, or at least every title."""
    ids = frozenset(card.id for card in in_full(issue))
    whole = _html(page(issue, Plan(full=ids, titled=ids)), way_out)
    if len(whole.encode()) <= _ATTACHMENT_LIMIT:
        return whole
    return _html(page(issue, Plan(full=frozenset(), titled=ids)), way_out)


# --- the two parts ----------------------------------------------------------------------------

_TEMPLATES = Path(__file__).parent / "templates"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=select_autoescape(["html.j2"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_INLINER = CSSInliner(load_remote_stylesheets=False)


def _own(name: str) -> Markup:
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704  our own file


# What depends on the screen cannot be inlined; the charset must stand before it, for a reader
# of the attached file looks for it in the first 1024 bytes only.
_STYLES = {"css": _own("mail.css"), "media_css": _own("media.css")}


def _html(shown: Page, way_out: WayOut) -> str:
    template = _ENVIRONMENT.get_template("mail.html.j2")
    return _INLINER.inline(template.render(**_given(shown, way_out), **_STYLES))


def _text(shown: Page, way_out: WayOut) -> str:
    template = _ENVIRONMENT.get_template("mail.txt.j2")
    lines = template.render(**_given(shown, way_out)).splitlines()
    return "\n".join(part for line in lines for part in _wrapped(line)) + "\n"


def _given(shown: Page, way_out: WayOut) -> dict[str, object]:
    return {
        "page": shown,
        "way_out": way_out,
        "say": shown.say,
        "count": shown.count,
        "brackets": lambda text: _bracketed(text, shown),
    }


def _bracketed(text: str, shown: Page) -> str:
    """Put brackets around what a template made; what it escaped stays escaped."""
    left, right = shown.say("in brackets", text="\x00").split("\x00")
    return type(text)(left) + text + right


def _wrapped(line: str) -> list[str]:
    """Wrap by what a terminal shows: a Japanese character takes two columns; links stay whole."""
    bare = line.lstrip()
    if not bare or bare.startswith(("http://", "https://")):
        return [line.rstrip()]
    indent = line[: len(line) - len(bare)]
    return [indent + part for part in _broken(bare, _COLUMNS - len(indent))]


def _broken(text: str, columns: int) -> list[str]:
    return wrap(text, width=columns, break_on_hyphens=False)
