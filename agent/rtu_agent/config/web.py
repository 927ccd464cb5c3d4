"""Who may read what the agent serves: the file that `web_config` names, in the form that Prometheus made common.

Source: Prometheus, "HTTPS and authentication" (web configuration file): `tls_server_config` with `cert_file` and
`key_file`, `basic_auth_users` with bcrypt hashes.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from rtu_agent.config.entries import Entry
from rtu_agent.config.outputs import anchored
from rtu_agent.config.reading import read
from rtu_agent.config.sentences import shown
from rtu_agent.domain.document import SIZE_LIMIT, Document, Problem, parse
from rtu_agent.domain.secret import LITERAL
from rtu_agent.telemetry.tls import Certificate

_BCRYPT: Final = re.compile(r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}")


def _check_hash(text: str) -> str:
    if not _BCRYPT.fullmatch(text):
        raise PydanticCustomError(
            LITERAL, "a password stands here only as its bcrypt hash; make one with: htpasswd -nBC 10 NAME"
        )
    return text


class TlsEntry(Entry):
    """The certificate that the agent shows, and its key; both PEM, relative to the file they are named in."""

    cert_file: Annotated[Path, Field(description="Certificate, with those that lead to its issuer.")]
    key_file: Annotated[Path, Field(description="Its private key, without a passphrase.")]


class WebEntry(Entry):
    """What protects the HTTP server: TLS, passwords, or both."""

    tls_server_config: Annotated[TlsEntry | None, Field(description="Certificate and key for TLS.")] = None
    basic_auth_users: dict[str, Annotated[str, AfterValidator(_check_hash)]] = Field(
        default_factory=dict, description="Who may read: by name, the bcrypt hash of the password."
    )


def read_web(document: Document, http: Any, folder: Path) -> tuple[WebEntry, list[Problem]]:
    """Return what protects the server, and all that is wrong with that.

    Args:
        document: the site's file.
        http: the entry `http` of the site, None if something is wrong with it.
        folder: from where its paths start.
    """
    if http is None:
        return WebEntry(), []
    if http.web_config is None:
        return WebEntry(), [*_exposed(document, http)]
    path = folder / http.web_config
    try:
        with path.open("rb") as file:
            text = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        message = f"'{http.web_config}' cannot be read: {error.strerror}"
        return WebEntry(), [document.problem(("http", "web_config"), message)]
    return _protection(parse(text, str(path)), path.parent)


def _protection(document: Document, folder: Path) -> tuple[WebEntry, list[Problem]]:
    if not isinstance(document.data, dict):
        message = f"the file must be a mapping (key: value), not {shown(document.data)}"
        return WebEntry(), [*document.problems, document.problem((), message)]
    found = read(document, (), document.data, WebEntry)
    if found.problems or document.problems or not isinstance(found.entry, WebEntry):
        return WebEntry(), [*document.problems, *found.problems]
    if found.entry.tls_server_config is None and not found.entry.basic_auth_users:
        message = "the file protects nothing: it needs tls_server_config, basic_auth_users, or both"
        return WebEntry(), [document.problem((), message)]
    web = anchored(found.entry, folder)
    assert isinstance(web, WebEntry)  # noqa: S101 - tells the type
    if web.tls_server_config is None:
        return web, []
    written = found.get("tls_server_config")
    problems = [*_unreadable(document, written, web.tls_server_config)]
    return web, problems or [*_unfit(document, written, web.tls_server_config)]


def _unreadable(document: Document, written: TlsEntry, tls: TlsEntry) -> Iterator[Problem]:
    for key in TlsEntry.model_fields:
        try:
            with getattr(tls, key).open("rb"):
                continue
        except OSError as error:
            message = f"'{getattr(written, key)}' cannot be read: {error.strerror}"
            yield document.problem(("tls_server_config", key), message)


def _unfit(document: Document, written: TlsEntry, tls: TlsEntry) -> Iterator[Problem]:
    try:
        Certificate(tls.cert_file, tls.key_file)
    except OSError as error:
        is_other = getattr(error, "reason", None) == "KEY_VALUES_MISMATCH"
        why = "it was made for another one" if is_other else "both must be PEM, and the key without a passphrase"
        message = f"'{written.cert_file}' cannot be used with the key '{written.key_file}': {why}"
        yield document.problem(("tls_server_config", "cert_file"), message)


def _exposed(document: Document, http: Any) -> Iterator[Problem]:
    if not http.insecure and not _is_loopback(http.listen):
        message = (
            f"'{http.listen}' can be reached by others: name a web_config with TLS and users, "
            "or write insecure: true if something else protects it"
        )
        yield document.problem(("http", "listen"), message)


def _is_loopback(listen: str) -> bool:
    host = listen.rpartition(":")[0].removeprefix("[").removesuffix("]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
