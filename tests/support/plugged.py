"""A /dev and a /sys in which adapters are plugged in, in any order: pseudo terminals with the links that udev makes."""

import os
from pathlib import Path

from rtu_agent.bus.adapter import Roots


class Plugged:
    """Adapters by the name that the kernel gives them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ends: dict[str, tuple[int, int]] = {}
        self._links: dict[str, list[Path]] = {}
        self.roots = Roots(dev=folder / "dev", sys=folder / "sys")
        for kind in ("by-id", "by-path"):
            (self.roots.dev / "serial" / kind).mkdir(parents=True)
        (self.roots.sys / "class/tty").mkdir(parents=True)

    def path(self, name: str) -> str:
        """Return the path of a device."""
        return str(self.roots.dev / name)

    def plug(self, name: str, *, by_id: str | None = None, by_path: str | None = None) -> str:
        """Let an adapter appear as `name`; return the terminal that it really is."""
        far, near = os.openpty()
        self._ends[name] = far, near
        device = os.ttyname(near)
        Path(self.path(name)).symlink_to(device)
        self._links[name] = [
            self.roots.dev / "serial" / kind / link for kind, link in (("by-id", by_id), ("by-path", by_path)) if link
        ]
        for link in self._links[name]:
            link.unlink(missing_ok=True)  # udev gives a link that two adapters claim to the later one
            link.symlink_to(Path("../..") / name)
        return device

    def tell(self, name: str, **usb: str) -> None:
        """Let the kernel tell this about the adapter on its USB."""
        device = self.roots.sys / "devices/usb1/1-2"
        port = device / "1-2:1.0" / name
        port.mkdir(parents=True)
        for attribute, text in usb.items():
            (device / attribute).write_text(f"{text}\n")
        (self.roots.sys / "class/tty" / name).mkdir()
        (self.roots.sys / "class/tty" / name / "device").symlink_to(port)

    def pull(self, name: str) -> None:
        """Let an adapter disappear, with its links."""
        for end in self._ends.pop(name):
            os.close(end)
        Path(self.path(name)).unlink()
        for link in self._links.pop(name):
            if link.readlink() == Path("../..") / name:
                link.unlink()

    def pull_all(self) -> None:
        """Leave nothing behind."""
        for name in list(self._ends):
            self.pull(name)
