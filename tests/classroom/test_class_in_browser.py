"""A class in real browsers: a teacher's wall, phones and laptops."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    WebSocketRoute,
    expect,
)

from digits_widget.datasets.class_set import read_class
from digits_widget.samples import sample
from tests.cli.running_command import RunningCommand, free_port
from tests.waiting import until
from tools.find_browser import find
from tools.lab import PATIENCE, chromium

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
LAPTOP = {"viewport": {"width": 1366, "height": 768}}


class Class:
    """The teacher's command, and what it printed."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.start()

    def start(self) -> None:
        self.command = RunningCommand(
            "class", str(self.folder), "--no-browser", f"--port={self.port}"
        )
        self.address = self.command.wait_for(r"Learners: (\S+)")[1]
        self.code = self.command.wait_for(r"Join code: (\d{6})")[1]
        self.wall = self.command.wait_for(r"alone: (\S+)")[1]

    def stop(self) -> None:
        assert self.command.interrupt() == 0
        self.command.close()

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*.json"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not find():
        pytest.skip("no Chromium or Chrome here; tools/find_browser.py says how")
    with chromium() as browser:
        yield browser


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Class]:
    running = Class(tmp_path / "class" / "2026-11-29", free_port())
    yield running
    running.command.close()


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Open pages, each with a browser of its own; none may report an error."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(address: str, **options: Any) -> Page:
        context = browser.new_context(**(options or LAPTOP))
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        with suppress(Exception):
            context.close()
    assert not errors


def join(page: Page, nickname: str, code: str = "") -> None:
    if code:
        page.get_by_label("Join code").fill(code)
    page.get_by_label("Nickname").fill(nickname)
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#draw")).to_be_visible()


def draw(page: Page, digit: int, *, touch: bool = False) -> None:
    """Draw a bundled digit, by mouse or by finger."""
    box = page.locator("#pad").bounding_box()
    assert box
    for stroke in sample(digit):
        places = [
            (box["x"] + x * box["width"], box["y"] + y * box["height"])
            for x, y in stroke.points
        ]
        (touched if touch else moved)(page, places)


def moved(page: Page, places: list[tuple[float, float]]) -> None:
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def touched(page: Page, places: list[tuple[float, float]]) -> None:
    hand = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    send("touchStart", places[0])
    for place in places[1:]:
        send("touchMove", place)
    send("touchEnd")
    hand.detach()


def reads(page: Page, words: str) -> None:
    expect(page.locator("#headline")).to_have_text(f"The model reads: {words}")


def hand_in(page: Page, so_far: int) -> None:
    page.locator("#hand-in").click()
    expect(page.locator("#kept")).to_contain_text(f": {so_far} drawing")


def test_ten_learners_join_draw_and_are_on_the_wall(
    running: Class, opened: Open
) -> None:
    wall = opened(running.wall)
    expect(wall.locator("#code")).to_have_text(f"{running.code[:3]} {running.code[3:]}")
    assert "key" not in wall.url
    pages = [
        opened(f"{running.address}/#{running.code}", **(PHONE if i % 2 else LAPTOP))
        for i in range(10)
    ]
    for i, page in enumerate(pages):
        join(page, f"learner {i}")
        draw(page, i, touch=bool(i % 2))
        reads(page, f"{i}, sure")
    for page in pages:
        expect(page.locator("#task")).to_have_text("Draw a 0.")
        assert page.locator("#steps img:visible").count() == 5
        hand_in(page, 1)
        expect(page.locator("#task")).to_have_text("Draw a 1.")
    expect(wall.locator("#sum")).to_contain_text("1 of 10 read as meant")
    expect(wall.locator("#people-count")).to_have_text("10 here")
    expect(wall.locator("#gallery li")).to_have_count(10)
    expect(wall.locator("#gallery li").first).to_have_class("wrong")
    expect(wall.locator("#shown")).to_have_text("10 of 10 shown")
    # The table and what it sums up to are seen without scrolling, on a projector.
    for width in (1024, 1366):
        wall.set_viewport_size({"width": width, "height": 768})
        for part in ("#confusion", "#shares"):
            box = wall.locator(part).bounding_box()
            assert box
            assert box["y"] + box["height"] < 768
    assert len(running.files) == 10
    assert len(read_class(running.folder)) == 10


