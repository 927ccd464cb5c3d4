"""CSV files for people with a spreadsheet: for each device a file a day, small enough to open, removed after some days.

A device has groups that are polled at their own pace, so its records have different columns. All go into one file whose
columns are those of all groups; a cell is empty where a record has no value. When a column comes that the file does not
have, a new file is begun. After a restart the columns are those of the device's last file, so that a new file is not
begun for each group that shows up; a column that is gone from the device goes with the next day.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from rtu_agent.domain.duration import Seconds
from rtu_agent.domain.record import BESIDE, QUALITY_FIELD, Record, Series
from rtu_agent.domain.size import Bytes
from rtu_agent.output.contract import LocalOutput
from rtu_agent.output.csv_file import TIME, CsvFile, Row
from rtu_agent.output.csv_names import CsvName, found_in, remove_before, remove_beyond, stem_of
from rtu_agent.output.outgoing import clean, iso, outgoing
from rtu_agent.output.retention import day_of

_DAY_S: Final = 86_400
_FOREVER_DAYS: Final = 365_000
_IN_THE_PATH: Final = frozenset({"site", "bus", "device"})
"""Tags that are no column: they are the same in all files of a device."""


class CsvSettings(BaseModel):
    """CSV files, for each device one a day."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    directory: Annotated[
        Path, Field(strict=False, description="Directory of the files, relative to this file.", examples=["csv"])
    ] = Path("csv")
    keep: Annotated[
        Seconds,
        Field(
            description="How long files are kept at least; they are removed by the date in their name.",
            examples=["3d", "30d"],
            json_schema_extra={"default": "3d"},
        ),
    ] = 3.0 * _DAY_S
    max_rows: Annotated[int, Field(ge=1, description="Rows after which a new file is begun.", examples=[10_000])] = (
        10_000
    )
    max: Annotated[
        Bytes | None,
        Field(description="How large all files may be together; the oldest are removed earlier.", examples=["200MiB"]),
    ] = None


class _Place(NamedTuple):
    """Where records go: the device, how the names of the files begin, and the day."""

    device: str
    stem: str
    day: date


class CsvOutput(LocalOutput):
    """Appends records to the files of their device and day."""

    Settings = CsvSettings

    def __init__(self, name: str, settings: CsvSettings) -> None:
        """Open nothing yet."""
        self.name = name
        self._settings = settings
        self._directory = settings.directory
        self._keep = timedelta(days=min(math.ceil(settings.keep / _DAY_S), _FOREVER_DAYS))
        self._today = date.min
        self._files: dict[_Place, CsvFile] = {}
        self._columns: dict[str, dict[str, bool]] = {}
        """By stem, the columns in their order; true for those that a record of this run has."""
        self._done: dict[int, Record] = {}
        self._size = 0

    def write(self, records: Sequence[Record]) -> None:
        """Append the records, place by place.

        Raises:
            OSError: the disk does not let us, now; what was written of these records is not written again.
        """
        new = [record for record in records if id(record) not in self._done]
        for place, group in _by_place(new).items():
            if place.day > self._today:
                self._begin_day(place.day)
            self._append(place, group)
        if self._settings.max is not None and self._size > self._settings.max:
            in_use = {file.path for file in self._files.values()}
            self._size = remove_beyond(self._directory, self._settings.max, in_use)
        self._done.clear()

    def close(self) -> None:
        """See to it that everything is on the disk."""
        for file in self._files.values():
            file.sync()

    def _begin_day(self, day: date) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        if self._today > date.min:
            self._columns = {stem: _used(columns) for stem, columns in self._columns.items()}
        self._today = day
        for place in [place for place in self._files if place.day < day]:
            self._files.pop(place).sync()
        remove_before(self._directory, day - self._keep)
        if self._settings.max is not None:
            self._size = remove_beyond(self._directory, self._settings.max, ())

    def _append(self, place: _Place, group: Sequence[Record]) -> None:
        needed = dict.fromkeys((name for record in group for name in _columns_of(record.series)), True)
        while group:
            file = self._file(place, needed)
            now = group[: max(1, self._settings.max_rows - file.rows)]
            try:
                self._size += file.append([_row(record) for record in now])
            except PermissionError:  # a spreadsheet has it open, on an operating system that forbids to write then
                if file.size == 0:
                    raise
                file.rows = self._settings.max_rows
                continue
            self._done |= {id(record): record for record in now}
            group = group[len(now) :]

    def _file(self, place: _Place, needed: Mapping[str, bool]) -> CsvFile:
        """Return the file that takes the next row."""
        folder = _folder(self._directory, place.device)
        file = self._files.pop(place, None)
        if file is None or not file.is_as_it_was:
            file = _last_of(folder, place)
        known = self._columns.get(place.stem) or dict.fromkeys(_header_before(folder, place), False)
        columns = self._columns[place.stem] = {**known, **needed}
        if file is not None and file.size == 0:
            file = CsvFile(file.path, tuple(columns))
        elif file is None or file.rows >= self._settings.max_rows or not needed.keys() <= set(file.columns):
            if file is not None:
                file.sync()
            file = CsvFile(_next_path(folder, place), tuple(columns))
        self._files[place] = file
        return file


