"""What devices have said can be said again by those that the simulator makes of their drivers."""

import struct
from collections import Counter
from pathlib import Path

import pytest

from rtu_agent.driver_api import Driver, Point, f32
from rtu_agent.normalize.decode import Decoder
from rtu_agent.plugins import load_drivers
from rtu_agent.testing import Recording, read_recordings
from rtu_agent.testing.rules.recorded import blocks_in, signals_in

RECORDINGS = [
    recording
    for file in sorted((Path(__file__).parent / "frames").glob("*.yaml"))
    for recording in read_recordings(file)
]


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: f"{recording.driver} {recording.name}")
def test_a_driver_can_send_what_was_recorded(recording: Recording) -> None:
    """Encoding the decoded values gives the registers of the document again: the simulator tells no other story."""
    driver = load_drivers().entries[recording.driver].driver
    points = [signal for signal in signals_in(driver, recording) if isinstance(signal, Point)]
    payloads = [payload for _, payload in recording.reads]
    values = Decoder(points, blocks_in(driver, recording))(payloads).values

    sent: Counter[int] = Counter()
    for point, value in zip(points, values, strict=True):
        if value is not None:
            sent.update(dict(zip(point.addresses, words(point.encode(value)), strict=True)))

    of_points = {address for point in points for address in point.addresses}
    recorded = {
        address: word
        for span, payload in recording.reads
        for address, word in enumerate(words(payload), span.address)
        if address in of_points
    }
    assert sent == recorded


def words(payload: bytes) -> tuple[int, ...]:
    """Return the registers in it; fields of one register add up to it."""
    return struct.unpack(f">{len(payload) // 2}H", payload)


def test_the_holding_registers_of_eastron_are_floats(tmp_path: Path) -> None:
    """SDM120-Modbus protocol document V2.4, section 2.2: a reply with 1.0. The printed count, 14, is a misprint."""

    class Configuration(Driver, table="holding"):
        """No driver reads this register; its form is that of all measurements."""

        name = "test.configuration"
        kind = "test"

        any_float = f32(0x0000, vendor_specific=True)

    file = tmp_path / "frames.yaml"
    file.write_text(
        "[{driver: test.configuration, name: one, source: section 2.2, request: 01 03 00 00 00 02 C4 0B,"
        ' response: 01 03 04 3F 80 00 00 F7 CF, expected: {any_float: ["1.0", "1"]}}]',
        encoding="utf-8",
    )
    [recording] = read_recordings(file)
    signals = signals_in(Configuration, recording)

    decoded = Decoder(signals, blocks_in(Configuration, recording))([payload for _, payload in recording.reads])

    assert decoded.values == (1.0,)
