"""Out of a hundred values the few that a person asks for, always the same ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.record import Field, Value
from rtu_agent.telemetry.telling import amount, telling
from support.made_up import record

METER = (
    Field("voltage_l1_n_v", unit="V"),
    Field("voltage_l2_n_v", unit="V"),
    Field("current_l1_a", unit="A"),
    Field("active_power_l1_w", unit="W"),
    Field("voltage_ln_avg_v", unit="V"),
    Field("active_power_w", unit="W"),
    Field("power_factor"),
    Field("frequency_hz", unit="Hz"),
    Field("energy_import_active_kwh", unit="kWh"),
    Field("energy_export_active_kwh", unit="kWh"),
    Field("voltage_ll_avg_v", unit="V"),
)


def test_a_meter_tells_power_voltage_and_current() -> None:
    """One value per quantity: the total rather than a phase, and what the driver puts first."""
    told = telling([record(fields=METER, values=tuple(float(i) for i in range(11)))], 4)

    assert [(field.name, value) for field, value in told] == [
        ("active_power_w", 5.0),
        ("voltage_ln_avg_v", 4.0),
        ("current_l1_a", 2.0),
        ("energy_import_active_kwh", 8.0),
    ]


def test_the_choice_does_not_depend_on_which_group_came_last() -> None:
    """A column that changes its meaning every second tells nothing."""
    fast = record(fields=METER[5:6], values=(1.0,), time_ms=1)
    normal = record(fields=METER[:5], values=(1.0,) * 5, time_ms=2)
    later = record(fields=METER[5:6], values=(7.0,), time_ms=3)

    first = telling([fast, normal], 3)
    second = telling([normal, later], 3)
    assert [field for field, _ in first] == [field for field, _ in second]
    assert second[0][1] == 7.0


def test_the_newest_value_counts_even_if_it_is_missing() -> None:
    """Missing beats a value of yesterday."""
    old = record(fields=METER[5:6], values=(1.0,), time_ms=1)
    new = record(fields=METER[5:], values=(None, 0.9, 50.0, 1.0, 0.0, 400.0), time_ms=2)

    [(field, value), *_] = telling([new, old], 3)
    assert (field.name, value) == ("active_power_w", None)


def test_codes_are_told_only_when_there_is_nothing_else() -> None:
    """A status of 0 says little beside a concentration."""
    status, co2 = Field("status_code", "int"), Field("co2_ppm", unit="ppm")

    assert [(co2, 640.0)] == telling([record(fields=(status, co2), values=(0, 640.0))], 3)
    assert [(status, 0)] == telling([record(fields=(status,), values=(0,))], 3)
    assert telling([], 3) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "on"),
        (False, "off"),
        (3, "3"),
        (0.0, "0.00"),
        (21.437, "21.44"),
        (-230.16, "-230.2"),
        (1234.56, "1235"),
        (123456.7, "123457"),
        (1.5e9, "1.5e+09"),
        (99_999_999, "1e+08"),
        ("SN\n1234", "SN\\n1234"),
        ("a very long serial number", "a very long "),
    ],
)
def test_a_value_is_as_short_as_a_table_needs(value: Value | None, text: str) -> None:
    """And as long as a person needs."""
    assert text == amount(value)


@given(st.one_of(st.floats(-9e99, 9e99), st.integers(-9_999_999, 9_999_999), st.text(), st.booleans()))
def test_no_value_breaks_a_table(value: Value) -> None:
    """Neither by its length nor by what is in it."""
    text = amount(value)

    assert text.isprintable()
    assert len(text) <= 12
