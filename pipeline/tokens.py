"""Short secrets that follow from the deployment's own: who holds one was given it by us."""

import hmac
from base64 import urlsafe_b64encode


def token(secret: str, *parts: str) -> str:
    """Return 22 characters, 128 bits, that only the deployment can make for these parts."""
    return urlsafe_b64encode(mac(secret, *parts)[:16]).decode("ascii").rstrip("=")


def mac(secret: str, *parts: str) -> bytes:
    """Return the whole code for these parts, of which the first says what it is for."""
    return hmac.digest(secret.encode(), "\x1f".join(parts).encode(), "sha256")
