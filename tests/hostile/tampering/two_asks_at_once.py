# expect: security
# full: security
# idea: send a second and third call before the first is answered
def tick(ctx):
    link = ctx.log._output._link
    space = link.ask.__func__.__globals__
    call = [kind for kind in space["Message"].__subclasses__() if kind.__name__ == "StateGet"][0]
    frames = b"".join(space["framed"](space["Ask"](number, call("k"))) for number in range(100, 300))
    link._write(frames)
    print(link.receive())
