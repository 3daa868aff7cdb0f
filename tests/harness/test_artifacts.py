import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.artifacts import (
    ArtifactStore,
    BusyArtifact,
    DamagedArtifact,
    Recipe,
    facts_of,
    hash_content,
)

RECIPE = Recipe(
    kind="weights",
    solver="tiny",
    solver_version="1",
    settings={"layers": 2},
    data_hash="d" * 64,
    seed=3,
)


@pytest.fixture
def store(tmp_path):
    return ArtifactStore(tmp_path / "models")


def make(store, recipe=RECIPE, text="weights", **more):
    with store.begin(recipe) as making:
        (making.content / "deep").mkdir()
        (making.content / "deep" / "weights.txt").write_text(text)
        (making.checkpoints / "step-10").write_text("half")
        return store.finish(making, **more)


def test_the_id_is_pinned():
    assert RECIPE.artifact_id == "f52ab61661d9bcf4725e632626a410173c7eb64e49d10843c2aec607c6856b89"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "tokenizer"},
        {"solver": "small"},
        {"solver_version": "2"},
        {"settings": {"layers": 3}},
        {"data_hash": None},
        {"seed": 4},
        {"parents": ("a" * 64,)},
    ],
)
def test_everything_in_a_recipe_changes_the_id(change):
    assert dataclasses.replace(RECIPE, **change).artifact_id != RECIPE.artifact_id


def test_what_was_made_is_found_again(store):
    assert store.find(RECIPE) is None
    made = make(store, facts={"seconds": 1.5})
    assert store.find(RECIPE) == made
    assert store.list() == (made,)
    assert made.artifact_id == RECIPE.artifact_id
    assert made.bytes == len("weights")
    assert (Path(made.path) / "deep" / "weights.txt").read_text() == "weights"
    assert facts_of(made) == {"seconds": 1.5}
    folder = Path(made.path).parent
    assert folder.name == RECIPE.artifact_id[:16]
    assert sorted(path.name for path in folder.iterdir()) == ["artifact.json", "content"]


def test_a_moved_folder_keeps_its_artifacts(store, tmp_path):
    made = make(store)
    (tmp_path / "models").rename(tmp_path / "elsewhere")
    found = ArtifactStore(tmp_path / "elsewhere").find(RECIPE)
    assert found == dataclasses.replace(
        made, path=str(tmp_path / "elsewhere" / RECIPE.artifact_id[:16] / "content")
    )


def test_what_is_not_finished_is_not_found_but_goes_on(store):
    with store.begin(RECIPE) as making:
        (making.content / "half").write_text("x")
        (making.checkpoints / "step-10").write_text("half")
    assert store.find(RECIPE) is None
    assert store.list() == ()
    with store.begin(RECIPE) as again:
        assert (again.checkpoints / "step-10").read_text() == "half"
        assert list(again.content.iterdir()) == []


def append(path):
    with path.open("a") as file:
        file.write("!")


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: append(folder / "content" / "deep" / "weights.txt"),
        lambda folder: (folder / "content" / "deep" / "weights.txt").write_text("Weights"),
        lambda folder: (folder / "content" / "deep" / "weights.txt").unlink(),
        lambda folder: (folder / "content" / "more").write_text(""),
        lambda folder: shutil.rmtree(folder / "content"),
        lambda folder: (folder / "content" / "link").symlink_to("deep"),
        lambda folder: (folder / "artifact.json").unlink(),
        lambda folder: (folder / "artifact.json").write_text("{"),
        lambda folder: (folder / "artifact.json").write_text("[]"),
        lambda folder: (folder / "artifact.json").write_bytes(b"\xff"),
        lambda folder: (folder / "artifact.json").write_text('{"version": 2}'),
    ],
)
def test_a_damaged_artifact_is_moved_aside_and_made_again(store, damage):
    folder = Path(make(store).path).parent
    damage(folder)
    with pytest.raises(DamagedArtifact, match=r"damaged .* moved to .*\.damaged"):
        store.find(RECIPE)
    assert folder.with_suffix(".damaged").is_dir()
    assert store.find(RECIPE) is None
    assert store.list() == ()
    made = make(store)
    assert store.find(RECIPE) == made
    damage(Path(made.path).parent)
    with pytest.raises(DamagedArtifact, match=r"\.damaged-2"):
        store.find(RECIPE)


