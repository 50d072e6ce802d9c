"""The YAML shapes of `sources.yaml` and `digests.yaml`, and what each key of them may say.

Every check belongs to one key, so that all problems of an entry are found in one reading.
"""

import codecs
import re
from datetime import date
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import soupsieve
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
)

from pipeline.model import Source, Tier, Type
from pipeline.parse import KINDS
from pipeline.places import Hub, Selectors
from pipeline.readonly import read_only
from pipeline.secret import PLACE
from pipeline.urls import is_http_url
from pipeline.yamlfile import Shape, did_you_mean
from pipeline.yearly import PLACES, strange_places, varies

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]*")
_SECRET = re.compile(r"authorization|cookie|token|secret|password|api-?key", re.IGNORECASE)
_KEY_IN_QUERY = re.compile(
    r"[?&](?:(?:[\w.-]{0,40}[_.-])?(?:api|app|access|auth|client|subscription)?"
    rf"(?:key|token|secret)|password|passwd|pwd)=(?!{re.escape(PLACE)}(?:&|$))",
    re.IGNORECASE,
)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_OURS = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "range"}
    | {"if-none-match", "if-modified-since", "user-agent"}
)
_Given = TypeVar("_Given")


def _id(text: str) -> str:
    if len(text) > 60 or not _ID.fullmatch(text):
        raise ValueError("may hold lower-case letters, digits and single hyphens, at most 60")
    return text


def one_line(text: str) -> str:
    """Return a text that is one line; raise ValueError for any other."""
    if not text.isprintable():
        raise ValueError("must be one line of visible characters")
    return text.strip()


def _word(text: str) -> str:
    if not text.isprintable() or len(text.split()) != 1:
        raise ValueError("must be one word: rules ask for it by this word")
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        # What has no slash (JST, Tokyo) is near to nothing but other abbreviations.
        near = available_timezones() if "/" in name.lstrip("/") else ()
        hint = did_you_mean(name, (zone for zone in near if "/" in zone))
        raise ValueError(f"no time zone '{name}', such as Asia/Tokyo or UTC{hint}") from None
    return name


def _encoding(label: str) -> str:
    try:
        codecs.lookup(label.removeprefix("x-"))
    except LookupError:
        raise ValueError(f"no encoding '{label}', such as utf-8, shift_jis or euc-jp") from None
    return label


def _language(tag: str) -> str:
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError(f"'{tag}' is no language tag, such as ja, en or zh-Hant")
    return tag


def _languages(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_language(tag) for tag in tags)


def _variable(name: str) -> str:
    if name and not _VARIABLE.fullmatch(name):
        raise ValueError("is the name of an environment variable, such as CONGRESS_API_KEY")
    return name


def _address(url: str) -> str:
    if "@" in url.partition("//")[2].partition("/")[0]:
        raise ValueError("holds a user name or password: secrets do not belong in this file")
    if _KEY_IN_QUERY.search(url):
        raise ValueError(
            f"holds a key: write {PLACE} in its place, and name the variable that holds it with "
            "'key_env'"
        )
    if not is_http_url(url) or any(c.isspace() for c in url):
        raise ValueError(f"'{url}' is no address that begins with http:// or https://")
    if strange := strange_places(urlsplit(url).path):
        raise ValueError(f"'{strange[0]}' stands for nothing: there is {', '.join(PLACES)}")
    return url


def _page_address(url: str) -> str:
    if varies(url):
        raise ValueError("a hub page is where the moving address is found: its own does not move")
    return _address(url)


def _selector(css: str) -> str:
    try:
        soupsieve.compile(css)
    except soupsieve.SelectorSyntaxError as e:
        reason = str(e).splitlines()[0].partition(" position ")[0].removesuffix(" at")
        raise ValueError(f"'{css}' is no CSS selector: {reason}, character {e.col}") from None
    except NotImplementedError:
        raise ValueError(
            f"'{css}' selects no elements: pages have no ::before and the like"
        ) from None
    return css


def _headers(values: dict[str, str]) -> dict[str, str]:
    for name, value in values.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"'{_visible(name)}' holds what no header may hold, a line break say")
        if _SECRET.search(name) and PLACE not in value:
            raise ValueError(
                f"'{name}' carries a secret, which does not belong in this file: write {PLACE} in "
                "its place, and name the environment variable that holds it with 'key_env'"
            )
        if name.lower() in _OURS:
            raise ValueError(f"'{name}' is set by policywatch itself")
    return values


def _visible(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"'{value}' is no day, such as 2026-11-25") from None


def listed(value: _Given) -> _Given | list[_Given]:
    """Take one text for a list of one."""
    return [value] if isinstance(value, str) else value


def some(values: tuple[_Given, ...]) -> tuple[_Given, ...]:
    """Return values of which there is one at least; raise ValueError where there is none."""
    # Pydantic's own minimum counts valid entries alone, and says "none" beside the real trouble.
    if not values:
        raise ValueError("has no entries")
    return values


Id = Annotated[str, AfterValidator(_id)]
Line = Annotated[str, AfterValidator(one_line)]
Language = Annotated[str, AfterValidator(_language)]
Word = Annotated[str, AfterValidator(_word)]
Zone = Annotated[str, AfterValidator(_zone)]
Selector = Annotated[str, AfterValidator(_selector)]
Address = Annotated[str, AfterValidator(_address)]


class SelectShape(Shape):
    """`select:` of a page."""

    item: Selector
    title: Selector = ""
    link: Selector = ""
    date: Selector = ""


