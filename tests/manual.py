"""docs/themes.md: its fenced blocks, and the one that is made of the grammar.

`python -m tests.manual` writes that block anew.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

MANUAL = Path(__file__).parents[1] / "docs/themes.md"
BEGIN, END = "<!-- made of grammar.lark by `make manual` -->\n", "<!-- end -->\n"

_FENCE = re.compile(r"^```(.*)$")
_CHARACTER = re.compile(r"\{U\+([0-9A-F]{4,6})\}")
# What the patterns of the grammar say, in words.
_IN_WORDS = (
    ('(?![^\\s()"])', ""),
    ('"[^"]*"', "text between quotation marks"),
    ('[^\\s()":^~]+', 'characters, but no space and none of ( ) " : ^ ~'),
    ('[^\\s()"^~]*', 'characters, but no space and none of ( ) " ^ ~'),
    ("[A-Za-z][A-Za-z_-]*", "name"),
    ("(\\.[0-9]+)?", '[ "." digits ]'),
    ("[0-9]+", "digits"),
    ("[\\w-]+", "letters, digits, - and _"),
    *((sign, sign) for sign in "()|"),
)
_LITERAL = re.compile(r"(?:[A-Za-z:]|\\[/$^]|~)(?!\?)|[A-Za-z]\?")


@dataclass(frozen=True)
class Block:
    """A fenced block: what it is, its text, and the line in which it begins."""

    kind: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.kind} in line {self.line}"


def blocks(text: str) -> list[Block]:
    """Return every fenced block; an opened one that never closes is a fault."""
    found: list[Block] = []
    opened: tuple[str, int] | None = None
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if opened is None:
            opened = (fence[1], number) if fence else None
            lines = []
        elif fence:
            found.append(Block(opened[0], "\n".join(lines), opened[1]))
            opened = None
        else:
            lines.append(line)
    if opened is not None:
        raise ValueError(f"the block in line {opened[1]} never closes")
    return found


def visible(text: str) -> str:
    """Put in the characters that the manual writes as {U+00AD}, since nobody sees them."""
    return _CHARACTER.sub(lambda found: chr(int(found[1], 16)), text)


def grammar_block() -> str:
    """Return the grammar as the manual shows it."""
    text = files("pipeline.rules").joinpath("grammar.lark").read_text("utf-8")
    return f"{BEGIN}```ebnf\n" + "\n".join(_shown(text)) + f"\n```\n{END}"


def _shown(grammar: str) -> Iterator[str]:
    for line in re.sub(r"\n +(?=\|)", " ", grammar).splitlines():
        if line.startswith("//"):
            yield f"(* {line[2:].strip()} *)"
        elif not line.startswith("%"):
            yield _rule(line) if line else ""


def _rule(line: str) -> str:
    name, _, right = line.partition(":")
    pattern = re.fullmatch(r" /(.*)/", right)
    shown = _in_words(pattern[1]) if pattern else _ebnf(right)
    return f"{name.strip('?_').partition('.')[0]:<7} = {shown}"


def _ebnf(right: str) -> str:
    """Write what stands behind a rule's name in the grammar: no names of trees, { } for ( )*."""
    right = re.sub(r" -> \w+", "", right)
    right = re.sub(r"\(([^()]+)\)\*", r"{ \1 }", right)
    right = re.sub(r"\[(\w+)\]", r"[ \1 ]", right)
    return " ".join(word.removeprefix("_") for word in right.split())


def _in_words(pattern: str) -> str:
    """Write a regular expression; raise ValueError for one that says what no word is known for."""
    words: list[str] = []
    literal = ""
    while pattern:
        found = _LITERAL.match(pattern)
        known = next((pair for pair in _IN_WORDS if pattern.startswith(pair[0])), None)
        if known is None and found and "?" not in found[0]:
            literal += found[0].removeprefix("\\")
            pattern = pattern[found.end() :]
            continue
        if known is None and not found:
            raise ValueError(f"no word for {pattern}")
        words += [f'"{literal}"'] * bool(literal)
        literal = ""
        words.append(known[1] if known else f'[ "{pattern[0]}" ]')
        pattern = pattern[len(known[0] if known else "O?") :]
    return " ".join([*filter(None, words), *[f'"{literal}"'] * bool(literal)])


def write(manual: Path = MANUAL) -> None:
    """Put the grammar of today into the manual."""
    text = manual.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    manual.write_text(f"{before}{grammar_block()}{after}", encoding="utf-8")


if __name__ == "__main__":
    write()
