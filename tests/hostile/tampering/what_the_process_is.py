# expect: done
# idea: change the descriptors, priority, session, mask and processors of the process, and ask it about its machine
def tick(ctx):
    os = print.__self__.__import__("os")
    for name, arguments in (
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
            got = getattr(os, name)(*arguments)
            print("ESCAPED: a new descriptor" if name in ("dup", "dup2", "eventfd") else "answered", name, got)
        except Exception as error:
            print("refused:", name, error)
