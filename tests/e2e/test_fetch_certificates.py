"""What is wrong with a server's certificate is said in the message, and nothing is asked."""

import shutil
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.model import Outcome
from tests.e2e.fetching import FEED, failure
from tests.hostile.server import HostileServer, answer

SETTINGS = """
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
"""
NEW = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
DATED = "ca -batch -config ca.cnf -selfsign -notext -keyfile a.key -in a.csr"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Path, Path]]:
    """Certificates that sign themselves, with their keys, by what is the matter with them."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make certificates")
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "ca.cnf").write_text(SETTINGS)
    (folder / "index.txt").touch()
    for command in (
        f"{NEW} -keyout a.key -out mine.pem -subj /CN=localhost",
        f"{NEW} -keyout b.key -out elsewhere.pem -subj /CN=gov.example",
        "req -new -key a.key -subj /CN=localhost -out a.csr",
        f"{DATED} -startdate 20200101000000Z -enddate 20200102000000Z -out expired.pem",
        f"{DATED} -startdate 20990101000000Z -enddate 20990102000000Z -out early.pem",
    ):
        done = subprocess.run(
            ["openssl", *command.split()], cwd=folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
    keys = {"mine": "a", "elsewhere": "b", "expired": "a", "early": "a"}
    return {name: (folder / f"{name}.pem", folder / f"{key}.key") for name, key in keys.items()}


@pytest.mark.parametrize(
    ("name", "trusted", "trouble"),
    [
        pytest.param("expired", True, "certificate has expired", id="expired"),
        pytest.param("early", True, "certificate is not yet valid", id="not yet valid"),
        pytest.param("elsewhere", True, "not valid for 'localhost'", id="another host"),
        pytest.param("mine", False, "self-signed certificate", id="signs itself"),
    ],
)
def test_a_certificate_that_proves_nothing_is_refused_with_the_reason(
    certificates: Mapping[str, tuple[Path, Path]],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    trusted: bool,
    trouble: str,
) -> None:
    certificate, key = certificates[name]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with HostileServer({"/": answer(FEED)}, tls=context) as server:
        url = server.url("/", host="localhost")
        found = failure(url)
    assert (found.outcome, server.hits) == (Outcome.TLS, [])
    assert found.message.startswith(f"{url}: the certificate is refused: ")
    # OpenSSL 1.1 wrote "self signed".
    assert trouble in found.message.replace("self signed", "self-signed")
