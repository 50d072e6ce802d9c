"""Short secrets that follow from the deployment's own: who holds one was given it by us."""

import hmac
from base64 import urlsafe_b64encode


def unsubscribe_token(secret: str, digest: str, address: str) -> str:
    """Return what lets an address leave a digest."""
    return token(secret, "unsubscribe", digest, address)


def issue_token(secret: str, digest: str, number: int, address: str) -> str:
    """Return what lets an address read an issue as it was sent to it."""
    return token(secret, "issue", digest, f"{number}", address)


def token(secret: str, *parts: str) -> str:
    """Return 22 characters, 128 bits, that only the deployment can make for these parts."""
    return urlsafe_b64encode(mac(secret, *parts)[:16]).decode("ascii").rstrip("=")


def mac(secret: str, *parts: str) -> bytes:
    """Return the whole code for these parts, of which the first says what it is for."""
    return hmac.digest(secret.encode(), "\x1f".join(parts).encode(), "sha256")
