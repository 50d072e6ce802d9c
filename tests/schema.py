"""`python -m tests.schema` writes sources.schema.json anew."""

import json
from pathlib import Path

from pipeline.schema import sources_schema

SCHEMA = Path(__file__).parents[1] / "sources.schema.json"


def text() -> str:
    """Return the schema of today as it is written."""
    return json.dumps(sources_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(text(), encoding="utf-8")
