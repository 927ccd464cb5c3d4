"""The status page in a real browser, of a real agent whose devices do what a test wants."""

import os
import re
import shutil
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from support.agent_process import AgentProcess, until
from support.requirements import require
from support.scripted_http import JSON, Reply, Request, serving
from support.servers import free_port
from support.truth_slave import TruthSlave

with suppress(ImportError):
    from playwright.sync_api import Browser, Page, expect, sync_playwright

pytestmark = [pytest.mark.server, pytest.mark.slow]

ATTACK = "<img src=x onerror=evil=1><script>evil=2</script>"
WORDS = 30
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
PATIENCE_MS = 20_000
LIVELY = """
driver: test.lively
kind: environment
description: a thermometer that never rests
source: written for this test
table: holding
points:
  temperature: {at: 0, type: u16, unit: "°C", scale: 0.01, group: fast}
"""
NAMED = f"""
driver: test.named
kind: names
description: a device that says what it is
source: written for this test
table: holding
points:
  message: {{at: 100, type: string, words: {WORDS}, group: fast, vendor_specific: true}}
"""
SITE = """
version: 1
site: plant-a
buses:
  hall: {{port: {port}, baudrate: 115200, timeout: 150ms}}
devices:
  - {{name: lively, bus: hall, unit: 1, driver: ./lively.yaml, interval: 300ms, tags: {{room: "{attack}"}}}}
  - {{name: named, bus: hall, unit: 2, driver: ./named.yaml, interval: 300ms}}
  - {{name: mortal, bus: hall, unit: 3, driver: ./lively.yaml, interval: 300ms}}
outputs:
  sqlite: {{directory: data}}
  influxdb: {{url: "{influx}", bucket: b, api: v1}}
http: {{listen: "{listen}"}}
"""


class Plant:
    """The agent, and the devices on its bus."""

    def __init__(self, folder: Path, influx: str) -> None:
        self.dead: set[int] = set()
        self.read = 0
        self.slave = TruthSlave(folder / "port", self.lateness, self.word)
        self.slave.plug()
        for name, text in (("lively", LIVELY), ("named", NAMED)):
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        listen = f"127.0.0.1:{free_port()}"
        self.url = f"http://{listen}"
        site = SITE.format(port=self.slave.path, influx=influx, listen=listen, attack=ATTACK)
        self.agent = AgentProcess(folder, site)
        self.agent.start()
        until(self.answers, "an answer of the agent")

    def lateness(self, unit: int, _: int) -> float | None:
        """Answer at once, or never."""
        return None if unit in self.dead else 0.001

    def word(self, unit: int, address: int) -> int:
        """Return two characters of the attack, or a temperature that is another each time."""
        if unit == 2:
            text = ATTACK.encode().ljust(2 * WORDS, b"\0")
            return int.from_bytes(text[2 * (address - 100) : 2 * (address - 100) + 2], "big")
        self.read += 1
        return 2000 + self.read % 1000

    def answers(self) -> bool:
        """Return whether it has read something."""
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/devices/lively", timeout=1) as answer:
                return b'"online"' in answer.read()
        except OSError:
            return False

    def close(self) -> None:
        """End it."""
        self.agent.kill()
        self.slave.unplug()


def angry(_: Request) -> Reply:
    """Throw an attack back at who wants to store something."""
    return Reply(400, f'{{"error": "{ATTACK}"}}', JSON)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A running site."""
    require("" if shutil.which("chromium") else "chromium, from the Debian package of that name")
    with serving(angry) as server:
        running = Plant(tmp_path_factory.mktemp("plant"), server.url)
        yield running
        running.close()


@pytest.fixture(scope="module")
def browser(plant: Plant) -> "Iterator[Browser]":
    """Debian's Chromium; as root it can only run without its sandbox."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        yield started
        started.close()


