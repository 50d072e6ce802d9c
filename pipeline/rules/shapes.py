"""The keys of themes.yaml, before its queries are read."""

import re
from typing import Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, model_validator
from pydantic import Field as Key

from pipeline.model import Field, Scope, Tier, Type
from pipeline.yamlfile import Shape

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_Given = TypeVar("_Given")


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError("may hold lower-case letters, digits, - and _, and begins with no sign")
    return text


def _some(values: tuple[_Given, ...]) -> tuple[_Given, ...]:
    # Pydantic's own minimum counts valid entries alone, and says "none" beside the real trouble.
    if not values:
        raise ValueError("has no entries")
    return values


def _listed(value: object) -> object:
    return value if not isinstance(value, str) else [value] if value else []


def _as_rule(value: object) -> object:
    return {"q": value} if isinstance(value, str) else value


def _as_summary(value: object) -> object:
    return {"summary": value} if isinstance(value, str) else value


def _as_english(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


Texts: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""A list of texts, or one text by itself."""


class RuleShape(Shape):
    """A rule; a text by itself is its query."""

    id: str = ""
    q: str
    weight: float = Key(1.0, gt=0, le=1000)
    note: str = ""
    only: Texts = ()
    never: Texts = ()


class TrialShape(Shape):
    """A text to try the theme on, and where it is to come from; a text by itself is a summary."""

    title: str = ""
    summary: str = ""
    body: str = ""
    source: str = ""
    group: str = ""
    jur: str = ""
    type: Type = Type.OTHER
    lang: str = ""
    tier: Tier = Tier.PRESS

    @model_validator(mode="after")
    def _has_a_text(self) -> "TrialShape":
        if not any(self.texts().values()):
            raise ValueError("needs a title, a summary or a body to try the theme on")
        return self

    def texts(self) -> dict[Field, str]:
        """Return the text of each field."""
        return {Field.TITLE: self.title, Field.SUMMARY: self.summary, Field.BODY: self.body}

    def scope(self) -> Scope:
        """Return where the text is to come from."""
        return Scope(
            source=self.source,
            group=self.group,
            jurisdiction=self.jur,
            type=self.type,
            language=self.lang,
            tier=self.tier,
        )


Trials: TypeAlias = tuple[Annotated[TrialShape, BeforeValidator(_as_summary)], ...]


class TestsShape(Shape):
    """What a theme must match and must not."""

    match: Trials = ()
    no_match: Trials = ()


class ThemeShape(Shape):
    """A theme."""

    id: Annotated[str, AfterValidator(_id)]
    title: Annotated[dict[str, str], BeforeValidator(_as_english), Key(min_length=1)]
    brief: str = ""
    threshold: float = Key(1.0, gt=0, allow_inf_nan=False)
    require: Texts = ()
    rules: Annotated[
        tuple[Annotated[RuleShape, BeforeValidator(_as_rule)], ...], AfterValidator(_some)
    ]
    exclude: Texts = ()
    mask: Texts = ()
    tests: TestsShape = TestsShape()


class ThemesShape(Shape):
    """All of themes.yaml."""

    lists: dict[str, Texts] = Key(default_factory=dict)
    mask: Texts = ()
    themes: Annotated[tuple[ThemeShape, ...], AfterValidator(_some)]
