"""Where an agent is asked, from where it listens."""

from typing import Final

_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - what a site may write


def url_of(listen: str, *, is_encrypted: bool = False) -> str | None:
    """Return the address to ask for an agent of this machine that listens so; None when only its log knows the port."""
    host, _, port = listen.rpartition(":")
    scheme = "https" if is_encrypted else "http"
    return None if port == "0" else f"{scheme}://{_ANYWHERE.get(host, host)}:{port}"
