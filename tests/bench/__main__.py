"""Runs benchmarks and writes what they print into docs/benchmarks.md.

    python -m bench              all of them
    python -m bench efficiency   one

Each is a program that prints one section of the page, in Markdown. What several of them need is in `kit`. Those of the
outputs are apart: `make bench-outputs`.
"""

import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = ("asked", "cycles", "dead_units", "efficiency", "many_buses", "outages", "plans", "scrape", "throughput")
PAGE = FOLDER.parent.parent / "docs" / "benchmarks.md"


def measure(name: str) -> str:
    """Run one benchmark; return its section."""
    load = os.getloadavg()[0]
    done = subprocess.run([sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True, check=True)
    return "\n".join(
        [
            done.stdout.strip(),
            "",
            f"Measured on {time.strftime('%Y-%m-%d')} with `make bench ARGS={name}`, {machine()}; load average of the",
            f"machine before it began: {load:.1f}.",
        ]
    )


def machine() -> str:
    """Say in general terms what it ran on."""
    version = ".".join(platform.release().split(".")[:2])
    return f"{os.cpu_count()} cores, {platform.system()} {version}, Python {platform.python_version()}"


def placed(page: str, name: str, section: str) -> str:
    """Return the page with the section of a benchmark in its place, or behind all others if it has none yet."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    block = f"{begin}\n{section}\n{end}"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if pattern.search(page):
        return pattern.sub(lambda _: block, page)
    return f"{page.rstrip()}\n\n{block}\n"


def main(wanted: list[str]) -> None:
    """Run the benchmarks that are wanted, all if none is named."""
    if unknown := set(wanted) - set(NAMES):
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    for name in wanted or NAMES:
        section = measure(name)
        print(section, flush=True)
        PAGE.write_text(placed(PAGE.read_text(encoding="utf-8"), name, section), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
