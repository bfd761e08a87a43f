# expect: error ImportError
# idea: flags that cannot be met fail late, so that what fails first tells whether the path is there
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
for flags in (0, 1, 2, 0o200000, 0o400000, 0o10000000, 0o20200000, 0o300, 0o40000, 0o100000000, 0o1000000):
    compare(f"open with {flags:#o}", 2, after=(flags, 0o600))
    compare(f"openat with {flags:#o}", 257, before=(-100,), after=(flags, 0o600))
