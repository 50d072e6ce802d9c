"""A newer catalogue changes what nobody touched, and asks about the rest."""

from typing import Any

import pytest

from pipeline.upgrade import Clash, Upgrade, compared

BASE: dict[str, Any] = {"id": "a", "name": "A", "kind": "feed", "url": "https://a.example/feed"}


def upgrade(ours: Any, newer: Any, base: Any = BASE) -> Upgrade:
    return compared([ours], [newer], None if base is None else [base])


@pytest.mark.parametrize(
    ("ours", "newer", "changes"),
    [
        pytest.param({}, {}, {}, id="nothing new"),
        pytest.param({}, {"name": "B"}, {"name": "B"}, id="theirs changed"),
        pytest.param({}, {"timezone": "UTC"}, {"timezone": "UTC"}, id="theirs grew"),
        pytest.param({"name": "C"}, {}, {}, id="ours changed"),
        pytest.param({"name": "B"}, {"name": "B"}, {}, id="both the same way"),
        pytest.param(
            {},
            {"enabled": "false", "reason": "dead"},
            {"enabled": "false", "reason": "dead"},
            id="theirs gave it up",
        ),
        pytest.param({"enabled": "true", "trial": "false"}, {}, {}, id="said or not"),
    ],
)
def test_what_only_one_side_changed_is_clear(
    ours: dict[str, Any], newer: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert upgrade(BASE | ours, BASE | newer) == Upgrade(changes={"a": changes} if changes else {})


def test_what_both_changed_is_a_clash() -> None:
    found = upgrade(BASE | {"name": "C"}, BASE | {"name": "B", "tier": "press"})
    assert found == Upgrade(
        changes={"a": {"tier": "press"}},
        clashes=(Clash(source_id="a", ours={"name": "C"}, theirs={"name": "B"}),),
    )


def test_trial_and_day_verified_go_together() -> None:
    tried = {"verified": "2026-11-25"}
    found = compared(
        [BASE | tried], [BASE | {"verified": "2026-12-01"}], [BASE | {"trial": "true"}]
    )
    assert found.clashes == (
        Clash(
            source_id="a",
            ours={"trial": None, "verified": "2026-11-25"},
            theirs={"trial": None, "verified": "2026-12-01"},
        ),
    )
    assert upgrade(BASE | tried, BASE | {"trial": "true"}, BASE | {"trial": "true"}) == Upgrade()


def test_without_a_base_every_difference_is_a_clash() -> None:
    (clash,) = upgrade(BASE, BASE | {"name": "B"}, None).clashes
    assert clash.theirs == {"name": "B"}


def test_a_new_source_is_added_unless_it_was_taken_out_or_is_read_already() -> None:
    new = {"id": "b", "url": "https://b.example/"}
    again = {"id": "c", "url": "http://a.example/feed/"}
    out = {"id": "d", "url": "https://d.example/"}
    found = compared([BASE], [BASE, new, again, out], [BASE, out])
    assert found == Upgrade(added=(new,), read=(("c", "a"),))


def test_a_source_that_was_renamed_is_the_same_source() -> None:
    renamed = BASE | {"id": "z", "was": "a"}
    assert upgrade(BASE, renamed) == Upgrade(changes={"a": {"id": "z", "was": "a"}})
    assert upgrade(BASE, BASE | {"id": "z", "was": ["y", "a"]}).changes["a"]["id"] == "z"


def test_what_the_newer_one_dropped_is_told() -> None:
    other = {"id": "own", "url": "https://own.example/"}
    assert compared([BASE, other], [{"id": "n", "url": "https://n.example/"}], [BASE]).dropped == (
        "a",
    )
