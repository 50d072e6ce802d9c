import json

import pytest

from pipeline.errors import SourceError
from pipeline.model import Outcome, Parsed
from pipeline.parse import parse
from tests import make

VERSION = "https://jsonfeed.org/version/1.1"


def read(content: str) -> Parsed:
    return parse(make.source(), make.document(content, content_type=""))


def test_what_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(SourceError) as caught:
        read('{"version": ' + "[" * 200_000)
    assert (caught.value.outcome, str(caught.value)) == (
        Outcome.PARSE_LIMIT,
        "is nested too deep",
    )


def test_over_the_limit_the_newest_items_stay_in_their_order() -> None:
    items = [{"id": n, "date_published": f"{2002 + n % 24}-01-01"} for n in range(4_999)]
    old = [{"id": "undated"}, {"id": "oldest", "date_published": "2001-01-01"}]
    changed = [{"id": "changed", "date_modified": "2026-01-01"}]
    parsed = read(json.dumps({"version": VERSION, "items": [*old, *items, *changed]}))
    assert [item.guid for item in parsed.items] == [*map(str, range(4_999)), "changed"]
    assert parsed.trouble == ("2 older items left out, the limit is 5000",)


def test_a_document_that_is_only_damage_is_not_read_to_its_end() -> None:
    broken = ", ".join(["{oops}"] * 60)
    content = f'{{"version": "{VERSION}", "items": [{{"id": "1"}}, {broken}, {{"id": "2"}}]}}'
    parsed = read(content)
    assert [item.guid for item in parsed.items] == ["1"]
    assert parsed.trouble[0].endswith("; 50 items could not be read")
