# expect: error ImportError
# idea: ask whether a signal could go to a whole group, to all processes, or to the zygote's group
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
for number in (0, -1, -ctx.config["host"], -ctx.config["zygote"], -ctx.config["victim"]):
    attempt(f"kill {number} with 0", 62, number, 0)
print("killpg", libc.killpg(ctx.config["zygote"], 0), ctypes.get_errno())
