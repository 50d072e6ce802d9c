"""Lines of a YAML file -> where a character of one of its texts stands, however it was broken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

# A text stands no further behind its key, whatever marks stand between them.
_FARTHEST = 100


@dataclass(frozen=True, slots=True)
class WrittenText:
    """The lines of a file from a place on."""

    lines: Sequence[str]
    line: int
    column: int

    def place(self, key: str, text: str, position: int) -> tuple[int, int] | None:
        """Return line and column of a character of a text, of which YAML may have broken lines.

        None where the file writes the text otherwise, with escapes say.
        """
        wanted = "".join(text.split())
        places = list(islice(self._places(), len(wanted) + _FARTHEST))
        stream = "".join(self.lines[line][column] for line, column in places)
        begin = stream.find(wanted, len(key) if stream.startswith(key) else 0)
        index = begin + len("".join(text[:position].split()))
        return places[index] if wanted and begin >= 0 and index < len(places) else None

    def quoted(self, key: str, text: str) -> bool:
        """Say whether a text stands in the marks of a phrase, which YAML takes away."""
        line, column = self.place(key, text, 0) or (self.line, 0)
        return column > 0 and self.lines[line][column - 1] == '"'

    def _places(self) -> Iterator[tuple[int, int]]:
        """Yield the places of all characters but white space."""
        for number, line in enumerate(self.lines[self.line :], start=self.line):
            begin = self.column if number == self.line else 0
            for column, char in enumerate(line[begin:], start=begin):
                if not char.isspace():
                    yield number, column
