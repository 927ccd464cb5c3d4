"""Where a driver finds the values of its records."""

from rtu_agent.domain.point_place import PointPlace
from rtu_agent.driver_api.driver import Driver
from rtu_agent.driver_api.point import Point


def places_of(driver: type[Driver]) -> tuple[PointPlace, ...]:
    """Return a place for each signal of the driver, in its order."""
    return tuple(
        PointPlace(signal.field, signal.group, signal.table, signal.address, signal.count, signal.meaning)
        if isinstance(signal, Point)
        else PointPlace(signal.field, signal.group)
        for signal in driver.signals
    )
