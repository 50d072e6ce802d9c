"""People who get digests: a list of them, a welcome to each."""

import csv
import io
from collections.abc import Collection, Iterator
from pathlib import Path

from jobs.deliver import OUTPUTS
from jobs.deployment import Deployment
from jobs.editions import frame, rendered
from pipeline.errors import ConfigError, DeliveryError, Problem
from pipeline.mailbox import mailbox
from pipeline.records import DigestSpec, Mail
from pipeline.render.mail import render_letter
from pipeline.render.welcome import welcome


def read_people(path: Path, digests: Collection[str], default: str) -> tuple[tuple[str, str], ...]:
    """Read (address, digest) pairs from a CSV file; raise ConfigError with all that is wrong.

    Its columns are an address and, if there is a second, digests with spaces between them.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError([Problem(path.name, 1, 1, f"cannot be read: {e}")]) from e
    found: dict[tuple[str, str], None] = {}
    problems: list[Problem] = []
    for number, cells in _rows(text):
        try:
            address = mailbox(cells[0])
            wanted = " ".join(cells[1:2]).split() or [default]
            for digest in wanted:
                _check(digest, digests)
                found[address, digest] = None
        except ValueError as e:
            problems.append(Problem(path.name, number, 1, str(e)))
    if problems:
        raise ConfigError(problems)
    return tuple(found)


def send_welcome(deployment: Deployment, spec: DigestSpec, address: str) -> None:
    """Mail somebody what they get from now on; raise DeliveryError when it is not accepted."""
    record = deployment.store.last_issue(spec.id)
    last = rendered(deployment, record, address).html if record else ""
    themes = deployment.configuration.ruleset.themes
    letter = welcome(spec, themes, last, deployment.now())
    made = render_letter(letter, frame(deployment), address)
    mail = Mail(address=address, message_id=made.message_id, payload=made.payload)
    OUTPUTS["smtp"].send(deployment.settings, mail, _nothing)


def try_welcome(deployment: Deployment, spec: DigestSpec, address: str) -> str:
    """Mail a welcome and return what went wrong, or nothing."""
    try:
        send_welcome(deployment, spec, address)
    except DeliveryError as e:
        return str(e)
    return ""


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows with their lines; a heading, empty rows and # comments are left out."""
    first = text.partition("\n")[0]
    delimiter = next((mark for mark in ("\t", ";") if mark in first), ",")
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    for cells in reader:
        cell = cells[0].strip() if cells else ""
        heading = reader.line_num == 1 and "@" not in "".join(cells)
        if cell and not cell.startswith("#") and not heading:
            yield reader.line_num, cells


def _check(digest: str, digests: Collection[str]) -> None:
    if digest not in digests:
        raise ValueError(f"no digest is called '{digest}' (there is: {', '.join(digests)})")


def _nothing() -> None:
    """Keep no state: who asks for a second welcome gets one."""
