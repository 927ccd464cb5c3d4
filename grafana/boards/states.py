"""Numbers that stand for a state, as words in colours."""

from typing import Final

from boards.panels import mapped

UP: Final = mapped({0: ("down", "red"), 1: ("up", "green")})
OPEN: Final = mapped({0: ("closed", "red"), 1: ("open", "green")})
QUALITY: Final = mapped(
    {0: ("good", "green"), 1: ("partial", "yellow"), 2: ("stale", "orange"), 3: ("no answer", "red")}
)
