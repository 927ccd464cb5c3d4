"""What the meters of Chint demand of their drivers."""

from rtu_agent.domain.quality import Reason
from rtu_agent.driver_api import Driver
from rtu_agent.normalize.decode import Decoder
from rtu_agent.plugins import load_drivers

DRIVERS = {name: entry.driver for name, entry in load_drivers().entries.items()}
DIRECT, BY_TRANSFORMER = DRIVERS["chint.dtsu666"], DRIVERS["chint.dtsu666ct"]


def test_a_float_is_multiplied_beforehand() -> None:
    """2301.0 means 230.1 V (mbmd, smart-stuff.nl)."""
    [voltage] = [point for point in DIRECT.points if point.name == "voltage_l1_n"]

    assert Decoder([voltage], [voltage.span])([bytes.fromhex("450fd000")]).values == (230.1,)


def test_the_ratios_of_transformers_are_applied_to_what_they_transform() -> None:
    """Voltages by the one, currents by the other, powers and energies by both, and nothing else."""
    for point in BY_TRANSFORMER.points:
        assert {factor.point.name for factor in point.factors} == ratios_of(point.name), point.name


def ratios_of(name: str) -> set[str]:
    """Return the ratios that a quantity is to be multiplied by."""
    ratios = {"voltage": {"_vt"}, "current": {"_ct"}}
    both = ("active_power", "reactive_power", "energy_")
    return {"_ct", "_vt"} if name.startswith(both) else ratios.get(name.partition("_")[0], set())


def test_a_ratio_that_the_meter_does_not_say_leaves_no_wrong_power() -> None:
    """30 to 1 and 1.0 to 1, in tenths; then a ratio of 0."""
    assert primary_power(BY_TRANSFORMER, "001e000a") == ((7000.0,), {})
    assert primary_power(BY_TRANSFORMER, "0000000a") == ((None,), {"active_power_w": Reason.OUT_OF_RANGE})


def primary_power(driver: type[Driver], ratios: str) -> tuple[object, object]:
    """Return the power of a meter that measures 233.333... W on the secondary side, and why it is missing."""
    [power] = [point for point in driver.points if point.name == "active_power"]
    spans = [*power.reads]
    payloads = {0x2012: "4511d555", 0x0006: ratios[:4], 0x0007: ratios[4:]}
    decoded = Decoder([power], spans)([bytes.fromhex(payloads[span.address]) for span in spans])
    return tuple(None if value is None else round(float(value), 3) for value in decoded.values), dict(decoded.reasons)


def test_the_older_protocol_keeps_its_energies_elsewhere() -> None:
    """And has none of the phases; all else is the same."""
    older = {point.name: point.address for point in DRIVERS["chint.dtsu666_legacy"].points}
    newer = {point.name: point.address for point in DIRECT.points}

    assert {name: at for name, at in older.items() if name.startswith("energy")} == {
        "energy_import_active": 0x401E,
        "energy_export_active": 0x4028,
    }
    assert {name for name, at in newer.items() if older.get(name) != at} == {
        name for name in newer if name.startswith("energy")
    }
