import json
import stat

import pytest

from spoonbench.reports import files
from spoonbench.reports.files import write_report


def test_all_files_are_written_the_page_first(report, plots, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "draw_plots", lambda _: plots)
    paths = write_report(report, tmp_path / "new" / "folder")
    names = [str(path.relative_to(tmp_path / "new" / "folder")) for path in paths]
    assert names[:3] == ["report.html", "report.md", "report.json"]
    assert "plots/speed.png" in names
    assert "plots/speed.svg" in names
    assert all(path.stat().st_size > 0 for path in paths)
    assert "plots/speed.png" in paths[1].read_text()
    assert json.loads(paths[2].read_text())["decision"].startswith("Use rules")


def test_hostile_text_can_be_written(hostile_report, hostile_plots, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "draw_plots", lambda _: hostile_plots)
    for path in write_report(hostile_report, tmp_path):
        if path.suffix in {".html", ".md", ".json"}:
            text = path.read_bytes().decode("utf-8")
            assert not any(ord(char) < 32 and char != "\n" for char in text)


def test_an_older_report_is_replaced_and_nothing_else_is_left(single_report, tmp_path):
    (tmp_path / "report.html").write_text("old")
    write_report(single_report, tmp_path)
    assert (tmp_path / "report.html").read_text() != "old"
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


def test_a_write_that_fails_leaves_the_old_file_whole(empty_report, tmp_path, monkeypatch):
    (tmp_path / "report.html").write_text("old")

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fdopen", full)
    with pytest.raises(OSError, match="No space left"):
        write_report(empty_report, tmp_path)
    assert (tmp_path / "report.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_others_may_read_what_the_mask_allows(empty_report, tmp_path):
    reference = tmp_path / "reference"
    reference.write_text("")
    page = write_report(empty_report, tmp_path)[0]
    assert stat.S_IMODE(page.stat().st_mode) == stat.S_IMODE(reference.stat().st_mode)
