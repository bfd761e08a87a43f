# expect: done
# idea: drive a coroutine by hand and read the host's builtins from the frame it was called from
def tick(ctx):
    class Pause:
        def __await__(self):
            yield coroutine.cr_frame.f_back

    async def work():
        await Pause()

    coroutine = work()
    frame = coroutine.send(None)
    coroutine.close()
    while frame is not None and "open" not in frame.f_builtins:
        frame = frame.f_back
    print("in", frame and frame.f_code.co_name)
    try:
        print("ESCAPED: read", frame.f_builtins["open"](ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
