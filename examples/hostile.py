"""
Tries what a hostile worker would try, one attempt a tick, and logs what it gets.

The last attempt is told from an accident: its version is quarantined and not started again.
"""


def read_a_file(ctx):
    return open("/etc/passwd").read()


def import_the_system(ctx):
    import os

    return os.listdir("/")


def open_a_socket(ctx):
    import socket

    return socket.create_connection(("127.0.0.1", 80))


def ask_inside_the_network(ctx):
    return ctx.http.get("http://127.0.0.1:22/")


def leave_the_folder(ctx):
    return ctx.files.read("../../../../etc/passwd")


def take_all_memory(ctx):
    return len([str(n) * 50_000_000 for n in range(1_000)])


def run_for_ever(ctx):
    while True:
        pass


def run_a_program(ctx):
    for made in type.__base__.__subclasses__():
        if made.__name__ == "_wrap_close":
            return made.__init__.__globals__["execv"]("/bin/sh", ["sh"])
    return "there is nothing to run it with"


ATTEMPTS = [
    read_a_file,
    import_the_system,
    open_a_socket,
    ask_inside_the_network,
    leave_the_folder,
    take_all_memory,
    run_for_ever,
    run_a_program,
]


def tick(ctx):
    turn = ctx.state.get("turn", 0)
    ctx.state.set("turn", turn + 1)
    attempt = ATTEMPTS[turn % len(ATTEMPTS)]
    what = attempt.__name__.replace("_", " ")
    ctx.log.info(f"{what} …")
    try:
        got = attempt(ctx)
    except Exception as error:
        ctx.log.warn(f"{what}: {type(error).__name__}: {error}")
        return
    ctx.log.warn(f"{what}: {got}")


def on_error(ctx, error):
    ctx.log.error(f"the host says {error.kind}: {error}")