def test_strokes_survive_a_reload_a_lost_network_and_a_restart(
    running: Class, opened: Open
) -> None:
    page = opened(f"{running.address}/#{running.code}", **PHONE)
    join(page, "Anna")
    draw(page, 7, touch=True)
    reads(page, "7, sure")
    page.reload()
    reads(page, "7, sure")
    expect(page.locator("#me")).to_have_text("Anna")
    page.locator("#clear").click()
    # The class stops while a learner goes on.
    running.stop()
    expect(page.locator("#away")).to_be_visible()
    draw(page, 3, touch=True)
    page.locator("#hand-in").click()
    expect(page.locator("#kept")).to_contain_text("when the connection is back")
    draw(page, 4, touch=True)
    assert running.files == []
    running.start()
    expect(page.locator("#away")).to_be_hidden()
    reads(page, "4, sure")
    expect(page.locator("#kept")).to_contain_text("Handed in as 0: 1 drawing")
    (path,) = running.files
    assert path.startswith("anna-0-")
    assert not read_class(running.folder).skipped


def test_without_a_network_nothing_is_lost(running: Class, opened: Open) -> None:
    page = opened(f"{running.address}/#{running.code}")
    join(page, "Anna")
    page.context.set_offline(True)
    page.locator("#me").click()
    # A browser keeps a WebSocket open when its network goes: as after a sleep.
    draw(page, 5)
    page.context.set_offline(False)
    reads(page, "5, sure")


