# expect: error ImportError
# idea: a file says ENOTDIR to chdir where a missing path says ENOENT
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
compare("chdir", 80)
there = ctx.config["folder"].encode()
compare("chdir to a folder", 80)
room = ctypes.create_string_buffer(4096)
libc.getcwd.restype = ctypes.c_void_p
print("ESCAPED: the host runs at" if libc.getcwd(room, 4096) else "getcwd refused", room.value)
