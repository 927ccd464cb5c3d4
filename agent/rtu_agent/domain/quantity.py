"""Names of the common schema, and the columns that they become.

A canonical name is `[pvN_|energy_partial_]<quantity>[_direction][_phase][_stat][_tariff][_period][_channel]`: its
quantity is in the vocabulary, and it carries only such qualifiers as this quantity may carry. The column is the name
and the suffix of the unit: `voltage_l1_n` in volts is `voltage_l1_n_v`. No name ends like a unit, so two different
pairs of name and unit never become one column.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, islice, permutations
from typing import Final

from rtu_agent.domain.problem import did_you_mean
from rtu_agent.domain.record import QUALITY_FIELD
from rtu_agent.domain.units import UNITS, Unit
from rtu_agent.domain.vocabulary import ANY_UNIT, QUALIFIERS, VOCABULARY, Qualifier, Quantity

_SPELLING: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NAME: Final = 64
_RESERVED: Final = frozenset({QUALITY_FIELD, "time", "site", "bus", "device"})

_PV_STRING: Final = re.compile(r"^pv([1-9]|1[0-9]|2[0-4])_")
_PARTIAL: Final = re.compile(r"^energy_partial_")
_WORDS: Final = "|".join(word for words in QUALIFIERS.values() for word in words)
_QUALIFIED: Final = re.compile(rf"(?P<quantity>.+?)(?P<qualifiers>(_({_WORDS}))*)")
_MOST_ORDERS: Final = 120
_UNIT_ENDING: Final = re.compile(rf".+?_({'|'.join(unit.suffix for unit in UNITS if unit.suffix)})")


_GROWING: Final = (
    *("energy_", "pv_energy", "charge_throughput", "operating_time", "run_time", "pulse_count"),
    *("volume_positive", "volume_negative", "thermal_energy_positive", "battery_cycles", "power_cycles"),
)
"""How the names of quantities begin that only grow; a balance, `net`, does not."""
_TOTALS: Final = ("volume", "thermal_energy", "rainfall")
"""What is a total on one device, and on another a balance or an amount of the moment."""


@cache
def find(name: str) -> Quantity | None:
    """Return the entry of the vocabulary that a point's name belongs to, or None if the name is not canonical."""
    name = _PARTIAL.sub("energy_", _PV_STRING.sub("pv_", name))
    for stem in _stems(name):
        quantity = VOCABULARY.get(stem)
        if quantity and _qualifiers(quantity.qualifiers).fullmatch(name, len(stem)):
            return quantity
    return None


def column(name: str, unit: Unit) -> str:
    """Return the name of the column that holds a point's values in `unit`."""
    return f"{name}_{unit.suffix}" if unit.suffix else name


def only_grows(name: str) -> bool:
    """Return whether what a canonical name stands for never becomes less."""
    return _PV_STRING.sub("pv_", name).startswith(_GROWING) and "net" not in name


def may_only_grow(name: str, quantity: Quantity) -> bool:
    """Return whether a device may count what a canonical name, of this quantity, stands for."""
    return only_grows(name) or (quantity.name in _TOTALS and "net" not in name) or quantity.unit == ANY_UNIT


def objection(name: str, *, vendor_specific: bool) -> str | None:
    """Return what is wrong with a point's name, or None."""
    if not _SPELLING.fullmatch(name) or len(name) > _LONGEST_NAME:
        return f"a point is named by lower-case words joined by '_', at most {_LONGEST_NAME} characters, not '{name}'"
    if name in _RESERVED:
        return f"'{name}' is a word of every record and cannot name a point"
    if vendor_specific:
        return _vendor_objection(name)
    return None if find(name) else f"'{name}' is not in the common schema; {_mend(name)}"


def _vendor_objection(name: str) -> str | None:
    if find(name):
        return f"'{name}' is in the common schema, so it cannot be vendor-specific"
    if ending := _UNIT_ENDING.fullmatch(name):
        return f"'{name}' ends like the unit of a column ('_{ending[1]}'); the unit is added to the name by itself"
    return None


def _mend(name: str) -> str:
    match = _QUALIFIED.fullmatch(name)
    stem, qualifiers = (match["quantity"], match["qualifiers"]) if match else (name, "")
    if stem in VOCABULARY:
        allowed = ", ".join(key for key in QUALIFIERS if key in VOCABULARY[stem].qualifiers) or "nothing"
        return f"'{stem}' may carry {allowed}{_in_order(name, stem, qualifiers)}"
    candidates = [candidate + qualifiers for candidate in VOCABULARY if find(candidate + qualifiers)]
    return did_you_mean(name, candidates).removeprefix(", ") or "what only this vendor has is declared vendor_specific"


def _in_order(name: str, stem: str, qualifiers: str) -> str:
    """Return the same words as a name has them, in case nothing but their order is wrong."""
    said = [match[0] for match in re.finditer(rf"_({_WORDS})(?=_|$)", qualifiers)]
    orders = ("".join((stem, *order)) for order in islice(permutations(said), _MOST_ORDERS))
    return next((f", in that order: '{other}'" for other in orders if other != name and find(other)), "")


def _stems(name: str) -> Iterator[str]:
    """Yield `a_b_c`, `a_b`, `a` for `a_b_c`."""
    return reversed([*accumulate(name.split("_"), "{}_{}".format)])


@cache
def _qualifiers(allowed: frozenset[Qualifier]) -> re.Pattern[str]:
    return re.compile("".join(f"(_({'|'.join(QUALIFIERS[key])}))?" for key in QUALIFIERS if key in allowed))
