"""Faults as they are written on the command line: `late:unit=3,p=0.1,by=1.5s`."""

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any, Final

from rtu_agent.domain.problem import did_you_mean
from rtu_agent.simulator.faults import adapter, damage, frames, times
from rtu_agent.simulator.faults.fault import Fault
from rtu_agent.simulator.faults.parameters import parameters

KINDS: Final[Mapping[str, type[Fault]]] = {
    kind.name: kind
    for kind in (
        *(times.Late, times.Slow, times.Queued, times.DropReply, times.DropRequest, times.Reboot),
        *(frames.WrongUnit, frames.WrongFunction, frames.WrongCount, frames.OddCount),
        *(frames.ExceptionReply, frames.OtherException, frames.Double, frames.Unsolicited),
        *(damage.BadCrc, damage.Flip, damage.Noise, damage.Truncate, damage.Split, damage.Babble, damage.Stuck),
        *(adapter.Echo, adapter.Latency, adapter.Vanish),
    )
}
"""Every kind of fault by its name."""


class FaultSpecError(ValueError):
    """This is no fault. `column` counts the characters before the mistake."""

    def __init__(self, spec: str, column: int, message: str) -> None:
        self.column = column
        super().__init__(f"{message}\n    {spec}\n    {' ' * column}^")


def parse(spec: str) -> Fault:
    """Return the fault that `spec` describes: its kind, and parameters where they are not the usual ones.

    Raises:
        FaultSpecError: there is no such kind or parameter, or a value does not fit.
    """
    name, colon, rest = spec.partition(":")
    kind = KINDS.get(name)
    if kind is None:
        raise FaultSpecError(spec, 0, f"there is no fault '{name}'{did_you_mean(name, KINDS) or _known(KINDS)}")
    said: dict[str, Any] = {}
    column = len(name) + 1
    for setting in rest.split(",") if colon else ():
        key, equals, written = setting.partition("=")
        python_name, value = _setting(kind, spec, column, key, written if equals else None)
        if python_name in said:
            raise FaultSpecError(spec, column, f"'{key}' is given twice")
        said[python_name] = value
        column += len(setting) + 1
    return kind(**said)


def _setting(kind: type[Fault], spec: str, column: int, key: str, written: str | None) -> tuple[str, Any]:
    known = {parameter.key: (name, parameter) for name, parameter, _ in parameters(kind)}
    if not key:
        raise FaultSpecError(spec, column, f"here a parameter is missing{_known(known)}")
    if key not in known:
        raise FaultSpecError(
            spec, column, f"'{kind.name}' has no parameter '{key}'{did_you_mean(key, known) or _known(known)}"
        )
    name, parameter = known[key]
    if written is None:
        raise FaultSpecError(spec, column, f"'{key}' has no value; write {key}=… ({parameter.meaning})")
    try:
        return name, parameter.read(written)
    except ValueError as error:
        raise FaultSpecError(spec, column + len(key) + 1, f"{key}: {error}") from None


def _known(words: Mapping[str, object]) -> str:
    return f"; there are {', '.join(words)}"


def catalogue() -> str:
    """Return every kind with its explanation and its own parameters, a paragraph each."""
    return "\n".join(_paragraph(kind) for kind in KINDS.values())


def _paragraph(kind: type[Fault]) -> str:
    common = {name for name, _, _ in parameters(Fault)}
    own = [
        f"    {parameter.key}={_written(default)}  {parameter.meaning}"
        for name, parameter, default in parameters(kind)
        if name not in common
    ]
    explanation = cleandoc(kind.__doc__ or "").partition("\n")[0]
    return "\n".join([f"{kind.name}", f"    {explanation}", *own])


def _written(value: Any) -> str:
    if not isinstance(value, float):
        return "…" if value == 0 else str(value)
    return f"{value * 1000:g}ms" if value < 1 else f"{value:g}s"
