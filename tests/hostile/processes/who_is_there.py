# expect: error ImportError
# idea: find out which process numbers are taken by asking harmless questions about each
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
room = ctypes.create_string_buffer(512)
for what, number, arguments in (("getpgid", 121, ()), ("getsid", 124, ()), ("sched_getscheduler", 145, ()), ("sched_getaffinity", 204, (64, room)),
                                ("sched_getparam", 143, (room,)), ("prlimit", 302, (7, None, room)), ("get_robust_list", 274, (room, room)),
                                ("sched_getattr", 315, (room, 56, 0)), ("pidfd_open", 434, (0,)), ("kill", 62, (0,)), ("getpriority", None, ())):
    if number is None:
        found = [call(140, 0, pid) for pid in (ctx.config["host"], 4_194_303)]
    else:
        found = [call(number, pid, *arguments) for pid in (ctx.config["host"], 4_194_303)]
    print("ESCAPED: knows the host is there" if found[0] != found[1] or found[0][0] >= 0 else "no difference", what, found[0])
