"""Titles in other languages -> a line in the digest's own, by a command of the operator's.

The command gets one line a title on its standard input, `ja<TAB>title`, and answers with as many
lines; an empty one is no gloss. Without it nothing of the kind is made up.
"""

import logging
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import replace

from pipeline.issue import Card, Issue
from pipeline.records import Form
from pipeline.text import excerpt, one_line

log = logging.getLogger("policywatch")

# The job lock is held meanwhile, and polls give up waiting for it after 30 s.
_SECONDS = 15
_LONGEST = 300


def with_glosses(issue: Issue, form: Form) -> Issue:
    """Give each title in another language its gloss; when that fails the issue says so."""
    shown = (*issue.new, *issue.updated, *issue.late, *issue.starter)
    foreign = {card.id: card for card in shown if _foreign(card, form)}
    if not form.gloss_command or not foreign:
        return issue
    try:
        glosses = _glosses(form.gloss_command, foreign)
    except (OSError, ValueError, subprocess.SubprocessError) as e:
        log.warning("gloss command failed", extra={"error": str(e)})
        said = f"Titles in other languages have no gloss: the gloss command failed ({e})"
        return replace(issue, warnings=(*issue.warnings, excerpt(said, _LONGEST)))
    return _glossed(issue, glosses)


def _foreign(card: Card, form: Form) -> bool:
    return card.language.lower().partition("-")[0] not in ("", "und", form.language)


def _glosses(command: str, foreign: Mapping[int, Card]) -> dict[int, str]:
    lines = [f"{card.language}\t{one_line(card.title)}\n" for card in foreign.values()]
    answer = subprocess.run(  # noqa: S603 - the operator's own command
        shlex.split(command),
        input="".join(lines).encode(),
        timeout=_SECONDS,
        check=True,
        capture_output=True,
    )
    said = answer.stdout.decode("utf-8", "replace").splitlines()
    if len(said) != len(foreign):
        raise ValueError(f"{len(said)} lines for {len(foreign)} titles")
    return {
        card.id: gloss
        for card, line in zip(foreign.values(), said, strict=True)
        if (gloss := excerpt(line, _LONGEST)) and gloss != card.title
    }


def _glossed(issue: Issue, glosses: Mapping[int, str]) -> Issue:
    def all_of(cards: tuple[Card, ...]) -> tuple[Card, ...]:
        return tuple(replace(card, gloss=glosses.get(card.id, "")) for card in cards)

    return replace(
        issue,
        first=all_of(issue.first),
        sections=tuple(replace(s, cards=all_of(s.cards)) for s in issue.sections),
        updated=all_of(issue.updated),
        late=all_of(issue.late),
        starter=all_of(issue.starter),
    )
