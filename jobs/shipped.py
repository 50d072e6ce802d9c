"""The files that come with the program."""

import sys
from pathlib import Path

FILES = ("sources.yaml", "themes.yaml", "digests.yaml")
BASE = ".sources.shipped.yaml"
"""The sources as they came with the program, by which `sources upgrade` tells a person's edits."""


def shipped(name: str) -> Path:
    """Return the file as it was shipped: beside the checkout, or installed under share/."""
    places = (Path(__file__).parents[1] / name, Path(sys.prefix) / "share/policywatch" / name)
    return next(place for place in places if place.is_file())
