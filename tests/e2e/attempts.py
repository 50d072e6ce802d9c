"""One attempt to hand in a mail, and what its caller learns of it."""

from collections.abc import Callable
from dataclasses import dataclass

from jobs.deliver.smtp import (
    Security,
    SmtpSettings,
    deliver,
)
from pipeline.errors import DeliveryError
from pipeline.records import Mail
from tests import make
from tests.smtp_server import SmtpServer

SENDER = "AI policy watch <watch@example.org>"
MAIL = make.mail(payload=b"Subject: x\r\n\r\n.one dot\r\n..two dots\r\nend\r\n")
PASSWORD = "geheim ünd lang"
PATIENCE = 20.0
IMPATIENCE = 0.4


@dataclass(frozen=True)
class Outcome:
    """What a caller learns of an attempt, and whether it was told that the payload goes out."""

    permanent: bool = False
    unknown: bool = False
    account: bool = False
    payload: bool = False
    too_big: bool = False


LATER = Outcome()
OURS = Outcome(account=True)


def plain(server: SmtpServer, seconds: float = PATIENCE) -> SmtpSettings:
    return SmtpSettings(
        security=Security.PLAIN, host="127.0.0.1", port=server.port, seconds=seconds
    )


def attempt(
    settings: SmtpSettings, mail: Mail = MAIL, *, commit: Callable[[], object] = bool
) -> tuple[Outcome, str]:
    began: list[bool] = []

    def on_payload() -> None:
        began.append(True)
        commit()

    try:
        answer = deliver(settings, mail, SENDER, on_payload=on_payload)
    except DeliveryError as e:
        return Outcome(e.permanent, e.unknown, e.account, bool(began), e.too_big), str(e)
    return Outcome(payload=bool(began)), answer
