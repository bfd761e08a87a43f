# expect: done
# idea: clear the frames of the code that called us, and set trace functions and line numbers on them
def tick(ctx):
    try:
        1 / 0
    except Exception as error:
        frame = error.__traceback__.tb_frame.f_back
    count = 0
    while frame is not None:
        for act in ("clear", "trace", "line"):
            try:
                if act == "clear":
                    frame.clear()
                elif act == "trace":
                    frame.f_trace = lambda *_: None
                    frame.f_trace_opcodes = True
                else:
                    frame.f_lineno = 1
                print("took", act)
            except Exception as error:
                print("refused:", type(error).__name__)
        count += 1
        frame = frame.f_back
    print(count, "frames")
