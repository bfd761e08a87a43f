# expect: error ImportError
# idea: build the file object of the C level directly, from a path and from every number
# full: done
import sys

FileIO = sys.modules["_io"].FileIO
for what in (ctx.config["secret_file"], 0, 1, 2, *range(5, 40)):
    try:
        print("ESCAPED: read", FileIO(what, "r", isinstance(what, str)).read(100))
    except OSError as error:
        print(what if isinstance(what, int) else "the path", error.errno)
