"""The two doors of an InfluxDB: `/api/v2/write` through the client library, `/write` through its connections.

Of the library only the synchronous write of bytes is used: its batching writer loses records, and its gzip, at level 9,
takes longer than the network it saves. Level 1 takes a fifteenth of that and leaves a third of the bytes. Importing the
library takes a quarter of a second, so import this module only to send.
"""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlencode

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from rtu_agent.output.answer import Answer

CONNECT_TIMEOUT_S: Final = 3.0
READ_TIMEOUT_S: Final = 30.0
GZIP_LEVEL: Final = 1

Door = Literal["/api/v2/write", "/write"]


class Doors:
    """Posts bodies of line protocol, timestamps in milliseconds, to one bucket of one server."""

    def __init__(
        self, url: str, org: str, bucket: str, *, ca_file: Path | None = None, compressed: bool = False
    ) -> None:
        """Connect to nothing yet.

        Args:
            url: address of the server; it may have a path.
            org: organisation, for version 2.
            bucket: bucket or database, the latter also as `database/policy`.
            ca_file: certificates that the server's must be signed by; None for those of the system.
            compressed: whether bodies are sent as gzip.
        """
        self._url = url.rstrip("/")
        self._org = org
        self._bucket = bucket
        timeout_ms = (int(CONNECT_TIMEOUT_S * 1000), int(READ_TIMEOUT_S * 1000))
        authority = None if ca_file is None else str(ca_file)
        self._client = InfluxDBClient(self._url, org=org, timeout=timeout_ms, ssl_ca_cert=authority)
        self._write_api = self._client.write_api(write_options=SYNCHRONOUS)
        self._headers: dict[str, str] = self._client.api_client.default_headers
        self._compressed = compressed
        if compressed:
            self._headers["Content-Encoding"] = "gzip"

    def log_in(self, authorization: str) -> None:
        """Send this header `Authorization` from now on."""
        self._headers["Authorization"] = authorization

    def post(self, door: Door, body: bytes) -> Answer:
        """Post `body`; every failure to get an answer is an `Answer` without a status."""
        if self._compressed:
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        try:
            return self._post_v2(body) if door == "/api/v2/write" else self._post_v1(body)
        except HTTPError as error:
            return Answer(door, None, str(error), {})

    def close(self) -> None:
        """Close the connections."""
        self._client.close()  # type: ignore[no-untyped-call]  # the library's

    @property
    def client(self) -> InfluxDBClient:
        """The client library, for what it manages."""
        return self._client

    def ask(self, method: Literal["GET", "POST"], path: str, fields: Mapping[str, str]) -> Answer:
        """Return the answer to a question; the fields are a form.

        Raises:
            HTTPError: there is none.
        """
        response = self._client.api_client.rest_client.pool_manager.request(
            method,
            f"{self._url}{path}",
            body=urlencode(fields),
            headers={**self._headers, "Content-Type": "application/x-www-form-urlencoded"},
            timeout=Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
            retries=False,
        )
        return Answer(path, response.status, response.data.decode("utf-8", "replace"), response.headers)

    def _post_v2(self, body: bytes) -> Answer:
        door: Door = "/api/v2/write"
        try:
            precision = "ms"
            self._write_api.write(self._bucket, self._org, body, precision)  # type: ignore[arg-type]  # a str in truth
        except ApiException as error:
            if not error.status:  # the server's certificate is not trusted
                return Answer(door, None, str(error.reason), {})
            return Answer(door, error.status, str(error.body or ""), error.headers or {})
        # The call itself returns nothing, whatever has answered with a status of success.
        response = self._client.api_client.last_response
        return Answer(door, response.status, str(response.data or ""), response.getheaders())

    def _post_v1(self, body: bytes) -> Answer:
        door: Door = "/write"
        database, _, policy = self._bucket.partition("/")
        query = {"db": database, "precision": "ms"} | ({"rp": policy} if policy else {})
        response = self._client.api_client.rest_client.pool_manager.request(
            "POST",
            f"{self._url}{door}?{urlencode(query)}",
            body=body,
            headers=self._headers,
            timeout=Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
            retries=False,
        )
        return Answer(door, response.status, response.data.decode("utf-8", "replace"), response.headers)
