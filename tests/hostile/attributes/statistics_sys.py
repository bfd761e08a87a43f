# expect: done
# idea: find which module a statistics function imported for itself, and use sys.modules to get a socket that is already loaded
import statistics


def tick(ctx):
    print("plain way:", hasattr(statistics, "sys"), hasattr(statistics, "math"))
    space = statistics.mean.__globals__
    sys = space.get("sys") or space["__builtins__"]["__import__"]("sys")
    raw = sys.modules.get("_socket")
    if raw is None:
        raw = sys.modules.get("socket")
    if raw is None:
        print("no socket module is loaded")
        return
    try:
        made = raw.socket(raw.AF_INET, raw.SOCK_DGRAM, 0)
        made.sendto(b"x", ("127.0.0.1", ctx.config["udp"]))
        print("ESCAPED: sent a datagram")
    except Exception as error:
        print("refused:", error)
