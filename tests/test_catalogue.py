"""The page about the bundled drivers says what they are."""

from pathlib import Path

import pytest

from rtu_agent.catalogue import bundled, render
from rtu_agent.driver_api import Driver, Serial, f32, u16, u32
from rtu_agent.plugins import load_drivers

PAGE = Path(__file__).parents[1] / "docs" / "catalogue.md"


def test_the_page_is_up_to_date() -> None:
    """A page that was not made again would be believed."""
    assert render(bundled()) == PAGE.read_text(encoding="utf-8"), "make the page again, as its head says"


def test_every_bundled_driver_is_on_it_with_all_its_points() -> None:
    """And no driver of anybody else who happens to be installed."""
    page = PAGE.read_text(encoding="utf-8")
    sections = {part.partition("\n")[0]: part for part in page.split("\n### ")[1:]}
    entries = load_drivers().entries.values()
    assert [*sections] == [entry.driver.name for entry in entries if entry.distribution == "rtu-agent"]
    for driver in bundled():
        for signal in driver.signals:
            assert f"`{signal.name}`" in sections[driver.name], f"{driver.name}.{signal.name}"


class Meter(Driver, table="input", intervals={"slow": 300}):
    """A meter | of one phase.

    What nobody needs in a list.
    """

    name = "acme.em1"
    kind = "energy_meter"
    products = ("EM1", "EM1 <D>")
    source = "Acme manual"
    confidence = "medium"
    serial = Serial(baudrate=19200, parity="even", stop_bits=2, unit=7)

    voltage_l1_n = u16(0x0000, "V", scale=0.1)
    voltage_l2_n = u16(0x0001, "V", scale=0.1)
    active_power = f32(0x0002, "kW", table="holding")
    energy_import_active = u32(0x0010, "Wh", group="slow", counter=True)
    serial_number = u32(0x0100, group="once")


@pytest.mark.parametrize(
    "line",
    [
        "| [`acme.em1`](#acmeem1) | EM1, EM1 &lt;D> | energy_meter |",
        "A meter \\| of one phase.",
        "- Products: EM1, EM1 &lt;D>",
        "- Source: Acme manual",
        "- Confidence: medium",
        "- Factory settings: 19200 baud, parity even, 2 stop bits, unit 7",
        "- Groups: normal every 5s, slow every 5m, once at start",
        "| normal | input | u16 | V | `voltage_l1_n` 0x0000, `voltage_l2_n` 0x0001 |",
        "| normal | holding | f32 | W | `active_power` 0x0002 |",
        "| slow | input | u32, counter | kWh | `energy_import_active` 0x0010 |",
        "| once | input | u32 |  | `serial_number` 0x0100 |",
    ],
)
def test_a_driver_is_told_in_few_lines(line: str) -> None:
    """What is alike shares a row; what an author writes breaks no table."""
    assert line in render([Meter]).splitlines()
