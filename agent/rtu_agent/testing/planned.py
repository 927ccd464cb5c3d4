"""What a device is asked for."""

from rtu_agent.domain.registers import Span
from rtu_agent.driver_api import Driver
from rtu_agent.poll.device_plans import DevicePlans
from rtu_agent.protocol.timing import LineSettings


def blocks_of(driver: type[Driver], *groups: str, turnaround_s: float | None = None) -> tuple[Span, ...]:
    """Return the reads of these groups when they are due together, at the serial settings of the factory."""
    line = LineSettings(driver.serial.baudrate, driver.serial.parity, driver.serial.stop_bits)
    return DevicePlans(driver, line, {}, turnaround_s).poll(frozenset(groups)).blocks