class Reader:
    """Somebody who looks at the page; whatever the browser complains of fails the test."""

    def __init__(self, browser: "Browser", url: str, **context: Any) -> None:
        self.context = browser.new_context(viewport=context.pop("viewport", DESK), **context)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.url = url
        self.open("/")

    def open(self, path: str) -> "Page":
        """Go somewhere and wait until it is shown."""
        self.page.goto(f"{self.url}{path}")
        self.page.wait_for_selector("h1")
        return self.page

    def row(self, name: str) -> Any:
        """Return the row of a device."""
        return self.page.locator(".rows > li", has=self.page.locator(".name", has_text=re.compile(f"^{name}$")))

    def width(self) -> int:
        """Return how much wider the page is than its window."""
        spare: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return spare


@pytest.fixture
def look(browser: "Browser", plant: Plant) -> Iterator[Any]:
    """Gives readers: `look(locale="ko-KR")`."""
    readers: list[Reader] = []

    def make(**context: Any) -> Reader:
        readers.append(Reader(browser, plant.url, **context))
        return readers[-1]

    yield make
    for reader in readers:
        reader.context.close()
    assert [complaint for reader in readers for complaint in reader.complaints] == []


def test_values_move_without_a_reload(look: Any) -> None:
    """On the overview, on the page of the device, and in its curve."""
    reader = look()
    amount = reader.row("lively").locator(".amount")
    before = amount.inner_text()
    expect(amount).not_to_have_text(before)

    reader.row("lively").locator("a").click()
    expect(reader.page.locator("h1")).to_have_text("lively")
    big = reader.page.locator(".big")
    before = big.inner_text()
    expect(big).not_to_have_text(before)
    assert reader.page.locator("svg.curve polyline").first.get_attribute("points").count(" ") >= 1
    expect(reader.page.locator(".points tbody tr")).to_have_count(1)


def test_a_killed_device_turns_red_and_back(look: Any, plant: Plant) -> None:
    """And says what to look at, in words of somebody who does not know Modbus."""
    reader = look()
    mortal = reader.row("mortal")
    expect(mortal).to_have_attribute("data-mood", "good")
    plant.dead.add(3)
    try:
        expect(mortal).to_have_attribute("data-mood", "bad", timeout=PATIENCE_MS)
        expect(mortal.locator(".why")).to_have_text("Check its cable, its power and its address")
        expect(reader.page.locator("h1")).to_have_text("1 of 3 devices does not answer")
        red = mortal.locator(".why").evaluate("(one) => getComputedStyle(one).color")
        assert red == "rgb(179, 50, 43)"
        expect(reader.row("lively")).to_have_attribute("data-mood", "good")
        expect(reader.page.locator(".errors th", has_text="no answer")).to_be_visible()
    finally:
        plant.dead.clear()
    expect(mortal).to_have_attribute("data-mood", "good", timeout=PATIENCE_MS)
    expect(mortal.locator(".why")).to_be_hidden()

    reader.open("/#/device/mortal")
    expect(reader.page.locator("h1")).to_have_text("mortal")
    expect(reader.page.locator(".list li").first).to_contain_text("answers again")


def test_what_a_device_or_a_server_says_stays_text(look: Any) -> None:
    """Nothing of it becomes part of the page."""
    reader = look()
    expect(reader.row("named").locator(".amount")).to_contain_text("<img src=x onerror=evil=1><script>")
    expect(reader.page.locator(".card", has_text="influxdb")).to_contain_text("<img src=x onerror=evil=1>")
    assert reader.page.evaluate("[document.images.length, typeof evil]") == [0, "undefined"]

    reader.open("/#/device/named")
    expect(reader.page.locator(".points td.v")).to_contain_text("<img src=x onerror=evil=1><script>")
    assert reader.page.evaluate("[document.images.length, typeof evil]") == [0, "undefined"]

    reader.open(f"/#/device/{ATTACK}")
    expect(reader.page.locator("main")).to_contain_text("no such device")
    assert reader.page.evaluate("[document.images.length, typeof evil]") == [0, "undefined"]
    reader.complaints = [said for said in reader.complaints if "404" not in said]


