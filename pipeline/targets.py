"""Where `outputs:` may send an issue beside the mails: a check of the target for each kind."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import urlsplit

from pipeline.urls import is_http_url
from pipeline.yamlfile import did_you_mean

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def read_target(value: object) -> str:
    """Read `{file: mails}` as `file:mails`; raise ValueError fit for a person."""
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError("must be one kind and its target, such as file: mails")
    ((kind, target),) = value.items()
    if kind not in TARGETS:
        known = ", ".join(TARGETS)
        raise ValueError(f"no output '{kind}', there is {known}{did_you_mean(f'{kind}', TARGETS)}")
    if not isinstance(target, str) or not target.strip() or not target.isprintable():
        raise ValueError(f"'{kind}' needs a target on one line")
    TARGETS[kind](target)
    return f"{kind}:{target}"


def _path(path: str) -> None:
    if ".." in PurePosixPath(path).parts:
        raise ValueError(f"'{path}' leaves the deployment's directory: give a full path instead")


def _url(url: str) -> None:
    if "@" in url.partition("//")[2].partition("/")[0]:
        raise ValueError("holds a user name or password: secrets do not belong in this file")
    if not is_http_url(url) or any(c.isspace() for c in url):
        raise ValueError(f"'{url}' is no address that begins with https://")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _THIS_MACHINE:
        raise ValueError(f"'{url}' would go out in clear: use https://")


TARGETS: Mapping[str, Callable[[str], None]] = MappingProxyType(
    {"file": _path, "feed": _path, "webhook": _url}
)
