# expect: error ImportError
# idea: setting times with a bad value fails differently where there is nothing to set
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
bad = (ctypes.c_int64 * 4)(0, 5_000_000_000, 0, 5_000_000_000)
compare("utimensat", 280, before=(-100,), after=(bad, 0))
compare("utimensat with nothing to do", 280, before=(-100,), after=((ctypes.c_int64 * 4)(0, 0x3FFFFFFE, 0, 0x3FFFFFFE), 0))
compare("utime", 132, after=(8,))
compare("futimesat", 261, before=(-100,), after=(bad,))
