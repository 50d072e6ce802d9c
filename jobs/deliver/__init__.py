"""Ways for an issue to leave the house, and the registry of them.

An output makes one mail or parcel of an issue, and later hands it in and returns the words of
acceptance. It calls its last argument before the first byte that may take effect, and raises
DeliveryError. `file:mails` is the output `file`; an address without a kind is somebody's mailbox.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jobs.deliver import feed, files, smtp, webhook
from jobs.deliver.edition import Edition
from jobs.settings import Settings
from pipeline.records import Mail


@dataclass(frozen=True, slots=True)
class Output:
    """How one kind of output makes its bytes, and how it hands them in."""

    make: Callable[[Edition, str], Mail]
    send: Callable[[Settings, Mail, Callable[[], None]], str]


OUTPUTS: Mapping[str, Output] = MappingProxyType(
    {
        "smtp": Output(smtp.make, smtp.send),
        "file": Output(files.make, files.send),
        "feed": Output(feed.make, feed.send),
        "webhook": Output(webhook.make, webhook.send),
    }
)


def output_of(address: str) -> Output:
    """Return the output that an address belongs to."""
    return OUTPUTS.get(address.partition(":")[0], OUTPUTS["smtp"])


def channel_of(address: str) -> str:
    """Name what two addresses share when one trouble stops both: the mail server, or the output."""
    return address if output_of(address) is not OUTPUTS["smtp"] else "smtp"
