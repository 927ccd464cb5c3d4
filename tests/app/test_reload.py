"""A site is changed while it runs: what is not changed notices nothing, and nothing is miscounted."""

import asyncio
import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from rtu_agent.events import ConfigRefused, ConfigReloaded, DeviceStateChanged, PortLost, RecordsWritten
from support.changing_sites import INTERVAL_S, SiteText, assert_accounts_add_up, running
from support.truth_slave import TruthSlave, truth


def at_once(_unit: int, _number: int) -> float:
    """Every unit answers after two milliseconds."""
    return 0.002


def lines(folder: Path, *names: str) -> dict[str, TruthSlave]:
    """Return lines on which all units answer, by the names of their buses."""
    return {name: TruthSlave(folder / name, at_once) for name in names}


@pytest.fixture
def site(tmp_path: Path) -> SiteText:
    """Two buses with two devices each."""
    site = SiteText(tmp_path)
    for bus in ("a", "b"):
        site.bus(bus)
        for unit in (1, 2):
            site.device(f"{bus}{unit}", bus, unit)
    return site


async def test_random_changes_under_load_cost_the_others_nothing(site: SiteText, tmp_path: Path) -> None:
    """Devices, intervals, a bus and an output come, go and change again and again; the first device of each bus stays.

    It is polled at every tick of its own, and at every look the accounts of every bus add up.
    """
    rng = random.Random(7)
    loop = asyncio.get_running_loop()
    async with running(site, lines(tmp_path, "a", "b", "c")) as agent:
        start, before = loop.time(), Counter(agent.fates)
        for number in range(14):
            _shuffle(site, rng, number)
            site.write()
            verdict = await agent.reload()
            assert verdict.outcome == "done", verdict
            assert_accounts_add_up(agent.scrape())
            assert agent.names("device") == set(site.devices)
            assert agent.names("output") == set(site.outputs)
            await asyncio.sleep(0.4)
            assert_accounts_add_up(agent.scrape())
        passed_s, after = loop.time() - start, agent.fates - before
        board = {device.entry.name: device for device in agent.agent.board.snapshot().devices}

    for device in ("a1", "b1"):
        assert {fate for name, fate in after if name == device} <= {"good", "overload"}
        counted = sum(count for (name, _), count in after.items() if name == device)
        assert abs(counted - 2 * passed_s / INTERVAL_S) <= 4, "every tick of both groups met a fate"
        assert board[device].state == "online"
    assert [event for event in agent.said if isinstance(event, PortLost) and event.bus in ("a", "b")] == []
    assert (agent.opened("a"), agent.opened("b")) == (1, 1)
    assert _wrong_values(tmp_path) == []


def _shuffle(site: SiteText, rng: random.Random, number: int) -> None:
    """Change something about everybody but the first devices of the first buses."""
    for bus in ("a", "b"):
        for unit in range(2, 6):
            for name in [name for name, about in site.devices.items() if (about["bus"], about["unit"]) == (bus, unit)]:
                del site.devices[name]
            if rng.random() < 0.7:
                interval = rng.choice(["100ms", "150ms", "2s"])
                site.device(rng.choice([f"{bus}{unit}", f"{bus}{unit}-renamed"]), bus, unit, interval=interval)
    site.buses.pop("c", None)
    site.devices.pop("c1", None)
    if rng.random() < 0.6:
        site.bus("c", timeout=rng.choice(["200ms", "300ms"]))
        site.device("c1", "c", 1)
    site.outputs["csv"] = {"directory": "csv", "keep": f"{1 + number % 3}d"}
    if rng.random() < 0.3:
        del site.outputs["csv"]


def _wrong_values(folder: Path) -> list[tuple[str, str, float]]:
    rows: list[tuple[str, str, float]] = []
    for file in (folder / "data").glob("*.sqlite*"):
        if not file.name.endswith(("-wal", "-shm")):
            with closing(sqlite3.connect(file)) as connection:
                rows += connection.execute(
                    "SELECT device, field, value FROM readings WHERE field LIKE 'at_%'"
                ).fetchall()
    assert len(rows) > 100
    return [row for row in rows if row[2] != truth(int(row[0][1]), int(row[1].removeprefix("at_")))]


