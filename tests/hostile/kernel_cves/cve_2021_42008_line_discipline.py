# expect: error ImportError
# idea: the door is a terminal that is told to speak a radio's protocol
# full: done
# source: CVE-2021-42008
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("/dev/ptmx", 2, b"/dev/ptmx", 2)
for number in (made, 3, 4):
    attempt(f"TIOCSETD of {number}", 16, number, 0x5423, (ctypes.c_int * 1)(7))
