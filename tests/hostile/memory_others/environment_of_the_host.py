# expect: error ImportError
# idea: read environment, arguments, memory and descriptors of the others by their files in /proc
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
for name in ("host", "zygote", "sibling", "victim"):
    for file in ("environ", "mem", "maps", "cmdline", "fd", "fd/3", "root", "cwd", "exe", "auxv", "stack", "syscall", "pagemap", "task", "net/tcp"):
        attempt(f"{file} of the {name}", 257, -100, f"/proc/{ctx.config[name]}/{file}".encode(), 0)