def _protect_with_nothing(site: SiteText) -> None:
    for name in ("web.crt", "web.key"):
        (site.folder / name).write_text("nothing")
    (site.folder / "web.yml").write_text("tls_server_config: {cert_file: web.crt, key_file: web.key}")
    site.more = 'http: {listen: "127.0.0.1:0", web_config: web.yml}\n'


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda site: site.device("a1", "a", 300), "unit 300 is outside 1 to 247"),
        (lambda site: site.device("a1", "a", 1, driver="./none.yaml"), "none.yaml cannot be read"),
        (lambda site: (site.folder / "truth.yaml").write_text("driver: x"), "'points' is missing"),
        (lambda site: site.device("a1", "a", 1, interval="1ms"), "bus a cannot carry its schedule"),
        (lambda site: setattr(site, "more", 'http: {listen: "127.0.0.1:1"}\n'), "restart it to change that"),
        (lambda site: setattr(site, "more", f"{site.more}state: elsewhere\n"), "restart it to change that"),
        (lambda site: site.outputs.update(jsonl={}), "standard output cannot be taken"),
        (_protect_with_nothing, "'web.crt' cannot be used with the key 'web.key'"),
        (lambda site: site.path.unlink(), "No such file or directory"),
        (
            lambda site: site.outputs.update(
                influxdb={"url": '"http://localhost:1"', "bucket": "b", "token": "{env: NO_SUCH}"}
            ),
            "NO_SUCH is not set",
        ),
    ],
)
async def test_a_file_that_cannot_be_put_in_force_changes_nothing(
    site: SiteText, tmp_path: Path, spoil: object, said: str
) -> None:
    """It says everything that is wrong, counts it, and goes on; the next good one is put in force."""
    async with running(site, lines(tmp_path, "a", "b")) as agent:
        site.device("new", "a", 9)
        good = site.path.read_text()
        assert callable(spoil)
        spoil(site)
        if site.path.exists():
            site.write()
        verdict = await agent.reload()
        refused = agent.scrape()
        polled = agent.fates["a1", "good"]
        await agent.until(lambda: agent.fates["a1", "good"] > polled)
        (tmp_path / "truth.yaml").write_text(SiteText(tmp_path).folder.joinpath("truth.yaml").read_text())
        site.path.write_text(good)
        again = await agent.reload()

    assert verdict.outcome == "refused"
    assert said in verdict.said
    assert refused["config_last_reload_successful", ()] == 0
    assert refused["config_reloads_total", (("outcome", "refused"),)] == 1
    assert "new" not in {name for name, _ in agent.fates}
    [event] = [event for event in agent.said if isinstance(event, ConfigRefused)]
    assert any(said in problem for problem in event.problems)
    assert (again.outcome, again.said) == ("done", "nothing has changed")


async def test_who_changes_its_pace_goes_on_as_the_device_it_was(site: SiteText, tmp_path: Path) -> None:
    """A silent device stays silent, and a renamed one keeps what was learnt about it."""
    slaves = lines(tmp_path, "a", "b")
    slaves["b"] = TruthSlave(tmp_path / "b", lambda unit, _: None if unit == 2 else 0.002)
    async with running(site, slaves) as agent:
        await agent.until(lambda: any(isinstance(e, DeviceStateChanged) and e.after == "offline" for e in agent.said))
        site.device("b2", "b", 2, interval="1s")
        del site.devices["a2"]
        site.device("a2-renamed", "a", 2)
        site.write()
        verdict = await agent.reload()
        await agent.until(lambda: agent.fates["a2-renamed", "good"] > 2)

    assert verdict.said == "added device a2-renamed; removed device a2; adjusted device b2"
    [told] = [event for event in agent.said if isinstance(event, ConfigReloaded)]
    assert told.adjusted == ("device b2",)
    states = [e.after for e in agent.said if isinstance(e, DeviceStateChanged) and e.device == "b2"]
    assert states == ["suspect", "offline"]


async def test_a_bus_is_replugged_to_another_port(site: SiteText, tmp_path: Path) -> None:
    """Its devices follow; the others notice nothing; its counts go on."""
    async with running(site, lines(tmp_path, "a", "b", "c")) as agent:
        before = agent.scrape()["polls_good_total", (("bus", "a"),)]
        site.bus("a", port=str(tmp_path / "c"))
        site.write()
        verdict = await agent.reload()
        polled = agent.fates["a1", "good"]
        await agent.until(lambda: agent.fates["a1", "good"] > polled)
        after = agent.scrape()["polls_good_total", (("bus", "a"),)]

    assert verdict.said == "restarted bus a, device a1, device a2"
    assert after > before
    assert (agent.opened("a"), agent.opened("b")) == (2, 1)


async def test_a_changed_output_loses_nothing(site: SiteText, tmp_path: Path) -> None:
    """What was read before is in the old place, what was read after in the new one, and no record in neither."""
    async with running(site, lines(tmp_path, "a", "b")) as agent:
        site.outputs["sqlite"] = {"directory": "other"}
        site.write()
        verdict = await agent.reload()
        await agent.until(lambda: any((tmp_path / "other").glob("*")))
        seen = len(agent.times["a1", "fast"])
        await agent.until(lambda: len(agent.times["a1", "fast"]) > seen)
    stored = {
        time_ms
        for folder in ("data", "other")
        for file in (tmp_path / folder).iterdir()
        if not file.name.endswith(("-wal", "-shm"))
        for time_ms in _times(file)
    }
    assert verdict.said == "restarted output sqlite"
    assert set(agent.times["a1", "fast"]) <= stored
    assert sum(event.records for event in agent.said if isinstance(event, RecordsWritten)) >= len(stored)


def _times(file: Path) -> set[int]:
    with closing(sqlite3.connect(file)) as connection:
        return {
            t for (t,) in connection.execute("SELECT time_ms FROM readings WHERE device = 'a1' AND field = 'at_10'")
        }


async def test_a_watched_file_is_read_when_it_was_written(site: SiteText, tmp_path: Path) -> None:
    """So is a map that a device names, and one that was refused, once it is mended."""
    async with running(site, lines(tmp_path, "a", "b"), watched=True) as agent:
        site.device("new", "a", 9)
        site.write()
        await agent.until(lambda: agent.fates["new", "good"] > 0)
        text = (tmp_path / "truth.yaml").read_text()
        (tmp_path / "truth.yaml").write_text("driver: x")
        await agent.until(lambda: any(isinstance(event, ConfigRefused) for event in agent.said))
        (tmp_path / "truth.yaml").write_text(text.replace("at: 20,", "at: 30,"))
        await agent.until(lambda: sum(isinstance(event, ConfigReloaded) for event in agent.said) == 2)

    assert [event.restarted for event in agent.said if isinstance(event, ConfigReloaded)][1] == (
        "device a1",
        "device a2",
        "device b1",
        "device b2",
        "device new",
    )
