"""Whatever a document does to its reader, the process that asked goes on, knows why, and asks the next child."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sources.confined import Confined, Failed, Why, call
from sources.confined_child import MB, Limits, resident
from sources.parsing.dates import parse_date
from sources.parsing.feeds import NotAFeed, parse
from tests import tricks
from tests.conftest import ROOT
from tests.fakes import item, rss

ADDRESS = "https://journal.example/feed"


@pytest.fixture
def child() -> Iterator[Confined]:
    """A child with short patience."""
    made = Confined(Limits(cpu_seconds=0.5, seconds=3, memory=128 * MB, answer=4 * MB))
    yield made
    made.stop()


def gone(pid: int, seconds: float = 5) -> bool:
    """Whether the process ends within this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
            os.kill(pid, 0)
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_a_feed_is_read_as_in_this_process() -> None:
    feed = rss(item(1), item(2, extra="<content:encoded><![CDATA[<p>Texte</p>]]></content:encoded>")).encode()
    headers = {"content-type": "application/rss+xml; charset=utf-8"}
    assert call(parse, feed, url=ADDRESS, headers=headers) == parse(feed, url=ADDRESS, headers=headers)


@settings(max_examples=40, deadline=None)
@given(some.text())
def test_every_text_comes_back_as_it_went(words: str) -> None:
    assert call(tricks.echo, words) == words


def test_half_a_character_comes_back_as_it_went() -> None:
    assert call(tricks.echo, "demi \ud83d, nul \x00") == "demi \ud83d, nul \x00"


def test_nothing_comes_back_as_nothing() -> None:
    assert call(parse_date, "aucune date") is None


def test_one_child_answers_call_after_call(child: Confined) -> None:
    assert len({child.call(tricks.process) for _ in range(5)}) == 1


def test_an_error_of_the_document_is_raised_here(child: Confined) -> None:
    with pytest.raises(NotAFeed, match="but a trick"):
        child.call(tricks.refuse)
    with pytest.raises(ValueError, match="invalid start byte"):
        child.call(tricks.refuse_plainly)


@pytest.mark.parametrize(
    ("trick", "why"),
    [
        (tricks.spin, Why.CPU),
        (tricks.spin_in_c, Why.CPU),
        (tricks.hang, Why.TIME),
        (tricks.crash, Why.CRASH),
        (tricks.be_killed, Why.KILLED),
        (tricks.leave, Why.CRASH),
        (tricks.answer_otherwise, Why.BROKE),
        (tricks.break_down, Why.BROKE),
    ],
)
def test_whatever_ends_a_child_is_told_and_the_next_call_is_answered(
    child: Confined, trick: Callable[[], object], why: Why
) -> None:
    with pytest.raises(Failed) as caught:
        child.call(trick)
    assert caught.value.why == why
    assert len(str(caught.value)) > 30
    assert child.call(tricks.echo, "suite") == "suite"


def test_memory_is_bounded(child: Confined) -> None:
    with pytest.raises(Failed) as caught:
        child.call(tricks.allocate, 200 * MB)
    assert caught.value.why == Why.MEMORY
    assert child.call(tricks.allocate, 50 * MB) == 50 * MB


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses the memory before it is taken")
def test_a_library_that_swallows_a_lack_of_memory_answers_what_it_has(child: Confined) -> None:
    assert child.call(tricks.allocate_and_carry_on) == "carried on after MemoryError"


def test_an_endless_answer_is_not_taken(child: Confined) -> None:
    with pytest.raises(Failed) as caught:
        child.call(tricks.flood, 6 * MB)
    assert caught.value.why == Why.SIZE
    assert len(child.call(tricks.flood, 2 * MB)) == 2 * MB


def test_what_libraries_print_goes_nowhere(child: Confined, capfd: pytest.CaptureFixture[str]) -> None:
    assert child.call(tricks.print_much) == "done"
    assert capfd.readouterr() == ("", "")


def test_the_first_warnings_are_logged_here(child: Confined, caplog: pytest.LogCaptureFixture) -> None:
    assert child.call(tricks.warn) == "done"
    told = [record.getMessage() for record in caplog.records if record.name == "tests.tricks"]
    assert told == [f"warning {number}" for number in range(20)]


def test_what_should_never_be_raised_is_logged_with_its_place(
    child: Confined, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Failed, match="RecursionError: too deep"), caplog.at_level(logging.ERROR):
        child.call(tricks.break_down)
    assert "tricks.py" in caplog.text


def test_a_failure_that_the_machine_may_explain_is_told_apart(child: Confined) -> None:
    for trick, passes in ((tricks.be_killed, True), (tricks.crash, False)):
        with pytest.raises(Failed) as caught:
            child.call(trick)
        assert caught.value.is_passing == passes


def test_a_child_that_is_not_asked_ends_by_itself() -> None:
    child = Confined(Limits(idle_seconds=0.2))
    first = child.call(tricks.process)
    assert gone(first)
    assert child.call(tricks.process) != first
    child.stop()


def test_a_child_that_was_killed_between_two_calls_costs_nothing(child: Confined) -> None:
    first = child.call(tricks.process)
    os.kill(first, signal.SIGKILL)
    assert child.call(tricks.process) != first


def test_a_child_that_keeps_much_memory_makes_room_for_a_new_one() -> None:
    child = Confined(Limits(worn=1 * MB))
    first = child.call(tricks.process)
    assert child.call(tricks.process) != first
    child.stop()


def test_a_child_ends_with_its_parent_in_the_middle_of_a_call() -> None:
    program = (
        "import os, django.conf; django.conf.settings.configure(USE_I18N=False)\n"
        "from sources import confined\nfrom tests import tricks\n"
        "print(confined.call(tricks.process), flush=True)\nconfined.call(tricks.hang)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not gone(pid, 0.3)
        parent.kill()
    assert gone(pid, 2)


def test_a_fork_leaves_the_child_to_its_parent() -> None:
    before = call(tricks.process)
    pid = os.fork()
    if not pid:
        os._exit(int(call(tricks.process) == before))
    assert os.waitpid(pid, 0)[1] == 0
    assert call(tricks.process) == before


def test_threads_take_turns(child: Confined) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda number: child.call(tricks.echo, str(number)), range(40))) == [
            str(number) for number in range(40)
        ]


def test_an_interrupted_call_leaves_no_answer_for_the_next(child: Confined) -> None:
    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        child.call(tricks.echo, "début")
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(KeyboardInterrupt):
            child.call(tricks.hang)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert child.call(tricks.echo, "suite") == "suite"


def test_a_child_knows_no_secret(child: Confined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://user:password@host/name")
    assert not {"DATABASE_URL", "PRESSREVIEW_DATA"} & set(child.call(tricks.secrets))


def test_a_feed_of_twenty_megabytes_stays_within_the_memory() -> None:
    child = Confined()
    text = "<p>" + "Le centre de données ouvre mardi. " * 1500 + "</p>"
    before = resident()
    feed = rss(
        *(item(number, extra=f"<description><![CDATA[{text}]]></description>") for number in range(400))
    ).encode()
    assert len(feed) > 20 * MB
    assert len(child.call(parse, feed, url=ADDRESS).entries) == 400
    assert resident() - before < 200 * MB
    child.stop()
