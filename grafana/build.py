#!/usr/bin/env python3
"""Write the dashboards to grafana/dashboards/, or with `--check` say which of them are not what would be written.

Python 3.11 and nothing else; Grafana reads the JSON, people read `boards/`.
"""

import json
import sys
from pathlib import Path

from boards import device, fleet

FOLDER = Path(__file__).parent / "dashboards"


def main(arguments: list[str]) -> int:
    """Return the exit status: 1 when `--check` finds a difference."""
    wanted = {FOLDER / f"{board['uid']}.json": _text(board) for board in (fleet.BOARD, device.BOARD)}
    if "--check" not in arguments:
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    foreign = sorted(set(FOLDER.glob("*.json")) - set(wanted))
    sys.stderr.writelines(f"{path}: not what grafana/build.py writes; run it\n" for path in [*stale, *foreign])
    return 1 if stale or foreign else 0


def _text(board: dict[str, object]) -> str:
    return json.dumps(board, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
