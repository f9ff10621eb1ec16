"""The committed agreements with a few words of them replaced."""

from pathlib import Path
from shutil import copytree

from services.agreements.compile import Agreements, load
from tests.agreements.makers import FILES

Edit = tuple[str, str, str]
"""Agency, text of its file, and what stands there instead."""


def edited(folder: Path, *edits: Edit) -> Agreements:
    """Each text must be there, so that no test is empty; the first of it is replaced."""
    copytree(FILES, folder)
    for slug, old, new in edits:
        file = folder / f"{slug}.yaml"
        text = file.read_text()
        assert old in text, (slug, old)
        file.write_text(text.replace(old, new, 1))
    return load(folder)
