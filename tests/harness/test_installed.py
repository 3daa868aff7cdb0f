"""Versions of installed distributions, beside what the standard library tells of them."""

import sys
from importlib import metadata

import pytest

from spoonbench.harness.installed import installed_versions


def made(folder, name, version, *, suffix="dist-info", file="METADATA"):
    info = folder / f"{name}-{version}.{suffix}"
    info.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (info / file).write_text(f"{head}\nVersion: 0 of this text\n")
    return info


def test_it_tells_what_the_standard_library_tells():
    names = sorted({one.metadata["Name"] for one in metadata.distributions()})
    assert len(names) > 20
    assert installed_versions(names) == {name: metadata.version(name) for name in names}


def test_what_is_not_installed_is_left_out():
    assert installed_versions(["no-such-thing", "pytest"]) == {"pytest": pytest.__version__}


@pytest.mark.parametrize("asked", ["Some.Thing", "some_thing", "SOME-THING"])
def test_names_are_compared_as_registries_do(asked, tmp_path, monkeypatch):
    made(tmp_path, "some_thing", "1.2+cpu")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert installed_versions([asked]) == {asked: "1.2+cpu"}


def test_the_first_on_the_path_counts_and_folders_that_are_not_there_do_not(tmp_path, monkeypatch):
    made(tmp_path / "first", "thing", "2.0")
    made(tmp_path / "second", "thing", "1.0")
    folders = [tmp_path / one for one in ("absent", "first", "second")]
    monkeypatch.setattr(sys, "path", [str(one) for one in folders])
    assert installed_versions(["thing"]) == {"thing": "2.0"} == {"thing": metadata.version("thing")}


def test_older_metadata_is_read_as_a_folder_and_as_a_file(tmp_path, monkeypatch):
    made(tmp_path, "old", "0.9", suffix="egg-info", file="PKG-INFO")
    (tmp_path / "older-0.8.egg-info").write_text("Metadata-Version: 1.0\nName: older\nVersion: 0.8")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert installed_versions(["older", "old"]) == {"older": "0.8", "old": "0.9"}


def test_metadata_without_a_version_or_that_cannot_be_read_tells_nothing(tmp_path, monkeypatch):
    (made(tmp_path, "gone", "1.0") / "METADATA").unlink()
    (made(tmp_path, "bare", "1.0") / "METADATA").write_text("Name: bare\n\nVersion: 1.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert installed_versions(["gone", "bare"]) == {}
