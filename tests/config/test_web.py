"""What protects the HTTP server: which addresses need it, and what is made of the file."""

import subprocess
from pathlib import Path

import pytest

from rtu_agent.config.load import ConfigError
from rtu_agent.config.model import Site
from support.certificates import make_certificate
from support.site_files import load

SITE = """\
version: 1
site: plant-a
buses:
  hall: {port: COM3}
devices:
  - {name: meter, bus: hall, unit: 1, driver: eastron.sdm120}
"""
HASH = "$2y$10$67kA35kCCTUcfpf5.h68wupHxuDg5mvwqh0tC0NwGb3lF/IqHV0S2"


def site(folder: Path, http: str, web: str | None = None) -> Site:
    """Load a site with these settings."""
    (folder / "devices.yaml").write_text(f"{SITE}http: {http}\n", encoding="utf-8")
    if web is not None:
        (folder / "conf").mkdir()
        (folder / "conf" / "web.yml").write_text(web, encoding="utf-8")
    return load(folder / "devices.yaml")


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "127.8.9.1:9485", "[::1]:9485", "localhost:9485"])
def test_this_machine_needs_no_protection(tmp_path: Path, listen: str) -> None:
    """Nobody else can reach it."""
    assert site(tmp_path, f'{{listen: "{listen}"}}').http.listen == listen


@pytest.mark.parametrize("listen", ["0.0.0.0:9485", "[::]:9485", "10.0.0.5:9485", "agent.example:9485", "[fe80::1]:1"])
def test_whatever_others_can_reach_is_refused(tmp_path: Path, listen: str) -> None:
    """At the place where it stands, with both ways out; said to be insecure it is taken."""
    with pytest.raises(ConfigError, match=r"devices.yaml:7:16: .*web_config.*insecure: true"):
        site(tmp_path, f'{{listen: "{listen}"}}')

    assert site(tmp_path, f'{{listen: "{listen}", insecure: true}}').http.insecure


def test_paths_start_from_the_file_they_stand_in(tmp_path: Path) -> None:
    """Certificate and key lie beside the web configuration."""
    make_certificate(tmp_path, "a")
    web = f"tls_server_config: {{cert_file: ../a.crt, key_file: ../a.key}}\nbasic_auth_users: {{me: {HASH}}}\n"

    settings = site(tmp_path, '{listen: "0.0.0.0:1", web_config: conf/web.yml}', web).http

    assert settings.web_config == tmp_path / "conf" / "web.yml"
    assert settings.web.tls_server_config is not None
    assert settings.web.tls_server_config.key_file == tmp_path / "conf" / "../a.key"
    assert settings.web.basic_auth_users == {"me": HASH}


@pytest.mark.parametrize("web", ["", "{}", "[]", "basic_auth_users: {}", "tls_server_config: {cert_file: x}"])
def test_a_file_that_protects_nothing_is_no_protection(tmp_path: Path, web: str) -> None:
    """The mistake is told at its place."""
    with pytest.raises(ConfigError, match=r"web.yml:1:\d+: "):
        site(tmp_path, '{listen: "0.0.0.0:1", web_config: conf/web.yml}', web)


def test_a_certificate_that_is_not_there_is_said(tmp_path: Path) -> None:
    """By the name that was written."""
    web = "tls_server_config: {cert_file: a.crt, key_file: a.key}\n"

    with pytest.raises(ConfigError) as caught:
        site(tmp_path, '{listen: "0.0.0.0:1", web_config: conf/web.yml}', web)

    assert [problem.message for problem in caught.value.problems] == [
        "'a.crt' cannot be read: No such file or directory", "'a.key' cannot be read: No such file or directory",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("other.key", "it was made for another one"),
        ("a.crt", "both must be PEM, and the key without a passphrase"),
        ("locked.key", "both must be PEM, and the key without a passphrase"),
    ],
)
def test_a_certificate_that_does_not_fit_its_key_is_said(tmp_path: Path, key: str, why: str) -> None:
    """With the names of both files; nobody is asked for a passphrase."""
    _, plain = make_certificate(tmp_path, "a")
    make_certificate(tmp_path, "other")
    lock = [
        "openssl",
        "ec",
        "-in",
        str(plain),
        "-aes256",
        "-passout",
        "pass:secret",
        "-out",
        str(tmp_path / "locked.key"),
    ]
    subprocess.run(lock, check=True, capture_output=True)
    web = f"tls_server_config: {{cert_file: ../a.crt, key_file: ../{key}}}\n"

    with pytest.raises(ConfigError) as caught:
        site(tmp_path, "{web_config: conf/web.yml}", web)

    [problem] = caught.value.problems
    assert (problem.line, problem.column) == (1, 32)
    assert problem.message == f"'../a.crt' cannot be used with the key '../{key}': {why}"


def test_a_password_that_was_written_out_is_not_shown(tmp_path: Path) -> None:
    """Neither in the sentence nor in the line that is quoted."""
    with pytest.raises(ConfigError) as caught:
        site(tmp_path, "{web_config: conf/web.yml}", "basic_auth_users: {operator: hunter2}\n")

    assert "bcrypt" in str(caught.value)
    assert "hunter2" not in str(caught.value)
