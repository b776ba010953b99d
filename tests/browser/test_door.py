import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from workshop_tui.browser.door import OTHER_HOST, OTHER_PAGE, WITHOUT_TOKEN, Door
from workshop_tui.browser.server import ClassServer

SCRIPT = "/static/js/textual.js"
EVERYTHING = ("/", SCRIPT, "/static/", "/download/some-key", "/ws", "/nothing")


@pytest.fixture
async def door():
    return Door(9017)


@pytest.fixture
async def stranger(door, tmp_path):
    """Somebody else on this machine; the class that is served ends at once."""
    server = TestServer(await ClassServer(["true"], door, tmp_path).make_app())
    async with TestClient(server) as client:
        yield client


@pytest.fixture
async def learner(stranger, door):
    """The one who has opened the printed address."""
    answer = await stranger.get(f"/?token={door.token}")
    assert answer.status == 200
    return stranger


def origin(client):
    return f"http://127.0.0.1:{client.port}"


@pytest.mark.parametrize("path", EVERYTHING)
async def test_without_the_token_there_is_nothing(stranger, path):
    answer = await stranger.get(path, headers={"Origin": origin(stranger)})
    assert (answer.status, await answer.text()) == (403, WITHOUT_TOKEN)


@pytest.mark.parametrize("wrong", ["", "x", "ä", "%00", "%FF", "x" * 5000])
async def test_a_wrong_token_opens_nothing(stranger, wrong):
    answer = await stranger.get(f"/?token={wrong}")
    assert answer.status == 403
    answer = await stranger.get("/", headers={"Cookie": f"workshop-tui-9017={wrong}"})
    assert answer.status == 403


async def test_the_token_counts_in_the_address_of_the_page_alone(stranger, door):
    for path in EVERYTHING[1:]:
        answer = await stranger.get(f"{path}?token={door.token}", headers={"Origin": origin(stranger)})
        assert answer.status == 403


async def test_the_token_becomes_a_cookie_that_no_script_and_no_other_site_gets(stranger, door):
    answer = await stranger.get(f"/?token={door.token}")
    assert answer.status == 200
    cookie = answer.cookies["workshop-tui-9017"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert door.token not in await answer.text()


async def test_with_the_cookie_page_and_files_are_there(learner):
    page = await learner.get("/")
    assert f"ws://127.0.0.1:{learner.port}/ws" in await page.text()
    assert (await learner.get(SCRIPT)).status == 200
    assert (await learner.get("/download/no-such-key")).status == 404


async def test_nothing_is_kept_embedded_or_told_to_other_sites(learner):
    for path in ("/", SCRIPT, "/nothing"):
        headers = (await learner.get(path)).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


async def test_the_page_of_a_tunnel_with_another_port_leads_back_through_it(learner):
    answer = await learner.get("/", headers={"Host": "localhost:4000"})
    assert "ws://localhost:4000/ws" in await answer.text()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:9017", "127.0.0.1.evil.example", "0.0.0.0", '"><b>', ""]
)
async def test_a_name_that_was_pointed_here_gets_nothing(learner, host):
    for path in ("/", "/ws"):
        answer = await learner.get(path, headers={"Host": host, "Origin": f"http://{host}"})
        assert (answer.status, await answer.text()) == (403, OTHER_HOST)


@pytest.mark.parametrize("other", ["http://evil.example", "http://127.0.0.1:1", "null", "https://127.0.0.1"])
async def test_a_page_from_elsewhere_gets_no_websocket_with_the_learners_cookie(learner, other):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await learner.ws_connect("/ws", headers={"Origin": other})
    assert refused.value.status == 403
    assert await (await learner.get(SCRIPT, headers={"Origin": other})).text() == OTHER_PAGE


async def test_a_websocket_names_its_page(learner):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await learner.ws_connect("/ws")
    assert refused.value.status == 403


async def test_a_class_that_does_not_open_closes_its_tab(learner):
    async with learner.ws_connect("/ws", headers={"Origin": origin(learner)}) as websocket:
        assert (await websocket.receive(timeout=30)).type is aiohttp.WSMsgType.CLOSE


async def test_a_defect_is_said_and_logged(learner, tmp_path, monkeypatch):
    monkeypatch.setattr("aiohttp_jinja2.render_template", lambda *_: 1 / 0)
    answer = await learner.get("/")
    assert answer.status == 500
    assert "ZeroDivisionError" in (tmp_path / "workshop-tui.log").read_text()
    assert "ZeroDivisionError" not in await answer.text()


def test_the_token_is_new_each_time_and_not_shown_by_accident():
    one, other = Door(9017), Door(9017)
    assert one.token != other.token
    assert one.token not in repr(one)
    assert len(one.token) >= 43  # 256 bits
