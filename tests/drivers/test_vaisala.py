"""What the probes of Vaisala demand of their drivers."""

import pytest

from rtu_agent.domain.quality import Reason
from rtu_agent.driver_api import Driver, Proof
from rtu_agent.normalize.decode import Decoder
from rtu_agent.plugins import load_drivers

DRIVERS = {name: entry.driver for name, entry in load_drivers().entries.items()}
PROBES = [driver for name, driver in DRIVERS.items() if name.startswith("vaisala.")]


def proof(driver: type[Driver], name: str) -> Proof:
    """Return the proof that a register gives."""
    return next(proof for proof in driver.proofs if not isinstance(proof.source, str) and proof.source.name == name)


@pytest.mark.parametrize(
    ("name", "words"),
    [("_test_integer", [0xCFC7]), ("_test_text", [0x2D31, 0x3233, 0x2E34, 0x3500])],
    ids=["HMDW110 M211726EN, table 55", "HMP110, table 20"],
)
def test_the_test_registers_prove_a_probe(name: str, words: list[int]) -> None:
    """With what the guides print for them, and with nothing else."""
    source = proof(DRIVERS["vaisala.hmp110"], name).source

    assert not isinstance(source, str)
    assert proof(DRIVERS["vaisala.hmp110"], name).holds(source.read(words))
    assert not proof(DRIVERS["vaisala.hmp110"], name).holds(source.read([words[0] ^ 0x0100, *words[1:]]))


@pytest.mark.parametrize("driver", PROBES, ids=lambda driver: driver.name)
def test_a_probe_has_its_low_word_first_and_says_nan_for_no_value(driver: type[Driver]) -> None:
    """A quiet NaN, not an exception: the other values of the block are there."""
    first = driver.points[0]

    decoded = Decoder([first], [first.span])([bytes.fromhex("00007fc0")])

    assert decoded.values == (None,)
    assert decoded.reasons == {first.field.name: Reason.NOT_FINITE}


def test_the_dew_point_is_not_where_other_models_have_another_quantity() -> None:
    """The dew point of the HMD65 is at the address before that of the probes, whose dew point is its frost point."""
    places = {
        name: {point.name: point.address for point in DRIVERS[f"vaisala.{name}"].points if point.name.startswith("dew")}
        for name in ("hmp110", "hmp", "hmd65")
    }

    assert places == {
        "hmp110": {"dew_frost_point": 8},
        "hmp": {"dew_frost_point": 8, "dew_point": 6},
        "hmd65": {"dew_frost_point": 6, "dew_point": 4},
    }
