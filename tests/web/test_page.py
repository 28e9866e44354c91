"""The page in a real browser, headless, against the running server: by keys, by buttons, narrow, and by axe-core."""

from __future__ import annotations

import gzip
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vmdsolve import solve

pytest.importorskip("starlette", reason="the extra web is not installed")
pytest.importorskip("selenium", reason="selenium is not installed")
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no chromium and chromedriver here (Debian has packages)"),
]
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=1200,1000",
)  # fmt: skip
PATIENCE = 60  # seconds; the machine may be busy
EASY = "1......2..4..3.."


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "vmdsolve", "web", "--port", "0", "--time-limit", "20"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        line = server.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found, line
        yield found[0]
        server.send_signal(signal.SIGINT)
        assert "Traceback" not in server.stderr.read()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.binary_location = str(CHROMIUM)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


class Page:
    """What a person does on the page, and sees of it."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address = browser, address

    def open(self, kind: str = "", puzzle: str = "") -> None:
        self.browser.get("about:blank")
        self.browser.get(self.address + (f"#domain={kind}&puzzle={puzzle}" if puzzle else ""))
        self.wait(lambda: self.browser.execute_script("return 'ready' in document.documentElement.dataset"))

    def wait(self, until: Callable[[], Any]) -> Any:
        return WebDriverWait(self.browser, PATIENCE, 0.05).until(lambda _: until())

    def find(self, selector: str) -> Any:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector: str) -> None:
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", self.find(selector))
        self.find(selector).click()

    def ask(self, what: str) -> str:
        self.browser.execute_script("document.getElementById('said').replaceChildren()")
        self.click(f'[data-ask="{what}"]')
        self.wait(lambda: self.find("#said").text not in ("", "…"))
        return str(self.find("#said").text)

    def write(self, text: str) -> None:
        self.find("#text").clear()
        self.browser.execute_script("document.getElementById('text').value = arguments[0]", text)
        self.click("#read")

    @property
    def cells(self) -> str:
        script = "return [...document.querySelectorAll('#board .value')].map(node => node.textContent || '.').join('')"
        return str(self.browser.execute_script(script))

    def keys(self, *keys: str) -> None:
        self.browser.switch_to.active_element.send_keys(*keys)


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Page]:
    browser.set_window_size(1200, 1000)
    shown = Page(browser, address)
    yield shown
    wrong = [entry["message"] for entry in browser.get_log("browser") if "api/" not in entry["message"]]
    assert wrong == []  # no script failed, nothing was barred or not found; answers that refuse are told apart


def test_a_puzzle_is_typed_and_solved_by_keys_alone(page: Page) -> None:
    page.open("sudoku-4x4", EASY)
    page.browser.execute_script("document.querySelector('#board [tabindex=\"0\"]').focus()")
    assert page.browser.switch_to.active_element.get_attribute("aria-label") == "row 1, column 2, open"
    page.keys("2", Keys.ARROW_RIGHT, "3", Keys.ARROW_RIGHT, "9", "4")
    assert page.cells[:4] == "1234"
    page.keys(Keys.ARROW_LEFT, Keys.DELETE)
    assert page.cells[:4] == "12.4"
    page.keys(Keys.CONTROL, "z")
    page.keys(Keys.NULL)
    assert page.cells[:4] == "1234"
    page.keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT, "4")
    assert page.cells[0] == "1"  # a given stays
    page.keys(Keys.ARROW_DOWN, " ", "3", "4", " ")
    label = page.browser.switch_to.active_element.get_attribute("aria-label")
    assert label == "row 2, column 1, open, marked 3 4"
    assert page.ask("check") == "nothing is wrong; 9 to go"


def test_the_address_holds_the_puzzle_and_what_is_filled_in(page: Page) -> None:
    page.open("sudoku-4x4", EASY)
    page.click('#board [data-cell="1"]')
    page.keys("2")
    link = page.browser.current_url
    page.browser.get("about:blank")
    page.browser.get(link)
    page.wait(lambda: page.cells == "12" + EASY[2:])
    assert page.find("#title").text == "sudoku-4x4"


def test_what_is_solved_can_be_filled_in_and_undone(page: Page) -> None:
    page.open("sudoku-4x4", EASY)
    assert "the only answer" in page.ask("solve")
    assert page.cells == solve(EASY).text
    page.browser.find_elements(By.CSS_SELECTOR, "#said button")[0].click()
    assert page.ask("check").startswith("solved")
    page.click("#undo")
    assert page.cells == EASY


def test_hints_mark_their_cell_and_can_be_followed(page: Page) -> None:
    page.open("sudoku-4x4", EASY)
    said = page.ask("hint")
    assert "row 1, column 2 is 2" in said
    assert page.find('#board [data-cell="1"]').get_attribute("class").split()[-1] == "next"
    page.find("#said button").click()
    assert page.cells[1] == "2"


def test_a_wrong_entry_is_shown_and_a_contradiction_explained(page: Page) -> None:
    page.open("sudoku-4x4", EASY)
    page.click('#board [data-cell="1"]')
    page.keys("4")
    assert "no solution has 4" in page.ask("check")
    assert "broken" in page.find('#board [data-cell="1"]').get_attribute("class")
    page.open("sudoku-4x4", "11" + "." * 14)
    assert "holds no symbol twice" in page.ask("explain")
    assert "UNSATISFIABLE" in page.ask("solve")


def test_where_two_answers_differ_is_seen(page: Page) -> None:
    page.open("sudoku-4x4", "1" + "." * 15)
    page.ask("explain")
    assert len(page.browser.find_elements(By.CSS_SELECTOR, "#side figure")) == 2
    assert page.browser.find_elements(By.CSS_SELECTOR, "#side .differ")
    assert page.ask("count") == "72 solutions"
    page.ask("draw")
    assert len(page.browser.find_elements(By.CSS_SELECTOR, "#side figure")) == 4


def test_the_model_is_watched_by_a_slider(page: Page) -> None:
    page.open("sudoku-4x4", EASY)
    page.ask("watch")
    page.wait(lambda: page.find("#scrub").is_displayed())
    slider = page.find("#frame")
    last = page.cells
    assert last == solve(EASY).text
    slider.send_keys(Keys.HOME)
    assert page.find("#frame-said").text.startswith("1: ")
    assert page.cells != last
    assert len(page.browser.find_elements(By.CSS_SELECTOR, "#side figure")) == 3


def test_what_is_pasted_is_read_or_refused_in_a_sentence(page: Page) -> None:
    page.open()
    page.write("+---+---+\n|1 .|. .|\n|. .|. 2|\n+---+---+\n|. .|4 .|\n|. 3|. .|\n+---+---+")
    page.wait(lambda: page.cells == EASY)
    page.write("<img src=x onerror=document.title='gone'>")
    page.wait(lambda: page.find("#said .wrong").text)
    assert page.cells == EASY  # what was there stays
    assert page.browser.title == "vmdsolve: puzzles"
    page.write("1......2..4..3..\n....4..3.1..3...")
    page.wait(lambda: page.find("#others").is_displayed())
    Select(page.find("#other")).select_by_index(1)
    page.wait(lambda: page.cells == "....4..3.1..3...")


@pytest.mark.parametrize("held", ["9,9", ",".join(["99"] * 16), ",".join(["x"] * 16), ",".join(["0.5"] * 16)])
def test_what_a_link_fills_in_wrongly_is_left_out(page: Page, held: str) -> None:
    page.open("sudoku-4x4", f"{EASY}&held={held}")
    page.wait(lambda: page.cells == EASY)
    assert page.find("#said").text == ""


def test_a_link_that_holds_no_puzzle_is_told(page: Page) -> None:
    page.open("nope", "1...")
    page.wait(lambda: "nope" in page.find("#said").text)
    assert page.find("#title").text == "sudoku-9x9"  # something to try all the same


def test_a_file_is_read_by_its_name(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("puzzle,rating\n....4..3.1..3...,2\n")
    page.open()
    page.find("#file").send_keys(str(path))
    page.wait(lambda: page.find("#title").text == "sudoku-4x4")
    assert page.cells == "....4..3.1..3..."
    packed = tmp_path / "mine.txt.gz"
    packed.write_bytes(gzip.compress(f"{EASY}\n".encode()))
    page.find("#file").send_keys(str(packed))
    page.wait(lambda: page.cells == EASY)


@pytest.mark.parametrize("kind", ["killer", "skyscrapers", "colouring", "zebra", "nonogram", "brackets", "queens"])
def test_an_example_of_a_kind_is_drawn_and_solved(page: Page, kind: str) -> None:
    page.open()
    Select(page.find("#kind")).select_by_visible_text(kind)
    page.click("#example")
    page.wait(lambda: page.find("#title").text.startswith(kind))
    assert "solved by" in page.ask("solve")
    assert "." not in page.cells.replace("·", "")


def test_a_new_puzzle_is_made_of_a_size_and_difficulty(page: Page) -> None:
    page.open()
    page.find("#size").send_keys("4")
    Select(page.find("#difficulty")).select_by_visible_text("easy")
    page.click("#generate")
    page.wait(lambda: page.find("#title").text == "sudoku-4x4")
    assert page.ask("grade").startswith("easy")
    page.find("#size").clear()
    page.find("#size").send_keys("5000")
    page.click("#generate")
    page.wait(lambda: page.browser.find_elements(By.CSS_SELECTOR, "#said .wrong"))


def test_what_takes_long_can_be_stopped_and_the_next_question_is_answered(page: Page) -> None:
    page.open("sudoku", "." * 81)
    page.click('[data-ask="count"]')
    page.wait(lambda: page.find("#stop").is_displayed())
    page.click("#stop")
    page.wait(lambda: page.find("#said").text == "stopped")
    assert "solved by" in page.ask("solve")


def test_pictures_are_made_of_every_kind_of_board(page: Page) -> None:
    script = """
      const done = arguments[2];
      const [domain, text] = arguments;
      Promise.all([import("/picture.js"), import("/ask.js").then(({ask}) => ask("write", {domain, text, form: "svg"}))])
        .then(async ([{png}, {text: svg}]) => done([svg, (await png(svg)).size]))
        .catch(error => done(String(error)));"""
    page.open()
    for kind, text in (("sudoku-4x4", EASY), ("zebra", "pet: fox dog/drink: tea milk/fox = tea"),
                       ("colouring:3", "p edge 3 2/e 1 2/e 2 3")):  # fmt: skip
        svg, size = page.browser.execute_async_script(script, kind, text)
        assert svg.startswith("<svg")
        assert svg.count("<text") >= 3
        assert size > 500


def test_what_other_programs_read_is_offered_and_saved(page: Page, tmp_path: Path) -> None:
    page.browser.execute_cdp_cmd("Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    page.open("sudoku-4x4", EASY)
    offered = [option.get_attribute("value") for option in Select(page.find("#form")).options]
    assert offered == ["link", "line", "board", "cells", "f-puzzles", "sudokupad", "puzz.link", "tatham", "dimacs",
                       "svg", "png", "pdf"]  # fmt: skip
    for form, name in (
        ("f-puzzles", "puzzle.txt"),
        ("dimacs", "puzzle.cnf"),
        ("svg", "puzzle.svg"),
        ("png", "puzzle.png"),
    ):
        Select(page.find("#form")).select_by_value(form)
        page.click("#save")
        page.wait(lambda name=name: (tmp_path / name).exists() and (tmp_path / name).stat().st_size)
    assert solve((tmp_path / "puzzle.txt").read_text()).text == solve(EASY).text
    page.open("zebra", "pet: fox dog/drink: tea milk/fox = tea")
    assert "f-puzzles" not in [option.get_attribute("value") for option in Select(page.find("#form")).options]


def test_nothing_is_clipped_and_text_fits_its_cell(page: Page) -> None:
    script = """
      const wide = [...document.querySelectorAll('#board td, #board .value')].filter(node => {
        if (node.classList.contains('value')) return node.offsetWidth > node.parentNode.clientWidth + 1;
        return !node.matches('.cell, :has(.ring)') && node.scrollWidth > node.clientWidth + 1;
      });
      const board = document.querySelector('#board').getBoundingClientRect();
      const out = [...document.querySelectorAll('#board .before, #board .after')].filter(node => {
        const at = node.getBoundingClientRect();
        return at.width && (at.left < board.left - 1 || at.top < board.top - 1 || at.right > board.right + 1);
      });
      return [...wide, ...out].map(node => node.outerHTML.slice(0, 200));"""
    for width in (1200, 360):
        page.browser.set_window_size(width, 900)
        page.open()
        kinds = [option.text for option in Select(page.find("#kind")).options]
        for kind in kinds if width == 1200 else ("killer", "kakuro", "colouring", "mathrax", "thermometers"):
            Select(page.find("#kind")).select_by_visible_text(kind)
            page.browser.execute_script("document.getElementById('title').textContent = ''")
            page.click("#example")
            page.wait(lambda: page.find("#title").text)
            assert page.browser.execute_script(script) == [], (kind, width)


@pytest.mark.parametrize(("width", "theme"), [(1200, "light"), (1200, "dark"), (360, "light")])
@pytest.mark.parametrize("kind", ["sudoku", "colouring", "zebra"])
def test_axe_finds_nothing_wrong(page: Page, kind: str, width: int, theme: str) -> None:
    axe = pytest.importorskip("axe_core_python.selenium", reason="axe-core-python is not installed")
    page.browser.set_window_size(width, 1000)
    page.open()
    page.browser.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
    Select(page.find("#kind")).select_by_visible_text(kind)
    page.click("#example")
    page.wait(lambda: page.find("#title").text.startswith(kind))
    page.ask("hint")
    page.browser.execute_script("document.querySelectorAll('.cell').forEach(cell => cell.style.transition = 'none')")
    found = axe.Axe().run(page.browser)
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]] == []


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page) -> None:
    page.browser.set_window_size(360, 800)
    for kind in ("sudoku", "killer", "zebra", "colouring", "nonogram"):
        page.open()
        Select(page.find("#kind")).select_by_visible_text(kind)
        page.click("#example")
        page.wait(lambda kind=kind: page.find("#title").text.startswith(kind))
        script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.browser.execute_script(script) <= 0
