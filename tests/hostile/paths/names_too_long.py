# expect: error ImportError
# idea: too long a name, too many links and a file as a folder each have an errno of their own
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
found = {}
for what, path in (("missing", missing), ("long", b"/" + b"x" * 300), ("longest", b"/" * 5000), ("beneath a file", there + b"/x"),
                   ("empty", b""), ("beneath a missing", missing + b"/x"), ("a link that loops", b"/proc/self/fd/3/x")):
    found[what] = [answer(2, path, 0), answer(4, path, bytes(256)), answer(21, path, 0), answer(89, path, bytes(64), 64)]
print("ESCAPED: tells apart" if len({str(value) for value in found.values()}) > 1 else "all alike", found)
