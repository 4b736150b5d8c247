"""The ways to the panel when something is wrong with them."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest
import requests
import responses
from resellerprogram.panel.answers import Document, parse
from resellerprogram.panel.assumptions import from_environment
from resellerprogram.panel.errors import (
    SECRETS,
    Call,
    EmptyAnswer,
    HtmlAnswer,
    MissingObject,
    PanelError,
    PanelTimeout,
    PanelUnreachable,
    TransportError,
    TruncatedAnswer,
)
from resellerprogram.panel.https import Https, HttpsOrMgrctl
from resellerprogram.panel.transport import Mgrctl, Retrying
from responses import matchers

URL = "https://localhost:1500/billmgr"
LOGGED_IN = '<doc><auth id="SESSION-1" level="30">SESSION-1</auth></doc>'
FINE = "<doc><ok/></doc>"
READ, WRITE = Call("payment"), Call("account.discount.edit", {"sok": "ok"}, repeatable=False)


class Scripted:
    """A transport that answers from a list; an exception in it is raised."""

    def __init__(self, *answers: str | PanelError) -> None:
        self.answers = list(answers)
        self.calls: list[Call] = []

    def send(self, call: Call) -> Document:
        self.calls.append(call)
        answer = self.answers.pop(0) if self.answers else FINE
        if isinstance(answer, PanelError):
            raise answer
        return parse(answer.encode(), call)

    def close(self) -> None:
        self.calls.append(Call("close"))

    @property
    def functions(self) -> list[str]:
        return [call.function for call in self.calls]


STRANGER = '<doc><error type="auth" object=""/></doc>'


def replies(*bodies: str | Exception, status: int = 200) -> None:
    """A stranger's answer, which proves the way; a session; then these."""
    responses.post(URL, body=STRANGER)
    responses.post(URL, body=LOGGED_IN)
    for body in bodies:
        responses.post(URL, body=body, status=status)


@responses.activate
def test_the_session_is_opened_with_a_key_that_mgrctl_registered() -> None:
    mgrctl = Scripted()
    replies(FINE)

    Https(URL, mgrctl).send(READ)

    assert mgrctl.functions == ["session.newkey"]
    key = mgrctl.calls[0].params["key"]
    assert len(key) >= 32
    sent = [str(call.request.body) for call in responses.calls]
    assert "func=whoami" in sent[0]
    assert f"key={key}" in sent[1]
    assert "auth=SESSION-1" in sent[2]
    assert [key in each for each in sent] == [False, True, False]


@responses.activate
def test_no_secret_is_ever_in_the_address() -> None:
    replies(FINE)
    Https(URL, Scripted()).send(READ)
    assert [call.request.url for call in responses.calls] == [URL, URL, URL]
    assert responses.calls[0].request.headers["Referer"] == URL


@responses.activate
def test_a_session_that_ended_is_opened_again_once() -> None:
    replies(STRANGER)
    responses.post(URL, body=STRANGER)
    responses.post(URL, body=LOGGED_IN.replace("1", "2"))
    responses.post(
        URL,
        body=FINE,
        match=[matchers.urlencoded_params_matcher({"func": "payment", "out": "xml", "auth": "SESSION-2"})],
    )
    assert Https(URL, Scripted()).send(READ).has("ok")


@responses.activate
@pytest.mark.parametrize(
    ("body", "error"),
    [
        (requests.ConnectionError("refused"), PanelUnreachable),
        (requests.exceptions.SSLError("certificate verify failed"), PanelUnreachable),
        (requests.ReadTimeout("slow"), PanelTimeout),
        (requests.exceptions.ChunkedEncodingError("cut"), PanelUnreachable),
        ("", EmptyAnswer),
        ("<!doctype html><title>502</title>", HtmlAnswer),
        ("<doc><elem><id>1</id>", TruncatedAnswer),
    ],
)
def test_every_fault_of_the_transport_is_its_own_clear_error(body: str | Exception, error: type[PanelError]) -> None:
    replies(body)
    with pytest.raises(error):
        Https(URL, Scripted()).send(READ)


@responses.activate
@pytest.mark.parametrize("status", [302, 403, 500, 502])
def test_an_http_status_other_than_200_is_no_answer(status: int) -> None:
    replies(FINE, status=status)
    with pytest.raises(PanelUnreachable, match=f"HTTP {status}"):
        Https(URL, Scripted()).send(READ)


@pytest.mark.parametrize("url", ["http://billing.example.com/billmgr", "https://billing.example.com:1500/billmgr"])
def test_a_key_goes_to_this_host_only(url: str) -> None:
    mgrctl = Scripted()
    with pytest.raises(PanelUnreachable, match="no address of this host"):
        Https(url, mgrctl).send(READ)
    HttpsOrMgrctl(Https(url, mgrctl), mgrctl).send(READ)
    assert mgrctl.functions == ["payment"]