def test_a_script_that_gets_in_all_the_same_does_not_run(look: Any) -> None:
    """The browser itself refuses it."""
    reader = look()
    reader.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"evil=1\">')")
    reader.page.wait_for_timeout(200)

    assert reader.page.evaluate("typeof evil") == "undefined"
    assert any("Content Security Policy" in said for said in reader.complaints)
    reader.complaints.clear()


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_is_wider_than_the_window(look: Any, viewport: dict[str, int], locale: str) -> None:
    """Neither view, in either language; what can be touched is large enough for a finger."""
    reader = look(viewport=viewport, locale=locale)
    assert reader.width() <= 0
    for button in reader.page.locator("button:visible").all():
        assert button.bounding_box()["height"] >= 32
    for name in ("named", "lively"):
        reader.open(f"/#/device/{name}")
        reader.page.wait_for_selector(".points tbody tr")
        assert reader.width() <= 0


def test_one_bus_can_be_looked_at(look: Any) -> None:
    """And a device be found by its name, where there are many."""
    reader = look()
    reader.open("/#/bus/hall")
    expect(reader.page.locator("h1")).to_have_text("All 3 devices answer")
    reader.page.get_by_role("searchbox").fill("LIV")
    expect(reader.page.locator(".device:visible")).to_have_count(1)
    reader.page.get_by_role("button", name="Only trouble").click()
    expect(reader.page.locator("main")).to_contain_text("No device fits.")
    reader.page.get_by_role("link", name="All devices").click()
    expect(reader.page.locator(".device:visible")).to_have_count(3)


def test_it_speaks_the_language_of_the_browser(look: Any) -> None:
    """Another one is a click away, and remembered."""
    reader = look(locale="ko-KR")
    expect(reader.page.locator("html")).to_have_attribute("lang", "ko")
    expect(reader.row("lively")).to_contain_text("온도")
    expect(reader.row("lively")).to_contain_text("정상")

    reader.page.get_by_role("button", name="English").click()
    expect(reader.row("lively")).to_contain_text("Temperature")
    reader.page.reload()
    expect(reader.page.locator("html")).to_have_attribute("lang", "en")
    expect(reader.row("lively")).to_contain_text("answers")


