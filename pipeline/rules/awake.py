"""What the words of an item tell of all rules at once: which of them are worth asking."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pipeline.rules.compiled import Compiled, Gates, places
from pipeline.rules.needs import Needs, Presence, frequency, needed
from pipeline.rules.words import Lexicon

_RAREST: Final = 0
_SECOND: Final = 1
_LEADS: Final = 2
_OPENING: Final = 3
_GROUPS: Final = 4


class Awake:
    """Says which rules the words of an item wake, as bits at the places of the rules.

    A rule sleeps without a word of each of two sets that it cannot do without, the rarest of those
    it has. To nearly miss it takes a word that leads to it, and one that opens its theme.
    """

    def __init__(
        self,
        rules: Sequence[Compiled],
        leads: Mapping[int, int],
        gates: Sequence[Gates],
        lexicon: Lexicon,
    ) -> None:
        """Get ready for rules, leads by word, and words that are in groups already."""
        self._size = len(rules)
        self._every = (1 << len(rules)) - 1
        # Four sets of rules, and the groups, stand in one number: each word of an item is taken up
        # at one stroke.
        self._always = 0
        self.presence = Presence(lexicon)
        self._by_word = [groups << _GROUPS * self._size for groups in self.presence.anywhere]
        for compiled in rules:
            rarest = needed(compiled.rule.tree, lexicon)
            self._file(_RAREST, compiled.order, rarest or frozenset())
            self._file(_SECOND, compiled.order, _rarest_but(rarest, compiled.groups, lexicon))
            self._file(_OPENING, compiled.order, _opening(gates[compiled.theme], lexicon))
        for number, filed in leads.items():
            self._by_word[number] |= filed << _LEADS * self._size

    def of(self, numbers: Iterable[int]) -> tuple[int, int, int]:
        """Return the rules that may hold with some words, those that may nearly, and the groups.

        The groups hold with one of the words in any field. Themes that have masks may see fewer.
        """
        packed, by_word, size = self._always, self._by_word, self._size
        for number in numbers:
            packed |= by_word[number]
        rules = packed >> _RAREST * size & packed >> _SECOND * size
        leads = packed >> _LEADS * size & packed >> _OPENING * size
        return rules & self._every, leads & self._every, packed >> _GROUPS * size

    def _file(self, section: int, place: int, words: Needs | None) -> None:
        """Put a rule under words, or under nothing where it can do without any."""
        rule = 1 << section * self._size + place
        if words is None:
            self._always |= rule
        for number in words or ():
            self._by_word[number] |= rule


def _rarest_but(other: Needs | None, groups: int, lexicon: Lexicon) -> Needs | None:
    """Return the rarest words of which a rule needs one, but for a set that was taken."""
    sets = {lexicon.groups[group].numbers for group in places(groups)} - {other}
    return min(sets, key=lambda needs: (frequency(needs, lexicon), sorted(needs)), default=None)


def _opening(gates: Gates, lexicon: Lexicon) -> Needs | None:
    """Return words of which a theme requires one, or None where something else may open it."""
    if not gates.is_opened_by_keys:
        return None
    (group,) = places(gates.keys)
    return lexicon.groups[group].numbers
