# expect: error ImportError
# idea: the door is a path of a gigabyte, made folder by folder
# full: done
# source: CVE-2021-33909
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
name = b"x" * 255
for depth in range(3):
    attempt(f"mkdir {depth}", 83, ctx.config["folder"].encode() + b"/" + b"/".join([name] * (depth + 1)), 0o700)
attempt("/proc/self/mountinfo", 2, b"/proc/self/mountinfo", 0)
