# expect: error ImportError
# idea: connect any descriptor to the path of a socket, there or not
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
there = ctx.config["unix"].encode()
found = []
for path in (there, missing):
    address = b"\x01\x00" + path + b"\x00"
    found.append([answer(number, descriptor, address, len(address)) for number in (42, 49) for descriptor in range(16)])
print("ESCAPED: tells a socket" if found[0] != found[1] else "no difference", set(found[0]))