class HubShape(Shape):
    """`via:` of a page: where the link to it is found, by a selector, a text or both."""

    page: Annotated[str, AfterValidator(_page_address)]
    link: Selector = ""
    text: Line = Field(default="", validate_default=True)

    @field_validator("text")
    @classmethod
    def _some_link(cls, text: str, info: ValidationInfo) -> str:
        if not text and not info.data.get("link", "?"):
            raise ValueError("or 'link' says which link of the hub page to follow")
        return text


class SourceShape(Shape):
    """One entry of `sources:`."""

    id: Id
    name: Line
    kind: str
    url: Address
    organisation: Line = ""
    jurisdiction: Word = ""
    language: Annotated[tuple[str, ...], AfterValidator(_languages), BeforeValidator(listed)] = ()
    type: Type = Type.OTHER
    tier: Tier = Tier.PRESS
    group: Word = ""
    timezone: Zone = "UTC"
    encoding: Annotated[str, AfterValidator(_encoding)] = ""
    select: SelectShape | None = Field(default=None, validate_default=True)
    min_items: int = Field(default=0, ge=0)
    path_filter: Line = ""
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(default_factory=dict)
    user_agent: Line = ""
    key_env: Annotated[str, AfterValidator(_variable)] = Field(default="", validate_default=True)
    rhythm: Literal["daily", "weekly", "monthly", "seldom"] | None = None
    late_by: int = Field(default=30, ge=1)
    trial: bool = False
    verified: Annotated[date | None, BeforeValidator(_day)] = None
    enabled: bool = True
    reason: Line = Field(default="", validate_default=True)
    terms: Line = ""
    was: Annotated[tuple[Id, ...], BeforeValidator(listed)] = ()
    notes: str = ""
    follow: Literal["none", "page", "pdf"] | None = None
    via: HubShape | None = None
    watch: Literal["text"] | None = None

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: str) -> str:
        if kind not in KINDS:
            known = ", ".join(sorted(KINDS))
            raise ValueError(f"no kind '{kind}', there is {known}{did_you_mean(kind, KINDS)}")
        return kind

    @field_validator("url")
    @classmethod
    def _still_address(cls, url: str, info: ValidationInfo) -> str:
        kind = info.data.get("kind")
        if kind is not None and varies(url) and not KINDS[kind].moving:
            raise ValueError(f"{', '.join(PLACES)} are filled in for kind 'page' alone")
        return url

    @field_validator("watch")
    @classmethod
    def _watches_one_page(cls, watch: str | None, info: ValidationInfo) -> str | None:
        if watch and varies(info.data.get("url", "")):
            raise ValueError("compares one page with itself: find a moving one by 'via'")
        return watch

    @field_validator("encoding", "select", "min_items", "path_filter", "via", "watch")
    @classmethod
    def _of_this_kind(cls, value: _Given, info: ValidationInfo) -> _Given:
        kind, key = info.data.get("kind"), str(info.field_name)
        if kind is None:
            return value
        used = key in KINDS[kind].options
        if value is None and used and key == "select":
            raise ValueError(f"a {kind} needs it, with 'item', the CSS selector of one item")
        if value is not None and not used:
            users = ", ".join(name for name in sorted(KINDS) if key in KINDS[name].options)
            raise ValueError(f"is not used for kind '{kind}', but for: {users}")
        return value

    @field_validator("key_env")
    @classmethod
    def _key_of_its_kind(cls, name: str, info: ValidationInfo) -> str:
        kind = info.data.get("kind")
        if kind is None:
            return name
        if KINDS[kind].key_header and not name:
            raise ValueError(f"kind '{kind}' needs the variable that holds its key")
        address = urlsplit(info.data.get("url", ""))
        if name and address.scheme == "http" and address.hostname not in _LOOPBACK:
            raise ValueError("is sent over https only: change the address")
        return name

    @field_validator("verified")
    @classmethod
    def _seen_or_on_trial(cls, verified: date | None, info: ValidationInfo) -> date | None:
        if verified and info.data.get("trial"):
            raise ValueError("says that it was seen to work, and 'trial' that it was not")
        return verified

    @field_validator("reason")
    @classmethod
    def _why_disabled(cls, reason: str, info: ValidationInfo) -> str:
        if not reason and info.data.get("enabled") is False:
            raise ValueError("'enabled: false' needs a reason, which is shown with its silence")
        return reason

    @field_validator("key_env")
    @classmethod
    def _key_of_a_place(cls, name: str, info: ValidationInfo) -> str:
        texts = [info.data.get("url", ""), *info.data.get("headers", {}).values()]
        if not name and any(PLACE in text for text in texts):
            raise ValueError(f"{PLACE} stands for a key: name the variable that holds it")
        return name

    def source(self) -> Source:
        """Return the noun."""
        others = {"select", "via", "watch", "headers", "language", "follow"}
        several = len(self.language) > 1
        return Source(
            **self.model_dump(exclude=others),
            language="" if several else "".join(self.language),
            languages=self.language if several else (),
            follow=self.follow or "",
            select=Selectors(**self.select.model_dump()) if self.select else None,
            via=Hub(**self.via.model_dump()) if self.via else None,
            watch=self.watch or "",
            headers=read_only(self._all_headers()),
        )

    def _all_headers(self) -> dict[str, str]:
        """Return the headers, with the one that carries the key unless it has a place already."""
        header = KINDS[self.kind].key_header
        placed = any(PLACE in text for text in (self.url, *self.headers.values()))
        return self.headers if placed or not header else {**self.headers, header: PLACE}


class SourcesShape(BaseModel, extra="forbid"):
    """`sources.yaml`."""

    sources: Annotated[tuple[SourceShape, ...], AfterValidator(some)]