def test_what_a_device_is_and_refuses_is_korean_too(look: Any) -> None:
    """Those words come from the agent in English; names of a driver's own stay as they are."""
    reader = look(locale="ko-KR")
    reader.open("/#/device/lively")
    expect(reader.page.locator("main")).to_contain_text("환경 센서")
    reader.open("/#/device/named")
    expect(reader.page.locator("main")).to_contain_text("names")

    wrong = "async (code) => (await import('/parts.js')).wrong({kind: 'exception', detail: code, text: ''})"
    assert reader.page.evaluate(wrong, "04") == "응답하지만 요청을 거부합니다 (예외 04: 장치 자체의 고장)"
    assert reader.page.evaluate(wrong, "63") == "응답하지만 요청을 거부합니다 (예외 63: 의미는 장치 설명서에 있음)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_by_day_and_by_night(look: Any, scheme: str) -> None:
    """Every text has the contrast of WCAG 2.2 level AA, 4.5 to 1."""
    reader = look(color_scheme=scheme)
    ground, *inks = reader.page.evaluate(
        """() => {
          const style = getComputedStyle(document.documentElement);
          const names = ["--card", "--ink", "--soft", "--good", "--warn", "--bad", "--accent"];
          return names.map((one) => style.getPropertyValue(one));
        }"""
    )

    assert (luminance(ground) < 0.1) == (scheme == "dark")
    assert [ink for ink in inks if contrast(ink, ground) < 4.5] == []


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour.strip()[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_it_can_be_used_by_the_keyboard_alone(look: Any) -> None:
    """Tab reaches a device, Enter opens it, and what is read next is its page."""
    reader = look()
    focused = "document.activeElement.getAttribute('href')"
    for _ in range(10):
        reader.page.keyboard.press("Tab")
        if reader.page.evaluate(focused) == "#/device/lively":
            break
    assert reader.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    reader.page.keyboard.press("Enter")

    expect(reader.page.locator("h1")).to_have_text("lively")
    assert reader.page.evaluate("document.activeElement.id") == "main"
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate(focused) == "#/"


def test_a_configuration_that_was_refused_is_told(look: Any, plant: Plant) -> None:
    """Each mistake on a line of its own, with its place, until a good one is in force."""
    reader = look()
    banner = reader.page.locator("#refused")
    expect(banner).to_be_hidden()
    good = plant.agent.config.read_text(encoding="utf-8")
    plant.agent.config.write_text(good.replace("unit: 1,", "unit: 300,").replace("300ms", "300mm"), encoding="utf-8")
    os.kill(plant.agent.pid, signal.SIGHUP)
    try:
        expect(banner).to_contain_text("unit 300 is outside 1 to 247", timeout=PATIENCE_MS)
        said = banner.inner_text().splitlines()
        assert said[0] == "A changed configuration was refused; the one before goes on."
        assert all(re.search(r"devices\.yaml:\d+:\d+: ", line) for line in said[1:])
        assert len(said) > 2
    finally:
        plant.agent.config.write_text(good, encoding="utf-8")
        os.kill(plant.agent.pid, signal.SIGHUP)
    expect(banner).to_be_hidden(timeout=PATIENCE_MS)


def test_a_device_that_leaves_the_configuration_is_gone_until_it_is_back(look: Any, plant: Plant) -> None:
    """Its page says so, and shows it again by itself."""
    reader = look()
    reader.open("/#/device/mortal")
    expect(reader.page.locator("h1")).to_have_text("mortal")
    good = plant.agent.config.read_text(encoding="utf-8")
    without = "\n".join(line for line in good.splitlines() if "name: mortal" not in line)
    plant.agent.config.write_text(without, encoding="utf-8")
    os.kill(plant.agent.pid, signal.SIGHUP)
    try:
        expect(reader.page.locator("h1")).to_contain_text("no such device", timeout=PATIENCE_MS)
    finally:
        plant.agent.config.write_text(good, encoding="utf-8")
        os.kill(plant.agent.pid, signal.SIGHUP)
    expect(reader.page.locator("h1")).to_have_text("mortal", timeout=PATIENCE_MS)
    expect(reader.page.locator(".points tbody tr")).to_have_count(1)
    reader.complaints = [said for said in reader.complaints if "404" not in said]


def test_a_network_that_swallows_a_question_is_asked_again_soon(look: Any) -> None:
    """The page has waited long enough for the one that was lost."""
    reader = look()
    banner = reader.page.get_by_role("alert")
    reader.page.route("**/api/**", lambda _: None)
    expect(banner).to_contain_text("The agent cannot be reached", timeout=PATIENCE_MS)
    reader.page.unroute("**/api/**")

    expect(banner).to_be_hidden(timeout=PATIENCE_MS)


def test_it_says_when_the_agent_cannot_be_reached(look: Any) -> None:
    """Old values must not look like new ones; when it is back, all is as before."""
    reader = look()
    banner = reader.page.get_by_role("alert")
    expect(banner).to_be_hidden()
    reader.context.set_offline(True)
    expect(banner).to_contain_text("The agent cannot be reached", timeout=PATIENCE_MS)
    expect(reader.page.locator("body")).to_have_class("lost")

    reader.context.set_offline(False)
    expect(banner).to_be_hidden(timeout=PATIENCE_MS)
    reader.complaints = [said for said in reader.complaints if "ERR_INTERNET_DISCONNECTED" not in said]
