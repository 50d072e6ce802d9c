"""One issue on its way out, as the outputs see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.issue import Issue
from pipeline.records import Mail
from pipeline.render.mail import Frame
from pipeline.tokens import mac


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A frozen issue, the frame around it, and the issues of its digest before it."""

    issue: Issue
    frame: Frame
    earlier: Callable[[], Sequence[Issue]]

    def parcel(self, address: str, payload: bytes) -> Mail:
        """Wrap bytes for an output; the same issue always has the same key there."""
        digest, number = self.issue.digest, f"{self.issue.number}"
        key = mac(self.frame.deployment, "output", digest, number, address).hex()[:16]
        return Mail(
            address=address,
            message_id=f"<{digest}.{number}.{key}@output.policywatch>",
            payload=payload,
        )


def target(address: str) -> str:
    """Return where an output goes: what stands behind its kind."""
    return address.partition(":")[2]
