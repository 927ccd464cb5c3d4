"""The common schema: which names there are, what they are called as columns, what is said about others."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.quantity import column, find, objection
from rtu_agent.domain.units import UNITS, Unit, unit
from rtu_agent.domain.vocabulary import ANY_UNIT, QUALIFIERS, VOCABULARY

WORDS = st.sampled_from(
    sorted(
        {word for name in VOCABULARY for word in name.split("_")}
        | {"l1", "n", "avg", "t1", "day", "v", "w", "min", "m3", "h"}
    )
)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map("_".join)
UNIT = st.sampled_from(UNITS)


def canonical_names() -> Iterator[tuple[str, str]]:
    """Yield every quantity, alone and with each set of one or two of its qualifiers; first the name that they make."""
    for quantity in VOCABULARY.values():
        carried = [("", *QUALIFIERS[key]) for key in QUALIFIERS if key in quantity.qualifiers]
        for words in product(*carried):
            if sum(map(bool, words)) <= 2:
                yield "_".join(filter(None, (quantity.name, *words))), quantity.name


def test_the_whole_vocabulary_is_there() -> None:
    """One hundred and twenty quantities and eighteen that describe a device."""
    described = {"alarm", "status", "operating_state", "command", "config", "error_code", "model_id", "serial_number"}
    described |= {"firmware_version", "hardware_version", "manufacturer", "device_name", "operating_time", "run_time"}
    described |= {"power_cycles", "scale_factor", "user_mapped", "diagnostic"}

    assert described <= set(VOCABULARY)
    assert len(VOCABULARY) == 120 + len(described)


def test_every_canonical_unit_is_a_unit() -> None:
    """A quantity has a unit that every device's value can be converted to, or leaves it to the installation."""
    for quantity in VOCABULARY.values():
        if quantity.unit != ANY_UNIT:
            unit(quantity.unit)


def test_every_quantity_is_found_with_all_it_may_carry() -> None:
    """The grammar knows its own vocabulary, and no name belongs to two quantities."""
    for name, expected in canonical_names():
        quantity = find(name)

        assert quantity is not None, name
        assert quantity.name == expected, name


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("voltage", "voltage"),
        ("voltage_l1_n", "voltage"),
        ("voltage_l3_l1_max", "voltage"),
        ("voltage_thd_l1_l2", "voltage_thd"),
        ("current_avg", "current"),
        ("current_avg_max", "current"),
        ("cell_voltage_avg", "cell_voltage"),
        ("active_power_import", "active_power"),
        ("active_power_export_l2", "active_power"),
        ("active_power_demand", "active_power_demand"),
        ("active_power_demand_import_max", "active_power_demand"),
        ("energy_import_active_l1_t2_month", "energy_import_active"),
        ("energy_partial_import_active", "energy_import_active"),
        ("energy_partial_total_active_l1", "energy_total_active"),
        ("pv1_voltage", "pv_voltage"),
        ("pv24_current", "pv_current"),
        ("pv2_energy_day", "pv_energy"),
        ("pv1_voltage_max", "pv_voltage"),
        ("volume_net", "volume"),
        ("thermal_energy_positive", "thermal_energy"),
        ("digital_input_1", "digital_input"),
        ("digital_output_64", "digital_output"),
        ("alarm_2", "alarm"),
        ("cell_voltage_16", "cell_voltage"),
        ("battery_temperature_max_2", "battery_temperature"),
        ("pm2_5", "pm2_5"),
    ],
)
def test_names_with_qualifiers_belong_to_their_quantity(name: str, quantity: str) -> None:
    """Phase, statistic, tariff, period, direction, string and channel are parts of a name."""
    found = find(name)

    assert found is not None
    assert found.name == quantity


@pytest.mark.parametrize(
    "name",
    [
        *("activ_power", "voltage_v", "voltage_l4", "voltage_l1_l1_n", "frequency_l1", "temperature_t1", "Voltage", ""),
        *("active_power_max_l1", "active_power_l1_import", "energy_import_active_day_t1", "energy_net"),
        *("pv0_voltage", "pv25_voltage", "pv1_pv_voltage", "pv1_energy_yield", "pv1_battery_voltage", "pv01_voltage"),
        *(
            "energy_partial_",
            "energy_partial_partial_import_active",
            "partial_import_active",
            "thermal_energy_partial_net",
        ),
        *("digital_input_0", "digital_input_65", "digital_input_01", "temperature_1", "voltage_", "_voltage"),
        *("voltage_import", "volume_import", "active_power_positive"),
    ],
)
def test_what_only_looks_like_a_name_is_none(name: str) -> None:
    """Qualifiers have an order, and only some quantities carry them."""
    assert find(name) is None