def test_a_browser_that_keeps_nothing_joins_and_draws(
    running: Class, opened: Open
) -> None:
    page = opened("about:blank")
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"])
            Object.defineProperty(window, name, {get() { throw new Error("none"); }});
        """
    )
    page.goto(f"{running.address}/#{running.code}")
    join(page, "Anna")
    draw(page, 7)
    reads(page, "7, sure")
    hand_in(page, 1)


def test_bars_are_live_where_an_answer_is_slower_than_the_next_drawing(
    running: Class, opened: Open
) -> None:
    page = opened("about:blank")
    page.add_init_script(
        """const socket = WebSocket.prototype;
        const {set} = Object.getOwnPropertyDescriptor(socket, "onmessage");
        Object.defineProperty(socket, "onmessage", {set(told) {
            set.call(this, event => setTimeout(() => told.call(this, event), 400));
        }});"""
    )
    page.goto(f"{running.address}/#{running.code}")
    join(page, "Anna")
    box = page.locator("#pad").bounding_box()
    assert box
    page.mouse.move(box["x"] + 190, box["y"] + 60)
    page.mouse.down()
    headline = page.locator("#headline")
    # Up and down, until an answer comes; the pen does not rest.
    for step in range(600):
        page.mouse.move(box["x"] + 190, box["y"] + 60 + 4 * abs(60 - step % 120))
        page.wait_for_timeout(30)
        if headline.text_content() != "Draw on the pad.":
            break
    assert "The model reads" in (headline.text_content() or "")
    page.mouse.up()
    reads(page, "1, sure")


def test_what_cannot_be_saved_is_sent_again_once_each_time(
    running: Class, opened: Open
) -> None:
    page = opened("about:blank")
    sent: list[str] = []

    def full(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def answer(text: str | bytes) -> None:
            message = json.loads(text)
            if message["type"] != "hand-in":
                server.send(text)
                return
            sent.append(message["key"])
            words = {"type": "not-kept", "key": message["key"], "words": "", "again": 1}
            socket.send(json.dumps(words))

        socket.on_message(answer)

    def is_sent(number: int) -> bool:
        page.wait_for_timeout(50)
        return len(sent) >= number

    page.clock.install()
    page.route_web_socket(re.compile("/class$"), full)
    page.goto(f"{running.address}/#{running.code}")
    join(page, "Anna")
    for digit in range(3):
        draw(page, digit)
        page.locator("#hand-in").click()
    for times in (1, 2, 3):
        until(partial(is_sent, 3 * times))
        page.wait_for_timeout(300)
        assert len(sent) == 3 * times
        page.clock.run_for(5100)


def test_a_page_whose_network_lets_no_websocket_through_says_so(
    running: Class, opened: Open
) -> None:
    page = opened("about:blank")
    page.route_web_socket(re.compile("/class$"), lambda socket: socket.close())
    page.goto(running.address)
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    # What the learner types meanwhile keeps the focus.
    page.get_by_label("Join code").fill("1")
    page.wait_for_timeout(1500)
    expect(page.get_by_label("Join code")).to_be_focused()


def test_what_waits_in_a_closed_tab_arrives_later(running: Class, opened: Open) -> None:
    page = opened(f"{running.address}/#{running.code}")
    join(page, "Anna")
    running.stop()
    expect(page.locator("#away")).to_be_visible()
    draw(page, 3)
    page.locator("#hand-in").click()
    context = page.context
    page.close()
    running.start()
    again = context.new_page()
    again.goto(running.address)
    expect(again.locator("#kept")).to_contain_text("Handed in as 0: 1 drawing")
    assert [name[:7] for name in running.files] == ["anna-0-"]


def test_the_next_learner_at_a_device_hands_in_nothing_of_the_one_before(
    running: Class, opened: Open
) -> None:
    page = opened(f"{running.address}/#{running.code}")
    join(page, "Anna")
    expect(page.locator("#task")).to_have_text("Draw a 0.")
    running.stop()
    expect(page.locator("#away")).to_be_visible()
    draw(page, 0)
    page.locator("#hand-in").click()
    page.get_by_role("button", name="leave").click()
    expect(page.locator("#problem")).to_contain_text("still waits")
    running.start()
    expect(page.locator("#kept")).to_contain_text("1 drawing")
    # All is sent: leaving asks nothing now.
    running.stop()
    draw(page, 1)
    page.locator("#hand-in").click()
    running.start()
    expect(page.locator("#kept")).to_contain_text("2 drawings")
    page.get_by_role("button", name="leave").click()
    join(page, "Ben", running.code)
    draw(page, 0)
    hand_in(page, 1)
    assert [name.partition("-")[0] for name in running.files] == ["anna", "anna", "ben"]


def test_a_model_server_that_dies_is_started_again(
    running: Class, opened: Open
) -> None:
    page = opened(f"{running.address}/#{running.code}")
    join(page, "Anna")
    draw(page, 1)
    reads(page, "1, sure")
    for child in running.command.children("digits_widget.model_server"):
        child.kill()
    page.locator("#clear").click()
    draw(page, 7)
    reads(page, "7, sure")


def test_two_annas_and_one_with_two_tabs(running: Class, opened: Open) -> None:
    first = opened(f"{running.address}/#{running.code}")
    join(first, "Anna")
    tab = first.context.new_page()
    tab.goto(running.address)
    expect(tab.locator("#me")).to_have_text("Anna")
    second = opened(running.address)
    join(second, "Anna", running.code)
    expect(second.locator("#me")).to_have_text("Anna 2")
    for page, digit in ((first, 1), (tab, 2), (second, 3)):
        # A browser draws a page behind another one only once a second.
        page.bring_to_front()
        draw(page, digit)
        reads(page, f"{digit}, sure")
    wall = opened(running.wall)
    expect(wall.locator("#learners li")).to_have_count(2)


def test_a_full_pad_says_so(running: Class, opened: Open) -> None:
    page = opened(f"{running.address}/#{running.code}")
    join(page, "Anna")
    points = [
        [round(0.1 + i % 80 / 100, 2), round(0.1 + i / 5000, 4)] for i in range(3500)
    ]
    stroke = {"points": points, "times": [0] * len(points), "width": 0.06, "ink": True}
    page.evaluate(
        "strokes => sessionStorage.setItem('strokes', JSON.stringify(strokes))",
        [stroke],
    )
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The pad is full of lines")
    page.locator("#clear").click()
    expect(page.locator("#full")).to_be_hidden()
    draw(page, 7)
    reads(page, "7, sure")


def test_a_nickname_is_text_on_every_page(running: Class, opened: Open) -> None:
    page, wall = opened(f"{running.address}/#{running.code}"), opened(running.wall)
    name = "<img src=x onerror=a()>"
    join(page, name)
    draw(page, 0)
    reads(page, "0, sure")
    hand_in(page, 1)
    expect(page.locator("#me")).to_have_text(name)
    expect(wall.locator("#learners")).to_contain_text(name)
    expect(wall.locator("#gallery")).to_contain_text(name)
    assert wall.locator("img[src=x]").count() == 0


def test_a_wrong_code_is_told_and_can_be_mended(running: Class, opened: Open) -> None:
    page = opened(running.address)
    page.get_by_label("Join code").fill("1")
    page.get_by_label("Nickname").fill("Anna")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_contain_text("not the join code")
    join(page, "Anna", f"{running.code[:3]} {running.code[3:]}")


def test_a_task_reaches_the_learners(running: Class, opened: Open) -> None:
    page, wall = opened(f"{running.address}/#{running.code}"), opened(running.wall)
    join(page, "Anna")
    wall.get_by_role("button", name="2020 or today").click()
    expect(page.locator("#task")).to_contain_text("Two programs")
    draw(page, 7)
    expect(page.locator("#earlier")).to_contain_text("In 2020 it read:")
    expect(page.locator("#hand-in")).to_be_disabled()
    page.get_by_role("button", name="7", exact=True).click()
    hand_in(page, 1)
    expect(wall.locator("#shares")).to_contain_text("2020")
    wall.get_by_role("button", name="Other hand").click()
    expect(page.locator("#other")).to_have_attribute("aria-pressed", "true")
    draw(page, 0)
    hand_in(page, 2)
    assert {json.loads((running.folder / f).read_text())["hand"] for f in running.files}
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#kept")).to_contain_text("Taken back")
    until(lambda: len(running.files) == 1)


def test_the_teacher_erases(running: Class, opened: Open) -> None:
    page, wall = opened(f"{running.address}/#{running.code}"), opened(running.wall)
    join(page, "Anna")
    for digit in (0, 1):
        draw(page, digit)
        hand_in(page, digit + 1)
    expect(wall.locator("#gallery li")).to_have_count(2)
    wall.locator("#gallery li").first.hover()
    wall.locator("#gallery button").first.click()
    until(lambda: len(running.files) == 1)
    # Until the pointer leaves, no other drawing comes under it.
    expect(wall.locator("#sum")).to_contain_text("of 1 read")
    expect(wall.locator("#gallery li")).to_have_count(2)
    expect(wall.locator("#gallery li").first).to_be_hidden()
    wall.mouse.move(5, 5)
    expect(wall.locator("#gallery li")).to_have_count(1)
    wall.get_by_role("button", name="Erase everything").click()
    wall.get_by_role("button", name="Keep").click()
    assert len(running.files) == 1
    wall.get_by_role("button", name="Erase everything").click()
    wall.get_by_role("button", name="Erase", exact=True).click()
    expect(page.locator("#kept")).to_contain_text("erased everything")
    until(lambda: not running.files)


def test_nothing_moves_under_the_pointer_while_drawings_arrive(
    running: Class, opened: Open
) -> None:
    page, wall = opened(f"{running.address}/#{running.code}"), opened(running.wall)
    join(page, "Anna")
    for so_far, digit in enumerate((1, 0), 1):
        draw(page, digit)
        hand_in(page, so_far)
    expect(wall.locator("#gallery li")).to_have_count(2)
    card = wall.locator("#gallery li").first
    card.hover()
    wall.evaluate("""() => {
        window.card = document.querySelector("#gallery li");
        window.line = document.querySelector("#learners li");
    }""")
    draw(page, 7)
    hand_in(page, 3)
    expect(wall.locator("#sum")).to_contain_text("of 3 read")
    expect(wall.locator("#learners b")).to_have_text("3")
    still = """() => card === document.querySelector("#gallery li")
        && line === document.querySelector("#learners li")"""
    assert wall.evaluate(still)
    expect(wall.locator("#shown")).to_contain_text("still while you point")
    expect(wall.locator("#gallery li")).to_have_count(2)
    wall.mouse.move(5, 5)
    expect(wall.locator("#gallery li")).to_have_count(3)


def test_a_wall_whose_class_was_started_again_says_which_link_opens_it(
    running: Class, opened: Open
) -> None:
    wall = opened(running.wall)
    running.stop()
    expect(wall.locator("#away")).to_contain_text("comes back by itself")
    running.start()
    expect(wall.locator("#away")).to_contain_text("Wall, for you alone")
    # Another tab of the same browser has the new key for both.
    wall.context.new_page().goto(running.wall)
    expect(wall.locator("#away")).to_be_hidden()


def test_the_wall_is_the_teachers_alone(running: Class, opened: Open) -> None:
    page = opened(f"{running.address}/wall")
    expect(page.locator("body")).to_contain_text("teacher's wall")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "width", [320, 390, 768, 1366], ids=lambda width: f"{width} px"
)
def test_pages_fit_and_are_accessible(
    scheme: str, width: int, running: Class, opened: Open
) -> None:
    size = {"viewport": {"width": width, "height": 768}, "color_scheme": scheme}
    page = opened(f"{running.address}/#{running.code}", **size)
    wall = opened(running.wall, **size)
    assert_good(page)
    join(page, "Anna")
    draw(page, 0)
    reads(page, "0, sure")
    hand_in(page, 1)
    draw(page, 1)
    reads(page, "1, sure")
    expect(wall.locator("#gallery li")).to_have_count(1)
    for each in (page, wall):
        assert_good(each)


def test_what_tab_reaches_is_seen(running: Class, opened: Open) -> None:
    page, wall = opened(f"{running.address}/#{running.code}"), opened(running.wall)
    join(page, "Anna")
    draw(page, 0)
    reads(page, "0, sure")
    hand_in(page, 1)
    expect(wall.locator("#gallery li")).to_have_count(1)
    focused = """() => {
        const at = document.activeElement;
        return at === document.body ? null
            : [at.outerHTML.slice(0, 60), getComputedStyle(at).outlineStyle];
    }"""
    for each in (page, wall):
        each.bring_to_front()
        reached = {}
        for _ in range(12):
            each.keyboard.press("Tab")
            name, outline = each.evaluate(focused) or ("", "")
            reached[name] = outline
        reached.pop("", None)
        assert len(reached) > 4
        assert set(reached.values()) == {"solid"}, reached


def test_forced_colours_leave_paper_and_bars(running: Class, opened: Open) -> None:
    forced = {"forced_colors": "active", "color_scheme": "dark"}
    page = opened(f"{running.address}/#{running.code}", **forced)
    join(page, "Anna")
    draw(page, 0)
    reads(page, "0, sure")
    hand_in(page, 1)
    wall = opened(running.wall, **forced)
    expect(wall.locator("#gallery li")).to_have_count(1)
    colour = "place => getComputedStyle(document.querySelector(place)).backgroundColor"
    paper = page.evaluate(colour, "#paper")
    assert paper == "rgb(255, 255, 255)"
    assert page.evaluate(colour, ".bar > i") != page.evaluate(colour, "body")
    assert wall.evaluate(colour, "#histogram i.right") != wall.evaluate(colour, "body")


def assert_good(page: Page) -> None:
    """Nothing is wider than the page, and axe finds nothing."""
    wide = """() => [...document.querySelectorAll("body *")].filter(
        each => each.getBoundingClientRect().right > innerWidth + 1
    ).map(each => each.outerHTML.slice(0, 80))"""
    assert page.evaluate(wide) == []
    found = Axe().run(
        page,
        options={
            "resultTypes": ["violations"],
            # WCAG 2.2's targets of 24 pixels.
            "rules": {"target-size": {"enabled": True}},
        },
    )
    assert not found.response["violations"], found.generate_report()


def test_a_class_ends_with_ctrl_c_and_leaves_no_process(running: Class) -> None:
    children = list(running.command.children("digits_widget.model_server"))
    assert children
    running.command.process.send_signal(signal.SIGINT)
    running.command.wait_for(r"The class is stopped")
    assert running.command.process.wait(30) == 0
    until(lambda: not any(child.is_running() for child in children))
    assert not re.search("Traceback", running.command.said)