def _by_place(records: Sequence[Record]) -> Mapping[_Place, Sequence[Record]]:
    """Sort records by where they go, the oldest day first."""
    places: dict[_Place, list[Record]] = defaultdict(list)
    for record in records:
        device, measurement = record.series.device, record.series.measurement
        places[_Place(device, stem_of(device, measurement), day_of(record.time_ms))].append(record)
    return dict(sorted(places.items(), key=lambda item: item[0].day))


def _columns_of(series: Series) -> Iterator[str]:
    yield from _tags_of(series)
    yield from (field.name for field in series.fields)


def _tags_of(series: Series) -> Mapping[str, str]:
    """Return the tags that are columns: in what is written about a device, those that tell its lines apart."""
    if series.measurement not in BESIDE:
        return {}
    return {clean(key): clean(text) for key, text in series.tags.items() if key not in _IN_THE_PATH}


def _row(record: Record) -> Row:
    values, quality = outgoing(record)
    named = zip((field.name for field in record.series.fields), values, strict=True)
    return {**_tags_of(record.series), **dict(named), TIME: iso(record.time_ms), QUALITY_FIELD: int(quality)}


def _used(columns: Mapping[str, bool]) -> dict[str, bool]:
    return {name: used for name, used in columns.items() if used}


def _folder(directory: Path, device: str) -> Path:
    folder = directory / device
    if folder.is_symlink():
        raise OSError(f"{folder} is a link, which could lead anywhere; remove it")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _last_of(folder: Path, place: _Place) -> CsvFile | None:
    """Return the file of a day that was begun last, None if there is none that can be continued."""
    names = _names_of(folder, place)
    plain = {file.name: file.path for file in found_in(folder)}
    return CsvFile.of(plain[names[-1]]) if names and names[-1] in plain else None


def _next_path(folder: Path, place: _Place) -> Path:
    names = _names_of(folder, place)
    return folder / str(CsvName(place.day, names[-1].number + 1 if names else 1, place.stem))


def _names_of(folder: Path, place: _Place) -> list[CsvName]:
    """Return the names of a day that are taken, by whatever it is, in their order."""
    names = (CsvName.parse(path.name, place.device) for path in folder.iterdir())
    return sorted(name for name in names if name and (name.day, name.stem) == (place.day, place.stem))


def _header_before(folder: Path, place: _Place) -> Sequence[str]:
    """Return the columns of the newest file of whatever day."""
    files = [file for file in found_in(folder) if file.name.stem == place.stem]
    last = CsvFile.of(files[-1].path) if files else None
    return last.columns if last else ()
