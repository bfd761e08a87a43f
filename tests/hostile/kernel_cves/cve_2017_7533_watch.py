# expect: error ImportError
# idea: the door is a watch on a name that is changed at the same time
# full: done
# source: CVE-2017-7533
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("inotify_init", 253)
attempt("inotify_add_watch", 254, made, ctx.config["folder"].encode(), 0xFFF)
attempt("rename", 82, ctx.config["secret_file"].encode(), ctx.config["folder"].encode() + b"/" + b"x" * 40)
