"""`digests.yaml` as it must look, and the nouns that come of it."""

import shlex
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    field_validator,
)

from pipeline.model import Type
from pipeline.records import DigestSpec, Empty, Form, Selection, Slot
from pipeline.schedule import parse_schedule
from pipeline.shapes import Id, Language, Word, Zone, listed, one_line, some
from pipeline.targets import read_target
from pipeline.triage import State
from pipeline.yamlfile import Shape


def _title(text: str) -> str:
    if len(text) > 60:
        raise ValueError("must have at most 60 characters: it stands in every subject")
    return one_line(text)


def _slot(value: object) -> Slot:
    if not isinstance(value, str):
        raise ValueError("must be text, such as mon-fri 07:30")
    return parse_schedule(value)


def _command(text: str) -> str:
    try:
        shlex.split(one_line(text))
    except ValueError as e:
        raise ValueError(
            f"is no command line ({str(e).lower()}): write it as in a shell, translate --to en say"
        ) from None
    return text


class LimitsShape(Shape):
    """`limits:` of a digest: how much is shown before what remains is counted."""

    read_first: int = Field(default=5, ge=0, le=20)
    per_theme: int = Field(default=8, ge=1, le=100)
    near_misses: int = Field(default=3, ge=0, le=20)


class DigestShape(Shape):
    """One entry of `digests:`."""

    id: Id
    title: Annotated[str, AfterValidator(_title)]
    themes: Annotated[tuple[str, ...], AfterValidator(some), BeforeValidator(listed)] = ("all",)
    schedule: Annotated[
        tuple[Annotated[Slot, PlainValidator(_slot)], ...],
        AfterValidator(some),
        BeforeValidator(listed),
    ]
    zone: Zone = "UTC"
    empty: Empty = Empty.SHORT
    jurisdictions: Annotated[tuple[Word, ...], BeforeValidator(listed)] = ()
    types: Annotated[tuple[Type, ...], BeforeValidator(listed)] = ()
    languages: Annotated[tuple[Language, ...], BeforeValidator(listed)] = ()
    min_score: float = Field(default=0.0, ge=0, le=1_000)
    state: Literal["kept"] | None = None
    language: Literal["en", "ja"] = "en"
    notes: bool = False
    gloss_command: Annotated[str, AfterValidator(_command)] = ""
    limits: LimitsShape = LimitsShape()
    outputs: tuple[Annotated[str, PlainValidator(read_target)], ...] = ()

    @field_validator("outputs")
    @classmethod
    def _each_once(cls, outputs: tuple[str, ...]) -> tuple[str, ...]:
        if len({output.lower() for output in outputs}) < len(outputs):
            raise ValueError("names the same target twice")
        return outputs

    def digest(self) -> DigestSpec:
        """Return the noun; `all` among the themes means every theme."""
        takes = Selection(
            jurisdictions=tuple(code.upper() for code in self.jurisdictions),
            types=self.types,
            languages=tuple(tag.lower().partition("-")[0] for tag in self.languages),
            min_score=self.min_score,
            state=State(self.state) if self.state else None,
        )
        form = Form(
            language=self.language,
            notes=self.notes,
            gloss_command=self.gloss_command,
            **self.limits.model_dump(),
        )
        return DigestSpec(
            takes=takes,
            form=form,
            id=self.id,
            title=self.title,
            themes=() if "all" in self.themes else self.themes,
            schedule=self.schedule,
            zone=self.zone,
            empty=self.empty,
            outputs=self.outputs,
        )


class DigestsShape(BaseModel, extra="forbid"):
    """`digests.yaml`."""

    digests: Annotated[tuple[DigestShape, ...], AfterValidator(some)]
