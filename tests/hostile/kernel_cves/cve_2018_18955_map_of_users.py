# expect: error ImportError
# idea: the door is a map of users in a namespace within a namespace
# full: done
# source: CVE-2018-18955
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
for file in (b"uid_map", b"gid_map", b"setgroups", b"projid_map"):
    attempt(file.decode(), 2, b"/proc/self/" + file, 2)
