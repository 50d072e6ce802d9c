"""A certificate authority of our own, for servers on loopback."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Authority:
    ca_file: str
    ours: ssl.SSLContext
    other_name: ssl.SSLContext


def make_authority(folder: Path) -> Authority:
    """Make certificates in a folder; skip the test where nothing makes them."""
    if not shutil.which("openssl"):
        pytest.skip("the openssl command makes the certificates, and it is not installed")
    _openssl(folder, "-keyout ca.key -out ca.pem -subj /CN=test-authority")
    return Authority(
        ca_file=str(folder / "ca.pem"),
        ours=_certified(folder, "ours", "IP:127.0.0.1"),
        other_name=_certified(folder, "other", "DNS:other.example"),
    )


_NEW = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"


def _openssl(folder: Path, arguments: str) -> None:
    command = ["openssl", *_NEW.split(), *arguments.split()]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _certified(folder: Path, name: str, address: str) -> ssl.SSLContext:
    signed = f"-CA ca.pem -CAkey ca.key -keyout {name}.key -out {name}.pem -subj /CN={name}"
    _openssl(folder, f"{signed} -addext subjectAltName={address}")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context
