"""Bundles: what is written can be read, and nothing else is taken."""

import json
import zipfile

import pytest

from spoonbench.harness.claims import bundles
from spoonbench.harness.claims.bundles import BadBundle, import_bundle, read_imported, write_bundle
from spoonbench.harness.claims.feeding import FEEDS, feeds_of, unfed
from spoonbench.harness.claims.ledger import check, read_claims
from spoonbench.harness.reference.records import read_shipped, reference_lines, shipped_names

ASKED = json.dumps({"format": 1, "version": "0", "claims": ["G2"], "commands": []})


@pytest.fixture(scope="module")
def reference():
    return read_shipped(shipped_names()[0])


@pytest.fixture
def bundle(tmp_path, reference):
    path = tmp_path / "bundle.zip"
    write_bundle(path, ["G2"], feeds_of(["G2"], {"cpu", "cuda"}), [reference], "1.0")
    return path


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return path


def test_what_is_exported_is_imported_once(bundle, tmp_path, reference):
    out = tmp_path / "results"
    first = import_bundle(bundle, out)
    assert (first.n_new, first.claims) == (1, ("G2",))
    assert import_bundle(bundle, out).n_new == 0
    (read,) = read_imported(out)
    assert list(reference_lines(read)) == list(reference_lines(reference))


def test_what_was_imported_decides_where_nothing_was_measured_here(bundle, tmp_path):
    out = tmp_path / "results"
    import_bundle(bundle, out)
    (finding,) = check(["B1"], None, read_imported(out))
    assert finding.verdict == "does not hold"
    assert finding.is_elsewhere
    assert "EPYC" in finding.machine


def test_a_bundle_says_how_to_run_it(bundle):
    with zipfile.ZipFile(bundle) as made:
        text = made.read("README.md").decode()
        asked = json.loads(made.read("claims.json"))
    assert "spoonbench claims G2 --run" in text
    assert "spoonbench claims --import answer.zip" in text
    assert asked["commands"] == [["spoonbench", *feeds_of(["G2"], {"cuda"})[0].words]]
    assert asked["version"] == "1.0"


def test_nothing_is_overwritten(bundle):
    with pytest.raises(BadBundle, match="there already"):
        write_bundle(bundle, [], [], [], "1.0")


def test_folders_that_are_not_there_are_made(tmp_path, reference):
    path = tmp_path / "a" / "b" / "bundle.zip"
    write_bundle(path, ["G2"], [], [reference], "1.0")
    assert import_bundle(path, tmp_path / "results").n_new == 1
    with pytest.raises(NotADirectoryError):
        write_bundle(path / "below" / "a.zip", [], [], [], "1.0")


def test_a_bundle_that_is_not_there_is_said_not_to_be(tmp_path):
    with pytest.raises(BadBundle, match=r"nothing\.zip does not exist\.$"):
        import_bundle(tmp_path / "nothing.zip", tmp_path / "results")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/passwd", "matrices/../../x.jsonl", "matrices/a.sh", "matrices/", "x.py",
     "matrices\\0.jsonl", "MATRICES/0.jsonl"],
)  # fmt: skip
def test_other_names_are_refused_and_nothing_is_written(tmp_path, name):
    path = zipped(tmp_path / "bad.zip", {"claims.json": ASKED, name: "{}"})
    with pytest.raises(BadBundle, match="which no bundle holds"):
        import_bundle(path, tmp_path / "results")
    assert [one.name for one in tmp_path.iterdir()] == ["bad.zip"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"README.md": ""}, "has no claims.json"),
        ({"claims.json": "{"}, "cannot be read"),
        ({"claims.json": "[" * 100_000}, "cannot be read"),
        ({"claims.json": "{}"}, "cannot be read"),
        ({"claims.json": '{"format": 2, "claims": []}'}, "another format"),
        ({"claims.json": '{"format": 1, "claims": [5]}'}, "another format"),
        ({"claims.json": ASKED, "matrices/0.jsonl": "{}"}, "no matrix of this version"),
        ({"claims.json": ASKED, "matrices/0.jsonl": "[" * 100_000}, "no matrix of this version"),
        ({"claims.json": ASKED, **{f"matrices/{i}.jsonl": "" for i in range(40)}}, "41 files"),
    ],
)
def test_what_is_no_bundle_is_refused_in_words(tmp_path, files, words):
    path = zipped(tmp_path / "bad.zip", files)
    with pytest.raises(BadBundle, match=words):
        import_bundle(path, tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_no_zip_file_is_refused(tmp_path):
    path = tmp_path / "bad.zip"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(BadBundle, match="is no bundle"):
        import_bundle(path, tmp_path)


def test_a_small_file_that_unpacks_to_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bundles, "MOST_BYTES", 10_000)
    files = {"claims.json": ASKED, "matrices/0.jsonl": "0" * 1_000_000}
    path = zipped(tmp_path / "bad.zip", files)
    assert path.stat().st_size < 10_000
    with pytest.raises(BadBundle, match="larger than"):
        import_bundle(path, tmp_path / "results")
    path.write_bytes(path.read_bytes() + b"0" * 20_000)
    with pytest.raises(BadBundle, match="larger than"):
        import_bundle(path, tmp_path / "results")


def test_an_encrypted_member_is_refused(tmp_path):
    path = zipped(tmp_path / "bad.zip", {"claims.json": ASKED})
    data = bytearray(path.read_bytes())
    # The flag of encryption, in the local header and in the directory at the end.
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(BadBundle, match="is no bundle"):
        import_bundle(path, tmp_path / "results")


def test_every_command_feeds_claims_that_are_measured():
    claims = read_claims()
    for feed in FEEDS:
        assert feed.minutes > 0
        assert {claims[one].kind for one in feed.claims} == {"measure"}
    assert feeds_of(["G1"], {"cpu"}) == []
    assert unfed(["G1", "B1"], feeds_of(["B1"], {"cpu"})) == ["G1"]
