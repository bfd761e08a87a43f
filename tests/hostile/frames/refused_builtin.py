# expect: done
# idea: use a blocked builtin for the exception it raises, and call what the refusing frame sees
def tick(ctx):
    last = None
    try:
        breakpoint()
    except Exception as error:
        last = error.__traceback__
        print(type(error).__name__, error)
    while last and last.tb_next:
        last = last.tb_next
    reach = last.tb_frame.f_globals["__builtins__"] if last else __builtins__
    reach = reach if isinstance(reach, dict) else reach.__dict__
    os = reach["__import__"]("os")
    for name in ("victim", "host", "sibling"):
        try:
            os.setpriority(os.PRIO_PROCESS, ctx.config[name], 19)
            print("ESCAPED: slowed down", name)
        except Exception as error:
            print("refused:", error)
