# expect: error ImportError
# idea: have bpf look the path up as the place of a pinned object
# full: security
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
found = []
for path in (there, missing):
    name = ctypes.create_string_buffer(path)
    found.append(answer(321, 7, (ctypes.c_uint64 * 4)(ctypes.addressof(name)), 32))
print("ESCAPED: tells a path that exists" if found[0] != found[1] else "no difference", found)
