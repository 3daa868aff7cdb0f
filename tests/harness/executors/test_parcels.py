"""A folder that is cut into pieces and put together again is the same folder."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spoonbench.harness.executors import parcels
from spoonbench.harness.executors.parcels import BadParcel, hash_folder, pack, unpack

NAMES = st.text(alphabet="abz é.", min_size=1, max_size=6).filter(lambda s: s.strip("."))


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    monkeypatch.setattr(parcels, "PIECE_BYTES", 4)


class Shelf:
    """An object store."""

    def __init__(self):
        self.pieces = []

    def put(self, piece):
        self.pieces.append(piece)
        return len(self.pieces) - 1

    def get(self, number):
        return self.pieces[number]


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read(folder):
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@given(files=st.dictionaries(NAMES.map(lambda n: f"in/{n}"), st.binary(max_size=20), max_size=5))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_arrives_is_what_was_sent(tmp_path_factory, files):
    sent, arrived = tmp_path_factory.mktemp("sent"), tmp_path_factory.mktemp("arrived")
    write(sent, files)
    shelf = Shelf()
    parcel = pack(sent, shelf.put)
    unpack(parcel, arrived, shelf.get)
    assert read(arrived) == files
    assert parcel.sha256 == hash_folder(sent) == hash_folder(arrived)
    assert all(0 < len(piece) <= 4 for piece in shelf.pieces)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"a": b"x", "b": b""}, {"a": b"", "b": b"x"}),
        ({"a": b"bc"}, {"ab": b"c"}),
        ({"a/b": b"x"}, {"a b": b"x"}),
    ],
)
def test_other_folders_have_other_hashes(tmp_path, first, second):
    for name, files in (("first", first), ("second", second)):
        write(tmp_path / name, files)
    assert hash_folder(tmp_path / "first") != hash_folder(tmp_path / "second")


def test_links_to_files_arrive_as_the_files(tmp_path):
    (tmp_path / "blob").write_bytes(b"weights")
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "model").symlink_to(tmp_path / "blob")
    (tmp_path / "arrived").mkdir()
    shelf = Shelf()
    unpack(pack(tmp_path / "sent", shelf.put), tmp_path / "arrived", shelf.get)
    assert read(tmp_path / "arrived") == {"model": b"weights"}
    assert not (tmp_path / "arrived" / "model").is_symlink()


def test_a_piece_that_changed_on_the_way_is_noticed(tmp_path):
    write(tmp_path / "sent", {"model": b"weights"})
    (tmp_path / "arrived").mkdir()
    shelf = Shelf()
    parcel = pack(tmp_path / "sent", shelf.put)
    shelf.pieces[0] = b"WEIG"
    with pytest.raises(BadParcel, match="has another hash than what was sent"):
        unpack(parcel, tmp_path / "arrived", shelf.get)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadParcel, match=r"pipe is neither a file nor a folder"):
        hash_folder(tmp_path)


def test_a_link_to_a_folder_is_refused(tmp_path):
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "loop").symlink_to(tmp_path / "sent")
    with pytest.raises(BadParcel, match=r"loop is neither a file nor a folder"):
        pack(tmp_path / "sent", Shelf().put)
