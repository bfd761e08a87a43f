# expect: error ImportError
# idea: reach files by what the kernel shows of this very process
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
for path in (b"/proc/self/fd/4", b"/proc/self/mem", b"/proc/self/root", b"/proc/self/cwd", b"/proc/self/exe", b"/proc/self/maps",
             b"/proc/thread-self/environ", b"/dev/fd/3", b"/proc/1/root", b"/dev/mem", b"/dev/shm", b"/sys/kernel", b"/dev/kvm", b"/dev/ptmx"):
    attempt(path.decode(), 257, -100, path, 0)
