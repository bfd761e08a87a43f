# expect: error ImportError
# idea: the door is the program file of the process that started this one, open for writing
# full: done
# source: CVE-2019-5736
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("open", 2, b"/proc/self/exe", 1)
attempt("open with O_PATH", 2, b"/proc/self/exe", 0o10000000)
attempt("the zygote's", 2, f"/proc/{ctx.config['zygote']}/exe".encode(), 1)
