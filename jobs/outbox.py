"""The outbox: each mail once, whatever dies in between.

planned -> `sending`, committed after the server's 354 and before the payload -> `sent` at its 250.
A mail found in `sending` may have arrived: it is `unknown`, and only that state has one resend,
of the same bytes with the same Message-ID (RFC 5321, section 6.1 leaves us no better).
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from jobs.alert import alert
from jobs.deliver import channel_of, output_of
from jobs.deployment import Deployment
from jobs.editions import shortened
from jobs.operators import tell_operators
from pipeline.errors import DeliveryError, PutOffError
from pipeline.ports import Store
from pipeline.records import MailState, OutboxMail

log = logging.getLogger("policywatch")

PASS_SECONDS: Final = 15 * 60.0
PAUSE_AFTER: Final = 3
_BACK_OFF = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))


def deliver_outbox(deployment: Deployment, *, patient: bool) -> None:
    """Try every mail that may be tried; `patient` keeps to the back-off after a refusal.

    The caller holds the mail lock, so no mail found in `sending` has a living sender.
    """
    store = deployment.store
    store.recover_outbox(deployment.now())
    until = monotonic() + PASS_SECONDS
    closed: set[str] = set()
    for mail in store.outbox():
        channel = channel_of(mail.mail.address)
        if monotonic() > until:
            # Digests that are due must not wait for a server that hangs with each mail.
            return
        if channel in closed or not _may_go(mail, deployment.now(), patient=patient):
            continue
        if not _attempt(deployment, mail):
            closed.add(channel)


def may_ever_go(mail: OutboxMail) -> bool:
    """Say whether an open mail may be tried again: from `unknown` once, otherwise freely."""
    return not (mail.state is MailState.UNKNOWN and mail.resent)


def how_it_stands(mail: OutboxMail) -> str:
    """Say a mail's state and its trouble and, where it may have arrived, what comes of it."""
    if mail.state is MailState.PLANNED and mail.next_attempt_at:
        return f"planned (next try from {mail.next_attempt_at:%H:%M} UTC) {mail.error}".rstrip()
    if mail.state is not MailState.UNKNOWN:
        return f"{mail.state} {mail.error}".rstrip()
    after = "the same bytes go out once more"
    if not may_ever_go(mail):
        issue = f"{mail.digest}/{mail.number}"
        after = f"not tried again: policywatch digest resend {issue} {mail.mail.address}"
    return f"unknown, it may have arrived ({after}) {mail.error}".rstrip()


def _may_go(mail: OutboxMail, now: datetime, *, patient: bool) -> bool:
    if not may_ever_go(mail):
        return False
    next_at = mail.next_attempt_at
    # A wait longer than the longest was noted while the clock was ahead.
    waiting = next_at is not None and now < next_at <= now + _BACK_OFF[-1]
    return not (patient and waiting)


def _attempt(deployment: Deployment, mail: OutboxMail) -> bool:
    """Try one mail; its state is committed before and after the moment of no return.

    Return False when every other mail of its channel would meet the same.
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

    try:
        output_of(mail.mail.address).send(deployment.settings, mail.mail, on_payload)
    except DeliveryError as e:
        after = _after_refusal(sending if started else trying, mail, e, deployment.now())
        _settle(deployment, mail, after, e)
        return not e.account
    store.mark_mail(replace(sending, state=MailState.SENT, next_attempt_at=None), deployment.now())
    log.info("mail sent", extra={"digest": mail.digest, "issue": mail.number})
    return True


def _after_refusal(
    trying: OutboxMail, before: OutboxMail, error: DeliveryError, now: datetime
) -> OutboxMail:
    """Decide a mail's state after an error; a mail that may have arrived stays `unknown`."""
    for_good = error.permanent and not error.account
    state = MailState.FAILED if for_good else MailState.PLANNED
    if error.unknown or before.state is MailState.UNKNOWN:
        state = MailState.UNKNOWN
    # Asked again and again, a server locks an account whose password it refuses; and where only
    # one more copy may go, its trouble should be over by then.
    most = error.permanent or isinstance(error, PutOffError)
    steps = len(_BACK_OFF) if most else min(trying.attempts, len(_BACK_OFF))
    return replace(
        trying,
        state=state,
        error=str(error),
        next_attempt_at=now + _BACK_OFF[steps - 1],
        refused=for_good and not error.too_big,
        # A copy that is refused for good is spent as well.
        resent=trying.resent or (state is MailState.UNKNOWN and for_good),
    )


def _settle(
    deployment: Deployment, before: OutboxMail, after: OutboxMail, error: DeliveryError
) -> None:
    """Write what follows from an error for the mail, for its channel and for its recipient."""
    store, now = deployment.store, deployment.now()
    store.mark_mail(after, now)
    if error.account and after.next_attempt_at:
        _hold_back(store, channel_of(after.mail.address), after.next_attempt_at)
    if error.too_big and after.state is MailState.FAILED and not after.short:
        payload = shortened(deployment, after)
        if payload and len(payload) < len(after.mail.payload):
            store.mails.shorten(after, payload, now)
    if after.error != before.error or after.state != before.state:
        _tell(deployment, after)
    if after.refused:
        _pause_refused(deployment, after)


def _hold_back(store: Store, channel: str, until: datetime) -> None:
    """Let no mail of a channel be tried before its trouble may be over."""
    ids = [mail.id for mail in store.outbox() if channel_of(mail.mail.address) == channel]
    store.mails.postpone(ids, until)


def _pause_refused(deployment: Deployment, mail: OutboxMail) -> None:
    """Pause a recipient who was refused too often in a row, and say so."""
    readers, address = deployment.store.readers, mail.mail.address
    for person in readers.of(address):
        if person.digest == mail.digest and person.refusals >= PAUSE_AFTER:
            why = f"{person.refusals} issues in a row were refused: {person.refusal}"
            if readers.pause(address, mail.digest, why, deployment.now()):
                text = (
                    f"{address} gets no more mail of {mail.digest}: {why}\n\n"
                    f"Once the address works again: policywatch subscribers resume {address}\n"
                )
                alert(deployment.settings, text.splitlines()[0])
                tell_operators(deployment.settings, f"policywatch: {mail.digest} paused", text)


def _tell(deployment: Deployment, mail: OutboxMail) -> None:
    alert(
        deployment.settings,
        f"issue {mail.number} of {mail.digest} to {mail.mail.address}: {how_it_stands(mail)}",
    )
