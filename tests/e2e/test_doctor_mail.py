"""A probe goes the way of digests, and its received form tells what its signature covers."""

from pathlib import Path

import pytest

from jobs.mailcheck import judge
from tests.e2e.world import Deployment, Sink, sources_yaml

OFFER = (
    "List-Unsubscribe: <https://w.example/u/x>, <mailto:w@example.org>\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
)
SIGNED = "DKIM-Signature: v=1; d={domain}; s=k;\n h=From:To:\n  {names}; b=AA==\n"
BOTH = "List-Unsubscribe:list-unsubscribe-POST"


@pytest.mark.parametrize(
    ("headers", "ok", "said"),
    [
        pytest.param(
            OFFER + SIGNED.format(domain="a.example", names=BOTH),
            [True, True],
            "a.example signs List-Unsubscribe and List-Unsubscribe-Post",
            id="both covered",
        ),
        pytest.param(
            OFFER + SIGNED.format(domain="a.example", names="List-Unsubscribe"),
            [True, False],
            "a.example does not sign List-Unsubscribe-Post: mailboxes then show no button",
            id="half covered",
        ),
        pytest.param(
            OFFER
            + SIGNED.format(domain="a.example", names="Date")
            + SIGNED.format(domain="b.example", names=BOTH),
            [True, True],
            "b.example signs",
            id="one of two signatures",
        ),
        pytest.param(OFFER, [True, False], "none: let your mail server sign", id="unsigned"),
        pytest.param(
            "List-Unsubscribe: <mailto:w@example.org>\n"
            + SIGNED.format(domain="a.example", names="List-Unsubscribe"),
            [False, True],
            "by mail alone: for one click set POLICYWATCH_BASE_URL",
            id="by mail alone",
        ),
        pytest.param("", [False, False], "something on the way cut it", id="nothing left"),
        pytest.param(
            "Authentication-Results: mx.example; dkim=pass; spf=fail (no); dmarc=pass\n"
            + OFFER
            + SIGNED.format(domain="a.example", names=BOTH),
            [True, True, True, False, True],
            "fail",
            id="what the receiver verified",
        ),
    ],
)
def test_a_received_probe_is_judged(headers: str, ok: list[bool], said: str) -> None:
    judgements = judge(f"From: w@example.org\n{headers}\nbody\n".encode())
    assert [judgement.ok for judgement in judgements] == ok
    assert any(said in judgement.found for judgement in judgements)


def test_a_probe_carries_the_headers_of_a_digest(
    deployment: Deployment, sink: Sink, tmp_path: Path
) -> None:
    deployment.write("sources.yaml", sources_yaml(("a", "https://gov.example/a.xml")))
    base = "https://watch.example.org"
    done = deployment.run("doctor", "mail", "me@example.org", POLICYWATCH_BASE_URL=base)
    assert done.code == 0
    (probe,) = sink.mails
    received = tmp_path / "received.eml"
    received.write_bytes(probe.content)
    judged = deployment.run("doctor", "mail", "--check", str(received), "--json")
    assert judged.code == 1
    assert [(one["what"], one["ok"]) for one in judged.json] == [
        ("unsubscribe", True),
        ("DKIM", False),
    ]
    assert deployment.run("doctor", "mail").code == 2
