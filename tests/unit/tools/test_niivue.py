"""The step that installs NiiVue: what it checks and what it writes, with a package made here."""

from __future__ import annotations

import base64
import hashlib
import importlib
import io
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "tools"
SCRIPT = b"var niivue = {};\n"


@pytest.fixture
def niivue(monkeypatch, tmp_path) -> Any:
    monkeypatch.syspath_prepend(str(TOOLS))
    module = importlib.import_module("niivue")
    monkeypatch.setattr(module, "VENDOR", tmp_path / "vendor")
    yield module
    del sys.modules["niivue"]


@pytest.fixture
def tarball(tmp_path) -> Path:
    path = tmp_path / "package.tgz"
    with tarfile.open(path, "w:gz") as package:
        member = tarfile.TarInfo("package/dist/niivue.umd.js")
        member.size = len(SCRIPT)
        package.addfile(member, io.BytesIO(SCRIPT))
    return path


def integrity(path: Path) -> str:
    return base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def test_the_named_package_is_installed_with_its_licence(niivue, tarball, tmp_path, monkeypatch):
    monkeypatch.setattr(niivue, "INTEGRITY", integrity(tarball))
    niivue.main([str(tarball)])
    assert (tmp_path / "vendor/niivue.umd.js").read_bytes() == SCRIPT
    text = (tmp_path / "vendor/niivue.LICENSE.txt").read_text("utf-8")
    assert "BSD 2-Clause" in text
    assert "Niivue" in text
    assert len(list((tmp_path / "vendor").iterdir())) == 2


def test_any_other_package_is_refused(niivue, tarball, tmp_path):
    with pytest.raises(SystemExit, match=r"is not @niivue/niivue@0\.69\.0"):
        niivue.main([str(tarball)])
    assert not (tmp_path / "vendor").exists()


def test_without_npm_it_says_what_to_do(niivue, monkeypatch):
    monkeypatch.setattr(niivue.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit, match="give the package's file"):
        niivue.main([])


def test_the_installed_file_stays_out_of_the_repository():
    ignored = (TOOLS.parent / ".gitignore").read_text("utf-8").splitlines()
    assert "/src/breastdce/web/static/vendor/" in ignored
