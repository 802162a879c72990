"""What only the publisher can know: dataset.toml, which is written once and never again.

The other files of the card are made anew by every run; the publisher's words are read from here.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.toml import TomlError, parse_toml, reason_of
from breastdce.dataset import layout
from breastdce.formats.atomic import write_bytes

TO_FILL_IN = "TO FILL IN"
DEFAULT_TITLE = "Breast DCE-MRI data set"
Doi = Annotated[str, msgspec.Meta(pattern=r"^10\.[0-9]{4,9}/\S+$")]
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://\S+$")]
Words = Annotated[str, msgspec.Meta(min_length=1)]


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Author(_Record, frozen=True, kw_only=True):
    """A person with `family_names`, or an institution with `name`."""

    name: Words | None = None
    family_names: Words | None = None
    given_names: Words | None = None
    affiliation: Words | None = None
    orcid: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}-){3}[0-9]{3}[0-9X]$")] | None = None

    def __post_init__(self) -> None:
        if (self.name is None) == (self.family_names is None):
            raise ValueError("an author has either name or family_names")

    @property
    def words(self) -> str:
        """The name in one line, family name first."""
        if self.name is not None:
            return self.name
        return ", ".join(part for part in (self.family_names, self.given_names) if part)


class Contact(_Record, frozen=True, kw_only=True):
    """Whom to write to about the data set."""

    name: Words
    email: Annotated[str, msgspec.Meta(pattern=r"^\S+@\S+$")] | None = None


class SourceDataset(_Record, frozen=True, kw_only=True):
    """A collection that the images come from."""

    name: Words
    doi: Doi | None = None
    url: Url | None = None
    license: Words | None = None


class Publication(_Record, frozen=True, kw_only=True):
    """The publisher's words; None or empty where nothing has been said."""

    title: Words = DEFAULT_TITLE
    description: Words | None = None
    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")] | None = None
    """MAJOR.MINOR.PATCH."""
    year: Annotated[int, msgspec.Meta(ge=1900, le=2999)] | None = None
    """Of publication."""
    license: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.+-]+$")] | None = None
    """Identifier of the SPDX list."""
    license_url: Url | None = None
    doi: Doi | None = None
    url: Url | None = None
    keywords: tuple[Words, ...] = ()
    ethics: tuple[Words, ...] = ()
    """Approvals of committees, and the participants' consent."""
    funding: tuple[Words, ...] = ()
    acknowledgements: Words | None = None
    notes: Words | None = None
    """Markdown, a section of README.md of its own."""
    authors: tuple[Author, ...] = ()
    contact: Contact | None = None
    sources: tuple[SourceDataset, ...] = ()

    @property
    def license_link(self) -> str | None:
        """Where the license can be read."""
        if self.license_url is not None or self.license is None:
            return self.license_url
        return f"https://spdx.org/licenses/{self.license}"

    @property
    def page(self) -> str | None:
        """Where the data set can be found."""
        return self.url or (f"https://doi.org/{self.doi}" if self.doi else None)

    @property
    def cite_as(self) -> str | None:
        """The line to cite it by; None while nobody is named as author."""
        if not self.authors:
            return None
        names = "; ".join(author.words for author in self.authors)
        parts = [names + (f" ({self.year})" if self.year else ""), f"{self.title} [Data set]"]
        parts += [self.page] if self.page else []
        return ". ".join(parts)


def read_publication(root: Path) -> Publication:
    """Read dataset.toml; nothing has been said where it is missing.

    Raises
    ------
    InputError
        PUBLICATION_INVALID when it cannot be read or holds what it may not hold.
    """
    path = layout.publication(root)
    try:
        return msgspec.convert(parse_toml(path.read_bytes().decode()), Publication)
    except FileNotFoundError:
        return Publication()
    except (OSError, UnicodeDecodeError, TomlError, msgspec.MsgspecError) as error:
        raise InputError(
            ErrorCode.PUBLICATION_INVALID, evidence={"file": path.name, "why": reason_of(error)}
        ) from error


def offer_publication(root: Path) -> None:
    """Write dataset.toml with every key commented out, unless there is one."""
    path = layout.publication(root)
    if not path.exists():
        package = resources.files("breastdce.dataset").joinpath("templates", "dataset.toml")
        write_bytes(path, package.read_bytes())
