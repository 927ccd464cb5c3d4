"""JSON lines on standard output, for pipes: one object for each record.

    {"time": "2026-11-18T12:00:00.000Z", "measurement": "energy_meter", "tags": {…}, "fields": {…}, "quality": 0}

Lines are written past Python's own buffer, so that a reader that hangs holds up this output alone, also at the end.
"""

import json
import os
import sys
from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from rtu_agent.domain.record import Record
from rtu_agent.output.contract import EndedError, LocalOutput
from rtu_agent.output.outgoing import clean, iso, outgoing


class JsonlSettings(BaseModel):
    """JSON lines on standard output, for pipes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class JsonlOutput(LocalOutput):
    """Writes records to standard output."""

    Settings = JsonlSettings
    uses_stdout: ClassVar[bool] = True

    def __init__(self, name: str, settings: JsonlSettings) -> None:  # noqa: ARG002 - there are none
        """Write nothing yet."""
        self.name = name
        self._left = memoryview(b"")

    def write(self, records: Sequence[Record]) -> None:
        """Write a line for each record; after an error, go on where it came, because the same records come again.

        Raises:
            EndedError: nobody reads any more.
            OSError: the file that the output is led to cannot be written, now.
        """
        self._left = self._left or memoryview("".join(map(line, records)).encode())
        descriptor = sys.stdout.fileno()
        while self._left:
            try:
                self._left = self._left[os.write(descriptor, self._left) :]
            except BrokenPipeError:
                raise EndedError("whoever read the lines from standard output has gone") from None

    def close(self) -> None:
        """Nothing is open that is ours."""


def line(record: Record) -> str:
    """Return the line of `record`, with its line end; a value that is missing is left out."""
    values, quality = outgoing(record)
    about = {
        "time": iso(record.time_ms),
        "measurement": clean(record.series.measurement),
        "tags": {clean(key): clean(text) for key, text in record.series.tags.items()},
        "fields": {
            field.name: value for field, value in zip(record.series.fields, values, strict=True) if value is not None
        },
        "quality": int(quality),
    }
    return json.dumps(about, ensure_ascii=False, allow_nan=False) + "\n"
