import io

from rich.console import Console

from spoonbench.harness.progress import ProgressWatcher


def console(*, terminal):
    return Console(file=io.StringIO(), force_terminal=terminal, width=100, color_system=None)


def play(screen, *, status="ok", reason=None):
    with ProgressWatcher(screen) as watcher:
        watcher.expect([("train [m]", 10.0), ("round 1: m", 5.0)])
        watcher.begin("train [m]")
        watcher.advance(0.5, "step [3]")
        watcher._progress.refresh()
        left_s = watcher._progress.tasks[0].fields["left_s"]
        watcher.end("train [m]", status, reason)
    return screen.file.getvalue(), left_s


def test_without_a_terminal_each_job_is_one_line():
    text, _ = play(console(terminal=False))
    assert text.startswith("train [m]: done in ")
    assert text.count("\n") == 1


def test_a_failure_is_shown_with_its_reason_whatever_its_brackets():
    text, _ = play(console(terminal=False), status="oom", reason="needed [more]")
    assert "train [m]: oom: needed [more]" in text


def test_on_a_terminal_it_shows_what_runs_and_what_is_left():
    text, left_s = play(console(terminal=True))
    assert "train [m]" in text
    assert "step [3]" in text
    assert "left" in text
    assert left_s >= 5.0, "the job that is still to come was forgotten"


def test_what_others_say_cannot_act_on_the_terminal():
    screen = console(terminal=True)
    with ProgressWatcher(screen) as watcher:
        watcher.expect([("m\x07", 1.0)])
        watcher.begin("m\x07")
        watcher.advance(0.5, "\x1b]0;owned\x07")
        watcher._progress.refresh()
        watcher.end("m\x07", "error", "\x1b[31mred\nround 1: m: done\u202e")
    text = screen.file.getvalue()
    assert "\x07" not in text
    assert "\x1b]0" not in text
    assert "\x1b[31m" not in text
    assert "\u202e" not in text
    assert "m\\x07: error: \\x1b[31mred\\nround 1: m: done\\u202e" in text.replace("\r\n", "")
