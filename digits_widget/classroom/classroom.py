"""`Classroom`: what the pages of a class share, and what each message does."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from digits_widget.certainty import describe
from digits_widget.classroom.answers import Answer, Answers, Predict
from digits_widget.classroom.hand_ins import HandedIn, HandIns, short
from digits_widget.classroom.learners import Learner, Learners, Page
from digits_widget.classroom.messages import Draw, HandIn, Join, TakeBack
from digits_widget.classroom.tasks import FIRST, TASKS, Task, check_task
from digits_widget.classroom.wall import Wall, mark
from digits_widget.datasets.digits import LabelledDrawings
from digits_widget.datasets.jsonl import labelled_lines
from digits_widget.errors import DigitsError, EmptyDrawingError, MessageError
from digits_widget.regular_file import read_regular_text
from digits_widget.steps.step import Image
from digits_widget.tile import tile_png
from digits_widget.trace import Snapshot
from digits_widget.ways import NOW, THEN

_log = logging.getLogger(__name__)

STATE = "session.txt"
"""File in the session's folder with the join code and the task, as JSON. Its ending
keeps it out of what `read_class` reads as drawings."""

MOST_EACH = 300
"""Most drawings that one learner hands in."""

WALL_INTERVAL = 0.4
"""Seconds between two pictures of the wall."""

RETRY = 2.0
"""Seconds until a hand-in is asked about again, if the model server did not answer."""

_TILE = 56
"""Side of a tile in pixels: two for each pixel of the tensor."""


class Classroom:
    """One session of a class. All its methods run in the event loop's thread.

    Parameters
    ----------
    folder : Path
        The session's folder.
    predict : mapping of str to callable
        For the name of each way, the function that asks its model.

    Attributes
    ----------
    code : str
        Six digits to join with.
    task : Task
        What the class draws now.
    learners, hand_ins : Learners, HandIns
        Who has joined, and what was handed in.

    Raises
    ------
    OSError
        The folder cannot be made or read.
    """

    def __init__(self, folder: Path, predict: Mapping[str, Predict]) -> None:
        self.hand_ins = HandIns(folder)
        self.learners = Learners()
        self.code, self.task = _resumed(folder)
        self._problem = ""
        self._save()
        self._wall = Wall()
        self._walls: set[Page] = set()
        self._answers = Answers(predict)
        self._loop = asyncio.get_running_loop()
        self._wall_due: asyncio.TimerHandle | None = None
        self._is_closed = False
        for one in self.hand_ins:
            self._mark(one)

    def close(self) -> None:
        """Stop answering."""
        self._is_closed = True
        self._answers.close()

    # -- Learners --------------------------------------------------------------------

    def join(self, page: Page, wanted: Join) -> Learner:
        """Let a learner in, with a page, and tell the page where the class is.

        Parameters
        ----------
        page : Page
            The page that asks.
        wanted : Join
            Its message.

        Raises
        ------
        MessageError
            The join code is another.
        """
        if not secrets.compare_digest(wanted.code, self.code):
            msg = "This is not the join code of this class. Look at the wall again."
            raise MessageError(msg)
        writers = {one.learner: one.writer for one in self.hand_ins}
        learner = self.learners.join(wanted.learner, wanted.nickname, writers)
        learner.pages.add(page)
        page.tell(
            {
                "type": "joined",
                "nickname": learner.nickname,
                "task": self.task.to_data(),
                "handedIn": [
                    {"key": one.key, "label": one.label, "task": one.task}
                    for one in self._of(learner.name)
                ],
            }
        )
        self._show_wall()
        return learner

    def leave(self, page: Page, learner: Learner) -> None:
        """Note that a page was closed, or lost its network.

        Parameters
        ----------
        page : Page
            The page.
        learner : Learner
            Whose it was.
        """
        learner.pages.discard(page)
        if not learner.is_here and not self._of(learner.name):
            self.learners.forget(learner)
        self._show_wall()

    def draw(self, page: Page, learner: Learner, sent: Draw) -> None:
        """Answer about a drawing, on the page that sent it.

        Parameters
        ----------
        page : Page
            The page.
        learner : Learner
            Whose it is.
        sent : Draw
            The message.
        """
        self._answers.ask(
            (learner, page),
            sent.drawing,
            self.task.ways,
            done=sent.done,
            show=partial(self._send_answer, page, sent.number),
        )

    def hand_in(self, page: Page, learner: Learner, sent: HandIn) -> None:
        """Keep a drawing, and tell the page once it is safe.

        Parameters
        ----------
        page : Page
            The page.
        learner : Learner
            Whose it is.
        sent : HandIn
            The message; one that came before is kept once.
        """
        if sent.key in self.hand_ins:
            page.tell(_kept(sent))
        elif len(self._of(learner.name)) >= MOST_EACH:
            words = f"You have handed in {MOST_EACH} drawings. That is enough."
            page.tell(_not_kept(sent, words, again=False))
        else:
            page.tell(self._keep(learner, sent))
        self._show_wall()

    def take_back(self, page: Page, learner: Learner, sent: TakeBack) -> None:
        """Erase a drawing of this learner.

        Parameters
        ----------
        page : Page
            The page.
        learner : Learner
            Whose it is; another learner's drawing stays.
        sent : TakeBack
            The message.
        """
        is_own = short(sent.key) in {one.key for one in self._of(learner.name)}
        if is_own and not self.erase(sent.key):
            words = "The teacher's computer cannot erase it. Tell your teacher."
            page.tell({"type": "problem", "words": words})
            return
        page.tell({"type": "taken-back", "key": sent.key})

    # -- The wall --------------------------------------------------------------------

    def open_wall(self, page: Page) -> None:
        """Show the wall on a page from now on."""
        self._walls.add(page)
        page.tell({"type": "tasks", "tasks": [t.to_data() for t in TASKS.values()]})
        page.tell(self._picture())

    def close_wall(self, page: Page) -> None:
        """Forget a page of the wall."""
        self._walls.discard(page)

    def give(self, name: object) -> None:
        """Give the class another task.

        Raises
        ------
        MessageError
            There is no task of this name.
        """
        self.task = TASKS[check_task(name)]
        self._change_disk("keep the task for a restart", self._save)
        for learner in self.learners:
            learner.tell({"type": "task", "task": self.task.to_data()})
        self._show_wall()

    def erase(self, key: str) -> bool:
        """Erase one drawing, on disk as well; return whether that worked."""
        is_gone = self._change_disk("erase a drawing", self.hand_ins.erase, key)
        if is_gone:
            self._wall.marked.pop(short(key), None)
        return is_gone

    def remove(self, nickname: str) -> None:
        """Erase a learner's drawings, and ask for another nickname."""
        for one in self.hand_ins:
            if one.writer == nickname:
                self.erase(one.key)
        for learner in self.learners:
            if learner.nickname == nickname:
                learner.tell({"type": "removed"})
                self.learners.forget(learner)
        self._show_wall()

    def erase_all(self) -> None:
        """Erase every drawing of this session and every nickname."""
        if not self._change_disk("erase the drawings", self.hand_ins.erase_all):
            return
        self._wall.marked.clear()
        for learner in self.learners:
            learner.tell({"type": "erased"})
            if not learner.is_here:
                self.learners.forget(learner)
        self._show_wall()

    def picture_of(self, key: str) -> bytes | None:
        """Return a drawing of the gallery as PNG, or None."""
        marked = self._wall.marked.get(key)
        return marked.picture if marked else None

    def labelled_set(self) -> str:
        """Return all drawings as JSON lines, which ``digits-widget evaluate`` reads."""
        kept = tuple(self.hand_ins)
        return labelled_lines(
            LabelledDrawings(
                tuple(one.drawing for one in kept),
                np.array([one.label for one in kept], np.int64),
                tuple(one.writer for one in kept),
            )
        )

    # -- Details ---------------------------------------------------------------------

    def _of(self, name: str) -> list[HandedIn]:
        """Return what a learner has handed in."""
        return [one for one in self.hand_ins if one.learner == name]

    def _keep(self, learner: Learner, sent: HandIn) -> dict[str, object]:
        """Write a drawing to the disk; return what to tell the page."""
        one = HandedIn(
            short(sent.key),
            sent.drawing,
            sent.label,
            learner.nickname,
            sent.hand,
            sent.task,
            learner.name,
        )
        if not self._change_disk("save a drawing", self.hand_ins.keep, one):
            words = "The teacher's computer cannot save it. It is sent again soon."
            return _not_kept(sent, words, again=True)
        self._mark(one)
        return _kept(sent)

    def _change_disk(
        self, what: str, change: Callable[..., object], *arguments: object
    ) -> bool:
        """Change files; return whether it worked. The wall shows what did not."""
        try:
            change(*arguments)
        except OSError as exc:
            why = exc.strerror or type(exc).__name__
            self._problem = f"This computer cannot {what}: {why}. The class goes on."
            _log.error("Cannot %s: %s", what, exc)
        else:
            self._problem = ""
        self._show_wall()
        return not self._problem

    def _send_answer(
        self, page: Page, number: int, found: Mapping[str, Answer] | DigitsError
    ) -> None:
        """Send an answer from a worker's thread; the pictures are made there."""
        self._soon(page.tell, _answer_data(number, found))

    def _mark(self, one: HandedIn) -> None:
        self._answers.ask(
            one.key,
            one.drawing,
            TASKS[one.task].ways,
            done=True,
            show=partial(self._take_answer, one),
        )

    def _take_answer(
        self, one: HandedIn, found: Mapping[str, Answer] | DigitsError
    ) -> None:
        if isinstance(found, EmptyDrawingError):
            return
        if isinstance(found, DigitsError):
            self._soon(self._loop.call_later, RETRY, self._mark_again, one)
        else:
            self._soon(self._put_on_wall, mark(one, found))

    def _mark_again(self, one: HandedIn) -> None:
        if one.key in self.hand_ins and not self._is_closed:
            self._mark(one)

    def _put_on_wall(self, marked: Any) -> None:  # noqa: ANN401
        if marked.one.key in self.hand_ins:
            self._wall.marked[marked.one.key] = marked
            self._show_wall()

    def _soon(self, call: Any, *arguments: object) -> None:  # noqa: ANN401
        """Run a function in the event loop, from another thread."""
        if not self._is_closed:
            self._loop.call_soon_threadsafe(call, *arguments)

    def _show_wall(self) -> None:
        """Draw the walls soon, once for all that happens until then."""
        if self._wall_due is None and self._walls:
            self._wall_due = self._loop.call_later(WALL_INTERVAL, self._show_wall_now)

    def _show_wall_now(self) -> None:
        self._wall_due = None
        message = self._picture()
        for page in tuple(self._walls):
            page.tell(message)

    def _picture(self) -> dict[str, object]:
        data = self._wall.data(self.learners, self.hand_ins)
        return {
            "type": "wall",
            "task": self.task.to_data(),
            "problem": self._problem,
            **data,
        }

    def _save(self) -> None:
        """Write what a restart needs."""
        self.hand_ins.folder.mkdir(parents=True, exist_ok=True)
        target = self.hand_ins.folder / STATE
        part = target.with_suffix(".part")
        part.write_text(json.dumps({"code": self.code, "task": self.task.name}))
        part.replace(target)


