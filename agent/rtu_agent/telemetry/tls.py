"""The certificate of the HTTP server. A renewed one is taken for the next connection, without a restart."""

import logging
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_logger: Final = logging.getLogger(__name__)


class Certificate:
    """Speaks TLS 1.2 or newer.

    Raises:
        OSError: certificate or key cannot be read, or do not belong together; `ssl.SSLError` is one, too.
    """

    def __init__(self, cert_file: Path, key_file: Path) -> None:
        self._files = (cert_file, key_file)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._seen = self._look()
        self._load(self._context)

    def wrap(self, connection: socket.socket) -> ssl.SSLSocket:
        """Return the connection under TLS; who reads from it first, does the handshake."""
        self._renew()
        return self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)

    def _renew(self) -> None:
        """Take files that were changed; while they do not fit, as between the writing of the two, the old ones stay."""
        try:
            seen = self._look()
            if seen != self._seen:
                # Tried apart first: a context that was given half of a pair would be left with it.
                self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
                self._load(self._context)
                self._seen = seen
        except OSError as error:
            _logger.warning("the renewed certificate cannot be used: %s", error)

    def _load(self, context: ssl.SSLContext) -> None:
        context.load_cert_chain(*self._files, password="")  # else OpenSSL asks a terminal for the one of a locked key

    def _look(self) -> Sequence[tuple[int, int]]:
        return [(file.stat().st_mtime_ns, file.stat().st_ino) for file in self._files]
