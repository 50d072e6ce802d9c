"""A key that requests carry, and that no text, log or document of ours ever shows."""

from dataclasses import dataclass, field
from urllib.parse import quote

PLACE = "{key}"
"""Where a source's address or a header of it wants its key."""

# A shorter key could be an ordinary word of a document.
_TELLING = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """A key, or an empty text for a source without one."""

    value: str = field(default="", repr=False)

    def into_url(self, url: str) -> str:
        """Return an address with the key in its place."""
        return url.replace(PLACE, quote(self.value, safe=""))

    def into_header(self, value: str) -> str:
        """Return a header's value with the key in its place."""
        return value.replace(PLACE, self.value)

    def hidden(self, text: str) -> str:
        """Return a text of ours with the place where the key stood."""
        for spelling in self._spellings():
            text = text.replace(spelling, PLACE)
        return text

    def hidden_in(self, content: bytes) -> bytes:
        """Return a document without the key that its server may have echoed."""
        if len(self.value) < _TELLING:
            return content
        for spelling in self._spellings():
            content = content.replace(spelling.encode(), PLACE.encode())
        return content

    def _spellings(self) -> tuple[str, ...]:
        quoted = quote(self.value, safe="")
        return tuple(dict.fromkeys(each for each in (self.value, quoted) if each))
