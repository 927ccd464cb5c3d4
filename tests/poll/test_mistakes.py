"""What derived points raise is news once: when it begins, and when it is another mistake."""

from rtu_agent.domain.quality import Reason, RecordQuality
from rtu_agent.domain.record import Field
from rtu_agent.normalize.decode import Decoded
from rtu_agent.poll.mistakes import Mistakes

POWER, ENERGY = Field("active_power_w"), Field("energy_kwh")


def told(mistakes: Mistakes, fields: tuple[Field, ...], **errors: str) -> dict[str, str]:
    """Return what a poll of these fields makes news."""
    reasons = dict.fromkeys(errors, Reason.NOT_DECODABLE)
    values = tuple(None if field.name in errors else 1.0 for field in fields)
    mistakes.note(fields, Decoded(values, RecordQuality.PARTIAL if errors else RecordQuality.GOOD, reasons, errors))
    return {**mistakes.untold()}


def test_a_mistake_is_told_once_whatever_it_says() -> None:
    """A message that holds the value at fault is another one at each poll; the mistake is the same."""
    mistakes = Mistakes()

    polls = [told(mistakes, (POWER, ENERGY), active_power_w=f"KeyError: {volts}") for volts in (7.0, 8.0)]

    assert polls == [{"active_power_w": "KeyError: 7.0"}, {}]
    assert told(mistakes, (POWER, ENERGY), active_power_w="IndexError") == {"active_power_w": "IndexError"}
    assert told(mistakes, (POWER, ENERGY), energy_kwh="IndexError") == {"energy_kwh": "IndexError"}


def test_after_a_value_a_mistake_is_news_again() -> None:
    """A poll of other groups, or one that brought no value of the point, heals nothing."""
    mistakes = Mistakes()
    assert told(mistakes, (POWER,), active_power_w="KeyError: 7.0")

    told(mistakes, (ENERGY,))
    mistakes.note((POWER,), Decoded((None,), RecordQuality.PARTIAL, {POWER.name: Reason.SENTINEL}, {}))
    assert not told(mistakes, (POWER,), active_power_w="KeyError: 7.0")

    told(mistakes, (POWER,))
    assert told(mistakes, (POWER,), active_power_w="KeyError: 7.0")
