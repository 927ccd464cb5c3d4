"""`rtu-agent check`."""

import json
from pathlib import Path

import click

from rtu_agent.cli.site_file import config_option, load_or_leave


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print what was checked as JSON.")
def command(config: Path, as_json: bool) -> None:
    """Check devices.yaml; say everything that is wrong with it, or what it holds."""
    site = load_or_leave(config).site
    counts = {"buses": len(site.buses), "devices": len(site.devices), "outputs": len(site.outputs)}
    if as_json:
        click.echo(json.dumps({"file": str(config), "site": site.site, **counts}))
    else:
        said = ", ".join(_counted(count, word) for word, count in counts.items())
        click.echo(f"{config}: ok: site {site.site}, {said}")


def _counted(count: int, word: str) -> str:
    singular = {"buses": "bus", "devices": "device", "outputs": "output"}
    return f"{count} {singular[word] if count == 1 else word}"
