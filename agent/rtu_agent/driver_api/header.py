"""What a driver says about itself before its points: name, kind, serial settings, and where its facts come from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Literal, get_type_hints

from rtu_agent.domain.baudrate import baudrate_objection
from rtu_agent.driver_api.declaration import Declared
from rtu_agent.driver_api.errors import Flaw
from rtu_agent.driver_api.shape import Shape
from rtu_agent.driver_api.wire import Serial

if TYPE_CHECKING:
    from rtu_agent.driver_api.driver import Driver

Confidence = Literal["high", "medium", "low"]
"""`high`: a document of the vendor and another source agree, or frames of a device prove it; `low`: neither."""
API: Final = 1
"""The version of the driver API: it grows when drivers written for it would not load in an older agent."""
OLDEST_API: Final = 1
"""The oldest version whose drivers this agent still takes."""

FACTS: Final = {"products": Sequence[str], "source": str, "confidence": Confidence, "api": int}
"""What a driver may say; a bundled one says it all."""
HEADER: Final = ("name", "kind", "serial", *FACTS, "variants", "identity")
SERIAL_SHAPE: Final = Shape("serial", get_type_hints(Serial))
_SHAPE: Final = Shape("a driver", FACTS, {"name": str, "kind": str})

NAME: Final = re.compile(r"[a-z][a-z0-9_-]*\.[a-z0-9][a-z0-9_-]*")
"""What a driver may be called: `vendor.model`."""
_KIND: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_HIGHEST_UNIT: Final = 255


def header_flaws(driver: "type[Driver]") -> Iterator[Flaw]:
    """Yield all that is wrong with the header of a driver. Its name must be its own, the rest may be inherited."""
    body = vars(driver)
    if any(isinstance(body.get(key), Declared) for key in HEADER):
        return  # a point has taken the place, which is told where points are checked
    said: dict[str, Any] = {"name": driver.name} if "name" in body else {}
    said |= {"kind": driver.kind} if hasattr(driver, "kind") else {}
    misshapen = _SHAPE.sift(said | {key: body[key] for key in FACTS if key in body})[1]
    yield from misshapen or _spelling(driver)
    yield from _serial(driver.serial)


def _spelling(driver: "type[Driver]") -> Iterator[Flaw]:
    if not NAME.fullmatch(driver.name):
        yield Flaw(f"name must be vendor.model in lower case, such as 'acme.th1', not {driver.name!r}", path=("name",))
    if not _KIND.fullmatch(driver.kind):
        message = f"kind must be lower-case words joined by '_', such as 'energy_meter', not {driver.kind!r}"
        yield Flaw(message, path=("kind",))
    if driver.api < 1:
        yield Flaw(f"api must be the version of the driver API, now {API}, not {driver.api}", path=("api",))


def version_flaw(api: object, oldest: int = OLDEST_API, newest: int = API) -> Flaw | None:
    """Return why a driver that says that it is written for this version of the driver API is not taken, or None.

    It is asked before everything else: what is written for another version may be right in words that are not known
    here. What is no version at all is told with the rest of the header.
    """
    if not isinstance(api, int) or api < 1 or oldest <= api <= newest:
        return None
    ours = f"has {newest}" if oldest == newest else f"takes {oldest} to {newest}"
    which = "this rtu-agent" if api > newest else "the driver"
    return Flaw(f"is written for driver API {api}; this rtu-agent {ours}: update {which}", path=("api",))


def _serial(serial: object) -> Iterator[Flaw]:
    if not isinstance(serial, Serial):
        yield Flaw(f"serial must be Serial(...), not {serial!r}", path=("serial",))
        return
    sound, flaws = SERIAL_SHAPE.sift(asdict(serial))
    for flaw in flaws:
        yield Flaw(f"serial: {flaw.message}", path=("serial", *flaw.path))
    if "baudrate" in sound and (wrong := baudrate_objection(serial.baudrate)):
        yield Flaw(wrong, path=("serial", "baudrate"))
    if not 1 <= sound.get("unit", 1) <= _HIGHEST_UNIT:
        yield Flaw(f"unit must be 1 to {_HIGHEST_UNIT}, not {serial.unit}", path=("serial", "unit"))
