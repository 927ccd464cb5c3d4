"""What the parts of a package are called."""

import pytest

from rtu_agent.scaffold import names_of


@pytest.mark.parametrize(
    ("name", "distribution", "package", "class_name"),
    [
        ("acme.em1", "rtu-driver-acme-em1", "rtu_driver_acme_em1", "EM1"),
        ("acme.xy-md02", "rtu-driver-acme-xy-md02", "rtu_driver_acme_xy_md02", "XyMD02"),
        ("acme_inc.tracer", "rtu-driver-acme-inc-tracer", "rtu_driver_acme_inc_tracer", "Tracer"),
        ("acme.3200", "rtu-driver-acme-3200", "rtu_driver_acme_3200", "Acme3200"),
        ("acme.driver", "rtu-driver-acme-driver", "rtu_driver_acme_driver", "AcmeDriver"),
        ("acme.a_", "rtu-driver-acme-a", "rtu_driver_acme_a", "A"),
    ],
)
def test_every_part_has_a_name_that_is_allowed(name: str, distribution: str, package: str, class_name: str) -> None:
    """Also where the model begins with a digit, or is called like a word of the driver API."""
    names = names_of(name)

    assert (names.distribution, names.package, names.class_name) == (distribution, package, class_name)
    assert names.package.isidentifier()
