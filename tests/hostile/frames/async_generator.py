# expect: done
# idea: step an asynchronous generator without a loop and take ag_frame.f_globals and f_builtins from it
def tick(ctx):
    async def many():
        yield frames.ag_frame.f_back

    frames = many()
    try:
        frames.asend(None).send(None)
    except Exception as error:
        frame = error.value
    print(frame.f_code.co_name, sorted(frames.ag_frame.f_builtins)[:5])
    while frame.f_back:
        frame = frame.f_back
    try:
        frame.f_builtins["__import__"]("socket").socketpair()
        print("ESCAPED: made a pair of sockets")
    except Exception as error:
        print("refused:", error)