@pytest.mark.parametrize(("url", "certificate"), [(URL, "/nowhere/ca.pem"), ("https://[", "")])
def test_a_missing_certificate_or_an_unreadable_address_lets_a_run_go_on_by_mgrctl(url: str, certificate: str) -> None:
    mgrctl = Scripted()
    HttpsOrMgrctl(Https(url, mgrctl, certificate), mgrctl).send(READ)
    assert mgrctl.functions[-1] == "payment"


@responses.activate
def test_an_error_never_shows_the_key(caplog: pytest.LogCaptureFixture) -> None:
    mgrctl = Scripted()
    responses.post(URL, body=STRANGER)
    responses.post(URL, body=requests.ConnectionError("refused"))
    with pytest.raises(PanelUnreachable) as raised:
        Https(URL, mgrctl).send(READ)
    assert mgrctl.calls[0].params["key"] not in str(raised.value) + caplog.text


def test_no_key_is_registered_where_nothing_listens() -> None:
    mgrctl = Scripted()
    HttpsOrMgrctl(Https("https://127.0.0.1:1/billmgr", mgrctl), mgrctl).send(READ)
    assert mgrctl.functions == ["payment"]


@responses.activate
@pytest.mark.parametrize(
    "body",
    [
        requests.exceptions.SSLError("certificate verify failed"),
        requests.ConnectionError("refused"),
        requests.ReadTimeout("slow"),
    ],
)
def test_no_key_is_registered_before_connection_and_certificate_have_proved_good(body: Exception) -> None:
    mgrctl = Scripted()
    responses.post(URL, body=body)
    HttpsOrMgrctl(Https(URL, mgrctl), mgrctl).send(READ)
    assert mgrctl.functions == ["payment"]


@responses.activate
@pytest.mark.parametrize("status", [302, 500, 502])
def test_no_key_is_registered_with_who_does_not_answer_as_the_panel(status: int) -> None:
    mgrctl = Scripted()
    responses.post(URL, status=status)
    HttpsOrMgrctl(Https(URL, mgrctl), mgrctl).send(READ)
    assert mgrctl.functions == ["payment"]


@responses.activate
def test_a_key_that_was_registered_and_not_used_is_used_up_over_https() -> None:
    mgrctl = Scripted()
    responses.post(URL, body=STRANGER)
    responses.post(URL, body=requests.ReadTimeout("slow"))
    responses.post(URL, body=LOGGED_IN)
    HttpsOrMgrctl(Https(URL, mgrctl), mgrctl).send(READ)
    assert mgrctl.functions == ["session.newkey", "payment"]
    key = mgrctl.calls[0].params["key"]
    assert [f"key={key}" in str(call.request.body) for call in responses.calls] == [False, True, True]


@responses.activate
def test_where_https_has_ended_the_key_is_used_up_by_mgrctl() -> None:
    mgrctl = Scripted()
    responses.post(URL, body=STRANGER)
    responses.post(URL, body=requests.ConnectionError("refused"))
    HttpsOrMgrctl(Https(URL, mgrctl), mgrctl).send(READ)
    assert mgrctl.functions == ["session.newkey", "auth", "payment"]
    assert mgrctl.calls[0].params["key"] == mgrctl.calls[1].params["key"]


@responses.activate
def test_a_key_that_the_panel_does_not_take_over_https_is_used_up_by_mgrctl() -> None:
    mgrctl = Scripted()
    responses.post(URL, body='<doc><error type="access" object="ip"/></doc>')
    HttpsOrMgrctl(Https(URL, mgrctl), mgrctl).send(READ)
    assert mgrctl.functions == ["session.newkey", "auth", "payment"]


@responses.activate
def test_a_key_that_can_not_be_used_up_is_told(caplog: pytest.LogCaptureFixture) -> None:
    mgrctl = Scripted(FINE, PanelTimeout(1, READ))
    responses.post(URL, body=STRANGER)
    responses.post(URL, body=requests.ConnectionError("refused"))
    HttpsOrMgrctl(Https(URL, mgrctl), mgrctl).send(READ)
    assert "opens the panel as root may be left" in caplog.text


@responses.activate
def test_a_key_of_which_mgrctl_does_not_tell_whether_it_is_registered_is_used_up() -> None:
    mgrctl = Scripted(PanelTimeout(1, READ))
    replies()
    HttpsOrMgrctl(Https(URL, mgrctl), mgrctl).send(READ)
    assert "func=auth" in str(responses.calls[1].request.body)
    assert mgrctl.functions == ["session.newkey", "payment"]


@responses.activate
def test_when_https_fails_a_read_goes_on_by_mgrctl_and_so_does_everything_after_it() -> None:
    mgrctl = Scripted()
    replies(requests.ConnectionError("refused"))
    way = HttpsOrMgrctl(Https(URL, mgrctl), mgrctl)

    way.send(READ)
    way.send(WRITE)

    assert mgrctl.functions == ["session.newkey", "payment", "account.discount.edit"]


