"""A digest and its themes -> the letter to somebody who gets it from now on."""

from collections.abc import Sequence
from datetime import datetime

from jinja2 import Environment
from wcwidth import wrap

from pipeline.records import DigestSpec, Slot
from pipeline.render.mail import Letter
from pipeline.rules.theme import Theme

_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ title }}</title></head>
<body style="font-family: sans-serif; max-width: 40em; margin: 2em auto; line-height: 1.5">
<h1 style="font-size: 1.3em">{{ title }}</h1>
{% for paragraph in paragraphs %}
<p>{{ paragraph }}</p>
{% endfor %}
<h2 style="font-size: 1.1em">What it looks for</h2>
<dl>
{% for name, brief in themes %}
<dt style="font-weight: bold">{{ name }}</dt>
<dd>{{ brief }}</dd>
{% endfor %}
</dl>
</body>
</html>
""")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def welcome(spec: DigestSpec, themes: Sequence[Theme], last: str, at: datetime) -> Letter:
    """Say what comes when and why, with the last issue as an attached page if there is one."""
    title = f"Welcome to {spec.title}"
    wanted = [theme for theme in themes if not spec.themes or theme.id in spec.themes]
    names = [(_name(theme), " ".join(theme.brief.split())) for theme in wanted]
    paragraphs = [
        f"From now on you get {spec.title}: {times(spec)}.",
        "Each issue says what is new, why it is told, and which sources could not be read.",
        "The last issue is attached." if last else "The first issue is still to come.",
    ]
    lines = [*paragraphs, "What it looks for:"]
    lines += [f"- {name}: {brief}" if brief else f"- {name}" for name, brief in names]
    return Letter(
        digest=spec.id,
        subject=f"[{spec.title}] Welcome",
        text="\n\n".join("\n".join(wrap(line, width=72)) for line in lines) + "\n",
        html=_PAGE.render(title=title, paragraphs=paragraphs, themes=names),
        at=at,
        attached=last,
    )


def times(spec: DigestSpec) -> str:
    """Say in words when a digest is sent."""
    return f"{'; '.join(map(_time, spec.schedule))} ({spec.zone})"


def _time(slot: Slot) -> str:
    if slot.dates:
        days = ["the last day" if day == 0 else f"day {day}" for day in sorted(slot.dates)]
        when = f"{' and '.join(days)} of each month"
    elif len(slot.days) == len(_DAYS):
        when = "every day"
    elif slot.days == frozenset(range(5)):
        when = "Monday to Friday"
    else:
        when = ", ".join(_DAYS[day] for day in sorted(slot.days))
    return f"{when} at {slot.at:%H:%M}"


def _name(theme: Theme) -> str:
    return " / ".join(dict.fromkeys(theme.title.values()))
