"""A deployment whose every source is a case of the catalogue, and the real command on it."""

import contextlib
import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.world import COMMAND, DIGESTS, THEMES, Deployment
from tests.hostile.cases import Case
from tests.hostile.server import HostileServer

_HOSTS = 20
_LONGEST_RUN = 300.0


@dataclass(frozen=True)
class Polled:
    """One run of the command, and how much memory its processes held together."""

    code: int
    results: Mapping[str, Mapping[str, Any]]
    err: str
    megabytes: int


@dataclass(frozen=True)
class World:
    """Cases on loopback addresses, and a deployment that may read them all."""

    cases: Mapping[str, Case]
    deployment: Deployment
    servers: Mapping[str, HostileServer]

    def poll(self, *arguments: str, **environment: str) -> Polled:
        """Poll by the real command: everything, unless told otherwise."""
        home, command = self.deployment.home, (str(COMMAND), "poll", "--json")
        with (home / "out").open("wb") as out, (home / "err").open("wb") as err:
            process = subprocess.Popen(
                [*command, *(arguments or ("--all",))],
                env=self.deployment.full_environment(**environment),
                stdout=out,
                stderr=err,
            )
            alarm = threading.Timer(_LONGEST_RUN, process.kill)
            alarm.start()
            megabytes = _peak(process)
            alarm.cancel()
        answer = json.loads((home / "out").read_bytes())
        return Polled(
            code=process.returncode,
            results={result["source"]: result for result in answer["results"]},
            err=(home / "err").read_text(encoding="utf-8"),
            megabytes=megabytes,
        )

    def wrong(self, polled: Polled) -> dict[str, object]:
        """Return the cases that did not end as they should, with how they ended."""
        return {
            name: polled.results.get(name, "not polled")
            for name, case in self.cases.items()
            if name not in polled.results or not _right(case, polled.results[name])
        }


def _peak(process: "subprocess.Popen[bytes]") -> int:
    """Wait for a process; return how many megabytes it and its children held at most."""
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(_resident, _family(str(process.pid)))))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    return most // 1024


def _family(process: str) -> Iterator[str]:
    yield process
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in file.read_text().split():
                yield from _family(child)


def _resident(process: str) -> int:
    """Return the kilobytes that a process holds; 0 where the system does not say."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        held = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
        return int(held[0]) if held else 0
    return 0


def _right(case: Case, result: Mapping[str, Any]) -> bool:
    return (
        result["outcome"] in case.outcomes
        and (case.entries is None or result["entries"] == case.entries)
        and case.said in (result["error"] or "")
    )


@contextmanager
def world(home: Path, cases: Mapping[str, Case]) -> Iterator[World]:
    """Serve the cases on twenty addresses, one after the other in turn."""
    hosts = [HostileServer({}, host=f"127.0.1.{n + 1}") for n in range(_HOSTS)]
    servers = {name: hosts[number % _HOSTS] for number, name in enumerate(cases)}
    for name, case in cases.items():
        paths = {"/feed": case.behaviour, **(case.more or {})}
        servers[name].behaviours |= {f"/{name}{path}": each for path, each in paths.items()}
    with ExitStack() as stack:
        for host in hosts:
            stack.enter_context(host)
        allowed = ",".join(host.endpoint for host in hosts)
        deployment = Deployment(home, {"POLICYWATCH_ALLOW_NETWORKS": allowed})
        deployment.write("themes.yaml", THEMES)
        deployment.write("digests.yaml", DIGESTS)
        lines = [_entry(name, servers[name].url(f"/{name}/feed")) for name in cases]
        deployment.write("sources.yaml", "sources:\n" + "".join(lines))
        yield World(cases, deployment, servers)


def _entry(name: str, url: str) -> str:
    return f"  - {{id: {name}, name: {name}, kind: feed, url: '{url}'}}\n"
