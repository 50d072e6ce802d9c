"""The outbox: each mail once, whatever dies in between.

planned -> `sending`, committed after the server's 354 and before the payload -> `sent` at its 250.
A mail found in `sending` may have arrived: it is `unknown`, and only that state has one resend,
of the same bytes with the same Message-ID (RFC 5321, section 6.1 leaves us no better).
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from jobs.alert import alert
from jobs.deliver import OUTPUTS
from jobs.deployment import Deployment
from pipeline.errors import DeliveryError
from pipeline.records import MailState, OutboxMail

log = logging.getLogger("policywatch")

_BACK_OFF = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))


def deliver_outbox(deployment: Deployment, *, patient: bool) -> None:
    """Try every mail that may be tried; `patient` keeps to the back-off after a refusal.

    The caller holds the mail lock, so no mail found in `sending` has a living sender.
    """
    store = deployment.store
    store.recover_outbox(deployment.now())
    for mail in store.outbox():
        if _may_go(mail, deployment.now(), patient=patient) and not _attempt(deployment, mail):
            return


def _may_go(mail: OutboxMail, now: datetime, *, patient: bool) -> bool:
    if mail.state is MailState.UNKNOWN and mail.resent:
        return False
    waiting = mail.next_attempt_at is not None and now < mail.next_attempt_at
    return not (patient and waiting)


def _attempt(deployment: Deployment, mail: OutboxMail) -> bool:
    """Try one mail; its state is committed before and after the moment of no return.

    Return False when every other mail would meet the same: a refused password is asked once.
    """
    store = deployment.store
    trying = replace(mail, attempts=mail.attempts + 1)
    sending = replace(
        trying, state=MailState.SENDING, resent=mail.state is MailState.UNKNOWN, error=""
    )
    started = False

    def on_payload() -> None:
        nonlocal started
        store.mark_mail(sending, deployment.now())
        started = True

    go_on = True
    try:
        OUTPUTS["smtp"](deployment.settings, mail.mail, on_payload)
    except DeliveryError as e:
        go_on = not e.account
        after = _after_refusal(sending if started else trying, mail, e, deployment.now())
    else:
        after = replace(sending, state=MailState.SENT, next_attempt_at=None)
    store.mark_mail(after, deployment.now())
    _tell(deployment, after)
    return go_on


def _after_refusal(
    trying: OutboxMail, before: OutboxMail, error: DeliveryError, now: datetime
) -> OutboxMail:
    """Decide a mail's state after an error; a mail that may have arrived stays `unknown`."""
    state = MailState.FAILED if error.permanent and not error.account else MailState.PLANNED
    if error.unknown or before.state is MailState.UNKNOWN:
        state = MailState.UNKNOWN
    wait = _BACK_OFF[min(trying.attempts, len(_BACK_OFF)) - 1]
    return replace(trying, state=state, error=str(error), next_attempt_at=now + wait)


def _tell(deployment: Deployment, mail: OutboxMail) -> None:
    values = {"digest": mail.digest, "issue": mail.number, "state": mail.state.value}
    if mail.state is MailState.SENT:
        log.info("mail sent", extra=values)
        return
    alert(
        deployment.settings,
        f"issue {mail.number} of {mail.digest} to {mail.mail.address}: {mail.state}, {mail.error}",
    )
