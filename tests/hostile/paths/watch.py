# expect: error ImportError
# idea: put a watch on the path without having an inotify descriptor, for the path is looked up too
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
there = ctx.config["secret_file"].encode()
missing = ctx.config["folder"].encode() + b"/missing"


def answer(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return min(libc.syscall(ctypes.c_long(number), *wide), 0), ctypes.get_errno()


def compare(what, number, before=(), after=()):
    found = [answer(number, *before, path, *after) for path in (there, missing)]
    print(f"ESCAPED: {what} tells a path that exists: {found}" if found[0] != found[1] else f"{what}: {found[0]}")
for number in (-1, 0, 3, 4):
    compare(f"inotify_add_watch on {number}", 254, before=(number,), after=(2,))
    compare(f"fanotify_mark on {number}", 301, before=(number, 1, 2, -100))
