# expect: error ImportError
# idea: move out of the control group by writing the file that lists its processes
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
for path in (b"/sys/fs/cgroup/cgroup.procs", b"/sys/fs/cgroup/memory/tasks", b"/proc/self/cgroup", b"/proc/self/oom_score_adj", b"/proc/self/coredump_filter",
             b"/proc/self/setgroups", b"/proc/self/uid_map", b"/proc/self/timerslack_ns", b"/proc/sys/kernel/core_pattern", b"/proc/sysrq-trigger"):
    attempt(path.decode(), 257, -100, path, 1)
