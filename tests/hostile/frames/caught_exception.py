# expect: done
# idea: climb from the traceback of a caught exception out of the worker into the frames that called it
def tick(ctx):
    try:
        1 / 0
    except Exception as error:
        frame = error.__traceback__.tb_frame
    names = []
    while frame is not None:
        names.append(frame.f_code.co_name)
        last, frame = frame, frame.f_back
    print("frames", names)
    sys = last.f_globals.get("sys") or last.f_builtins["__import__"]("sys")
    print("arguments", sys.argv, "path", sys.path[:1], "executable", bool(sys.executable))
    try:
        print("ESCAPED: read", last.f_builtins["open"](ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
