"""What meters of Socomec demand of their drivers, beyond the value of each point."""

import struct

from rtu_agent.testing import told
from rtu_drivers.socomec import CountisE23, CountisE33, DirisA10


def test_the_signature_has_one_letter_in_each_register_and_names_have_two() -> None:
    """OpenEMS, AbstractSocomecMeter: 0053 004F 0043 004F is SOCO."""
    assert told(CountisE23.signature, 83, 79, 67, 79) == "SOCO"
    assert told(CountisE23.model_id, *struct.unpack(">8H", b"Countis E23     ")) == "Countis E23"


def test_the_frequency_of_each_model_has_its_own_weight() -> None:
    """50 Hz are 50000 of an E23 and 5000 of the others."""
    assert told(CountisE23.frequency, 0, 50000) == told(CountisE33.frequency, 0, 5000) == 50.0
    assert told(DirisA10.frequency, 0, 5000) == 50.0


def test_the_counters_of_a_diris_a10_are_elsewhere_and_whole() -> None:
    """12 kWh, at 0xC65C; those of a Countis are hundredths, at 0xC702."""
    assert (CountisE33.energy_import_active.address, DirisA10.energy_import_active.address) == (0xC702, 0xC65C)
    assert told(CountisE33.energy_import_active, 0, 1200) == told(DirisA10.energy_import_active, 0, 12) == 12.0


def test_powers_are_tens() -> None:
    """-1500 W are -150."""
    assert told(CountisE23.active_power, 0xFFFF, 0xFF6A) == -1500.0
