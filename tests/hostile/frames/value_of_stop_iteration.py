# expect: done
# idea: carry a frame out of a finished generator in the value of its StopIteration
def tick(ctx):
    def short():
        return short_one.gi_frame.f_back.f_back
        yield

    short_one = short()
    try:
        next(short_one)
    except StopIteration as stop:
        frame = stop.value
    print("gone" if short_one.gi_frame is None else "still there", frame.f_code.co_name)
    held = frame.f_locals
    print("locals of the caller:", sorted(held))
    try:
        print("ESCAPED: read", frame.f_builtins["open"](ctx.config["unix"]).read())
    except Exception as error:
        print("refused:", error)
