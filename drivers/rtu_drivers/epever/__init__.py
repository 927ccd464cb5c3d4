"""Solar charge controllers of EPEVER: every register map of this folder is a driver."""

from importlib.resources import as_file, files

from rtu_agent.driver_api import Driver, hookimpl, load_register_map


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return one driver for each register map, in the order of their names."""
    with as_file(files(__name__)) as folder:
        return [load_register_map(path) for path in sorted(folder.glob("*.yaml"))]
