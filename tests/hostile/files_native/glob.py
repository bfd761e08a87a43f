# expect: error ImportError
# idea: list the folder with libc's glob
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
found = ctypes.create_string_buffer(256)
for pattern in (ctx.config["folder"] + "/*", "/*", "/proc/*/environ"):
    got = libc.glob(pattern.encode(), 0, None, found)
    count = int.from_bytes(found.raw[:8], "little")
    print("ESCAPED: found" if got == 0 and count else "glob gave", got, count)
