# expect: error KeyError
# full: error KeyError
# idea: fail in a tick, and in on_error change the error, raise it again and use its frames for a file
# ticks: 2
def tick(ctx):
    {}[ctx.tick.n]


def on_error(ctx, error):
    print(error.kind, len(error.traceback), type(error).__name__)
    error.kind = error.traceback = ctx
    frame = error.__traceback__.tb_frame
    try:
        print("ESCAPED: read", frame.f_builtins["open"](ctx.config["secret_file"]).read())
    except Exception as other:
        print("refused:", other)
    raise error
