# expect: error ImportError
# idea: ask the questions of pathlib, which turns some errors into answers
# full: done
import os
import pathlib

for path in (ctx.config["secret_file"], ctx.config["folder"], ctx.config["folder"] + "/missing"):
    place = pathlib.Path(path)
    for name in ("exists", "is_file", "is_dir", "is_symlink", "is_mount", "is_socket", "resolve", "owner", "expanduser"):
        try:
            found = getattr(place, name)()
            print("ESCAPED: it says yes" if found is True else "says", name, found)
        except (OSError, KeyError, RuntimeError) as error:
            print("refused:", name, type(error).__name__)
    print(os.path.exists(path), os.path.lexists(path), os.path.realpath(path) == path)
    try:
        os.path.realpath(path, strict=True)
        print("ESCAPED: it can be resolved")
    except OSError as error:
        print("strict:", error.errno)
