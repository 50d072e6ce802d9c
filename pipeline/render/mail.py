"""A frozen issue -> the bytes of one mail; the same bytes whenever it is asked.

The header block is written here and not by the email package: some versions of it turn text
from a feed into new headers (CVE-2024-6923) and long addresses into encoded words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from zoneinfo import ZoneInfo

from pipeline.issue import Issue
from pipeline.render.ics import calendar
from pipeline.render.page import CLOSING_DAYS
from pipeline.render.parts import HTML_LIMIT, WayOut, parts, titles
from pipeline.render.words import Speech, speech_of, visible
from pipeline.tokens import issue_token, mac, unsubscribe_token

__all__ = ["HTML_LIMIT", "Frame", "RenderedMail", "render", "subject", "unsubscribe_token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a deployment's mails say around every issue.

    `deployment` is the secret from which Message-IDs, boundaries and tokens follow; `issue_pages`
    says that whole issues can be read at `base_url`.
    """

    sender: str
    deployment: str
    base_url: str = ""
    issue_pages: bool = False


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
    domain = sender.rpartition("@")[2]
    key = _key(frame, issue.digest, str(issue.number), recipient)
    way_out = _way_out(issue.digest, frame, sender, recipient)
    whole_url = issue_url(frame, issue, recipient)
    made = titles(issue, way_out, whole_url) if short else parts(issue, way_out, whole_url)
    message_id = f"<{key}@{domain}>"
    headers = {
        "From": _mailbox(frame.sender, sender),
        "To": recipient,
        "Subject": _encoded(subject(issue), "Subject"),
        "Date": format_datetime(issue.window_end.astimezone(ZoneInfo(issue.zone))),
        "Message-ID": message_id,
        **_list_headers(issue.digest, way_out, domain),
    }
    calendar_key = mac(frame.deployment, "calendar").hex()[:12]
    attached = [
        _File(name="whole-issue.html", subtype="html", text=made.whole),
        _File(
            name="deadlines.ics",
            subtype="calendar",
            text="" if short else calendar(issue, domain, calendar_key),
        ),
    ]
    return RenderedMail(
        subject=subject(issue),
        html=made.html,
        text=made.text,
        message_id=message_id,
        payload=_block(headers) + _body(made.html, made.text, attached, key),
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
    domain = sender.rpartition("@")[2]
    message_id = f"<{key}@{domain}>"
    way_out = _way_out(letter.digest, frame, sender, recipient)
    attached = [_File(name="themes.html", subtype="html", text=letter.attached)]
    headers = {
        "From": _mailbox(frame.sender, sender),
        "To": recipient,
        "Subject": _encoded(_one_line(letter.subject), "Subject"),
        "Date": format_datetime(letter.at),
        "Message-ID": message_id,
        **_list_headers(letter.digest, way_out, domain),
    }
    return RenderedMail(
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        message_id=message_id,
        payload=_block(headers) + _body(letter.html, letter.text, attached, key),
    )


def subject(issue: Issue) -> str:
    """Say in one line what an issue holds: [AI policy] 25 new, 2 closing, 1 source lost: 23 Nov."""
    speech = speech_of(issue)
    lost = sum(trouble.lost for trouble in issue.trouble)
    counts = (
        ("new n", issue.new_count),
        ("closing n", sum(due.days <= CLOSING_DAYS for due in issue.closing)),
        ("updated n", len(issue.updated)),
        ("late n", len(issue.late)),
        ("starter n", len(issue.starter)),
    )
    parts = [speech.say(phrase, n=number) for phrase, number in counts if number]
    if issue.new_sources:
        parts.append(speech.count("new source", len(issue.new_sources)))
    if not parts:
        parts = [_nothing(issue, speech)]
    elif lost:
        parts.append(speech.count("lost", lost))
    if issue.merged > 1:
        parts.insert(0, speech.say("catch-up"))
    said = f"{speech.say('comma').join(parts)}: {speech.day(issue.window_end)}"
    mark = speech.say("rehearsal mark") if issue.rehearsal else ""
    return _one_line(f"[{visible(issue.title, 60)}] {said}{mark}")


def _nothing(issue: Issue, speech: Speech) -> str:
    if issue.waiting is None:
        return speech.say("nothing read", read=issue.read, all=issue.sources)
    undecided = issue.waiting.undecided
    return speech.say("nothing kept read", n=undecided, read=issue.read, all=issue.sources)


def issue_url(frame: Frame, issue: Issue, address: str) -> str:
    """Return where the whole issue can be read as it was sent, or an empty text."""
    if not (frame.base_url and frame.issue_pages):
        return ""
    key = issue_token(frame.deployment, issue.digest, issue.number, address)
    return f"{frame.base_url.rstrip('/')}/d/{issue.digest}-{issue.number}/{key}"


# --- the envelope -----------------------------------------------------------------------------


def _list_headers(digest: str, way_out: WayOut, domain: str) -> dict[str, str]:
    return {
        "List-Id": f"<{digest}.policywatch.{domain}>",
        "List-Unsubscribe": _leaving(way_out),
        "List-Unsubscribe-Post": _one_click(way_out),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
    }


def _way_out(digest: str, frame: Frame, sender: str, recipient: str) -> WayOut:
    url = ""
    if frame.base_url:
        key = unsubscribe_token(frame.deployment, digest, recipient)
        url = f"{frame.base_url.rstrip('/')}/u/{key}"
        if not _URL.fullmatch(url):
            raise ValueError(f"{frame.base_url}: no address that a mail can link to")
    return WayOut(address=sender, subject=f"unsubscribe {digest}", url=url)


def _leaving(way_out: WayOut) -> str:
    mailto = f"<mailto:{way_out.address}?subject={way_out.subject.replace(' ', '%20')}>"
    return f"<{way_out.url}>,\r\n {mailto}" if way_out.url else mailto


def _one_click(way_out: WayOut) -> str:
    return "List-Unsubscribe=One-Click" if way_out.url.startswith("https://") else ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What goes along with a mail; an empty text does not."""

    name: str
    subtype: str
    text: str


def _body(html: str, text: str, files: Sequence[_File], key: str) -> bytes:
    """Write MIME-Version, Content-Type and all parts, with boundaries that follow from the key."""
    body = MIMEPart(policy=SMTP)
    body["MIME-Version"] = "1.0"
    body.set_content(text, cte=_encoding(text))
    body.add_alternative(html, subtype="html", cte=_encoding(html))
    body.set_boundary(f"=_{key}_a")
    attached = [file for file in files if file.text]
    if attached:
        body.make_mixed(f"=_{key}_m")
    for file in attached:
        body.add_attachment(
            file.text,
            subtype=file.subtype,
            cte=_encoding(file.text),
            filename=file.name,
            params={"method": "PUBLISH"} if file.subtype == "calendar" else None,
        )
    return body.as_bytes()


def _encoding(text: str) -> str:
    # One foreign character costs nine bytes as quoted-printable and four as base64.
    foreign = sum(not c.isascii() for c in text)
    return "base64" if foreign * 6 > len(text) else "quoted-printable"
