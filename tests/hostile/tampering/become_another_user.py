# expect: security
# full: security
# idea: become root, or any other user and group, within the process
def tick(ctx):
    os = print.__self__.__import__("os")
    for name, arguments in (("setgroups", ([0],)), ("setgid", (0,)), ("setresuid", (0, 0, 0)), ("setuid", (0,))):
        try:
            getattr(os, name)(*arguments)
            print("answered", name, os.getuid() or "ESCAPED")
        except Exception as error:
            print("refused:", name, error)
