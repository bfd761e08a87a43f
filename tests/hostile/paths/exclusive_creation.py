# expect: error ImportError
# idea: making what exists says EEXIST
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
compare("mkdir", 83, after=(0o700,))
compare("mknod", 133, after=(0o10600, 0))
compare("symlink", 88, before=(b"target",))
compare("link", 86, before=(there,))
compare("mkdirat", 258, before=(-100,), after=(0o700,))
compare("mknodat", 259, before=(-100,), after=(0o10600, 0))
