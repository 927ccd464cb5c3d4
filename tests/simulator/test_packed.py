"""Devices whose values are not simply the bits of their registers are simulated so that their drivers decode them."""

import struct
from collections.abc import Sequence

import pytest

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import (
    Driver,
    decimal_places,
    enum,
    f32,
    i16,
    multiplier,
    scale_factor,
    signed_by,
    string,
    sum_of,
    u16,
    u32,
)
from rtu_agent.normalize.decode import Decoder
from rtu_agent.simulator.ear import ExceptionCode
from rtu_agent.simulator.image import Image, Refused

NOW_S = 1_795_000_000.0


class Packed(Driver, table="holding", stride=2, gaps_readable=True):
    """Counts bytes, packs fields, scales by registers."""

    name = "acme.packed"
    kind = "energy_meter"

    _sf = scale_factor(0x1000)
    _ct = multiplier(0x1002, scale=0.5)
    transformer_ratio = u16(0x1002, scale=0.5, vendor_specific=True)
    voltage = u16(0x1004, "V", scale=_sf)
    active_power = i16(0x1006, "W", scale=_ct)
    battery_soc = u16(0x1008, "%", mask=0x00FF)
    operating_state = enum(0x1008, {2: "idle", 3: "busy"}, mask=0x0F00)
    energy_import_active = u32((0x100A, 0x100E), "kWh", scale=_sf, counter=True)
    temperature = i16(0x100C, "°C", scale=decimal_places(0x1010), sign_bit=True)
    device_name = string(0x1012, 8, one_per_word=True)
    _magnitude = u16(0x1022, "W")
    battery_power = signed_by(_magnitude, operating_state, negative=[3])
    energy_total_active = sum_of(energy_import_active)


def decoded(driver: type[Driver], spans: Sequence[Span]) -> dict[str, Value | None]:
    """Return what a driver makes of its own image."""
    image, stride = Image(driver, "seed"), driver.limits.stride
    payloads = []
    for span in spans:
        words = image.read(Span(span.table, span.address * stride, span.count), NOW_S)
        payloads.append(struct.pack(f">{len(words)}H", *words))
    result = Decoder(driver.signals, spans)(payloads)
    assert result.quality is RecordQuality.GOOD, result.reasons
    return dict(zip((signal.name for signal in driver.signals), result.values, strict=True))


def test_a_driver_decodes_its_own_image() -> None:
    """All of it, with plausible values, whatever the way in which they are written."""
    values = decoded(Packed, [Span(Table.HOLDING, 0x0800, 0x12)])

    assert values["transformer_ratio"] == 1.0
    assert 225 <= values["voltage"] <= 235  # type: ignore[operator]
    assert 100 <= values["active_power"] <= 3000  # type: ignore[operator]
    assert 10 <= values["battery_soc"] <= 90  # type: ignore[operator]
    assert values["operating_state"] == 2
    assert values["energy_import_active"] == values["energy_total_active"]
    assert 18 <= values["temperature"] <= 26  # type: ignore[operator]
    assert str(values["device_name"]).startswith("SIM")
    assert 200 <= values["battery_power"] <= 1500  # type: ignore[operator]


def test_one_block_or_many_say_the_same() -> None:
    """Whatever travels together."""
    whole = decoded(Packed, [Span(Table.HOLDING, 0x0800, 0x12)])
    spans = dict.fromkeys(span for signal in Packed.signals for span in signal.reads)

    assert decoded(Packed, [*spans]) == whole


def test_a_device_that_counts_bytes_has_no_odd_registers() -> None:
    """And a block of three registers is six addresses long."""
    image = Image(Packed, "seed")

    assert image.read(Span(Table.HOLDING, 0x1000, 3), NOW_S)[2] == image.read(Span(Table.HOLDING, 0x1004, 1), NOW_S)[0]
    for address in (0x1001, 0x1024, 0x0FFE):
        with pytest.raises(Refused) as refused:
            image.read(Span(Table.HOLDING, address, 1), NOW_S)
        assert refused.value.code is ExceptionCode.ILLEGAL_ADDRESS


class Aliased(Driver, table="input"):
    """Its identification stands where a voltage is, and is told apart by the width of the read."""

    name = "acme.aliased"
    kind = "energy_meter"

    voltage_l1_n = f32(0x000A, "V")
    current_l1 = f32(0x000C, "A")
    model_id = u16(0x000B, group="once", alone=True)
    identity = {model_id: [0x0067, 0x0068]}
    current_l2 = u16(0x0020, "A", scale=0.01, page=(0x0100, 1))
    current_l3 = u16(0x0020, "A", scale=0.01, page=(0x0100, 2))


def test_a_lone_read_shows_something_else() -> None:
    """Both are decoded from what is meant for them."""
    image = Image(Aliased, "seed")
    lone = image.read(Span(Table.INPUT, 0x000B, 1), NOW_S)
    block = image.read(Span(Table.INPUT, 0x000A, 4), NOW_S)

    points = [Aliased.voltage_l1_n, Aliased.model_id]
    values = Decoder(points, [Span(Table.INPUT, 0x000A, 4), Span(Table.INPUT, 0x000B, 1)])(
        [struct.pack(">4H", *block), struct.pack(">H", *lone)]
    ).values
    assert lone[0] != block[1]
    assert 225 <= values[0] <= 235  # type: ignore[operator]
    assert values[1] == lone[0] == 0x0067, "what proves that it is the device"


def test_what_is_on_a_page_is_seen_while_it_is_selected() -> None:
    """The page register can be read and written; nothing else can be written."""
    image, span = Image(Aliased, "seed"), Span(Table.INPUT, 0x0020, 1)
    with pytest.raises(Refused):
        image.read(span, NOW_S)
    seen = []
    for page in (1, 2):
        image.write(0x0100, page)
        assert image.read(Span(Table.HOLDING, 0x0100, 1), NOW_S) == [page]
        seen += image.read(span, NOW_S)

    assert seen[0] != seen[1]
    with pytest.raises(Refused):
        image.write(0x0020, 1)
