"""From the values of inputs to that of a derived point, or to the reason why it has none."""

from collections.abc import Callable, MutableMapping, Sequence
from math import isfinite
from typing import Any

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.record import FieldKind, Value
from rtu_agent.domain.text import in_words
from rtu_agent.domain.units import unit
from rtu_agent.driver_api.derived import Derived
from rtu_agent.driver_api.linear import linear
from rtu_agent.normalize.canonical import finished

Deriver = Callable[[Sequence[Value | Reason]], Value | Reason]


def deriver(point: Derived, mistakes: MutableMapping[str, str]) -> Deriver:
    """Return the function from the values of the inputs to that of `point`: an input without one is the reason.

    Where arithmetic has no answer there is no value. What else the author's function raises is a mistake as well, and
    so is a result of another kind: these are noted in `mistakes`, by the name of the field.
    """
    line = linear(1, 0, unit(point.unit), point.canonical_unit)
    convert = _same if line.is_identity else line
    compute, kind, field = point.compute, point.kind, point.field.name

    def from_inputs(values: Sequence[Value]) -> Value | Reason:
        try:
            result = _of_kind(kind, compute(*values))
            return convert(result) if isinstance(result, float) else result
        except OverflowError:
            return Reason.NOT_FINITE
        except (ArithmeticError, ValueError):
            return Reason.NOT_DECODABLE
        except Exception as error:  # noqa: BLE001 - the author's own function; whatever it raises, there is no value
            mistakes[field] = in_words(error)
            return Reason.NOT_DECODABLE

    finish = finished(point, from_inputs)

    def derive(values: Sequence[Value | Reason]) -> Value | Reason:
        return next((value for value in values if isinstance(value, Reason)), None) or finish(values)

    return derive


def _of_kind(kind: FieldKind, result: Any) -> Value | Reason:
    """Return what a function has returned as the kind of its column; what cannot be one is an error."""
    match kind:
        case "float" if not isinstance(result, str):
            number = float(result)
            return number if isfinite(number) else Reason.NOT_FINITE
        case "int" if isinstance(result, int):
            return int(result)
        case "bool" if isinstance(result, bool | int):
            return bool(result)
        case "string" if isinstance(result, str):
            return result
    raise TypeError(f"{result!r} is no {kind}")


def _same(value: Any) -> Any:
    return value
