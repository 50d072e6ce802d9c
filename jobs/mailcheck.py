"""A probe for the way that digests go, and what its received form says about DKIM.

One-click unsubscribe counts only where a DKIM signature covers both of its headers (RFC 8058,
section 4): many relays sign List-Unsubscribe and leave List-Unsubscribe-Post out.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from jobs.deliver import OUTPUTS
from jobs.deployment import Deployment
from jobs.editions import frame
from pipeline.records import Mail
from pipeline.render.mail import Letter, render_letter

_UNSUBSCRIBE, _POST = "List-Unsubscribe", "List-Unsubscribe-Post"
_EXIM = "dkim_sign_headers = _DKIM_SIGN_HEADERS:+list-unsubscribe-post"
_RESULT = re.compile(r"\b(dkim|spf|dmarc)=([a-z]+)", re.IGNORECASE)
_PROBE = (
    "This is a probe of policywatch doctor mail. Save it with all its headers (in most programs: "
    "show the original, save as a file) and run: policywatch doctor mail --check FILE.eml"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One thing that a received mail shows, whether it is well, and what to do if not."""

    ok: bool
    what: str
    found: str


def send_probe(deployment: Deployment, digest: str, address: str) -> str:
    """Mail a probe with the header of a digest and return the server's words of acceptance."""
    letter = Letter(
        digest=digest,
        subject="policywatch: a probe of the mail",
        text=_PROBE + "\n",
        html=f"<!DOCTYPE html><html><body><p>{_PROBE}</p></body></html>",
        at=deployment.now(),
    )
    made = render_letter(letter, frame(deployment), address)
    mail = Mail(address=address, message_id=made.message_id, payload=made.payload)
    return OUTPUTS["smtp"].send(deployment.settings, mail, lambda: None)


def judge(received: bytes) -> tuple[Judgement, ...]:
    """Judge a received mail; what the receiving server verified is taken at its word."""
    message = message_from_bytes(received)
    return (_offer(message), _coverage(message), *_results(message))


def _offer(message: Message) -> Judgement:
    offered = str(message.get(_UNSUBSCRIBE, ""))
    if not offered:
        return Judgement(
            ok=False, what="unsubscribe", found=f"no {_UNSUBSCRIBE}: something on the way cut it"
        )
    if message.get(_POST, "").strip() == "List-Unsubscribe=One-Click" and "<https:" in offered:
        return Judgement(ok=True, what="unsubscribe", found="one click, and by mail")
    return Judgement(
        ok=False,
        what="unsubscribe",
        found="by mail alone: for one click set POLICYWATCH_BASE_URL to an https address that "
        "leads to policywatch serve",
    )


def _coverage(message: Message) -> Judgement:
    signatures = [_tags(str(text)) for text in message.get_all("DKIM-Signature", [])]
    if not signatures:
        found = "none: let your mail server sign what it sends for this domain"
        return Judgement(ok=False, what="DKIM", found=found)
    wanted = [name for name in (_UNSUBSCRIBE, _POST) if name in message]
    by_domain = {
        tags.get("d", "?"): [name for name in wanted if name.lower() not in _signed(tags)]
        for tags in signatures
    }
    whole = [domain for domain, missing in by_domain.items() if not missing]
    if whole:
        found = f"{whole[0]} signs {' and '.join(wanted) or 'the mail'}"
        return Judgement(ok=True, what="DKIM", found=found)
    domain, missing = min(by_domain.items(), key=lambda pair: len(pair[1]))
    found = (
        f"{domain} does not sign {' and '.join(missing)}: mailboxes then show no button to leave. "
        f"Add it to the signed headers of your mail server (in Exim: {_EXIM})"
    )
    return Judgement(ok=False, what="DKIM", found=found)


def _signed(tags: dict[str, str]) -> set[str]:
    return {name.strip().lower() for name in tags.get("h", "").split(":")}


def _tags(signature: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in signature.split(";"))
    return {name.strip(): "".join(value.split()) for name, _, value in pairs}


def _results(message: Message) -> list[Judgement]:
    """Repeat what the receiving server says of the mail; the uppermost header is its own."""
    said = str(message.get("Authentication-Results", ""))
    return [
        Judgement(ok=verdict.lower() == "pass", what=f"{check.upper()} as verified", found=verdict)
        for check, verdict in _RESULT.findall(said)
    ]
