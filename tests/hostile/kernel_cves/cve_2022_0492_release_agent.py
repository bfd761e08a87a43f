# expect: error ImportError
# idea: the door is a control group whose last process starts a program of the host
# full: security
# source: CVE-2022-0492
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("release_agent", 2, b"/sys/fs/cgroup/rdma/release_agent", 1)
attempt("mount of a control group", 165, b"cgroup", b"/tmp", b"cgroup", 0, b"rdma")
