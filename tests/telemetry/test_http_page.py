"""What docs/http.md shows is what is answered."""

import json
import re
from pathlib import Path
from typing import Any

import bcrypt
import pytest

from rtu_agent.app import load
from rtu_agent.telemetry import api, findings, http, passwords, shared
from rtu_agent.telemetry.board import MARK_S
from rtu_agent.telemetry.findings import Worker, health, readiness
from rtu_agent.telemetry.history import ALL_TOGETHER, LONGEST
from rtu_agent.telemetry.http_answer import document
from rtu_agent.telemetry.trend import WINDOWS_S
from rtu_agent.telemetry.words import DEVICE, OUTPUT
from support.certificates import make_certificate
from support.shown_site import START, ShownSite

PAGE = (Path(__file__).parents[2] / "docs" / "http.md").read_text(encoding="utf-8")


def example(name: str) -> Any:
    """Return an example of the page."""
    [found] = re.findall(rf"^```json {name}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return json.loads(found)


def test_the_status_is_answered_as_shown() -> None:
    """Every key, in its order."""
    snapshot = ShownSite().some_time().board.snapshot()

    answered = json.loads(document(api.status(snapshot, "0.1.0", api.ConfigState(START))).plain)

    assert json.dumps(answered) == json.dumps(example("status"))


def test_a_device_is_answered_as_shown() -> None:
    """What its page has besides the row, in its order."""
    site = ShownSite().some_time()
    [row, _] = example("status")["devices"]

    answered = api.device_named(site.board.snapshot(), "office")

    assert answered is not None
    assert json.dumps({**row, **example("device")}) == json.dumps(
        {key: value for key, value in answered.items() if key not in ("site", "time_ms")}
    )


def test_health_and_readiness_are_answered_as_shown() -> None:
    """Each with its details."""
    alive = health(10.0, [Worker("hall", 10.0, 0.5)], 10.25)
    ready = readiness(ShownSite().some_time().board.snapshot())

    assert example("healthz") == {"status": "ok", **alive.details}
    assert example("readyz") == {"status": "ok", **ready.details}


@pytest.mark.parametrize("kind", [*DEVICE, *OUTPUT])
def test_every_kind_of_error_is_named(kind: str) -> None:
    """A program may rely on it."""
    assert f"`{kind}`" in PAGE


def test_the_web_configuration_is_one(tmp_path: Path) -> None:
    """It is taken as it stands there, and its hash is that of a password."""
    site, web = (
        re.findall(rf"^```yaml{name}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0] for name in ("", " web.yml")
    )
    (tmp_path / "web.yml").write_text(web, encoding="utf-8")
    make_certificate(tmp_path, "agent")
    (tmp_path / "devices.yaml").write_text(
        f"version: 1\nsite: s\nbuses: {{b: {{port: COM3}}}}\n"
        f"devices: [{{name: d, bus: b, unit: 1, driver: eastron.sdm120}}]\n{site}",
        encoding="utf-8",
    )

    settings = load(tmp_path / "devices.yaml").site.http.web

    assert settings.tls_server_config is not None
    assert settings.tls_server_config.cert_file == tmp_path / "agent.crt"
    assert bcrypt.checkpw(b"operator", settings.basic_auth_users["operator"].encode())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("are 32 threads", http.CONNECTIONS),
        ("has 10 s for each", http.PATIENCE_S),
        ("and 30 s altogether", http.LIFETIME_S),
        ("at most 16 KiB", http.HEAD_BYTES / 1024),
        ("longer than 72 bytes", passwords.LONGEST_PASSWORD),
    ],
)
def test_the_limits_are_those_of_the_code(text: str, number: float) -> None:
    """One that is changed is changed on the page."""
    assert text in PAGE
    assert float(re.sub(r"\D", "", text)) == number


def test_the_numbers_are_those_of_the_code() -> None:
    """A limit that is changed is changed on the page."""
    assert findings.STUCK_S == 10
    assert "turned in the last 10 s" in PAGE
    assert findings.TIMEOUTS == 3
    assert "three times the longest timeout" in PAGE
    assert (shared.REST, shared.FRESH_S, shared.LEAST_REST) == (100, 1, 10)
    assert (
        "for a hundred times as long, but not longer than a second; on very large sites for ten times as\nlong" in PAGE
    )
    assert list(WINDOWS_S.values()) == [60, 300, 3600]
    assert "the last 1, 5 and 60 minutes, and at most 10 s more" in PAGE
    assert MARK_S == 10
    assert (LONGEST, ALL_TOGETHER // LONGEST) == (60, 1000)
    assert "60 each,\nfewer on sites of more than a thousand" in PAGE
