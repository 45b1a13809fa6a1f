"""`AsyncClient`: what `Client` does, for many tasks of an event loop."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

import grpc
import numpy as np
import pytest

from digits_widget.errors import (
    CallCancelledError,
    DeadlineError,
    ImageError,
    ModelNotFoundError,
    OptionError,
    ServerAbsentError,
    UnsupportedError,
    WrongPortError,
)
from digits_widget.pipeline import PRESETS
from digits_widget.samples import sample
from digits_widget.serving import AsyncClient, Client
from digits_widget.serving.coroutines import run
from tests.serving.scripted_server import ScriptedServer, numbered, refuse

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

T = TypeVar("T")

IMAGES = np.stack([PRESETS["mnist"](sample(digit)).tensor for digit in range(10)])


def asked(
    target: str, work: Callable[[AsyncClient], Awaitable[T]], **options: Any
) -> T:
    """Return what `work` finds out with a client, in an event loop that then closes."""

    async def main() -> T:
        async with AsyncClient(target, **options) as client:
            return await work(client)

    return asyncio.run(main())


@pytest.mark.server
def test_a_hundred_tasks_get_their_own_answers(model_server: EmbeddedServer) -> None:
    async def work(client: AsyncClient) -> list[int]:
        calls = (client.predict(IMAGES[number % 10]) for number in range(100))
        return [each.label for each in await asyncio.gather(*calls)]

    labels = asked(model_server.target, work)
    assert labels == [number % 10 for number in range(100)]


@pytest.mark.server
def test_it_answers_as_the_blocking_client_does(model_server: EmbeddedServer) -> None:
    target = model_server.target
    with Client(target) as client:
        predictions, metadata = client.predict(IMAGES), client.metadata()
        status = client.status()
        name = metadata.choose(None).inputs[0].name
        raw = client.predict_raw({name: IMAGES[..., np.newaxis]})
    same = asked(target, lambda client: client.predict(IMAGES))
    assert [each.label for each in same] == [each.label for each in predictions]
    np.testing.assert_allclose(
        [each.confidences for each in same],
        [each.confidences for each in predictions],
        atol=1e-6,
    )
    assert asked(target, lambda client: client.metadata()) == metadata
    assert asked(target, lambda client: client.wait_until_ready()) == metadata
    assert asked(target, lambda client: client.status()) == status
    answer = asked(
        target, lambda client: client.predict_raw({name: IMAGES[..., np.newaxis]})
    )
    assert answer.keys() == raw.keys()
    assert answer.timing.waiting > 0
    assert answer.request_bytes == raw.request_bytes


@pytest.mark.server
def test_a_model_that_is_not_there_is_explained(model_server: EmbeddedServer) -> None:
    with pytest.raises(ModelNotFoundError, match="No model 'other' is known there"):
        asked(model_server.target, lambda c: c.predict(IMAGES[0]), model="other")


def test_a_large_batch_is_split_and_stays_in_order(scripted: ScriptedServer) -> None:
    images = numbered(90)
    answers = asked(scripted.target, lambda c: c.predict(images), max_batch=4)
    assert scripted.count("Predict") == 23
    confidences = [each.confidences[1] for each in answers]
    np.testing.assert_allclose(confidences, images[:, 0, 0], atol=1e-6)


def test_tasks_that_begin_together_fetch_the_metadata_once(
    scripted: ScriptedServer,
) -> None:
    async def work(client: AsyncClient) -> None:
        await asyncio.gather(*(client.predict(image) for image in numbered(20)))

    asked(scripted.target, work)
    assert scripted.count("GetModelMetadata") == 1
    assert scripted.count("Predict") == 20


def test_a_new_version_with_other_names_is_asked_again(
    scripted: ScriptedServer,
) -> None:
    async def work(client: AsyncClient) -> str:
        await client.predict(numbered(1)[0])
        scripted.input_name, scripted.version = "drawing", 2
        prediction = await client.predict(numbered(1)[0])
        return str(prediction.version)

    assert asked(scripted.target, work) == "2"
    assert scripted.count("GetModelMetadata") == 2


def test_the_token_is_sent(scripted: ScriptedServer) -> None:
    asked(scripted.target, lambda c: c.predict(numbered(1)[0]), token=lambda: "secret")
    assert scripted.headers[-1]["authorization"] == "Bearer secret"


def test_overload_is_tried_again(scripted: ScriptedServer) -> None:
    failing = iter([True, True])

    def predict(request: Any, context: grpc.ServicerContext) -> Any:
        if next(failing, False):
            context.abort(grpc.StatusCode.UNAVAILABLE, "restarting")
        return scripted.predict(request, context)

    scripted.answers["Predict"] = predict
    assert asked(scripted.target, lambda c: c.predict(numbered(1)[0])).label == 0
    assert scripted.count("Predict") == 3


class Held:
    """A server that answers no prediction before the test ends."""

    def __init__(self, scripted: ScriptedServer) -> None:
        self._scripted = scripted
        self.came, self.ended = threading.Event(), threading.Event()
        self._enough = threading.Event()
        scripted.answers["Predict"] = self._predict

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()

    def _predict(self, request: Any, context: grpc.ServicerContext) -> Any:
        context.add_callback(self.ended.set)
        self.came.set()
        self._enough.wait(30)
        return self._scripted.predict(request, context)


def test_a_deadline_ends_the_call_while_the_loop_goes_on(
    scripted: ScriptedServer,
) -> None:
    async def work(client: AsyncClient) -> int:
        task = asyncio.ensure_future(client.predict(numbered(1)[0], timeout=0.3))
        turns = 0
        while not task.done():
            await asyncio.sleep(0.01)
            turns += 1
        with pytest.raises(DeadlineError, match="did not answer in time"):
            await task
        return turns

    with Held(scripted):
        assert asked(scripted.target, work) > 1


@pytest.mark.parametrize("count", [1, 50])
def test_a_cancelled_task_cancels_its_calls(
    scripted: ScriptedServer, count: int
) -> None:
    async def work(client: AsyncClient) -> None:
        await client.metadata()
        task = asyncio.ensure_future(client.predict(numbered(count)))
        await asyncio.to_thread(held.came.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(held.ended.wait, 30)
        # The client is as good as new.
        assert await client.status()

    with Held(scripted) as held:
        asked(scripted.target, work, max_batch=5)


def test_a_task_cancelled_while_it_fetches_leaves_the_others_alone(
    scripted: ScriptedServer,
) -> None:
    came, enough = threading.Event(), threading.Event()

    def metadata(request: Any, context: grpc.ServicerContext) -> Any:
        came.set()
        enough.wait(30)
        return scripted.metadata(request, context)

    scripted.answers["GetModelMetadata"] = metadata

    async def work(client: AsyncClient) -> int:
        first = asyncio.ensure_future(client.predict(numbered(1)[0]))
        second = asyncio.ensure_future(client.predict(numbered(1)[0]))
        await asyncio.to_thread(came.wait, 30)
        first.cancel()
        enough.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        return int((await second).label)

    assert asked(scripted.target, work) == 0


def test_a_task_waits_for_another_no_longer_than_it_may(
    scripted: ScriptedServer,
) -> None:
    came, enough = threading.Event(), threading.Event()

    def metadata(request: Any, context: grpc.ServicerContext) -> Any:
        came.set()
        enough.wait(30)
        return scripted.metadata(request, context)

    scripted.answers["GetModelMetadata"] = metadata

    async def work(client: AsyncClient) -> None:
        first = asyncio.ensure_future(client.predict(numbered(1)[0], timeout=30))
        await asyncio.to_thread(came.wait, 30)
        with pytest.raises(DeadlineError):
            await client.predict(numbered(1)[0], timeout=0.2)
        enough.set()
        await first

    asked(scripted.target, work)


def test_close_ends_the_calls_in_progress(scripted: ScriptedServer) -> None:
    async def work(client: AsyncClient) -> None:
        await client.metadata()
        task = asyncio.ensure_future(client.predict(numbered(1)[0]))
        await asyncio.to_thread(held.came.wait, 30)
        await client.close()
        with pytest.raises(CallCancelledError, match="is closed"):
            await task
        with pytest.raises(CallCancelledError, match="is closed"):
            await client.predict(numbered(1)[0])

    with Held(scripted) as held:
        asked(scripted.target, work)


def test_a_client_is_for_one_event_loop(scripted: ScriptedServer) -> None:
    client = AsyncClient(scripted.target)
    assert asyncio.run(_labelled(client)) == 0
    with pytest.raises(OptionError, match="Make a client for each loop"):
        asyncio.run(_labelled(client))


async def _labelled(client: AsyncClient) -> int:
    prediction = await client.predict(numbered(1)[0])
    return int(prediction.label)


def test_a_loop_that_closes_leaves_no_word(scripted: ScriptedServer) -> None:
    code = (
        "import asyncio, sys\n"
        "import numpy as np\n"
        "from digits_widget.serving import AsyncClient\n"
        "async def main():\n"
        "    client = AsyncClient(sys.argv[1])\n"
        "    image = np.zeros((28, 28), np.float32)\n"
        "    print((await client.predict(image)).label)\n"
        "    asyncio.ensure_future(client.predict(image))\n"
        "    await asyncio.sleep(0)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code, scripted.target],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0\n"
    assert done.stderr == ""


def test_an_absent_server_is_found_out() -> None:
    with ScriptedServer() as server:
        target = server.target
    with pytest.raises(ServerAbsentError, match="is not running"):
        asked(target, lambda client: client.predict(numbered(1)[0]))
    with pytest.raises(DeadlineError, match=r"was not ready in 0\.3 seconds"):
        asked(target, lambda client: client.wait_until_ready(0.3))


@pytest.mark.server
def test_the_port_of_rest_is_found_out(model_server: EmbeddedServer) -> None:
    target = model_server.rest_url.removeprefix("http://")
    with pytest.raises(WrongPortError, match="speaks HTTP/1"):
        asked(target, lambda client: client.wait_until_ready())


def test_rest_is_refused_with_the_way_out() -> None:
    with pytest.raises(UnsupportedError, match=r"asyncio\.to_thread"):
        AsyncClient("http://127.0.0.1:8501")


def test_what_is_wrong_with_an_image_is_the_same(scripted: ScriptedServer) -> None:
    with pytest.raises(ImageError):
        asked(scripted.target, lambda client: client.predict(np.zeros((3, 3))))
    assert scripted.calls == []


def test_a_refusal_is_an_error_of_ours(scripted: ScriptedServer) -> None:
    scripted.answers["Predict"] = refuse(grpc.StatusCode.NOT_FOUND, "unloaded")
    with pytest.raises(ModelNotFoundError, match="unloaded") as caught:
        asked(scripted.target, lambda client: client.predict(numbered(1)[0]))
    assert isinstance(caught.value.__cause__, grpc.RpcError)


def test_its_name_and_options_are_those_of_the_client() -> None:
    client = AsyncClient("127.0.0.1:8500", model="other", version=3)
    assert repr(client) == "<AsyncClient of model 'other' version 3 at 127.0.0.1:8500>"
    assert (client.target, client.model) == ("127.0.0.1:8500", "other")
    with pytest.raises(OptionError):
        AsyncClient("127.0.0.1:8500", timeout=0)


def test_work_for_an_event_loop_needs_one() -> None:
    with pytest.raises(RuntimeError, match="for an event loop"):
        run(asyncio.sleep(0))
