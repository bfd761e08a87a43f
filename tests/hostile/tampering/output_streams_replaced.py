# expect: done | error ValueError
# idea: put streams of ours in the place of sys.stdout and sys.stderr, and in the worker's own list of them
# ticks: 2
class Stream:
    partial = "half a line"

    def write(self, text):
        raise ValueError("no writing here")

    def finish(self):
        heard.append("finish")

    def flush(self):
        heard.append("flush")


heard = []


def tick(ctx):
    sys = print.__self__.__import__("sys")
    worker = ctx.state._ask.__self__
    ctx.log.info(f"{heard} {sys.stdin} {sys.__stdout__}")
    sys.stdout = sys.stderr = sys.__stderr__ = Stream()
    worker._streams = (Stream(),) * 3
    for name in ("stdin", "__stdout__"):
        try:
            stream = getattr(sys, name)
            ctx.log.info(f"ESCAPED: wrote {stream.buffer.raw.write(b'x')}")
        except Exception as error:
            ctx.log.info(f"refused: {error}")
