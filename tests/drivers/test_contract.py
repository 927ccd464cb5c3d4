"""The same questions to every installed driver."""

import ast
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.driver_api import Driver
from rtu_agent.driver_api.codec import BitCodec, FloatCodec
from rtu_agent.normalize.decode import Decoder
from rtu_agent.plugins import load_drivers

ENTRIES = load_drivers().entries
EVERY_DRIVER = pytest.mark.parametrize("driver", [entry.driver for entry in ENTRIES.values()], ids=ENTRIES)


@EVERY_DRIVER
def test_a_driver_cites_its_source(driver: type[Driver]) -> None:
    """In its docstring, or at the top of its module where several classes share it."""
    entry = ENTRIES[driver.name]

    assert driver.__doc__
    assert "source: " in Path(entry.file).read_text(encoding="utf-8").lower()


@EVERY_DRIVER
def test_a_driver_imports_the_driver_api_only(driver: type[Driver]) -> None:
    """It cannot know how a bus, a schedule or a database works."""
    file = Path(ENTRIES[driver.name].file)
    if file.suffix == ".py":
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

        assert imported == {"rtu_agent.driver_api"}
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


@EVERY_DRIVER
def test_every_point_is_a_column_of_its_own(driver: type[Driver]) -> None:
    """No value overwrites another."""
    names = [point.field.name for point in driver.points]

    assert len(names) == len(set(names))


@EVERY_DRIVER
def test_energies_that_only_grow_are_counters(driver: type[Driver]) -> None:
    """A jump of a counter is not booked; what counts down in some setting is none."""
    may_count_down = {("eastron.sdm120", "energy_total_active"), ("eastron.sdm120ct", "energy_total_active")}
    for point in driver.points:
        grows = point.name.startswith(("energy_", "charge_throughput")) and "net" not in point.name

        assert point.counter == (grows and (driver.name, point.name) not in may_count_down), point.name


@EVERY_DRIVER
def test_what_identifies_a_device_is_read_once(driver: type[Driver]) -> None:
    """It does not change while the device runs, and costs the wire nothing afterwards."""
    for point in driver.points:
        if point.quantity and point.quantity.nature == "identity":
            assert point.group == "once", point.name


@EVERY_DRIVER
@settings(deadline=None)
@given(data=st.data())
def test_any_registers_are_decoded_without_an_error(driver: type[Driver], data: st.DataObject) -> None:
    """A device may send anything; a driver never raises."""
    spans = [point.span for point in driver.points]
    sizes = [(span.count + 7) // 8 if span.table.of_bits else 2 * span.count for span in spans]

    decoded = Decoder(driver.points, spans)([data.draw(st.binary(min_size=size, max_size=size)) for size in sizes])

    assert decoded.quality in (RecordQuality.GOOD, RecordQuality.PARTIAL)
    assert len(decoded.values) == len(driver.points)


@EVERY_DRIVER
def test_every_sentinel_leaves_no_number(driver: type[Driver]) -> None:
    """Those that the driver names, and NaN for every float."""
    for point in driver.points:
        if isinstance(point.codec, BitCodec):
            continue
        patterns = [pattern.to_bytes(2 * point.count, "big") for pattern in point.invalid]
        if isinstance(point.codec, FloatCodec):
            patterns.append(struct.pack(f">{point.codec.struct_code}", float("nan")))
        for pattern in patterns:
            wire = bytes(byte for _, byte in sorted(zip(point.codec.order, pattern, strict=True)))

            assert Decoder([point], [point.span])([wire]).values == (None,), point.name
