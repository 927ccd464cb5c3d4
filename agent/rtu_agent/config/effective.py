"""The configuration that runs, as people and programs may see it: complete, with defaults, without secrets.

A secret never stands in devices.yaml, only where it lies. What an output of somebody else takes as plain text is left
out by its key, and so is whoever is named in an address.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from rtu_agent.config.model import DeviceSettings, Site
from rtu_agent.driver_api import Driver

REDACTED: Final = "***"
_SECRET_KEY: Final = re.compile(r"passw|secret|token|credential|api_?key|private", re.IGNORECASE)
_USER_IN_ADDRESS: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def effective(site: Site, driver_of: Callable[[str], type[Driver]]) -> dict[str, Any]:
    """Return the site with the keys of devices.yaml; durations are seconds, sizes bytes, of a device every group."""
    document = {
        "version": site.version,
        "site": site.site,
        "buses": {name: bus.model_dump(mode="json", exclude={"name"}) for name, bus in site.buses.items()},
        "devices": [_device(device, driver_of) for device in site.devices],
        "outputs": {
            name: {"type": output.type, **output.settings.model_dump(mode="json")}
            for name, output in site.outputs.items()
        },
        "http": site.http.model_dump(mode="json", exclude={"web"}),
        "spool": site.spool.model_dump(mode="json"),
        "state": str(site.state),
    }
    redacted: dict[str, Any] = _redacted(document)
    return redacted


def _device(device: DeviceSettings, driver_of: Callable[[str], type[Driver]]) -> dict[str, Any]:
    said = device.model_dump(mode="json", exclude={"interval"})
    return said | {"groups": device.intervals(driver_of(device.driver))}


def _redacted(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {name: _redacted(one, str(name)) for name, one in value.items()}
    if isinstance(value, list):
        return [_redacted(one, key) for one in value]
    if not isinstance(value, str):
        return value
    return REDACTED if _SECRET_KEY.search(key) else _USER_IN_ADDRESS.sub(REDACTED, value)
