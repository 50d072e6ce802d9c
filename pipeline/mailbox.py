"""What a person writes for a mail address -> the address, or why it is none."""

import re

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


def mailbox(text: str) -> str:
    """Return a bare mail address; raise ValueError fit for a person."""
    text = text.strip()
    local, at, domain = text.rpartition("@")
    reason = _trouble(text, local if at else text, domain if at else "")
    if reason:
        raise ValueError(f"'{_visible(text)}' is no mail address: {reason}")
    return text


def _trouble(text: str, local: str, domain: str) -> str:
    labels = domain.split(".")
    checks = (
        (not text, "it is empty"),
        ("<" in text or ">" in text, "give it bare, as in analyst@example.org"),
        (any(c.isspace() or not c.isprintable() for c in text), "it holds a space"),
        ("@" not in text, "it has no @, as in analyst@example.org"),
        (not domain.isascii(), "write its domain in the form that begins with xn--"),
        (not local, "nothing stands before its @"),
        (not _LOCAL.fullmatch(local), f"'{_visible(local)}' cannot stand before an @"),
        (len(local) > 64 or len(text) > 254, "it is too long"),
        (len(labels) < 2, f"'{domain}' is no domain, as in example.org"),
        (not all(map(_LABEL.fullmatch, labels)), f"'{domain}' is no domain, as in example.org"),
        (any(len(label) > 63 for label in labels), f"'{domain}' is no domain, as in example.org"),
        (labels[-1].isdigit(), f"'{domain}' is no domain, as in example.org"),
    )
    return next((reason for wrong, reason in checks if wrong), "")


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:80]
