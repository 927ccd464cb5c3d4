"""The HTTP server as the site wants it: where it listens, what it shows of itself, and to whom it answers."""

from wsgiref.types import WSGIApplication

from rtu_agent.config.model import HttpSettings
from rtu_agent.config.web import WebEntry
from rtu_agent.telemetry.http import HttpServer, ListenError, serve
from rtu_agent.telemetry.passwords import Passwords, guarded
from rtu_agent.telemetry.tls import Certificate


def serve_site(http: HttpSettings, app: WSGIApplication) -> HttpServer:
    """Serve `app`, to those with a password where the site asks for one.

    Raises:
        ListenError: the address or the certificate cannot be used.
    """
    if http.web.basic_auth_users:
        app = guarded(app, Passwords(http.web.basic_auth_users))
    return serve(http.listen, app, certificate_of(http.web))


def certificate_of(web: WebEntry) -> Certificate | None:
    """Return what the HTTP server shows of itself, or None where it speaks no TLS.

    Raises:
        ListenError: the certificate cannot be used.
    """
    if web.tls_server_config is None:
        return None
    try:
        return Certificate(web.tls_server_config.cert_file, web.tls_server_config.key_file)
    except OSError as error:
        # They were tried when the site was read, so this has come since.
        place = web.tls_server_config.cert_file
        raise ListenError(f"http: the certificate {place} cannot be used with its key: {error}") from error
