"""What a package and its parts are called, after the name of the driver."""

from dataclasses import dataclass

from rtu_agent import driver_api
from rtu_agent.driver_api.header import NAME


class ScaffoldError(Exception):
    """No package can be made like this."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one package."""

    name: str
    """Of the driver, as a site file says it."""
    vendor: str
    model: str
    distribution: str
    """What pip calls it."""
    package: str
    """What Python calls it."""
    class_name: str
    product: str
    """The model as it may be sold."""


def names_of(name: str) -> Names:
    """Return the names for a driver.

    Raises:
        ScaffoldError: this is no name for a driver.
    """
    if not NAME.fullmatch(name):
        raise ScaffoldError(f"a driver is named vendor.model in lower case, such as 'acme.em1', not {name!r}")
    vendor, model = name.split(".")
    words = [word for word in f"{vendor}-{model}".replace("_", "-").split("-") if word]
    return Names(
        name,
        vendor,
        model,
        distribution="-".join(["rtu-driver", *words]),
        package="_".join(["rtu_driver", *words]),
        class_name=_class_name(vendor, model),
        product=model.upper(),
    )


def _class_name(vendor: str, model: str) -> str:
    """Return the model in capitals, as it is sold; with the vendor before it where that is no name for a class."""
    found = _joined(model)
    return found if found.isidentifier() and found not in driver_api.__all__ else _joined(vendor) + found


def _joined(text: str) -> str:
    """Return words as one: those with a digit in capitals, the others with one capital."""
    words = text.replace("_", "-").split("-")
    return "".join(word.capitalize() if word.isalpha() else word.upper() for word in words)
