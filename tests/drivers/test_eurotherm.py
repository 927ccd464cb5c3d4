"""What controllers of Eurotherm demand of their driver."""

from struct import pack

from rtu_agent.domain.registers import Span, Table
from rtu_agent.normalize.decode import Decoder
from rtu_drivers.eurotherm import Series3200


def test_the_number_of_a_parameter_is_its_address() -> None:
    """PV.IN is parameter 1 and is asked for at 0x0001; address 0 is never asked for."""
    assert Series3200.process_value.address == 1
    assert 0 not in {point.address for point in Series3200.registers}


def test_the_controller_says_how_many_decimals_its_values_have() -> None:
    """253 with one decimal, at 525, is 25.3; a list that has always tenths is not followed."""

    def measured(decimals: int) -> object:
        spans = [Span(Table.HOLDING, 1, 1), Span(Table.HOLDING, 525, 1)]
        return Decoder([Series3200.process_value], spans)([pack(">H", 253), pack(">H", decimals)]).values[0]

    assert [measured(0), measured(1), measured(2)] == [253.0, 25.3, 2.53]


def test_what_is_compared_with_the_process_value_has_its_decimals() -> None:
    """A set value in other digits than what it is for would be off by ten."""
    assert {point.name for point in Series3200.points if point.factors} == {
        "process_value",
        "setpoint",
        "setpoint_working",
        "alarm_threshold",
        "second_alarm_threshold",
        "first_setpoint",
        "second_setpoint",
        "remote_setpoint",
    }


def test_the_status_says_whether_the_process_value_can_be_believed() -> None:
    """A broken sensor is bit 5; both are of one poll."""
    assert Series3200.status.meaning(1 << 5 | 1) == ("alarm 1", "sensor break")
    assert Series3200.status.group == Series3200.process_value.group