@responses.activate
def test_a_write_that_may_have_happened_is_not_sent_a_second_time() -> None:
    mgrctl = Scripted()
    replies(requests.ReadTimeout("slow"))
    with pytest.raises(PanelTimeout):
        HttpsOrMgrctl(Https(URL, mgrctl), mgrctl).send(WRITE)
    assert mgrctl.functions == ["session.newkey"]


@responses.activate
def test_a_write_goes_by_mgrctl_when_there_is_no_session_to_be_had() -> None:
    mgrctl = Scripted()
    responses.post(URL, body=requests.ConnectionError("refused"))
    HttpsOrMgrctl(Https(URL, mgrctl), mgrctl).send(WRITE)
    assert mgrctl.functions == ["account.discount.edit"]


@responses.activate
def test_a_refusal_is_an_answer_and_no_reason_to_change_the_way() -> None:
    mgrctl = Scripted()
    replies('<doc><error type="missed" object="discount"/></doc>')
    with pytest.raises(MissingObject):
        HttpsOrMgrctl(Https(URL, mgrctl), mgrctl).send(READ)
    assert mgrctl.functions == ["session.newkey"]


def failing(times: int) -> Scripted:
    return Scripted(*[PanelTimeout(1, READ) for _ in range(times)])


def test_a_read_is_asked_again_after_growing_pauses() -> None:
    pauses: list[float] = []
    scripted = failing(2)
    Retrying(scripted, (0.5, 2.0), pauses.append).send(READ)
    assert (len(scripted.calls), pauses) == (3, [0.5, 2.0])


def test_a_read_that_keeps_failing_fails() -> None:
    with pytest.raises(PanelTimeout):
        Retrying(failing(3), (0.5, 2.0), lambda pause: None).send(READ)


def test_a_write_is_never_asked_again() -> None:
    scripted = failing(1)
    with pytest.raises(TransportError):
        Retrying(scripted, (0.5, 2.0), lambda pause: None).send(WRITE)
    assert len(scripted.calls) == 1


def executable(root: Path, text: str, timeout: float = 20) -> Mgrctl:
    path = root / "sbin" / "mgrctl"
    path.parent.mkdir(parents=True)
    python = shlex.quote(sys.executable)  # a first line can't name a program in a folder with a space
    path.write_text(f"#!/bin/sh\n'''exec' {python} -I \"$0\" \"$@\"\n' '''\n{text}", encoding="utf-8")
    path.chmod(0o755)
    return Mgrctl(root, timeout)


def test_mgrctl_gets_its_arguments_unchanged_and_our_name(tmp_path: Path) -> None:
    mgrctl = executable(
        tmp_path,
        "import os,sys\nfrom xml.sax.saxutils import escape\n"
        "print('<doc><a>%s</a><c>%s</c></doc>' % (escape('|'.join(sys.argv[1:])), os.environ['SSH_CONNECTION']))",
    )
    document = mgrctl.send(Call("account.edit", {"name": 'O\'Reilly; $(rm -rf /) "x" <b>', "elid": "5"}))
    assert document.value("a") == '-m|billmgr|-o|xml|account.edit|name=O\'Reilly; $(rm -rf /) "x" <b>|elid=5'
    assert document.value("c") == "resellerprogram"


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_secret_is_among_the_arguments_of_mgrctl(tmp_path: Path, name: str) -> None:
    mgrctl = executable(
        tmp_path,
        "import os,sys\nprint('<doc><a>%s</a><e>%s</e></doc>' % ("
        f"'|'.join(sys.argv[1:]), os.environ['RP_{name.upper()}']))",
    )
    document = mgrctl.send(Call("session.newkey", {name: "top-secret", "username": "root"}))
    assert document.value("a") == f"-m|billmgr|-o|xml|-e|{name}=$RP_{name.upper()}|session.newkey|username=root"
    assert document.value("e") == "top-secret"
    assert f"RP_{name.upper()}" not in os.environ


def test_what_an_mgrctl_without_environment_takes_for_a_key_is_too_short_for_one() -> None:
    (_, argument), _ = from_environment("key")
    assert len(argument.partition("=")[2]) < 16


@pytest.mark.parametrize(
    ("script", "error", "says"),
    [
        ("import sys; sys.exit('core is not running')", PanelUnreachable, "core is not running"),
        ("print('<doc><elem>', end='')", TruncatedAnswer, "breaks off"),
        ("pass", EmptyAnswer, "empty"),
    ],
)
def test_what_goes_wrong_with_mgrctl_is_its_own_clear_error(
    tmp_path: Path, script: str, error: type[PanelError], says: str
) -> None:
    with pytest.raises(error, match=re.escape(says)):
        executable(tmp_path, script).send(READ)


def test_an_mgrctl_that_hangs_is_given_up_on(tmp_path: Path) -> None:
    with pytest.raises(PanelTimeout, match="within 1 s"):
        executable(tmp_path, "import time; time.sleep(60)", timeout=1).send(READ)


def test_a_missing_mgrctl_is_told(tmp_path: Path) -> None:
    with pytest.raises(PanelUnreachable, match="mgrctl"):
        Mgrctl(tmp_path).send(READ)
