import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.llm.stopwatch import OFF, Stopwatch, make_stopwatch


class Clock:
    """Goes on by what it is told."""

    now = 0

    def __call__(self):
        return self.now


def test_a_part_takes_the_time_inside_it():
    clock = Clock()
    watch = Stopwatch(clock)
    with watch.part("a"):
        clock.now += 5
    clock.now += 100
    with watch.part("a"):
        clock.now += 2
    with watch.part("b"):
        clock.now += 3
    assert watch.take() == {"a": 7, "b": 3}
    assert watch.take() == {}


def test_a_part_within_a_part_is_taken_out_of_it():
    clock = Clock()
    watch = Stopwatch(clock)
    with watch.part("outer"):
        clock.now += 1
        with watch.part("inner"):
            clock.now += 10
        clock.now += 2
    assert watch.take() == {"outer": 3, "inner": 10}


def test_a_part_that_raises_is_closed():
    clock = Clock()
    watch = Stopwatch(clock)

    def fail():
        with watch.part("a"):
            clock.now += 4
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    clock.now += 9
    with watch.part("b"):
        clock.now += 1
    assert watch.take() == {"a": 4, "b": 1}


trees = st.recursive(
    st.tuples(st.sampled_from("abc"), st.just(())),
    lambda inner: st.tuples(st.sampled_from("abc"), st.lists(inner, max_size=3)),
    max_leaves=12,
)


@given(st.lists(trees, max_size=4), st.randoms(use_true_random=False))
def test_parts_never_add_up_to_more_than_the_whole(forest, random):
    clock = Clock()
    watch = Stopwatch(clock)

    def run(tree):
        name, below = tree
        with watch.part(name):
            clock.now += random.randrange(9)
            for one in below:
                run(one)
                clock.now += random.randrange(9)

    for tree in forest:
        run(tree)
    inside = clock.now
    clock.now += 50
    assert sum(watch.take().values()) == inside


def test_moments_are_compared_only_when_asked():
    """Events of a device can be read once it is done, and not before."""
    asked = []

    def between_ns(start, end):
        asked.append((start, end))
        return 1

    moments = iter("wxyz")
    watch = Stopwatch(lambda: next(moments), between_ns)
    with watch.part("a"):
        pass
    with watch.part("b"):
        pass
    assert asked == []
    assert watch.take() == {"a": 1, "b": 1}
    assert asked == [("w", "x"), ("y", "z")]


def test_while_nobody_watches_a_part_is_nothing():
    with OFF.part("a"), OFF.part("b"):
        pass
    assert OFF.take() == {}
    assert OFF.part("a") is OFF.part("b")


def test_on_the_processor_the_clock_is_read():
    watch = make_stopwatch("cpu")
    with watch.part("a"):
        pass
    assert watch.take()["a"] >= 0


class Events:
    """What torch.cuda has, as far as it is used: each event is recorded one microsecond later."""

    def __init__(self):
        self.streams = []

    def current_stream(self, device):
        return f"stream of {device}"

    def Event(self, *, enable_timing):  # noqa: N802  # torch's name
        assert enable_timing
        return Event(self)


class Event:
    def __init__(self, owner):
        self._owner = owner

    def record(self, stream):
        self._owner.streams.append(stream)
        self.at = len(self._owner.streams)

    def elapsed_time(self, end):
        return (end.at - self.at) * 1e-3


def test_on_cuda_events_are_recorded_on_the_stream_of_the_device(monkeypatch):
    events = Events()
    monkeypatch.setattr("torch.cuda.Event", events.Event)
    monkeypatch.setattr("torch.cuda.current_stream", events.current_stream)
    watch = make_stopwatch("cuda:1")
    with watch.part("outer"), watch.part("inner"):
        pass
    assert events.streams == ["stream of cuda:1"] * 4
    assert watch.take() == {"outer": 2000, "inner": 1000}
