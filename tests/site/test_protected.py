"""A running agent that others can reach: it speaks TLS and asks for a password."""

import base64
import ssl
import urllib.request
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError

import bcrypt
import pytest

from support.agent_process import AgentProcess, until
from support.certificates import make_certificate
from support.servers import free_port

SITE = """
version: 1
site: test
buses:
  b: {{port: {port}}}
devices:
  - {{name: meter, bus: b, unit: 1, driver: eastron.sdm120}}
http: {{listen: "{listen}", web_config: web.yml}}
"""
PASSWORD = b"correct horse"


def get(url: str, trusted: Path, password: bytes | None = None) -> tuple[int, bytes]:
    """Return status and body."""
    request = urllib.request.Request(url)
    if password is not None:
        request.add_header("Authorization", f"Basic {base64.b64encode(b'operator:' + password).decode()}")
    context = ssl.create_default_context(cafile=str(trusted))
    try:
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def test_it_is_read_under_tls_by_who_has_the_password(tmp_path: Path) -> None:
    """By nobody else, on no path; and the hash of the password is nowhere to be read."""
    certificate, _ = make_certificate(tmp_path, "agent")
    hashed = bcrypt.hashpw(PASSWORD, bcrypt.gensalt(4)).decode()
    (tmp_path / "web.yml").write_text(
        f"tls_server_config: {{cert_file: agent.crt, key_file: agent.key}}\nbasic_auth_users: {{operator: {hashed}}}\n",
        encoding="utf-8",
    )
    listen = f"127.0.0.1:{free_port()}"
    agent = AgentProcess(tmp_path, SITE.format(port=tmp_path / "no-port", listen=listen))
    agent.start()
    try:
        until(lambda: '"agent_started"' in agent.log.read_text(encoding="utf-8"), "the start")
        for path in ("/", "/page.js", "/metrics", "/healthz", "/readyz", "/api/v1/status", "/nothing"):
            assert get(f"https://{listen}{path}", certificate)[0] == 401, path
            assert get(f"https://{listen}{path}", certificate, b"wrong")[0] == 401, path
        assert get(f"https://{listen}/healthz", certificate, PASSWORD)[0] == 200
        status, config = get(f"https://{listen}/api/v1/config", certificate, PASSWORD)
        with pytest.raises((URLError, HTTPException)):
            urllib.request.urlopen(f"http://{listen}/healthz", timeout=5)
        assert agent.stop() == 0
    finally:
        agent.kill()

    assert status == 200
    assert b"web.yml" in config
    assert hashed.encode() not in config


def test_an_exposed_agent_without_protection_does_not_start(tmp_path: Path) -> None:
    """Exit code 78, with the place and both ways out; so of a certificate that is none."""
    exposed = SITE.format(port="/dev/ttyUSB7", listen="0.0.0.0:0").replace(", web_config: web.yml", "")
    agent = AgentProcess(tmp_path, exposed)
    assert agent.run() == 78
    said = agent.log.read_text(encoding="utf-8")
    assert "devices.yaml:8:16: '0.0.0.0:0' can be reached by others" in said
    assert "insecure: true" in said

    for name in ("agent.crt", "agent.key"):
        (tmp_path / name).write_text("nothing", encoding="utf-8")
    (tmp_path / "web.yml").write_text("tls_server_config: {cert_file: agent.crt, key_file: agent.key}\n", "utf-8")
    agent = AgentProcess(tmp_path, SITE.format(port="/dev/ttyUSB7", listen="0.0.0.0:0"))
    assert agent.run() == 78
    assert "'agent.crt' cannot be used with the key 'agent.key'" in agent.log.read_text(encoding="utf-8")
