"""Devices are asked for everything once: what they say, what they refuse, and who does not answer."""

from pathlib import Path

import pytest

from rtu_agent.app import load
from rtu_agent.clock import SystemClock
from rtu_agent.domain.registers import Span, Table
from rtu_agent.inquiry import Asked, inquire
from rtu_agent.poll.facts import Facts
from rtu_agent.poll.refusals import Refusal
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.pdu import ReadRequest
from support.line import words_reply
from support.pty_line import PtyLine

SITE = """
version: 1
site: here
buses:
  b: {port: PORT, baudrate: 115200, timeout: 200ms}
devices:
  - {name: well, bus: b, unit: 1, driver: ./maps/pair.yaml}
  - {name: refusing, bus: b, unit: 2, driver: ./maps/pair.yaml}
  - {name: busy, bus: b, unit: 3, driver: ./maps/pair.yaml}
  - {name: dead, bus: b, unit: 4, driver: ./maps/pair.yaml}
"""
PAIR = """
driver: acme.pair
kind: environment
description: Two values that are far apart, and a serial number
source: made up
table: holding
type: u16
points:
  temperature: {at: 0, unit: "°C", scale: 0.1}
  humidity_relative: {at: 2000, unit: "%", scale: 0.1}
  serial_number: {at: 100, group: once}
"""
BUSY_ONCE: dict[int, int] = {3: 1}


def answer(data: bytes) -> list[tuple[float, bytes]]:
    """Be all four of them."""
    unit, address, count = data[0], int.from_bytes(data[2:4], "big"), data[5]
    reply = words_reply(unit, ReadRequest(Table.HOLDING, address, count), range(200, 200 + count))
    if unit == 2 and address == 2000:
        reply = frame(unit, bytes((0x83, 2)))
    elif unit == 3 and BUSY_ONCE.pop(address, 0):
        reply = frame(unit, bytes((0x83, 6)))
    return [] if unit == 4 else [(0.0, reply)]


def write_site(folder: Path, port: Path) -> Path:
    """Write the site and its map; return the path of the site."""
    (folder / "maps").mkdir()
    (folder / "maps" / "pair.yaml").write_text(PAIR, encoding="utf-8")
    path = folder / "devices.yaml"
    path.write_text(SITE.replace("PORT", str(port)), encoding="utf-8")
    return path


def nothing(*_: str) -> Facts | None:
    """Nothing has been learnt."""
    return None


async def asked(folder: Path, *names: str, known: Facts | None = None) -> list[Asked]:
    """Ask devices of the site."""
    line = PtyLine(folder / "port", answer)
    line.plug()
    try:
        loaded = load(write_site(folder, line.path))
        entries = [entry for entry in loaded.site.devices if entry.name in names]
        return await inquire(loaded, entries, lambda *_: known, SystemClock(), {})
    finally:
        line.unplug()


async def test_all_groups_are_polled_once(tmp_path: Path) -> None:
    """What a device is comes first, apart from what it measures."""
    [well] = await asked(tmp_path, "well")

    assert well.good
    assert [sorted(answer.plan.groups) for answer in well.answers] == [["once"], ["normal"]]
    decoded = well.answers[1].decoded
    assert decoded is not None
    assert decoded.values == pytest.approx((20.0, 20.0))


async def test_a_refusing_device_gives_the_rest(tmp_path: Path) -> None:
    """Its poll is not good, and says which block was refused."""
    [refusing] = await asked(tmp_path, "refusing")

    assert not refusing.good
    measured = refusing.answers[1]
    assert measured.kind == "exception"
    assert measured.outcomes[Span(Table.HOLDING, 2000, 1)].exception_code == 2
    assert measured.payloads == (b"\x00\xc8", None)


async def test_a_busy_device_is_asked_again(tmp_path: Path) -> None:
    """It said so once, and gave the value then."""
    BUSY_ONCE[0] = 1

    [busy] = await asked(tmp_path, "busy")

    assert busy.good


async def test_a_dead_device_does_not_keep_the_others(tmp_path: Path) -> None:
    """Both of its polls say that nobody answered."""
    dead, well = sorted(await asked(tmp_path, "dead", "well"), key=lambda one: one.entry.name)

    assert well.good
    assert [answer.kind for answer in dead.answers] == ["no_reply", "no_reply"]
    assert not dead.good


async def test_what_was_learnt_is_used(tmp_path: Path) -> None:
    """A span that is known to be refused is not asked for."""
    span = Span(Table.HOLDING, 2000, 1)

    [refusing] = await asked(tmp_path, "refusing", known=Facts("f", 0.01, 0.1, frozenset({Refusal(span)})))

    assert refusing.good
    assert refusing.answers[1].plan.blocks == (Span(Table.HOLDING, 0, 1),)
    assert refusing.facts is not None


async def test_a_port_that_cannot_be_opened_is_told_at_each_of_its_devices(tmp_path: Path) -> None:
    """Without waiting for it."""
    loaded = load(write_site(tmp_path, tmp_path / "nowhere"))

    everybody = await inquire(loaded, loaded.site.devices, nothing, SystemClock(), {})

    assert len(everybody) == 4
    assert not any(one.good for one in everybody)
    assert {str(one.unreachable) for one in everybody} == {str(everybody[0].unreachable)}
    assert "there is no such port" in str(everybody[0].unreachable)
