"""An issue that was frozen -> the mails and parcels that carry it."""

from collections.abc import Sequence

from jobs.deliver import channel_of, output_of
from jobs.deliver.edition import Edition
from jobs.deployment import Deployment
from pipeline.issue import Issue, from_json
from pipeline.records import IssueRecord, Mail, OutboxMail
from pipeline.render.mail import Frame, RenderedMail, render

_EARLIER = 30


def frame(deployment: Deployment) -> Frame:
    """Return what every mail of the deployment says around its issue."""
    return Frame(
        sender=deployment.settings.mail_from,
        deployment=deployment.store.secret(),
        base_url=deployment.settings.base_url,
        issue_pages=bool(deployment.settings.base_url),
    )


def rendered(deployment: Deployment, record: IssueRecord, address: str) -> RenderedMail:
    """Render a frozen issue for an address: the same bytes whenever asked."""
    return render(from_json(record.contents), frame(deployment), address)


def make_mail(deployment: Deployment, record: IssueRecord, address: str) -> Mail:
    """Make what carries an issue to an address or an output: the same bytes whenever asked."""

    def earlier() -> Sequence[Issue]:
        found = deployment.store.issues(record.digest, limit=_EARLIER)
        return [from_json(one.contents) for one in found if one.number < record.number]

    edition = Edition(issue=from_json(record.contents), frame=frame(deployment), earlier=earlier)
    return output_of(address).make(edition, address)


def shortened(deployment: Deployment, mail: OutboxMail) -> bytes:
    """Return the mail with titles alone, under the same Message-ID; nothing for another output."""
    address = mail.mail.address
    if channel_of(address) == address:
        return b""
    record = deployment.store.timetables.issue(mail.issue_id)
    return render(from_json(record.contents), frame(deployment), address, short=True).payload
