"""`python -m tests.schema` writes sources.schema.json and the table of keys in docs/sources.md."""

import json
from pathlib import Path

from pipeline.schema import SAID, sources_schema
from pipeline.sourceentry import KEYS

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "sources.schema.json"
MANUAL = ROOT / "docs/sources.md"
BEGIN, END = "<!-- made of the model by `make schema` -->\n", "<!-- end -->\n"


def text() -> str:
    """Return the schema of today as it is written."""
    return json.dumps(sources_schema(), indent=1, ensure_ascii=False) + "\n"


def keys_table() -> str:
    """Return the keys of a source as the manual lists them."""
    rows = [f"| `{key}` | {SAID[key]} |\n" for key in KEYS]
    return f"{BEGIN}| key | |\n|---|---|\n{''.join(rows)}{END}"


def write() -> None:
    """Bring both files up to date."""
    SCHEMA.write_text(text(), encoding="utf-8")
    manual = MANUAL.read_text(encoding="utf-8")
    before, _, rest = manual.partition(BEGIN)
    MANUAL.write_text(f"{before}{keys_table()}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    write()
