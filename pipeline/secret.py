"""A key that requests carry, and that no text, log or document of ours ever shows."""

from dataclasses import dataclass, field
from urllib.parse import quote

PLACE = "{key}"
"""Where a source's address or a header of it wants its key."""

# A shorter key could be an ordinary word of a document, where it would be hidden.
_SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """A key, or an empty text for a source without one."""

    value: str = field(default="", repr=False)

    def trouble(self, variable: str) -> str:
        """Say why the source whose key that variable holds is not asked; empty when it can be."""
        key = self.value
        if not key:
            return f"needs a key, and the environment variable {variable} is not set"
        if len(key) < _SHORTEST or not (key.isascii() and key.isprintable()):
            return f"needs a key, and {variable} holds what cannot be one"
        return ""

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
        for spelling in self._spellings():
            content = content.replace(spelling.encode(), PLACE.encode())
        return content

    def _spellings(self) -> tuple[str, ...]:
        # As it is, as addresses have it, and as JSON may.
        spellings = (self.value, quote(self.value, safe=""), self.value.replace("/", r"\/"))
        return tuple(dict.fromkeys(each for each in spellings if each))
