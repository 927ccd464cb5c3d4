"""Every documented dialogue is decoded to what its document says."""

import struct
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.registers import Span, Table
from rtu_agent.domain.units import unit
from rtu_agent.driver_api import Driver, f32
from rtu_agent.driver_api.point import Point
from rtu_agent.normalize.decode import Decoder
from rtu_agent.plugins import load_drivers
from rtu_agent.protocol.crc import crc16

DIALOGUES: list[dict[str, Any]] = [
    dialogue
    for file in sorted((Path(__file__).parent / "frames").glob("*.yaml"))
    for dialogue in yaml.safe_load(file.read_text(encoding="utf-8"))
]
TABLES = {3: Table.HOLDING, 4: Table.INPUT}


def opened(dialogue: dict[str, Any]) -> tuple[Span, bytes]:
    """Return what a dialogue read and the payload of its reply; its frames must be whole."""
    if "start" in dialogue:
        return unasked(dialogue)
    request, response = (bytes.fromhex(dialogue[side]) for side in ("request", "response"))
    for frame in (request, response):
        assert crc16(frame[:-2]) == int.from_bytes(frame[-2:], "little")
    assert request[:2] == response[:2]
    assert response[2] == len(response) - 5
    span = Span(table_of(dialogue, request), int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big"))
    return span, response[3:-2]


def table_of(dialogue: dict[str, Any], request: bytes) -> Table:
    """Return what the request reads; a dialogue names it where the device has one table for both functions."""
    return Table(dialogue.get("table", TABLES[request[1]]))


def unasked(dialogue: dict[str, Any]) -> tuple[Span, bytes]:
    """Return what a dialogue without a request read: `table` and `start` say where.

    Some documents print only the reply, some only the registers in it.
    """
    payload = bytes.fromhex(dialogue["registers"]) if "registers" in dialogue else replied(dialogue["response"])
    return Span(Table(dialogue["table"]), dialogue["start"], len(payload) // 2), payload


def replied(printed: str) -> bytes:
    """Return the payload of a reply; its frame must be whole."""
    frame = bytes.fromhex(printed)
    assert crc16(frame[:-2]) == int.from_bytes(frame[-2:], "little")
    assert frame[2] == len(frame) - 5
    return frame[3:-2]


def points_in(driver: type[Driver], span: Span) -> list[Point]:
    """Return the points of a driver that a read has brought."""
    return [
        point
        for point in driver.points
        if point.table == span.table and span.address <= point.address and point.span.end <= span.end
    ]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: f"{dialogue['driver']} {dialogue['name']}")
def test_a_documented_reply_means_what_its_document_says(dialogue: dict[str, Any]) -> None:
    """Address, type, scale and unit of each point in it, to the last printed digit."""
    driver = load_drivers().entries[dialogue["driver"]].driver
    span, payload = opened(dialogue)
    points = points_in(driver, span)

    decoded = Decoder(points, [span])([payload])

    assert decoded.quality is RecordQuality.GOOD
    found = {
        point.name: [f"{value:.{_digits(dialogue, point)}f}", point.canonical_unit]
        for point, value in zip(points, decoded.values, strict=True)
    }
    assert found == {name: [digits, unit(symbol)] for name, (digits, symbol) in dialogue["expected"].items()}


def _digits(dialogue: dict[str, Any], point: Point) -> int:
    """Return how many decimals the document prints."""
    return len(dialogue["expected"][point.name][0].partition(".")[2])


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: f"{dialogue['driver']} {dialogue['name']}")
def test_a_driver_can_send_what_was_recorded(dialogue: dict[str, Any]) -> None:
    """Encoding the decoded values gives the registers of the document again: the simulator tells no other story."""
    driver = load_drivers().entries[dialogue["driver"]].driver
    span, payload = opened(dialogue)
    points = points_in(driver, span)
    values = Decoder(points, [span])([payload]).values

    sent: Counter[int] = Counter()
    for point, value in zip(points, values, strict=True):
        if value is not None:
            sent.update(dict(zip(point.addresses, words(point.encode(value)), strict=True)))

    of_points = {address for point in points for address in point.addresses}
    recorded = dict(enumerate(words(payload), span.address))
    assert sent == {address: word for address, word in recorded.items() if address in of_points}


def words(payload: bytes) -> tuple[int, ...]:
    """Return the registers in it; fields of one register add up to it."""
    return struct.unpack(f">{len(payload) // 2}H", payload)


def test_the_holding_registers_of_eastron_are_floats() -> None:
    """SDM120-Modbus protocol document V2.4, section 2.2: a reply with 1.0. The printed count, 14, is a misprint."""

    class Configuration(Driver, table="holding"):
        """No driver reads this register; its form is that of all measurements."""

        name = "test.configuration"
        kind = "test"

        any_float = f32(0x0000, vendor_specific=True)

    dialogue = {"request": "01 03 00 00 00 02 C4 0B", "response": "01 03 04 3F 80 00 00 F7 CF"}
    span, payload = opened(dialogue)

    assert Decoder(Configuration.points, [span])([payload]).values == (1.0,)
