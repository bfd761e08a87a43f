# expect: error ImportError
# idea: removing a file as if it were a folder says ENOTDIR if it is there
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
compare("rmdir", 84)
compare("unlinkat a folder", 263, before=(-100,), after=(0x200,))
compare("rename onto itself", 82, before=(there,))
compare("renameat2 with flags that exclude each other", 316, before=(-100, there, -100), after=(3,))
