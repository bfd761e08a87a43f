"""Plant links, pipes, folders and files at the names a worker uses, as fast as can be, until killed.

In: the workspace's folder, and one outside that the links lead to.
"""

import contextlib
import os
import random
import shutil
import sys
from pathlib import Path

root, other = Path(sys.argv[1]), Path(sys.argv[2])
choose = random.Random(1)


def clear(place):
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


FILES = [
    lambda place: place.write_bytes(b"planted"),
    lambda place: place.symlink_to(other / "f"),
    lambda place: place.symlink_to(other / "new"),
    lambda place: place.symlink_to("/proc/self/environ"),
    os.mkfifo,
    lambda place: place.mkdir(),
    lambda place: place.hardlink_to(other / "linked"),
]
FOLDERS = [
    lambda place: place.mkdir(),
    lambda place: place.symlink_to(other),
    lambda place: place.symlink_to(".."),
    lambda place: place.write_bytes(b"no folder"),
    lambda place: (place / "e").mkdir(parents=True),
    lambda place: (place.mkdir(), (place / "e").symlink_to(other / "e")),
]

os.write(1, b"planting\n")
while True:
    name, plants = choose.choice(
        [("f", FILES), ("d/f", FILES), ("d/e/f", FILES), ("d", FOLDERS), ("d/e", FOLDERS)]
    )
    place = root / name
    if (root / "d").is_symlink() or (root / "d" / "e").is_symlink():
        # Nothing is planted through a link of our own: that would be outside.
        place, plants = root / "d", FOLDERS
    with contextlib.suppress(OSError):
        clear(place)
        choose.choice(plants)(place)
