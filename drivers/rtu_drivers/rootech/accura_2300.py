"""Rootech Accura 2300: a panel meter that measures the voltages, and the feeders through modules on a bus of its own.

The guide numbers registers from one. What the meter measures it copies when register 11044 is read; the copy stays as
it is until then, so every poll reads that register first. Beside the copy stands what of it is valid: 11045 is 1 for
the voltages, 11046 and up say of each of 40 modules whether it has three phases (0), one (1), or is not there (-1).

Modules follow each other in steps of 150 registers, and one with three phases means other things by its registers than
one with one. Which there are is found out before the meter is polled. As a module can be exchanged while the meter
runs, its values count only as long as it says that it is what it was. That is written as a factor which must be 1.

Where sources disagree:

- address: the register number less one, as the guides of Rootech and three of four programs have it; an early revision
  of an OpenEMS fork sent the number itself.
- net energy: with a sign, as the guide and a C++ program have it; the OpenEMS fork reads it without.
- modules: 150 registers apart, as two programs have it; the OpenEMS fork has 250 between a few, as on one site only.

Of a module with one phase the sources know three values.
"""

from rtu_agent.driver_api import (
    Declared,
    Discovery,
    Driver,
    Points,
    Read,
    Script,
    Serial,
    discover,
    enum,
    f32,
    i32,
    multiplier,
    scale_factor,
    script,
    u16,
)

MODULES = 40
THREE_PHASES = 0
ONE_PHASE = 1
_NO_DATA = 0xFFFF
"""What register 11044 says when it has copied nothing."""


def register(number: int, module: int = 0) -> int:
    """Return the address of what the guide calls by this number, of a module as of module 0."""
    return number - 1 + 150 * module


class Accura2300(Driver, table="holding", gaps_readable=True):
    """The voltages, and each module that is there.

    Values of modules are named by its number, `module_0_active_power`; modules are numbered from 0, as in the guide. A
    poll of many modules takes long: two reads for each of them.
    """

    name = "rootech.accura_2300"
    kind = "energy_meter"
    products = ["Accura 2300", "Accura 2300S", "Accura 2350-3P", "Accura 2350-1P"]
    source = "Rootech Accura 2300[S]/2350 Communication User Guide, page 29; ganadara135/ems206, edge.meter.accura2300"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    _valid = multiplier(register(11045), valid=(0.5, 1.5))

    voltage_l1_n = f32(register(11101), "V", scale=_valid)
    voltage_l2_n = f32(register(11103), "V", scale=_valid)
    voltage_l3_n = f32(register(11105), "V", scale=_valid)
    voltage_ln_avg = f32(register(11107), "V", scale=_valid)
    voltage_l1_l2 = f32(register(11109), "V", scale=_valid)
    voltage_l2_l3 = f32(register(11111), "V", scale=_valid)
    voltage_l3_l1 = f32(register(11113), "V", scale=_valid)
    voltage_fundamental_avg = f32(register(11123), "V", scale=_valid, vendor_specific=True)
    frequency = f32(register(11151), "Hz", scale=_valid)

    connected_modules = u16(register(1112), group="slow", vendor_specific=True)
    model_id = u16(register(1), group="once")
    wiring_mode = enum(register(862), group="once", vendor_specific=True)

    @script()
    def measured(self, points: Points) -> Script:
        """Have it copy what it measures, then read the copy."""
        yield from fetched(points)

    @script(group="slow")
    def counted(self, points: Points) -> Script:
        """Have it copy what it counts, then read the copy."""
        yield from fetched(points)

    @discover
    def modules(self) -> Discovery:
        """Find the modules: 11044 to 11085 is one read, in which the copy is made and told."""
        _, _, *kinds = yield Read("holding", register(11044), 2 + MODULES)
        there = {ONE_PHASE: one_phase, THREE_PHASES: three_phases}
        found = [there[kind](module) for module, kind in enumerate(kinds) if kind in there]
        return Accura2300.plus(**{name: point for points in found for name, point in points.items()})


def fetched(points: Points) -> Script:
    """Read `points` from a fresh copy; nothing, if there is none."""
    (copied,) = yield Read("holding", register(11044))
    if copied != _NO_DATA:
        yield from points


def three_phases(number: int) -> dict[str, Declared]:
    """Return the points of a module with three phases: its registers, as the guide numbers those of module 0."""
    here = scale_factor(register(11046) + number, valid=(-0.5, 0.5))  # 10 to the power of 0
    module = f"module_{number}"
    return {
        f"_{module}": here,
        f"{module}_current_l1": f32(register(11201, number), "A", scale=here, vendor_specific=True),
        f"{module}_current_l2": f32(register(11203, number), "A", scale=here, vendor_specific=True),
        f"{module}_current_l3": f32(register(11205, number), "A", scale=here, vendor_specific=True),
        f"{module}_current_avg": f32(register(11207, number), "A", scale=here, vendor_specific=True),
        f"{module}_active_power_l1": f32(register(11261, number), "W", scale=(1000, here), vendor_specific=True),
        f"{module}_active_power_l2": f32(register(11263, number), "W", scale=(1000, here), vendor_specific=True),
        f"{module}_active_power_l3": f32(register(11265, number), "W", scale=(1000, here), vendor_specific=True),
        f"{module}_active_power": f32(register(11267, number), "W", scale=(1000, here), vendor_specific=True),
        f"{module}_reactive_power": f32(register(11275, number), "var", scale=(1000, here), vendor_specific=True),
        f"{module}_apparent_power": f32(register(11283, number), "VA", scale=(1000, here), vendor_specific=True),
        f"{module}_leakage_current": f32(register(11285, number), "A", scale=here, vendor_specific=True),
        f"{module}_energy_net_active": i32(
            register(11293, number), "kWh", scale=here, group="slow", vendor_specific=True
        ),
        f"{module}_active_power_demand_predicted": f32(
            register(11313, number), "W", scale=(1000, here), group="slow", vendor_specific=True
        ),
        f"{module}_current_demand_predicted": f32(
            register(11323, number), "A", scale=here, group="slow", vendor_specific=True
        ),
        f"{module}_power_factor": f32(register(11331, number), scale=here, vendor_specific=True),
    }


def one_phase(number: int) -> dict[str, Declared]:
    """Return the points of a module with one phase."""
    here = multiplier(register(11046) + number, valid=(0.5, 1.5))
    module = f"module_{number}"
    return {
        f"_{module}": here,
        f"{module}_current": f32(register(11201, number), "A", scale=here, vendor_specific=True),
        f"{module}_active_power": f32(register(11217, number), "W", scale=(1000, here), vendor_specific=True),
        f"{module}_energy_net_active": i32(
            register(11231, number), "kWh", scale=here, group="slow", vendor_specific=True
        ),
    }