def test_an_artifact_in_the_place_of_another_is_damaged(store):
    folder = Path(make(store).path).parent
    manifest = json.loads((folder / "artifact.json").read_text())
    manifest["artifact_id"] = RECIPE.artifact_id[:16] + "0" * 48
    (folder / "artifact.json").write_text(json.dumps(manifest))
    with pytest.raises(DamagedArtifact, match="belongs to another recipe"):
        store.find(RECIPE)


def test_a_list_with_an_unreadable_manifest_says_so(store):
    folder = Path(make(store).path).parent
    (folder / "artifact.json").write_text("{")
    with pytest.raises(DamagedArtifact):
        store.list()
    assert store.list() == ()


def test_nothing_made_is_nothing_kept(store):
    with store.begin(RECIPE) as making, pytest.raises(ValueError, match="holds nothing to keep"):
        store.finish(making)


@pytest.mark.skipif(sys.platform == "win32", reason="no file locks of this kind")
def test_two_makers_of_one_thing_are_told_apart(store):
    with store.begin(RECIPE), pytest.raises(BusyArtifact, match="another process is making"):
        store.begin(RECIPE)
    make(store)


@pytest.mark.skipif(sys.platform == "win32", reason="no file locks of this kind")
def test_a_killed_maker_blocks_nobody(store, tmp_path):
    script = (
        "import os, sys; from pathlib import Path\n"
        "from spoonbench.harness.artifacts import ArtifactStore, Recipe\n"
        "recipe = Recipe(kind='weights', solver='tiny', solver_version='1')\n"
        "making = ArtifactStore(Path(sys.argv[1])).begin(recipe)\n"
        "(making.checkpoints / 'step').write_text('10')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    command = [sys.executable, "-P", "-c", script, str(tmp_path / "models")]
    done = subprocess.run(command, check=False)
    assert done.returncode == -9
    with store.begin(Recipe(kind="weights", solver="tiny", solver_version="1")) as making:
        assert (making.checkpoints / "step").read_text() == "10"


def test_a_faster_maker_wins(store, tmp_path):
    with store.begin(RECIPE) as making:
        (making.content / "late").write_text("late")
        faster = ArtifactStore(tmp_path / "other")
        first = make(faster)
        Path(first.path).parent.rename(tmp_path / "models" / RECIPE.artifact_id[:16])
        kept = store.finish(making)
    assert kept.sha256 == first.sha256
    assert store.find(RECIPE) == kept
    assert not making.folder.exists()


trees = st.dictionaries(
    st.text("ab/", min_size=1, max_size=5).filter(
        lambda name: not name.startswith("/") and not name.endswith("/") and "//" not in name
    ),
    st.binary(max_size=8),
    max_size=4,
)


def write_tree(folder, tree):
    try:
        for name, content in tree.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    except OSError:  # one name is a file and a folder
        return False
    return True


@settings(deadline=None)
@given(trees, trees)
def test_two_trees_have_one_hash_only_if_they_are_equal(tmp_path_factory, first, second):
    folders = [tmp_path_factory.mktemp("tree") for _ in range(2)]
    if all(write_tree(folder, tree) for folder, tree in zip(folders, (first, second), strict=True)):
        hashes = [hash_content(folder) for folder in folders]
        assert (hashes[0] == hashes[1]) == (first == second)


def test_the_hash_does_not_depend_on_the_order_of_writing(tmp_path):
    for name, order in (("one", ["a", "b"]), ("two", ["b", "a"])):
        (tmp_path / name).mkdir()
        for file in order:
            (tmp_path / name / file).write_text(file)
    assert hash_content(tmp_path / "one") == hash_content(tmp_path / "two")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_what_is_no_file_is_not_kept(store):
    with store.begin(RECIPE) as making:
        os.mkfifo(making.content / "pipe")
        with pytest.raises(ValueError, match="no plain file"):
            store.finish(making)
