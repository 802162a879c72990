"""Install NiiVue for the optional 3D panel: `python tools/niivue.py [TARBALL]`.

The package of the npm registry is taken by npm, or from a file that was brought along; its hash is
checked, and one file of it goes beside the pages of the review, with the licence that the package
itself leaves out. Slices and projections of the review need nothing of this.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

PACKAGE = "@niivue/niivue@0.69.0"
INTEGRITY = (
    "YMjQvJgD1W2b7DuoxkwlC4VxbrgIePRJ5qyQzXKxi2v2MBVg285P/CIQyg46oDDGDIcaNlbd+MhtO/edMbXJkA=="
)
"""SHA-512 of the package, in base64, as the registry states it."""
MEMBER = "package/dist/niivue.umd.js"
LICENSE = Path(__file__).with_name("niivue.LICENSE.txt")
"""BSD-2-Clause, as in the program's repository."""
VENDOR = Path(__file__).resolve().parents[1] / "src/breastdce/web/static/vendor"


def check(tarball: Path, integrity: str) -> None:
    """Exit with a message when a file is not the package that was named."""
    found = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode("ascii")
    if found != integrity:
        sys.exit(f"{tarball.name} is not {PACKAGE}: its SHA-512 is {found}. Nothing was installed.")


def install(tarball: Path, vendor: Path) -> Path:
    """Write the program's one file and its licence; gives the file."""
    with tarfile.open(tarball, "r:gz") as package:
        member = package.extractfile(MEMBER)
        if member is None:
            sys.exit(f"{tarball.name} has no {MEMBER}. Nothing was installed.")
        script = member.read()
    vendor.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(LICENSE, vendor / "niivue.LICENSE.txt")
    part = vendor / "niivue.umd.js.part"
    part.write_bytes(script)
    return part.replace(vendor / "niivue.umd.js")


def download(folder: Path) -> Path:
    """Let npm fetch the package into a folder."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed; give the package's file as argument instead.")
    command = [npm, "pack", PACKAGE, "--silent", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, check=False, stdout=subprocess.PIPE)
    found = sorted(folder.glob("*.tgz"))
    if done.returncode or len(found) != 1:
        sys.exit(f"npm could not fetch {PACKAGE}; give the package's file as argument instead.")
    return found[0]


def main(words: Sequence[str] | None = None) -> None:
    """Install from the registry, or from the file that is named."""
    parser = argparse.ArgumentParser(description="Install NiiVue for the optional 3D panel.")
    parser.add_argument("tarball", type=Path, nargs="?", help=f"package file of {PACKAGE}")
    chosen = parser.parse_args(words).tarball
    with tempfile.TemporaryDirectory() as folder:
        tarball = chosen or download(Path(folder))
        check(tarball, INTEGRITY)
        sys.stdout.write(f"{install(tarball, VENDOR)}\n")


if __name__ == "__main__":
    main()
