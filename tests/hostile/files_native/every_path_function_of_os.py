# expect: error ImportError
# idea: hand the host's paths to every function of `os` that takes one path
# full: done
import os

paths = (ctx.config["secret_file"], ctx.config["folder"])
for name in ("open", "listdir", "scandir", "stat", "lstat", "readlink", "chdir", "chroot", "listxattr", "statvfs", "pathconf",
             "rmdir", "walk", "fwalk", "utime", "getxattr", "removedirs"):
    function = getattr(os, name, None)
    if function is None or name == "chroot":
        continue
    for path in paths:
        try:
            extra = (0,) if name == "open" else ("PC_NAME_MAX",) if name == "pathconf" else ("user.x",) if name == "getxattr" else ()
            found = function(path, *extra)
            found = list(found) if name in ("scandir", "walk", "fwalk") else found
            print(name, "gave", found) if found in ([], None) else print("ESCAPED:", name, found)
        except OSError as error:
            print(name, error.errno)
