# expect: done
# idea: change what the process is: its user, groups, priority, limits, dumpability, session and root
def tick(ctx):
    os = print.__self__.__import__("os")
    for name, arguments in (
        ("setuid", (0,)),
        ("setresuid", (0, 0, 0)),
        ("setgid", (0,)),
        ("setgroups", ([0],)),
        ("nice", (-5,)),
        ("setsid", ()),
        ("setpgid", (0, 0)),
        ("umask", (0,)),
        ("sched_setaffinity", (0, {0})),
        ("dup", (4,)),
        ("dup2", (4, 9)),
        ("eventfd", (0,)),
        ("set_blocking", (4, False)),
        ("get_blocking", (4,)),
        ("lseek", (3, 0, 0)),
        ("fsync", (4,)),
        ("getrandom", (8, 2)),
        ("times", ()),
        ("getloadavg", ()),
        ("uname", ()),
        ("sysconf", ("SC_PHYS_PAGES",)),
    ):
        try:
            print(name, "answered", getattr(os, name)(*arguments))
        except Exception as error:
            print(name, "refused:", error)
