"""The same questions to every installed driver."""

import ast
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
GROWING = (
    *("energy_", "pv_energy", "charge_throughput", "operating_time", "run_time", "pulse_count", "single_presses"),
    *("volume_positive", "volume_negative", "thermal_energy_positive", "battery_cycles", "power_cycles"),
)
EVERY_DRIVER = pytest.mark.parametrize("driver", [entry.driver for entry in ENTRIES.values()], ids=ENTRIES)


@EVERY_DRIVER
def test_a_driver_says_what_it_is_for_and_where_its_facts_come_from(driver: type[Driver]) -> None:
    """The covered models, the document, how sure that is, and the interface that it was written for."""
    assert driver.products
    assert driver.source
    assert driver.confidence in ("high", "medium", "low")
    assert "api" in {key for ancestor in driver.__mro__[:-2] for key in vars(ancestor)}
    assert driver.__doc__


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
    names = [signal.field.name for signal in driver.signals]

    assert len(names) == len(set(names))


@EVERY_DRIVER
def test_what_only_grows_is_a_counter(driver: type[Driver]) -> None:
    """A jump of a counter is not booked; what counts down in some setting is none. Hours of operation grow as well."""
    may_count_down = {("eastron.sdm120", "energy_total_active"), ("eastron.sdm120ct", "energy_total_active")}
    for point in driver.signals:
        grows = point.name.startswith(GROWING) and "net" not in point.name

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
    spans = [*dict.fromkeys(span for signal in driver.signals for span in signal.reads)]
    sizes = [(span.count + 7) // 8 if span.table.of_bits else 2 * span.count for span in spans]

    decoded = Decoder(driver.signals, spans)([data.draw(st.binary(min_size=size, max_size=size)) for size in sizes])

    assert decoded.quality in (RecordQuality.GOOD, RecordQuality.PARTIAL)
    assert len(decoded.values) == len(driver.signals)


@EVERY_DRIVER
def test_every_sentinel_leaves_no_number(driver: type[Driver]) -> None:
    """Those that the driver names, and NaN for every float."""
    for point in driver.points:
        if isinstance(point.codec, BitCodec):
            continue
        raws = [point.codec.from_pattern(pattern) for pattern in point.invalid]
        if isinstance(point.codec, FloatCodec):
            raws.append(float("nan"))
        for raw in raws:
            words = dict(zip(point.addresses, batched(point.codec.to_wire(raw)), strict=True))
            spans = [point.span, *(span for span in point.reads if span != point.span)]
            own = b"".join(words.get(point.address + point.stride * place, b"\0\0") for place in range(point.count))
            others = [bytes(2 * span.count) for span in spans[1:]]

            assert Decoder([point], spans)([own, *others]).values == (None,), point.name


def batched(wire: bytes) -> list[bytes]:
    """Return the registers one by one."""
    return [wire[place : place + 2] for place in range(0, len(wire), 2)]
