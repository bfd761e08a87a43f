# expect: done | security | crash | error AttributeError | error TypeError
# idea: write into the locals of the frames below, where a newer Python writes through, to send the host's loop to an object of ours
# ticks: 2
class Link:
    def __getattr__(self, name):
        return lambda *_: Link()

    def __call__(self, *_):
        return Link()


def tick(ctx):
    try:
        1 / 0
    except Exception as error:
        frame = error.__traceback__.tb_frame.f_back
    while frame is not None:
        if frame.f_code.co_name in ("_obey", "run", "serve"):
            for name in ("link", "arguments", "function"):
                if name in frame.f_locals:
                    frame.f_locals[name] = Link()
                    print("wrote", name)
        frame = frame.f_back
