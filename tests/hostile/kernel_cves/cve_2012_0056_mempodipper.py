# expect: error ImportError
# idea: the door is the memory file of a process, inherited by a program with more rights
# full: security
# source: CVE-2012-0056
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("/proc/self/mem", 2, b"/proc/self/mem", 1)
attempt("execve", 59, b"/bin/su", None, None)
