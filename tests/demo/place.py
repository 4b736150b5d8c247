"""Where a demo lives: a folder with a mark of its own, so that nobody else's is ever made anew or ended."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.installation import end_workers
from tests.sandbox import Sandbox

from .speech import Stop, text

PROJECT = Path(__file__).resolve().parents[2]
MARK = ".reseller-demo"
OURS = ("mgr5", MARK)
"""All that a demo puts into its folder, and so all that is ever removed from it."""


def default_folder() -> Path:
    """In the project; where that is not ours to write, in the user's home."""
    inside = PROJECT / "build" / "demo"
    nearest = next(each for each in (inside, *inside.parents) if each.exists())
    return inside if os.access(nearest, os.W_OK) else Path.home() / "reseller-demo"


def called_from() -> Path:
    """Where somebody typed `install.sh`."""
    return Path(os.environ.get("CALLED_FROM") or ".").resolve()


def how_to_call() -> str:
    """As it is typed there."""
    return ("./install.sh" if called_from() == PROJECT else shlex.quote(str(PROJECT / "install.sh"))) + " demo"


@dataclass(frozen=True)
class Place:
    """A folder for a demo."""

    folder: Path

    @cached_property
    def panel(self) -> Sandbox:
        return Sandbox(self.folder / "mgr5")

    @property
    def command(self) -> Path:
        """The plugin's command, as it was installed."""
        return self.folder / "mgr5" / "sbin" / "resellerprogram"

    @contextmanager
    def held(self) -> Iterator[None]:
        """For one command of a demo at a time. Raises Stop while another one is at work, and for a folder that is not
        ours to use."""
        try:
            opened = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            self._lock(opened)
            yield
        finally:
            os.close(opened)

    def _lock(self, opened: int) -> None:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Stop(
                text(
                    f"Another command is at work on the demo in {self.folder}; try again in a moment.",
                    f"С демо в {self.folder} уже работает другая команда; повторите чуть позже.",
                )
            ) from busy

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Made ours, empty, and held. Raises Stop where a demo runs or begins, and where something else is."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error
        with self.held():
            self._check_free()
            self._clear()
            yield

    def _check_free(self) -> None:
        if self.is_running():
            ends = f"`{how_to_call()} stop --folder {shlex.quote(str(self.folder))}`"
            raise Stop(
                text(
                    f"A demo runs in {self.folder} already: {self.panel.url}\n"
                    f"End it with {ends}, or start another one in a folder of its own: `{how_to_call()} ./FOLDER`.",
                    f"В {self.folder} уже работает демо: {self.panel.url}\n"
                    f"Завершить: {ends}; ещё одно рядом, в своей папке: `{how_to_call()} ./ПАПКА`.",
                )
            )
        if any(self.folder.iterdir()) and not (self.folder / MARK).is_file():
            raise Stop(
                text(
                    f"{self.folder} is not empty and no demo's; nothing was touched. Name another folder.",
                    f"Папка {self.folder} не пуста и не от демо; ничего не тронуто. Укажите другую.",
                )
            )

    def _clear(self) -> None:
        """What an ended demo left goes; what somebody has put beside it stays. The mark goes last and comes first."""
        try:
            end_workers(self.folder)
            if (self.folder / "mgr5").exists():
                shutil.rmtree(self.folder / "mgr5")
            self.remember({})
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> Stop:
        return Stop(
            text(
                f"{self.folder} can't be used: {error.strerror}. Name another folder: `{how_to_call()} ./FOLDER`.",
                f"Папка {self.folder} не подходит: {error.strerror}. Укажите другую: `{how_to_call()} ./ПАПКА`.",
            )
        )

    def remember(self, what: dict[str, Any]) -> None:
        (self.folder / MARK).write_text(json.dumps(what), encoding="utf-8")

    def is_running(self) -> bool:
        """Whether its panel answers."""
        if not (self.folder / MARK).is_file():
            return False
        try:
            return bool(self.panel.now)
        except (OSError, RuntimeError):
            return False

    def stop(self) -> None:
        """End panel and workers; the folder stays to be looked at."""
        self.panel.stop()
        end_workers(self.folder)

    def remains(self) -> list[Path]:
        """What is left of an ended demo: the folder itself, unless somebody has put something else into it."""
        ours = [self.folder / name for name in OURS]
        return [self.folder] if set(self.folder.iterdir()) <= set(ours) else ours

    def today(self) -> date:
        return self.panel.today()


def start_panel(panel: Sandbox) -> None:
    """Raises Stop where it can't begin."""
    try:
        panel.start()
    except RuntimeError as error:
        why = str(error).strip().rpartition("\n")[2]
        raise Stop(
            text(
                f"The panel can't be started: {why}\nIs the port in use? Without --port a free one is taken.",
                f"Панель не запустилась: {why}\nВозможно, порт занят: без --port берётся свободный.",
            )
        ) from error


# --- those that run ---


def named_or_running(folder: Path | None) -> Place:
    """The demo in that folder, or the only one that runs. Raises Stop where none does, or several do."""
    if folder is not None:
        if Place(folder).is_running():
            return Place(folder)
        raise Stop(text(f"No demo runs in {folder}.", f"В {folder} демо не работает.") + _running_elsewhere())
    found = running()
    if len(found) == 1:
        return found[0]
    if not found:
        raise Stop(
            text(f"No demo runs. Start one: `{how_to_call()}`.", f"Демо не работает. Запустить: `{how_to_call()}`.")
        )
    raise Stop(
        text("Several demos run; say which by --folder:", "Работает несколько демо, укажите какое: --folder")
        + _listed(found)
    )


def running() -> list[Place]:
    """The demos that this user has started from this copy of the project and whose panels answer, as the list of
    processes tells. Another copy's are somebody's other work, perhaps another release's: they have to be named."""
    folders = {Path(words[words.index("serve") + 1]).parent for words in _own_processes() if _is_a_panels(words)}
    return [place for place in map(Place, sorted(folders)) if place.is_running()]


def _is_a_panels(words: list[str]) -> bool:
    return "tests.sandbox" in words and "serve" in words[:-1]


def _own_processes() -> Iterator[list[str]]:
    """The words with which each process of this user was started in the project, where a panel is started."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == os.getuid() and (folder / "cwd").samefile(PROJECT):
                yield os.fsdecode((folder / "cmdline").read_bytes()).split("\0")
        except OSError:
            continue  # it has ended meanwhile


def _running_elsewhere() -> str:
    found = running()
    return "\n" + text("These run:", "Работают:") + _listed(found) if found else ""


def _listed(found: list[Place]) -> str:
    return "".join(f"\n  {place.folder}   {place.panel.url}" for place in found)
