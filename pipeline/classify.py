"""Item -> what the themes say of it."""

from pipeline.model import Field, Item, Match, Scope, Source
from pipeline.rules.ruleset import Ruleset


def classify(item: Item, source: Source, ruleset: Ruleset) -> tuple[Match, ...]:
    """Return the matches of an item, the highest score first, then as the themes stand.

    What is only near comes last. Themes that apply, were excluded or came near are named; silence
    means that none of them did.
    """
    texts = {name: item.text(name) for name in Field}
    return ruleset.classify(texts, scope_of(item, source))


def scope_of(item: Item, source: Source) -> Scope:
    """Return what scopes in rules ask about: the item's own type and language come first."""
    return Scope(
        source=source.id,
        group=source.group,
        jurisdiction=source.jurisdiction,
        type=item.type,
        language=item.language or source.language,
        tier=source.tier,
    )
