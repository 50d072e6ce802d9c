"""Promises about the tree itself."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("package", ["pipeline", "store", "web", "jobs", "demo"])
def test_nobody_else_owns_our_packages(package: str) -> None:
    owners = packages_distributions().get(package, ["policywatch"])
    assert set(owners) == {"policywatch"}


def test_no_registry_address_stands_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    # Put together, so that this file does not find itself.
    hosts = ("registry.npm" + "js", "python" + "hosted", "pypi.org/" + "simple")
    pattern = re.compile("|".join(map(re.escape, hosts)))
    texts = {
        n: (ROOT / n).read_bytes().decode(errors="ignore") for n in listed if (ROOT / n).is_file()
    }
    assert [name for name, text in texts.items() if pattern.search(text)] == []


def test_every_package_says_what_it_is() -> None:
    inits = [
        p
        for top in ("pipeline", "store", "web", "jobs", "demo")
        for p in (ROOT / top).rglob("__init__.py")
    ]
    assert [str(p) for p in inits if not p.read_text(encoding="utf-8").startswith('"""')] == []


def test_only_workers_load_what_reads_pages() -> None:
    heavy = {"trafilatura", "pypdf", "justext", "dateparser", "urllib3"}
    code = f"import sys, jobs.cli.sources, jobs.poll; print({heavy} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
