"""What the charge controllers of EPEVER demand of their driver."""

from rtu_agent.driver_api import Proof
from rtu_agent.plugins import load_drivers
from rtu_agent.testing import told

TRACER = load_drivers().entries["epever.tracer"].driver
POINTS = {point.name: point for point in TRACER.points}


def test_one_register_of_status_is_several_codes() -> None:
    """0x8152: voltage state 2, temperature state 5, and two flags above them."""
    codes = ("battery_voltage_state", "battery_temperature_state", "alarm")

    assert [told(POINTS[code], 0x8152) for code in codes] == [2, 5, 0x81]
    assert TRACER.meaning(POINTS["alarm"].field.name, 0x81) == ("internal resistance abnormal", "wrong rated voltage")


def test_the_phase_of_charging_stands_between_flags() -> None:
    """Bits 2 and 3 of 0x3201: 0x001B is running, with a fault, in boost, with the input shorted."""
    phase, running, faults = (POINTS[name] for name in ("operating_state", "charging_status", "charging_faults"))

    assert phase.meaning(told(phase, 0x001B)) == ("boost",)
    assert running.meaning(told(running, 0x001B)) == ("running", "fault")
    assert faults.meaning(told(faults, 0x001B)) == ("PV input short",)


def test_each_table_has_its_own_addresses() -> None:
    """The other function is refused: 0x3000 and up are input registers, 0x9000 and up holding registers."""
    for point in TRACER.points:
        expected = {0x0: "coil", 0x2: "discrete_input", 0x3: "input", 0x9: "holding"}
        assert point.table == expected[point.address >> 12], point.name


def test_a_controller_names_its_vendor() -> None:
    """A Tracer2215BN answers function 43/14 with EPsolar; the brand is EPEVER now."""
    assert TRACER.proofs == (Proof("vendor_name", ("EP",)),)
    assert TRACER.proofs[0].holds("EPsolar Tech co., Ltd")
