"""An item's number <-> the few characters that people read aloud, type and search for.

Base 32 without i, l, o and u, as Crockford writes it, but for the last character.
"""

import unicodedata

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
# The last character is always a letter, so that no short id can be read as a plain number.
_LAST = _DIGITS[10:]
_READ_AS = str.maketrans("ilo", "110")


def short_id(item_id: int) -> str:
    """Write an item's number in a few characters, the last of them a letter: 7k3f."""
    rest, last = divmod(item_id, len(_LAST))
    text = _LAST[last]
    while rest or len(text) < 3:
        rest, digit = divmod(rest, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text


def item_id(text: str) -> int:
    """Read `7k3f`, `#7k3f` in any case, or a plain decimal number; raise ValueError otherwise."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain.isascii() and plain.isdigit():
        return _in_range(int(plain[:20]), text)
    characters = plain.removeprefix("#").translate(_READ_AS)
    digits, last = characters[:-1], characters[-1:] or "?"
    if last not in _LAST or not set(digits) <= set(_DIGITS) or len(digits) > 14:
        raise ValueError(
            f"{text[:40]!r} is not the id of an item: write #7k3f as a mail shows it, or a number"
        )
    number = 0
    for digit in digits:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    return _in_range(number * len(_LAST) + _LAST.index(last), text)


def _in_range(number: int, text: str) -> int:
    if not 1 <= number < 2**63:
        raise ValueError(f"{text[:40]!r}: no item has such a number")
    return number
