"""A frozen issue -> the bytes of one mail; the same bytes whenever it is asked.

The header block is written here and not by the email package: some versions of it turn text
from a feed into new headers (CVE-2024-6923) and long addresses into encoded words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from wcwidth import wrap

from pipeline.issue import Issue
from pipeline.render import words
from pipeline.render.page import Page, Plan, page
from pipeline.tokens import mac, unsubscribe_token

HTML_LIMIT = 95_000
"""Bytes of the HTML part; Gmail cuts a mail at 102 kB and hides its end."""

_ATTACHMENT_LIMIT = 2_000_000
_FULL_AT_LEAST = 12
# No more than this many titles can stay below the limit.
_TITLES_AT_MOST = 500
_COLUMNS = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a deployment's mails say around every issue.

    `deployment` is the secret from which Message-IDs, boundaries and tokens follow.
    """

    sender: str
    deployment: str
    base_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedMail:
    """One mail to one address; `payload` is all of it, 7-bit clean with CRLF."""

    subject: str
    html: str
    text: str
    message_id: str
    payload: bytes


def render(issue: Issue, frame: Frame, address: str, *, short: bool = False) -> RenderedMail:
    """Render an issue for an address; raise ValueError when an address cannot be mailed.

    `short`: titles alone and nothing attached, for a server that takes no large mail.
    """
    sender, recipient = _address(frame.sender, "sender"), _address(address, "recipient")
    key = _key(frame, issue.digest, str(issue.number), recipient)
    unsubscribe = _unsubscribe(issue.digest, frame, sender, recipient)
    shown = _titles(issue, unsubscribe) if short else _fitting(issue, unsubscribe)
    html, text = _html(shown, unsubscribe), _text(shown, unsubscribe)
    message_id = f"<{key}@{sender.rpartition('@')[2]}>"
    headers = {
        "From": _mailbox(frame.sender, sender),
        "To": recipient,
        "Subject": _encoded(subject(issue), "Subject"),
        "Date": format_datetime(issue.window_end.astimezone(ZoneInfo(issue.zone))),
        "Message-ID": message_id,
        **_list_headers(issue.digest, unsubscribe, sender),
    }
    attached = _attached(issue, unsubscribe) if shown.truncated and not short else ""
    return RenderedMail(
        subject=subject(issue),
        html=html,
        text=text,
        message_id=message_id,
        payload=_block(headers) + _body(html, text, attached, key),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one person is told about a digest, beside its issues; `attached` is a page."""

    digest: str
    subject: str
    text: str
    html: str
    at: datetime
    attached: str = ""


def render_letter(letter: Letter, frame: Frame, address: str) -> RenderedMail:
    """Render a letter with the header that the issues of its digest have."""
    sender, recipient = _address(frame.sender, "sender"), _address(address, "recipient")
    key = _key(frame, "letter", letter.digest, recipient, letter.at.isoformat())
    message_id = f"<{key}@{sender.rpartition('@')[2]}>"
    unsubscribe = _unsubscribe(letter.digest, frame, sender, recipient)
    headers = {
        "From": _mailbox(frame.sender, sender),
        "To": recipient,
        "Subject": _encoded(_one_line(letter.subject), "Subject"),
        "Date": format_datetime(letter.at),
        "Message-ID": message_id,
        **_list_headers(letter.digest, unsubscribe, sender),
    }
    return RenderedMail(
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        message_id=message_id,
        payload=_block(headers) + _body(letter.html, letter.text, letter.attached, key),
    )


def subject(issue: Issue) -> str:
    """Say in one line what an issue holds: [AI policy] 25 new, 1 source lost: 23 Nov."""
    lost = sum(trouble.lost for trouble in issue.trouble)
    parts = [f"{len(issue.new):,} new"] if issue.new else []
    parts += [f"{len(issue.updated):,} updated"] if issue.updated else []
    parts += [f"{len(issue.late):,} found late"] if issue.late else []
    parts += [words.counted(len(issue.new_sources), "new source")] if issue.new_sources else []
    if not parts:
        parts = [f"nothing new, {issue.read:,} of {issue.sources:,} read"]
    elif lost:
        parts.append(f"{words.counted(lost, 'source')} lost")
    if issue.merged > 1:
        parts.insert(0, "catch-up")
    day = words.day(issue.window_end, ZoneInfo(issue.zone))
    rehearsal = " (rehearsal)" if issue.rehearsal else ""
    return _one_line(f"[{words.visible(issue.title, 60)}] {', '.join(parts)}: {day}{rehearsal}")


# --- what fits --------------------------------------------------------------------------------


def _fitting(issue: Issue, unsubscribe: "_Unsubscribe") -> Page:
    """Shorten the least official items to titles, then to a count, until the page is small."""
    ids = _by_weight(issue)

    def cut(full: int, titled: int) -> Page:
        return page(issue, Plan(full=frozenset(ids[:full]), titled=frozenset(ids[:titled])))

    def fits(full: int, titled: int) -> bool:
        return _size(_html(cut(full, titled), unsubscribe)) < HTML_LIMIT

    every = len(ids)
    if every <= _TITLES_AT_MOST:
        full = _most(every, lambda count: fits(count, every))
        if full >= min(_FULL_AT_LEAST, every):
            return cut(full, every)
    full = _most(min(_FULL_AT_LEAST, every), lambda count: fits(count, count))
    return cut(full, _most(min(_TITLES_AT_MOST, every), lambda count: fits(full, count)))


def _titles(issue: Issue, unsubscribe: "_Unsubscribe") -> Page:
    ids = _by_weight(issue)

    def cut(count: int) -> Page:
        return page(issue, Plan(full=frozenset(), titled=frozenset(ids[:count])))

    def fits(count: int) -> bool:
        return _size(_html(cut(count), unsubscribe)) < HTML_LIMIT

    return cut(_most(min(_TITLES_AT_MOST, len(ids)), fits))


def _size(html: str) -> int:
    # On its way every line ends in two characters.
    return len(html.encode()) + html.count("\n")


def _by_weight(issue: Issue) -> list[int]:
    """Order the items by what must not be shortened: official ones first, then as they stand."""
    official = [card.id for card in issue.cards if card.tier == "official"]
    return list(dict.fromkeys([*official, *(card.id for card in issue.cards)]))


def _most(count: int, fits: Callable[[int], bool]) -> int:
    """Find the largest number up to `count` that fits; 0 when none does."""
    if fits(count):
        return count
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _attached(issue: Issue, unsubscribe: "_Unsubscribe") -> str:
    """Render the whole issue as a file: every item in full, or at least every title."""
    ids = frozenset(card.id for card in issue.cards)
    whole = _html(page(issue, Plan(full=ids, titled=ids)), unsubscribe)
    if len(whole.encode()) <= _ATTACHMENT_LIMIT:
        return whole
    return _html(page(issue, Plan(full=frozenset(), titled=ids)), unsubscribe)


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


def _html(shown: Page, unsubscribe: "_Unsubscribe") -> str:
    template = _ENVIRONMENT.get_template("mail.html.j2")
    return _INLINER.inline(template.render(page=shown, unsubscribe=unsubscribe, **_STYLES))


def _text(shown: Page, unsubscribe: "_Unsubscribe") -> str:
    template = _ENVIRONMENT.get_template("mail.txt.j2")
    lines = template.render(page=shown, unsubscribe=unsubscribe).splitlines()
    return "\n".join(part for line in lines for part in _wrapped(line)) + "\n"


def _wrapped(line: str) -> list[str]:
    """Wrap by what a terminal shows: a Japanese character takes two columns; links stay whole."""
    bare = line.lstrip()
    if not bare or bare.startswith(("http://", "https://")):
        return [line.rstrip()]
    indent = line[: len(line) - len(bare)]
    return [indent + part for part in _broken(bare, _COLUMNS - len(indent))]


def _broken(text: str, columns: int) -> list[str]:
    return wrap(text, width=columns, break_on_hyphens=False)


# --- the envelope -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unsubscribe:
    """How to leave: by a mail with a subject, and by a link where we have an address."""

    address: str
    subject: str
    url: str

    @property
    def one_click(self) -> bool:
        return self.url.startswith("https://")

    @property
    def header(self) -> str:
        mailto = f"<mailto:{self.address}?subject={self.subject.replace(' ', '%20')}>"
        return f"<{self.url}>,\r\n {mailto}" if self.url else mailto


def _list_headers(digest: str, unsubscribe: _Unsubscribe, sender: str) -> dict[str, str]:
    return {
        "List-Id": f"<{digest}.policywatch.{sender.rpartition('@')[2]}>",
        "List-Unsubscribe": unsubscribe.header,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" if unsubscribe.one_click else "",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
    }


def _unsubscribe(digest: str, frame: Frame, sender: str, recipient: str) -> _Unsubscribe:
    url = ""
    if frame.base_url:
        key = unsubscribe_token(frame.deployment, digest, recipient)
        url = f"{frame.base_url.rstrip('/')}/u/{key}"
        if not _URL.fullmatch(url):
            raise ValueError(f"{frame.base_url}: no address that a mail can link to")
    return _Unsubscribe(address=sender, subject=f"unsubscribe {digest}", url=url)


def _key(frame: Frame, *parts: str) -> str:
    return mac(frame.deployment, "mail", *parts).hex()[:32]


_BARE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
_URL = re.compile(r"https?://[!-;=?-~]{1,400}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def _address(text: str, role: str) -> str:
    bare = parseaddr(text)[1]
    if not _BARE.fullmatch(bare) or len(bare) > 254 or _CONTROL.search(text):
        raise ValueError(f"{text!r} cannot be the {role} of a mail")
    return bare


def _mailbox(text: str, bare: str) -> str:
    name = _one_line(parseaddr(text)[0])
    if not name:
        return bare
    if name.isascii():
        quoted = name.replace("\\", "").replace('"', "")
        return f'"{quoted}" <{bare}>'
    return f"{_encoded(name, 'From')}\r\n <{bare}>"


def _one_line(text: str) -> str:
    """Make text fit for a header: no controls, and nothing that reads as an encoded word."""
    return _CONTROL.sub(" ", text).replace("=?", "= ?").strip()


def _encoded(text: str, name: str) -> str:
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name=name).encode(linesep="\r\n")


_FOLDED = re.compile(rb"([A-Za-z-]+): ([!-~][ -~]*(?:\r\n [ -~]+)*)\r\n")


def _block(headers: dict[str, str]) -> bytes:
    """Write the header block, and read it back: exactly these names, each once, 7-bit."""
    written = {name: value for name, value in headers.items() if value}
    block = "".join(f"{name}: {value}\r\n" for name, value in written.items()).encode("utf-8")
    found = [name.decode("ascii") for name, _ in _FOLDED.findall(block)]
    if found != list(written) or _FOLDED.sub(b"", block):
        raise ValueError(f"the header of the mail would not be safe: {block!r}")
    if max(map(len, block.split(b"\r\n"))) > 998:
        raise ValueError("a line of the mail's header would be too long")
    return block


def _body(html: str, text: str, attached: str, key: str) -> bytes:
    """Write MIME-Version, Content-Type and all parts, with boundaries that follow from the key."""
    body = MIMEPart(policy=SMTP)
    body["MIME-Version"] = "1.0"
    body.set_content(text, cte=_encoding(text))
    body.add_alternative(html, subtype="html", cte=_encoding(html))
    body.set_boundary(f"=_{key}_a")
    if attached:
        body.make_mixed(f"=_{key}_m")
        body.add_attachment(
            attached, subtype="html", cte=_encoding(attached), filename="whole-issue.html"
        )
    return body.as_bytes()


def _encoding(text: str) -> str:
    # One foreign character costs nine bytes as quoted-printable and four as base64.
    foreign = sum(not c.isascii() for c in text)
    return "base64" if foreign * 6 > len(text) else "quoted-printable"