def _resumed(folder: Path) -> tuple[str, Task]:
    """Return the code and the task of a session that goes on, or new ones."""
    try:
        data = json.loads(read_regular_text(folder / STATE, most=1000))
        code, task = str(data["code"]), TASKS[data["task"]]
        if len(code) == 6 and code.isascii() and code.isdigit():
            return code, task
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return f"{secrets.randbelow(10**6):06}", FIRST


def _kept(sent: HandIn) -> dict[str, object]:
    return {"type": "kept", "key": sent.key, "label": sent.label, "task": sent.task}


def _not_kept(sent: HandIn, words: str, *, again: bool) -> dict[str, object]:
    return {"type": "not-kept", "key": sent.key, "words": words, "again": again}


def _answer_data(
    number: int, found: Mapping[str, Answer] | DigitsError
) -> dict[str, object]:
    if isinstance(found, EmptyDrawingError):
        return {"type": "answer", "number": number, "blank": True}
    if isinstance(found, DigitsError):
        return {
            "type": "answer",
            "number": number,
            "problem": "The model does not answer. Your drawing is safe. Tell your "
            "teacher.",
        }
    now = found[NOW.name]
    return {
        "type": "answer",
        "number": number,
        "headline": describe(now.prediction),
        "confidences": [round(float(c), 4) for c in now.prediction.confidences],
        "steps": _steps(now.trace.snapshots[1:]),
        "earlier": describe(found[THEN.name].prediction) if THEN.name in found else "",
    }


def _steps(shots: Sequence[Snapshot]) -> list[dict[str, str]]:
    """Return the tiles; a picture that a step left as it was does not travel again."""
    befores: list[Image] = [np.empty(0, np.float32)]
    befores += [shot.shown for shot in shots[:-1]]
    return [
        {
            "title": shot.title,
            "caption": shot.caption,
            "picture": "" if np.array_equal(shot.shown, before) else _tile(shot),
        }
        for shot, before in zip(shots, befores, strict=True)
    ]


def _tile(shot: Snapshot) -> str:
    return base64.b64encode(tile_png(shot.shown, side=_TILE)).decode()
