"""The site: built without a warning, every link leads somewhere, nothing is from elsewhere, no name or kind is missing.

`VMDSOLVE_SITE` names one that is built already, as `.ci/run` does.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest
from helpers.pages import ROOT, assert_parses
from helpers.pages import commands as commands_of

import vmdsolve
from docs.building import commands, kinds, links, reference
from vmdsolve import domains

WANTED = ("sphinx", "myst_parser", "furo")
MISSING = [name for name in WANTED if find_spec(name) is None]
# Packages whose names are handed on by others, or are there for the rest of the package alone.
INNER = {"vmdsolve.cli", "vmdsolve.drawing", "vmdsolve.files"}


@dataclass
class Seen(HTMLParser):
    """What a page has: anchors, links, and what a browser loads by itself."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.anchors |= {said["id"]} if "id" in said else set()
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "link" and said.get("rel") not in ("canonical", "next", "prev", "index", "search"):
            self.loaded.append(said["href"])
        elif tag in ("script", "img", "iframe", "source", "video", "embed", "object"):
            self.loaded += [said[name] for name in ("src", "data", "srcset") if said.get(name)]


def seen(text: str) -> Seen:
    page = Seen()
    page.feed(text)
    return page


def faults(pages: dict[Path, Seen]) -> list[str]:
    """Links within the site that lead nowhere, and what is loaded from elsewhere."""
    wrong = []
    for path, page in pages.items():
        wrong += [
            f"{path} loads {one}" for one in page.loaded if urlsplit(one).netloc or not there(path, one).is_file()
        ]
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = there(path, link)
            anchor = unquote(parts.fragment)
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].anchors):
                wrong.append(f"{path} links {link}")
    return wrong


def there(page: Path, link: str) -> Path:
    target = unquote(urlsplit(link).path)
    return Path(os.path.normpath(page.parent / target)) if target else page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Seen]:
    """Every page of the site, by its file."""
    folder = Path(os.environ.get("VMDSOLVE_SITE") or tmp_path_factory.mktemp("site"))
    if "VMDSOLVE_SITE" not in os.environ:
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "docs", str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return {path: seen(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}


def page(site: dict[Path, Seen], name: str) -> Path:
    [path] = [path for path in site if path.as_posix().endswith(f"/{name}.html")]
    return path


built = pytest.mark.skipif(bool(MISSING), reason=f"the site needs the extra docs: {', '.join(MISSING)}")


@built
@pytest.mark.slow
def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: dict[Path, Seen]) -> None:
    assert len(site) > 100
    assert faults(site) == []
    styles = {found for one in site for found in one.parent.glob("_static/**/*.css")}
    assert styles
    for path in styles:
        assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", path.read_text(encoding="utf-8")), path


@built
@pytest.mark.slow
@pytest.mark.parametrize("module", reference.MODULES)
def test_every_public_name_has_its_place(site: dict[Path, Seen], module: str) -> None:
    for name in reference.public(module):
        home = reference.home(module, name)
        assert f"{home}.{name}" in site[page(site, f"made/api/{home}")].anchors, f"{module}.{name}"


@built
@pytest.mark.slow
def test_every_kind_and_command_has_a_page(site: dict[Path, Seen]) -> None:
    for name in domains.families():
        path = page(site, f"made/kinds/{name}")
        assert len(site[path].loaded) > 2, f"{name} has no picture"
    for name in commands.names():
        assert page(site, f"made/commands/{name.replace(' ', '-')}").is_file()


@built
@pytest.mark.slow
def test_formulas_are_drawn_by_the_browser_alone(site: dict[Path, Seen]) -> None:
    method = page(site, "method")
    assert method.read_text(encoding="utf-8").count("<math") > 10
    assert [one for one in site[method].loaded if "math" in one.lower()] == []


# Without a site ---------------------------------------------------------------------------------------


def test_every_public_module_is_in_the_reference() -> None:
    packages = {f"vmdsolve.{one.name}" for one in iter_modules(vmdsolve.__path__) if one.ispkg}
    said = {name for name in packages if getattr(import_module(name), "__all__", ())}
    assert said - INNER <= set(reference.MODULES)
    assert not INNER & set(reference.MODULES)


def test_the_navigation_has_every_page_once_and_no_other() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    lines = [line.rpartition(" <")[2].rstrip(">") for line in links.others(index, pages).splitlines()]
    named = sorted(line for line in lines if re.fullmatch(r"[\w/-]+", line) and not line.startswith("made/"))
    assert named == sorted(page for page in pages if page != "index" and not page.startswith("made/"))


@pytest.mark.parametrize("module", [links, reference], ids=["links", "reference"])
def test_examples_of_what_makes_pages_run(module: ModuleType) -> None:
    done = doctest.testmod(module)
    assert done.attempted
    assert not done.failed


def test_included_files_are_there_and_included() -> None:
    for file, name in links.INCLUDED.items():
        assert f"{{include}} ../{file}" in (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert (ROOT / file).is_file()


@pytest.mark.parametrize("kind", ["latin", "killer", "text"])
def test_a_kind_is_told_as_it_is(kind: str) -> None:
    told, problem = kinds.example_of(kind)
    text = kinds.section(told, problem)
    assert text.startswith(f"# {kind}\n\n{told['about'][:20]}")
    if problem is not None:
        assert f"```text\n{told['picture']}\n```" in text


@pytest.mark.slow
def test_the_command_on_the_page_of_every_kind_is_read() -> None:
    shown = 0
    for kind in domains.families():
        for block in re.findall(
            r"^```sh\n(.*?)^```$", kinds.section(*kinds.example_of(kind)), re.DOTALL | re.MULTILINE
        ):
            for words in commands_of(block):
                assert_parses(words)
                shown += 1
    assert shown > 40


def test_a_count_on_a_page_is_that_of_search() -> None:
    text = kinds.section(*kinds.example_of("latin"))
    assert "`latin-4`, nothing given: 576" in text


def test_help_is_what_the_command_prints() -> None:
    assert "Usage: vmdsolve solve" in commands.help_of("solve")
    assert all(len(line) <= commands.WIDE for line in commands.help_of("train").splitlines())


def test_false_links_and_loads_are_noticed(tmp_path: Path) -> None:
    one, two = tmp_path / "one.html", tmp_path / "two.html"
    two.write_text('<p id="here">', encoding="utf-8")
    one.write_text(
        '<a href="two.html#gone"><a href="no.html"><img src="https://x.y/a.png"><a href="two.html#here">',
        encoding="utf-8",
    )
    pages = {path: seen(path.read_text(encoding="utf-8")) for path in (one, two)}
    assert [fault.split()[-1] for fault in faults(pages)] == ["https://x.y/a.png", "two.html#gone", "no.html"]


def test_links_out_of_docs_become_those_of_the_site() -> None:
    text = "[a](../README.md#install) ![b](../docs/page.png) [c](../vmdsolve/sets.py) [d](https://x.y/z.md)"
    wanted = "[a](index.md#install) ![b](page.png) c [d](https://x.y/z.md)"
    assert links.rewritten(text, "docs/web.md", "web.md") == wanted
