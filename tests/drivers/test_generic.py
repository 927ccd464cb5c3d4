"""What devices without a vendor of their own demand of their drivers."""

from collections.abc import Mapping
from struct import pack

import pytest

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import Span, Table
from rtu_agent.normalize.decode import Decoder
from rtu_agent.plugins import load_drivers
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.testing import blocks_of

TUF = load_drivers().entries["generic.tuf_2000m"].driver
FEED = (
    *(7579, 48988, 5064, 48142, 37967, 48877, 63814, 17575, 0, 0, 24224, 15965, 0, 0, 0, 0),
    *(87, 0, 9891, 16221, 65480, 65535, 39041, 48994, 0, 0, 0, 0, 144, 0, 48777, 16191),
)
"""REG0001 to REG0032 of a recorded meter: lundbergemil/TUF-2000M-challenge-emil, README, feed of 2017-01-11."""


def totals(unit: int, multiplier: int) -> tuple[Mapping[str, Value | None], Mapping[str, Reason]]:
    """Return the totals of the recorded meter if it were set like this, and why some of them are missing."""
    signals = [signal for signal in TUF.signals if "volume_" in signal.name or "thermal_energy" in signal.name]
    signals.remove(next(signal for signal in signals if signal.name == "volume_flow"))
    feed, setting = Span(Table.HOLDING, 0, len(FEED)), Span(Table.HOLDING, 1437, 2)
    decoded = Decoder(signals, [feed, setting])([pack(">32H", *FEED), pack(">2H", unit, multiplier)])
    return dict(zip([signal.name for signal in signals], decoded.values, strict=True)), decoded.reasons


def test_a_total_of_the_tuf_is_whole_and_fraction() -> None:
    """Its whole parts are published: 87 and -56 GJ; its net energy is the difference of the other two."""
    found, reasons = totals(unit=0, multiplier=3)

    assert not reasons
    assert {name: round(value, 3) for name, value in found.items() if isinstance(value, float)} == {
        "volume_positive": 0.216,
        "volume_negative": 0.0,
        "volume_net": 0.0,
        "thermal_energy_positive": 87.864,
        "thermal_energy_negative": -56.885,
        "thermal_energy_net": 144.749,
    }


@pytest.mark.parametrize(("multiplier", "litres"), [(0, 0.21618), (3, 216.18), (5, 21618.0)])
def test_the_multiplier_of_the_tuf_scales_its_volumes(multiplier: int, litres: float) -> None:
    """They count in steps of 10^(n-3) m³."""
    volume = totals(unit=0, multiplier=multiplier)[0]["volume_positive"]

    assert isinstance(volume, float)
    assert volume * 1000 == pytest.approx(litres, rel=1e-4)


def test_volumes_of_the_tuf_in_another_unit_are_left_out() -> None:
    """A meter set to litres says 1; a number of litres is no number of m³."""
    found, reasons = totals(unit=1, multiplier=3)

    assert {name for name, value in found.items() if value is None} == {
        "volume_positive",
        "volume_negative",
        "volume_net",
    }
    assert set(reasons.values()) == {Reason.OUT_OF_RANGE}


def test_the_tuf_is_asked_from_address_zero_for_its_first_register() -> None:
    """TUF-2000F user manual, page 21: REG0001 to REG0010."""
    request = frame(1, ReadRequest(Table.HOLDING, 0, 10).encode())

    assert request == bytes.fromhex("01 03 00 00 00 0A C5 CD")
    assert blocks_of(TUF, "normal")[0].address == 0


def test_nobody_asks_a_tuf_for_its_password() -> None:
    """REG0049 to REG0052, not even as a gap between two points when each request costs much time."""
    blocks = blocks_of(TUF, "normal", "slow", turnaround_s=1.0)
    asked = {item for block in blocks for item in range(block.address, block.end)}

    assert {47, 71} <= asked
    assert not asked & {48, 49, 50, 51}