def test_a_canonical_name_never_ends_like_a_unit() -> None:
    """The premise of the next test: a column can be taken apart again."""
    endings = tuple(f"_{entry.suffix}" for entry in UNITS if entry.suffix)
    harmless = ("_min",)  # the statistic; minutes are `minute`

    assert [name for name, _ in canonical_names() if name.endswith(endings) and not name.endswith(harmless)] == []
    assert "_min" not in endings


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, st.booleans(), UNIT), min_size=2, max_size=40))
def test_two_points_never_make_one_column(points: list[tuple[str, bool, Unit]]) -> None:
    """Whatever vendors call their points: different names or units are different columns."""
    columns: dict[str, set[tuple[str, str]]] = {}
    for name, vendor_specific, own in points:
        if objection(name, vendor_specific=vendor_specific) is None:
            quantity = None if vendor_specific else find(name)
            stored = own if quantity is None or quantity.unit == ANY_UNIT else unit(quantity.unit)
            columns.setdefault(column(name, stored), set()).add((name, stored.suffix))

    assert all(len(sources) == 1 for sources in columns.values())


@pytest.mark.parametrize(
    ("name", "symbol", "expected"),
    [
        ("voltage_l1_n", "V", "voltage_l1_n_v"),
        ("active_power", "W", "active_power_w"),
        ("power_factor", "1", "power_factor"),
        ("temperature", "Cel", "temperature_c"),
        ("pm2_5", "ug/m3", "pm2_5_ug_m3"),
        ("energy_import_active_day", "kWh", "energy_import_active_day_kwh"),
        ("status", "1", "status"),
    ],
)
def test_a_column_is_the_name_and_its_unit(name: str, symbol: str, expected: str) -> None:
    """The names that databases and dashboards know."""
    assert column(name, unit(symbol)) == expected


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("activ_power", "'activ_power' is not in the common schema; did you mean 'active_power'?"),
        ("activ_power_l1", "'activ_power_l1' is not in the common schema; did you mean 'active_power_l1'?"),
        ("frequency_l1", "'frequency_l1' is not in the common schema; 'frequency' may carry stat"),
        (
            "voltage_max_l1_n",
            (
                "'voltage_max_l1_n' is not in the common schema; 'voltage' may carry phase, stat, in that order: "
                "'voltage_l1_n_max'"
            ),
        ),
        ("wind_direction_max", "'wind_direction_max' is not in the common schema; 'wind_direction' may carry nothing"),
        ("flux", "'flux' is not in the common schema; what only this vendor has is declared vendor_specific"),
        ("Voltage", "a point is named by lower-case words joined by '_', at most 64 characters, not 'Voltage'"),
        ("quality", "'quality' is a word of every record and cannot name a point"),
    ],
)
def test_an_unknown_name_is_refused_with_a_mend(name: str, said: str) -> None:
    """The author reads what to write instead."""
    assert objection(name, vendor_specific=False) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fan_stage", None),
        ("temperature", "'temperature' is in the common schema, so it cannot be vendor-specific"),
        ("bus_v", "'bus_v' ends like the unit of a column ('_v'); the unit is added to the name by itself"),
        (
            "dust_ug_m3",
            "'dust_ug_m3' ends like the unit of a column ('_ug_m3'); the unit is added to the name by itself",
        ),
        ("time", "'time' is a word of every record and cannot name a point"),
        ("device", "'device' is a word of every record and cannot name a point"),
        ("a" * 64, None),
        ("a" * 65, f"a point is named by lower-case words joined by '_', at most 64 characters, not '{'a' * 65}'"),
        ("fan stage", "a point is named by lower-case words joined by '_', at most 64 characters, not 'fan stage'"),
        ("fan\nstage", "a point is named by lower-case words joined by '_', at most 64 characters, not 'fan\nstage'"),
    ],
)
def test_a_vendors_own_name_stays_out_of_the_schemas_way(name: str, said: str | None) -> None:
    """It cannot be mistaken for a canonical name, for a column or for a word of the record."""
    assert objection(name, vendor_specific=True) == said


@settings(deadline=None)
@given(st.text(max_size=80), st.booleans())
def test_any_text_is_answered(name: str, vendor_specific: bool) -> None:
    """A name comes from a file somebody wrote: it may be anything, and never breaks the check."""
    answer = objection(name, vendor_specific=vendor_specific)

    assert answer is None or name in answer
